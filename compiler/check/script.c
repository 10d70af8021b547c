#include "script.h"

#include <stdlib.h>
#include <string.h>

enum { FEEDS = 48 };

/* ---- what can be chosen ---- */

static bool reads_said(const struct expr *e)
{
	return e && (e->op == EXPR_SAID || reads_said(e->a) || reads_said(e->b) || reads_said(e->c));
}

/* The carry says what the model said. */
static bool carries_said(const struct policy *p)
{
	for (int i = 0; p->carry && i < p->carry->columns.n; i++)
		if (reads_said(p->carry->columns.at[i].value))
			return true;
	return false;
}

static const struct flight *flight_closed_by(const struct relation *r, const struct event *e)
{
	for (int i = 0; i < r->flights.n; i++)
		if (r->flights.at[i].close == e)
			return &r->flights.at[i];
	return NULL;
}

typedef LIST(num *) tuples;

static bool reads_carry(const struct expr *e)
{
	return e && (e->op == EXPR_CARRY || reads_carry(e->a) || reads_carry(e->b) || reads_carry(e->c));
}

static bool reads_field(const struct expr *e, const struct field *f)
{
	return e && (e->field == f || reads_field(e->a, f) || reads_field(e->b, f) || reads_field(e->c, f));
}

/* Whether the field can make a difference to the evidence: read there, or in the carry that is read there. */
static bool matters(const struct policy *p, const feature_list *features, const struct event *e, const struct field *f)
{
	for (int i = 0; i < features->n; i++) {
		const struct feature *x = features->at[i];
		bool carry = reads_carry(x->where) || reads_carry(x->among) || reads_carry(x->value);
		if (x->on == e && (reads_field(x->where, f) || reads_field(x->among, f) || reads_field(x->value, f)))
			return true;
		if (x->until == e && reads_field(x->where, f))
			return true;
		for (int c = 0; c < x->columns.n; c++) {
			carry |= reads_carry(x->columns.at[c].value);
			if (x->on == e && reads_field(x->columns.at[c].value, f))
				return true;
		}
		for (int c = 0; carry && p->carry && p->carry->open == e && c < p->carry->columns.n; c++)
			if (reads_field(p->carry->columns.at[c].value, f))
				return true;
	}
	return false;
}

static const struct field *list_of(const struct event *e)
{
	for (int i = 0; i < e->fields.n; i++)
		if (e->fields.at[i]->type.kind == TYPE_LIST)
			return e->fields.at[i];
	return NULL;
}

int feed_values(const struct event *e)
{
	const struct field *list = list_of(e);

	return e->fields.n + (list ? list->record.n : 0);
}

const struct field *feed_field(const struct event *e, int i)
{
	return i < e->fields.n ? e->fields.at[i] : list_of(e)->record.at[i - e->fields.n];
}

term feed_term(const struct step *st, int i)
{
	return i < st->event->fields.n ? st->field[i] : st->element[0][i - st->event->fields.n];
}

/* The simplest choice: a list is chosen, of one element, where what is in it matters. */
static num *simplest(const struct policy *p, const feature_list *features, const struct event *e)
{
	num *value = arena_alloc(sizeof(num) * (size_t)(feed_values(e) + 1));

	for (int i = 0; i < feed_values(e); i++) {
		const struct field *f = feed_field(e, i);
		bool free = f->type.kind == TYPE_LIST || f->type.kind == TYPE_KEY || f->type.kind == TYPE_TAG ||
			(i >= e->fields.n && !matters(p, features, e, f));

		value[i] = free ? ANY_VALUE : f->type.lo;
		if (!free && i >= e->fields.n)
			value[list_of(e)->index] = 1;
	}
	return value;
}

/* Every combination of the fields' values, as far as that is few. */
static void tuples_of(const struct policy *p, const feature_list *features, const struct event *e, tuples *out)
{
	num *base = simplest(p, features, e);
	size_t size = sizeof(num) * (size_t)(feed_values(e) + 1);
	const struct field *list = list_of(e);

	*list_add(out) = base;
	for (int i = 0; i < feed_values(e); i++) {
		const struct field *f = feed_field(e, i);
		num_list v = {0};
		if (base[i] == ANY_VALUE || f->type.kind == TYPE_LIST || !matters(p, features, e, f) ||
			(f->type.kind == TYPE_CANDIDATE && base[list->index] == 1))
			continue;
		field_values(p, f, &v);
		int until = out->n;
		for (int t = 0; t < until; t++)
			for (int k = 0; k < v.n && out->n < FEEDS; k++) {
				if (v.at[k] == out->at[t][i])
					continue;
				num *one = arena_alloc(size);
				memcpy(one, out->at[t], size);
				one[i] = v.at[k];
				*list_add(out) = one;
			}
	}
}

