#include "case.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- simple cases ---- */

/* Asserts it for good where the case survives that. */
static void prefer(struct question *q, term t)
{
	if (t_is_true(t) || t_is_false(t))
		return;
	ask_push(q);
	ask_assert(q, t);
	bool can = ask_check(q) == SMT_SAT;
	ask_pop(q);
	if (can)
		ask_assert(q, t);
}

/* All at once where that is possible, else one half and the other. */
static void prefer_all(struct question *q, term *at, int n)
{
	term all = t_bool(true);

	if (n <= 0)
		return;
	for (int i = 0; i < n; i++)
		all = t_and(all, at[i]);
	ask_push(q);
	ask_assert(q, all);
	bool can = ask_check(q) == SMT_SAT;
	ask_pop(q);
	if (can) {
		ask_assert(q, all);
	} else if (n > 1) {
		prefer_all(q, at, n / 2);
		prefer_all(q, at + n / 2, n - n / 2);
	}
}

static void prefer_list(struct question *q, term_list *l)
{
	prefer_all(q, l->at, l->n);
	l->n = 0;
}

void case_simplify(struct checker *c, struct question *q, const struct step *st)
{
	struct relation *r = c->rel;
	term_list l = {0};

	for (int o = 0; o < st->others.n; o++)
		for (int i = 0; i < r->vars.n; i++)
			if (st->others.at[o].v[i])
				*list_add(&l) = t_eq(st->others.at[o].v[i], r->vars.at[i].initial);
	prefer_list(q, &l);
	for (int i = 0; i < r->vars.n; i++)
		*list_add(&l) = t_eq(st->pre[i], r->vars.at[i].initial);
	prefer_list(q, &l);
	*list_add(&l) = t_eqi(st->passed, 0);
	for (int i = 0; i < r->policy->tunables.n; i++)
		*list_add(&l) = t_eqi(st->operator_set[i], r->policy->tunables.at[i]->initial);
	for (int k = 0; k < r->keys.n; k++)
		*list_add(&l) = t_eqi(r->skolem[k], 0);
	prefer_list(q, &l);
	for (int n = 1; st->list && n <= st->list_max; n++) {
		ask_push(q);
		ask_assert(q, t_eqi(st->field[st->list->index], n));
		bool can = ask_check(q) == SMT_SAT;
		ask_pop(q);
		if (!can)
			continue;
		ask_assert(q, t_eqi(st->field[st->list->index], n));
		break;
	}
	for (int i = 0; st->event && i < st->event->fields.n; i++)
		if (st->event->fields.at[i]->type.kind != TYPE_LIST)
			*list_add(&l) = t_eqi(st->field[i], st->event->fields.at[i]->type.lo);
	for (int i = 0; i < st->list_max; i++)
		for (int f = 0; f < st->list->record.n; f++) {
			const struct field *x = st->list->record.at[f];
			num plain = x->type.kind == TYPE_KEY ? i % x->type.key->max
				: x->type.kind == TYPE_BOOL  ? 1
							     : x->type.lo;
			*list_add(&l) = t_eqi(st->element[i][f], plain);
		}
	prefer_list(q, &l);
	if (st->answered)
		prefer(q, t_not(st->answered));
	ask_check(q);
}

/* ---- as an entry ---- */

struct entry case_entry(struct checker *c, struct question *q, const struct step *st)
{
	const struct policy *p = c->policy;
	struct entry e = {.kind = ENTRY_EVENT, .event = st->event};

	if (st->kind == STEP_ASK || st->kind == STEP_SETTLE)
		e.kind = ENTRY_DECIDE;
	else if (st->kind == STEP_TICK)
		e.kind = ENTRY_TICK;
	e.now = (uint64_t)ask_value(q, st->passed);
	for (int i = 0; st->event && i < st->event->fields.n; i++)
		if (st->event->fields.at[i]->type.kind != TYPE_LIST)
			e.fields[i] = (uint64_t)ask_value(q, st->field[i]);
	if (st->list) {
		e.list_n = (uint32_t)ask_value(q, st->field[st->list->index]);
		for (uint32_t i = 0; i < e.list_n && i < LIST_MAX; i++)
			for (int f = 0; f < st->list->record.n; f++)
				e.list[i][f] = (uint64_t)ask_value(q, st->element[i][f]);
	}
	if (st->kind != STEP_SETTLE || !p->models.n)
		return e;
	e.answered = ask_true(q, st->answered);
	for (int i = 0; i < (st->list_max ? st->list_max : 1); i++)
		e.answers[i] = (int32_t)ask_value(q, st->answer[i]);
	return e;
}

void body_of(struct hunt *h, const struct entry *e)
{
	struct body *b = list_add(&h->bodies);

	memset(b, 0, sizeof *b);
	*list_add(&b->entries) = *e;
}

/* ---- what the state has to be ---- */

static bool reads_choice(const struct expr *e)
{
	return e &&
		(e->op == EXPR_CHOICE || e->op == EXPR_BY || reads_choice(e->a) || reads_choice(e->b) ||
			reads_choice(e->c));
}

static bool reads_decision(const struct expr *e)
{
	return e &&
		(e->op == EXPR_CHOICE || e->op == EXPR_BY || e->op == EXPR_ANSWER || e->op == EXPR_CARRY ||
			reads_decision(e->a) || reads_decision(e->b) || reads_decision(e->c));
}

static bool reads_state(const struct expr *e)
{
	if (!e)
		return false;
	switch ((int)e->op) {
	case EXPR_FEATURE:
	case EXPR_COLUMN:
	case EXPR_ACTIVE:
	case EXPR_SHARE:
	case EXPR_SAID:
	case EXPR_TRIPPED:
	case EXPR_TRIP_AGE:
	case EXPR_ROOM:
		return true;
	default:
		return reads_state(e->a) || reads_state(e->b) || reads_state(e->c);
	}
}

static bool reads_candidate(const struct expr *e)
{
	return e &&
		(e->op == EXPR_CANDIDATE || reads_candidate(e->a) || reads_candidate(e->b) || reads_candidate(e->c));
}

struct scene {
	struct checker *c;
	struct question *q;
	const struct step *st;
	const struct entry *in;
	struct hunt *h;
};

static term in_case(const struct scene *s, const struct expr *e, int candidate)
{
	struct env env = {.r = s->c->rel,
		.step = (struct step *)s->st,
		.view = &s->st->mid,
		.candidate = candidate,
		.mask = s->st->need};

	return expr_term(&env, e);
}

static void aim_add(const struct scene *s, const struct expr *e, int candidate)
{
	struct aim a = {.kind = AIM_EXPR, .expr = e, .in = s->in, .candidate = candidate};

	a.want = ask_true(s->q, in_case(s, e, candidate));
	*list_add(&s->h->aims) = a;
}

static void aims_in(const struct scene *s, const struct expr *e);

static void each_candidate(const struct scene *s, const struct expr *e)
{
	if (!reads_candidate(e)) {
		aim_add(s, e, -1);
		return;
	}
	for (uint32_t i = 0; i < s->in->list_n; i++)
		aim_add(s, e, (int)i);
}

/* Which of two candidates is ahead. */
static void orders(const struct scene *s, const struct expr *score)
{
	for (int i = 0; i < (int)s->in->list_n; i++)
		for (int j = i + 1; j < (int)s->in->list_n; j++) {
			struct aim a = {.kind = AIM_ORDER, .expr = score, .in = s->in, .candidate = i, .than = j};
			num x = ask_value(s->q, in_case(s, score, i)), y = ask_value(s->q, in_case(s, score, j));
			if (x == y)
				continue;
			a.want = true;
			if (x > y) {
				a.candidate = j;
				a.than = i;
			}
			*list_add(&s->h->aims) = a;
		}
}

/* A condition on what the fallback chooses: of its choice in the case. */
static void chosen(const struct scene *s, const struct expr *e)
{
	const struct policy *p = s->c->policy;
	struct aim a = {.kind = AIM_EXPR, .expr = e, .in = s->in, .candidate = -1, .judged = true, .by = BY_SHIELD};
	struct env env = {.r = s->c->rel,
		.step = (struct step *)s->st,
		.view = &s->st->mid,
		.candidate = -1,
		.mask = s->st->need,
		.by = t_num(BY_SHIELD)};
	term choice[8];

	if (s->st->kind != STEP_SETTLE)
		return;
	for (int i = 0; i < p->decision->parts.n; i++) {
		a.choice[i] = (int64_t)ask_value(s->q, s->st->fallback.value[i]);
		choice[i] = t_num(a.choice[i]);
	}
	env.choice = choice;
	a.want = ask_true(s->q, expr_term(&env, e));
	*list_add(&s->h->aims) = a;
}

static void aims_in(const struct scene *s, const struct expr *e)
{
	if (!e)
		return;
	if (e->op == EXPR_ARGMIN || e->op == EXPR_ARGMAX)
		if (e->a && reads_state(e->a) && !reads_decision(e->a))
			orders(s, e->a);
	bool atom = e->type.kind == TYPE_BOOL && e->op != EXPR_AND && e->op != EXPR_OR && e->op != EXPR_NOT &&
		e->op != EXPR_IMPLIES && e->op != EXPR_IF;
	if (atom && reads_state(e) && !reads_decision(e)) {
		each_candidate(s, e);
		return;
	}
	if (atom && reads_state(e) && reads_choice(e) && !reads_candidate(e)) {
		chosen(s, e);
		return;
	}
	aims_in(s, e->a);
	aims_in(s, e->b);
	aims_in(s, e->c);
}