void script_feeds(struct checker *c, const struct guardrail *g, const struct event *event, feed_list *out)
{
	const struct policy *p = c->policy;
	const struct flight *flight = flight_closed_by(c->rel, event);
	tuples mine = {0}, opens = {0};
	feature_list features = {0};
	int classes = 0;
	bool timed = false;

	evidence_of(p, g, &features);
	for (int i = 0; i < features.n; i++)
		timed |= features.at[i]->kind == FEATURE_AGE || features.at[i]->kind == FEATURE_HELD;
	tuples_of(p, &features, event, &mine);
	if (flight)
		tuples_of(p, &features, flight->open, &opens);
	if (flight && flight->carry && carries_said(p) && p->models.n && p->models.at[0]->classes)
		classes = p->models.at[0]->classes->names.n;
	for (int said = -1; said < classes; said++)
		for (int o = 0; o < (flight ? opens.n : 1); o++)
			for (int i = 0; i < mine.n && out->n < 4 * FEEDS; i++) {
				struct feed f = {.event = event, .field = mine.at[i], .said = said};
				if (flight) {
					f.open = flight->open;
					f.open_field = opens.at[o];
				}
				if (o && i && opens.n * mine.n > FEEDS)
					continue;
				*list_add(out) = f;
				f.wait = 1; /* for what is a time */
				if (timed)
					*list_add(out) = f;
			}
}

/* ---- the model is asked in the end ---- */

/* A decision on the followed key alone asks for it, or brings the guardrail that stands first over it nearer to its
 * turn. */
static bool turn_comes(struct checker *c)
{
	struct relation *r = c->rel;
	const struct policy *p = c->policy;
	struct step *st = step_of(r, STEP_ASK, NULL);
	const struct model *m = p->models.at[0];
	term alone = st->ticket, nearer, first = t_bool(true), all = t_bool(true);
	int index, every = m->shadow ? m->shadow : m->probe;
	const struct key *key = m->each ? relation_list_key(m->each, NULL, &index) : NULL;

	if (st->list)
		alone = t_and(alone, t_eqi(st->field[st->list->index], 1));
	if (key)
		alone = t_and(alone, t_eq(st->element[0][index], r->skolem[relation_key(r, key)]));
	for (int k = 0; k < r->keys.n; k++)
		if (st->own_key[k])
			alone = t_and(alone, t_eq(st->own_key[k], r->skolem[k]));
	for (int i = 0; i < p->guardrails.n; i++) {
		const struct guardrail_vars *x = &r->guardrail[i];
		if (!relation_acts_fallback(p->guardrails.at[i]))
			continue;
		term stands = t_and(first, st->mid.v[x->tripped]);
		first = t_and(first, t_not(st->mid.v[x->tripped]));
		nearer = !every ? t_bool(false)
				: t_and(t_eq(st->post[x->turn], t_addi(st->mid.v[x->turn], 1)),
					  t_lei(st->mid.v[x->turn], every - 2));
		all = t_and(all, t_implies(stands, t_or(st->asked[0], nearer)));
	}
	all = t_and(all, t_implies(first, st->asked[0]));
	return ask(c, st, t_and(alone, t_not(all)), NULL) == SMT_UNSAT;
}

/* What was asked and is answered so is what was said. */
static bool answer_stays(struct checker *c, int said)
{
	struct relation *r = c->rel;
	const struct model *m = c->policy->models.at[0];
	struct step *st = settle_of(r);
	int index, var = r->model[m->index].said;
	const struct key *key = r->vars.at[var].key;
	term so = t_and(t_and(st->answered, st->asked[0]), t_eqi(st->answer[0], said));

	if (st->list)
		so = t_and(so, t_eqi(st->field[st->list->index], 1));
	if (key && relation_list_key(st->list, key, &index))
		so = t_and(so, t_eq(st->element[0][index], r->skolem[relation_key(r, key)]));
	return ask(c, st, t_and(so, t_not(t_eqi(st->post[var], said))), NULL) == SMT_UNSAT;
}

bool script_can(struct checker *c, const struct guardrail *g, const struct feed *feed)
{
	(void)g;
	return feed->said < 0 || (turn_comes(c) && answer_stays(c, feed->said));
}

/* ---- the feeding entry, from any tripped state ---- */

static void fix(struct question *q, const struct relation *r, const struct step *st, const num *field)
{
	for (int i = 0; i < feed_values(st->event); i++)
		if (field[i] != ANY_VALUE)
			ask_assert(q, t_eqi(feed_term(st, i), field[i]));
	for (int k = 0; k < r->keys.n; k++)
		if (st->own_key[k])
			ask_assert(q, t_eq(st->own_key[k], r->skolem[k]));
}

/* The closing entry's request is the one that was just opened: its carry is what was written then. */
static void same_request(struct question *q, struct relation *r, struct step *open, struct step *close)
{
	const struct carry *carry = r->policy->carry;
	struct env env = {.r = r, .step = open, .view = &open->aged, .candidate = -1};

	for (int i = 0; carry && close->carry && i < carry->columns.n; i++) {
		term x = expr_term(&env, carry->columns.at[i].value);
		ask_assert(q, t_eq(close->carry[i], t_is_truth(x) ? t_bit(x) : x));
	}
}

static enum step_kind kind_of(const struct policy *p, const struct event *e)
{
	return p->decision && p->decision->on == e ? STEP_ASK : e->tick ? STEP_TICK : STEP_EVENT;
}