/* A guarantee reads the candidate that was chosen: of which the guardrail that stands over it is what counts. */
static void guardrail_aims(const struct scene *s)
{
	const struct relation *r = s->c->rel;

	for (int i = 0; i < s->c->policy->guardrails.n; i++) {
		const struct guardrail *g = s->c->policy->guardrails.at[i];
		struct aim a = {.kind = AIM_TRIPPED, .guardrail = g};
		term *v = s->st->mid.v;
		if (g->key)
			a.key = (int)ask_value(s->q, r->skolem[relation_key(r, g->key)]);
		a.want = ask_true(s->q, v[r->guardrail[i].tripped]);
		*list_add(&s->h->aims) = a;
	}
}

void case_aims(struct checker *c, struct question *q, const struct step *st, const struct entry *e, struct hunt *h)
{
	const struct policy *p = c->policy;
	struct scene s = {c, q, st, e, h};

	if (p->decision) {
		aims_in(&s, p->decision->need);
		for (int i = 0; i < p->decision->parts.n; i++)
			aims_in(&s, p->decision->parts.at[i].fallback);
	}
	for (int i = 0; i < p->guarantees.n; i++) {
		const struct guarantee *g = p->guarantees.at[i];
		if (g->kind != GUARANTEE_POINT && g->cmp == EXPR_LE) {
			struct expr *room = arena_alloc(sizeof *room);
			room->op = EXPR_ROOM;
			room->type.kind = TYPE_BOOL;
			room->guarantee = g;
			aim_add(&s, room, -1);
		}
		aims_in(&s, g->holds);
	}
	guardrail_aims(&s);
}

/* ---- tried in a state of a search ---- */

static bool passes(struct judge *j, bool (*test)(void *user), void *user)
{
	bool is = test(user);

	judge_close(j);
	return is;
}

bool case_try(struct checker *c, struct judge *j, const struct machine *m, const struct entry *in,
	bool (*test)(void *user), void *user, struct run *last)
{
	const uint64_t *waits;
	int n = settles_anew(c->policy) ? explorer_waits(c->explorer, &waits) : 0;

	for (int w = -1; w < n; w++) {
		uint64_t wait = w < 0 ? 0 : waits[w];
		if (!judge_open(j, m, in, wait) || !passes(j, test, user))
			continue;
		judge_run(in, wait, last);
		return true;
	}
	return false;
}

bool case_try_ticket(struct checker *c, struct judge *j, const struct machine *m, const struct entry *answers,
	bool (*test)(void *user), void *user, struct run *last)
{
	const uint64_t *waits;
	int n = explorer_waits(c->explorer, &waits);

	for (int w = -1; w < n; w++) {
		uint64_t wait = w < 0 ? 0 : waits[w];
		if (!judge_ticket(j, m, answers, wait))
			return false;
		if (!passes(j, test, user))
			continue;
		judge_run_ticket(answers, wait, last);
		return true;
	}
	return false;
}

/* ---- in words ---- */

const struct entry *case_last(const struct trace *t)
{
	const struct run *r = &t->runs.at[t->runs.n - 1];

	return &r->body.at[r->body.n - 1];
}

static struct trace *but_last(const struct trace *t)
{
	struct trace *c = arena_alloc(sizeof *c);
	struct run last;

	for (int i = 0; i + 1 < t->runs.n; i++)
		*list_add(&c->runs) = t->runs.at[i];
	last = t->runs.at[t->runs.n - 1];
	if (last.repeat > 1) {
		struct run most = last;
		most.repeat--;
		*list_add(&c->runs) = most;
	}
	if (last.body.n > 1) {
		struct run part = {.repeat = 1};
		for (int i = 0; i + 1 < last.body.n; i++)
			*list_add(&part.body) = last.body.at[i];
		*list_add(&c->runs) = part;
	}
	return c;
}

struct machine *case_before(struct checker *c, const struct trace *t)
{
	struct machine *m = machine_new(c->policy, 0);

	trace_replay(m, but_last(t), NULL, NULL);
	return m;
}