/* The feed from the state s; it may have rearmed at the opening: then that was all that was wanted. */
static struct step *feed_step(
	struct question *q, struct checker *c, const struct guardrail *g, const struct feed *feed, term *s)
{
	struct relation *r = c->rel;
	struct step *st;

	if (feed->open) {
		struct step *open = relation_next(r, STEP_EVENT, feed->open, s);
		lemmas_assume(q, r, c->known, open);
		fix(q, r, open, feed->open_field);
		st = relation_next(r, STEP_EVENT, feed->event, open->post);
		same_request(q, r, open, st);
		ask_assert(q, open->post[r->guardrail[g->index].tripped]);
	} else {
		st = relation_next(r, kind_of(r->policy, feed->event), feed->event, s);
	}
	lemmas_assume(q, r, c->known, st);
	fix(q, r, st, feed->field);
	for (int i = 0; feed->knobs && i < r->policy->tunables.n; i++)
		ask_assert(q, t_eqi(st->operator_set[i], feed->knobs[i]));
	if (feed->wait >= 0)
		ask_assert(q, t_eqi(st->passed, feed->wait));
	/* so it may have at this entry */
	ask_assert(q, st->post[r->guardrail[g->index].tripped]);
	return st;
}

enum smt_answer script_always(
	struct checker *c, const struct guardrail *g, const struct feed *feed, property_fn *property, void *user)
{
	struct relation *r = c->rel;
	struct question *q = ask_new(SMT_RLIMIT);
	enum smt_answer answer;

	ask_assert(q, r->s[r->guardrail[g->index].tripped]);
	if (feed->said >= 0)
		ask_assert(q, t_eqi(r->s[r->model[r->policy->models.at[0]->index].said], feed->said));
	struct step *st = feed_step(q, c, g, feed, r->s);
	ask_assert(q, t_not(property(c, st, user)));
	answer = ask_check(q);
	ask_free(q);
	return answer;
}

bool feed_value(struct checker *c, const struct feed *feed, const struct expr *e, num *x)
{
	struct step *st = relation_next(c->rel, kind_of(c->policy, feed->event), feed->event, c->rel->s);
	struct env env = {.r = c->rel, .step = st, .view = &st->aged, .candidate = -1};
	term from[FEED_VALUES], to[FEED_VALUES], t;
	int n = 0;

	for (int i = 0; i < feed_values(feed->event); i++)
		if (feed->field[i] != ANY_VALUE) {
			from[n] = feed_term(st, i);
			to[n++] = t_num(feed->field[i]);
		}
	t = expr_term(&env, e);
	return t_is_num(t_simplified(t_replace(t_is_truth(t) ? t_bit(t) : t, from, to, n)), x);
}

bool script_left(struct checker *c, int entries)
{
	c->scripts_left -= (long)entries * c->rel->vars.n;
	return c->scripts_left > 0;
}

enum smt_answer script_chain(struct checker *c, const struct guardrail *g, const struct feed *const *feeds, int n)
{
	struct relation *r = c->rel;
	struct question *q = ask_new(SMT_RLIMIT);
	enum smt_answer answer;
	term *s = r->s;

	ask_assert(q, s[r->guardrail[g->index].tripped]);
	for (int i = 0; i < n; i++)
		s = feed_step(q, c, g, feeds[i], s)->post;
	answer = ask_check(q);
	ask_free(q);
	return answer;
}

static void say_fields(FILE *f, const struct policy *p, const struct event *e, const num *field)
{
	const char *comma = "", *end = "";

	fprintf(f, "%s {", e->name);
	for (int i = 0; i < feed_values(e); i++) {
		const struct field *x = feed_field(e, i);
		if (field[i] == ANY_VALUE || x->type.kind == TYPE_LIST || !policy_reads(p, x))
			continue;
		if (i >= e->fields.n && !*end) {
			fprintf(f, "%s %s [ {", comma, list_of(e)->name);
			comma = "";
			end = " } ]";
		}
		fprintf(f, "%s %s %s", comma, x->name, show_value(&x->type, field[i]));
		comma = ",";
	}
	fprintf(f, "%s }", end);
}

const char *script_text(struct checker *c, const struct feed *feed)
{
	const struct policy *p = c->policy;
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	for (int i = 0; feed->knobs && i < p->tunables.n; i++)
		fprintf(f, "set %s = %s, ", p->tunables.at[i]->name,
			show_value(&p->tunables.at[i]->type, feed->knobs[i]));
	if (feed->said >= 0) {
		const struct model *m = p->models.at[0];
		int every = m->shadow ? m->shadow : m->probe;
		fprintf(f, "%d x %s (%s answers %s when it is asked), ", every ? every : 1, p->decision->on->name,
			m->name, m->classes->names.at[feed->said]);
	}
	if (feed->open) {
		say_fields(f, p, feed->open, feed->open_field);
		fprintf(f, ", ");
	}
	say_fields(f, p, feed->event, feed->field);
	fclose(f);
	const char *shown = arena_strdup(text);
	free(text);
	return shown;
}