static void say_features(FILE *f, struct checker *c, const struct machine *m, const struct entry *e)
{
	const struct policy *p = c->policy;

	for (int i = 0; i < p->guarantees.n; i++) {
		const struct guarantee *g = p->guarantees.at[i];
		const struct place *at = &m->plan->guarantee[i];
		if (g->kind == GUARANTEE_POINT)
			continue;
		fprintf(f, "; %s counts %" PRIu64 " of %" PRIu64, g->name, past_hits_but_oldest(m, at, 0),
			past_seen(m, at, 0) == (uint64_t)at->slots && at->slots ? past_seen(m, at, 0) - 1
										: past_seen(m, at, 0));
	}
	for (int i = 0; i < p->features.n && e->event && e->list_n; i++) {
		const struct feature *x = p->features.at[i];
		const struct field *list = NULL, *key;
		for (int k = 0; k < e->event->fields.n; k++)
			if (e->event->fields.at[k]->type.kind == TYPE_LIST)
				list = e->event->fields.at[k];
		key = x->state->key ? key_in_record(list, x->state->key) : NULL;
		if (!key || x->kind == FEATURE_SHARE || x->kind == FEATURE_LAST)
			continue;
		struct view v = {.m = m, .in = e, .tag = -1, .candidate = -1};
		bool plain = true;
		for (uint32_t k = 0; k < e->list_n; k++)
			plain = plain && value_of_feature(&v, x, (int)e->list[k][key->index]) == x->initial;
		if (plain)
			continue;
		fprintf(f, "; %s [", x->name);
		for (uint32_t k = 0; k < e->list_n; k++)
			fprintf(f, "%s%s", k ? ", " : "",
				show_value(&x->type, value_of_feature(&v, x, (int)e->list[k][key->index])));
		fprintf(f, "]");
	}
	for (int i = 0; i < p->guardrails.n; i++)
		for (int k = 0; k < keys_of(p->guardrails.at[i]->key); k++) {
			if (!m->rails[m->plan->rail[i] + k].tripped)
				continue;
			fprintf(f, "; %s is tripped", p->guardrails.at[i]->name);
			if (p->guardrails.at[i]->key)
				fprintf(f, " for %s %d", p->guardrails.at[i]->key->name, k);
		}
}

const char *case_text(struct checker *c, const struct trace *t, const char *head)
{
	const struct entry *e = case_last(t);
	struct machine *m = case_before(c, t);
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (head)
		fprintf(f, "%s: ", head);
	show_entry(f, c->policy, e);
	say_features(f, c, m, e);
	fprintf(f, " (replayed from start: %" PRIu64 " entries)\n%s", trace_entries(t), show_trace(c->policy, t));
	fclose(f);
	const char *shown = arena_strdup(text);
	free(text);
	machine_free(m);
	return shown;
}

/* The variables of the case's state that are not as at init. */
static const char *state_text(struct checker *c, struct question *q, const struct step *st)
{
	const char *text = NULL;

	for (int i = 0; i < c->rel->vars.n; i++) {
		const struct var *x = &c->rel->vars.at[i];
		const char *one;
		if (ask_true(q, t_eq(st->pre[i], x->initial)) || x->role == VAR_NOW || x->role == VAR_RING)
			continue;
		one = x->truth ? x->name : arena_printf("%s = %lld", x->name, (long long)ask_value(q, st->pre[i]));
		text = text ? arena_printf("%s, %s", text, one) : one;
	}
	return text ? text : "as at init";
}

static const char *entry_text(struct checker *c, const struct entry *e)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	show_entry(f, c->policy, e);
	fclose(f);
	const char *shown = arena_strdup(text);
	free(text);
	return shown;
}

bool case_open(struct verdict *v, enum smt_answer answer)
{
	v->answer = answer == SMT_UNSAT ? PROVED : UNKNOWN;
	if (answer == SMT_UNKNOWN)
		v->reason = "the solver's limit is reached before the question is decided";
	return answer == SMT_SAT;
}

const struct entry *case_take(struct checker *c, struct question *q, const struct step *st)
{
	struct entry *e = arena_alloc(sizeof *e);

	case_simplify(c, q, st);
	*e = case_entry(c, q, st);
	return e;
}

void case_hunt(struct checker *c, struct question *q, const struct step *st, struct verdict *v, struct hunt *h,
	const struct entry *e, const char *what)
{
	case_aims(c, q, st, e, h);
	case_search(c, q, st, v, h, e, what);
}

void case_search(struct checker *c, struct question *q, const struct step *st, struct verdict *v, struct hunt *h,
	const struct entry *e, const char *what)
{
	body_of(h, e);
	v->trace = explore(c->explorer, h);
	if (v->trace) {
		v->answer = REFUTED;
		v->shown = case_text(c, v->trace, what);
	} else {
		v->answer = UNKNOWN;
		v->reason = arena_printf("%s; but no trace leads there: the invariant may be too weak", v->reason);
		v->shown = arena_printf("%s in the state %s", entry_text(c, e), state_text(c, q, st));
		v->help = NULL;
	}
	ask_free(q);
}

void case_refute(struct checker *c, struct question *q, const struct step *st, struct verdict *v, step_fn *hit,
	void *user, const char *what)
{
	struct hunt h = {.hit = hit, .user = user};

	case_hunt(c, q, st, v, &h, case_take(c, q, st), what);
}
