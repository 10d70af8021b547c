/* vacuous: each transition, rule's branch, clause and class is reached, and matters. Reached: a trace from init that
 * the interpreter played. Not reached: unsat over the invariant, and then the text says something that is not so. */
#include "case.h"
#include "judge.h"

#include <string.h>

enum { BY_RULES = 8 }; /* hunts with a condition of a rule as one more aim */

typedef LIST(const struct expr *) conditions;

struct condition {
	const struct expr *expr; /* a condition, or an alternative that finds somebody */
	bool finds, want;
	const struct expr *when; /* of an alternative: its own condition, and only if both are so; or NULL */
};

struct item {
	struct checker *c;
	struct judge *j;
	const struct guardrail *guardrail;
	const struct guarantee *guarantee;
	const struct assumption *assumption;
	bool trip;
	bool learned; /* only learned's rules can show it */
	/* a branch: these conditions of the alternatives before it, and its own */
	LIST(struct condition) path;
	int class; /* of the model */
	struct outcome first;
	const struct entry *extra; /* the solver's case */
};

/* What was asked of the solver, over all entries that it can be asked of. */
struct reached {
	bool maybe, unsure;
	struct question *q; /* the case, where it may be */
	const struct step *st;
	goal_list goals; /* all that was asked */
};

static void also(struct checker *c, struct reached *r, const struct step *st, term goal)
{
	enum smt_answer answer;

	*list_add(&r->goals) = (struct goal){st, goal};
	if (r->maybe)
		return;
	answer = ask_real(c, st, goal, &r->q);
	r->maybe |= answer == SMT_SAT;
	r->unsure |= answer == SMT_UNKNOWN;
	r->st = st;
}

static bool never(struct checker *c, const struct reached *r)
{
	for (int i = 0; i < r->goals.n; i++)
		if (ask_strong(c, r->goals.at[i].st, r->goals.at[i].t) != SMT_UNSAT)
			return false;
	return true;
}

static bool reads_state(const struct expr *e)
{
	return e &&
		(e->op == EXPR_FEATURE || e->op == EXPR_SHARE || e->op == EXPR_COLUMN || e->op == EXPR_TRIPPED ||
			e->op == EXPR_ROOM || e->op == EXPR_TRIP_AGE || reads_state(e->a) || reads_state(e->b) ||
			reads_state(e->c));
}

static bool reads_field(const struct expr *e)
{
	return e &&
		(e->op == EXPR_FIELD || e->op == EXPR_ELEMENT || e->op == EXPR_COUNT || reads_field(e->a) ||
			reads_field(e->b) || reads_field(e->c));
}

static bool reads_answer(const struct expr *e)
{
	return e && (e->op == EXPR_ANSWER || reads_answer(e->a) || reads_answer(e->b) || reads_answer(e->c));
}

/* Of a candidate, or of the key of an `any` around it. */
static bool reads_bound(const struct expr *e)
{
	return e &&
		(e->op == EXPR_KEYVAR || e->type.kind == TYPE_CANDIDATE || reads_bound(e->a) || reads_bound(e->b) ||
			reads_bound(e->c));
}

/* The key of the entry that a decision is for, where the expression reads the state of that key. */
static const struct key *own_key(const struct expr *e)
{
	const struct key *k = NULL;

	if (!e)
		return NULL;
	if ((e->op == EXPR_FEATURE || e->op == EXPR_COLUMN || e->op == EXPR_ACTIVE || e->op == EXPR_SHARE) && !e->a)
		k = e->feature->state->key;
	else if ((e->op == EXPR_TRIPPED || e->op == EXPR_TRIP_AGE) && !e->a)
		k = e->guardrail->key;
	k = k ? k : own_key(e->a);
	k = k ? k : own_key(e->b);
	return k ? k : own_key(e->c);
}

/* What a rule asks of the state before it chooses: until that is so, or no more, a kind of decision does not come. */
static void rule_conditions(const struct expr *e, conditions *out)
{
	if (!e)
		return;
	bool whole =
		e->op == EXPR_ANY || e->op == EXPR_EVERY || (e->op >= EXPR_EQ && e->op <= EXPR_GE && !reads_bound(e));
	if (whole && reads_state(e) && !reads_field(e) && !reads_answer(e)) {
		*list_add(out) = e;
		return;
	}
	rule_conditions(e->a, out);
	rule_conditions(e->b, out);
	rule_conditions(e->c, out);
}

/* The same hunt, with each such condition as one more aim; of the first two keys, as the searches look at no more. */
static struct trace *by_rules(struct checker *c, const struct hunt *h)
{
	const struct decision *d = c->policy->decision;
	conditions all = {0};
	struct trace *t = NULL;

	for (int i = 0; d && i < d->parts.n; i++) {
		rule_conditions(d->parts.at[i].learned, &all);
		rule_conditions(d->parts.at[i].fallback, &all);
	}
	for (int i = 0, tried = 0; i < 2 * all.n && !t; i++)
		for (int k = 0; k < keys_of(own_key(all.at[i / 2])) && k < 2 && tried < BY_RULES && !t; k++, tried++) {
			struct hunt more = *h;
			*list_add(&more.aims) = (struct aim){
				.kind = AIM_EXPR, .expr = all.at[i / 2], .candidate = -1, .key = k, .want = i % 2 == 0};
			t = explore(c->explorer, &more);
		}
	return t;
}

/* The same hunt for what only learned's rules do: also towards where no guardrail is over them. */
static struct trace *armed(struct checker *c, const struct hunt *h)
{
	struct hunt more = *h;

	for (int i = 0; i < c->policy->guardrails.n; i++) {
		const struct guardrail *g = c->policy->guardrails.at[i];
		if (relation_acts_fallback(g))
			*list_add(&more.aims) = (struct aim){.kind = AIM_TRIPPED, .guardrail = g, .want = false};
	}
	return more.aims.n > h->aims.n ? explore(c->explorer, &more) : NULL;
}

static void is_dead(struct verdict *v, const char *dead, const char *help)
{
	v->answer = REFUTED;
	v->reason = dead;
	v->help = help;
}

static void conclude(struct checker *c, struct item *item, struct reached r, struct hunt *h, struct span at,
	const char *subject, const char *dead, const char *help)
{
	struct verdict *v = verdict_add(c, subject, at, UNKNOWN);

	bool asked = c->strong_tried; /* it has been worth while before: first */
	if ((!r.maybe && !r.unsure) || (asked && never(c, &r))) {
		is_dead(v, dead, help);
		return;
	}
	h->user = item;
	h->anywhere = true;
	h->budget = 200000;
	if (h->at) {
		body_list decisions = {0};
		explorer_decisions(c->explorer, &decisions);
		h->at_cost = 8 * (uint64_t)decisions.n;
	}
	v->trace = explore(c->explorer, h);
	if (!v->trace && !asked && never(c, &r)) {
		is_dead(v, dead, help);
		return;
	}
	if (!v->trace && item->learned)
		v->trace = armed(c, h);
	if (!v->trace)
		v->trace = by_rules(c, h);
	if (!v->trace && r.q) { /* the same, towards the solver's case */
		const struct entry *e = case_take(c, r.q, r.st);
		body_of(h, e);
		item->extra = e;
		case_aims(c, r.q, r.st, e, h);
		v->trace = explore(c->explorer, h);
	}
	if (r.q)
		ask_free(r.q);
	if (!v->trace && never_reached(c, &r.goals)) {
		is_dead(v, dead, help);
		return;
	}
	v->answer = v->trace ? PROVED : UNKNOWN;
	v->reason = v->trace ? "reached by a replayed trace"
			     : arena_printf("no trace was found on which this is not so: %s", dead);
}

static struct item *item_new(struct checker *c)
{
	struct item *i = arena_alloc(sizeof *i);

	i->c = c;
	i->j = arena_alloc(sizeof *i->j);
	return i;
}

/* ---- transitions ---- */

static bool stays(void *user, struct machine *m, const struct entry *in, const struct outcome *out)
{
	const struct item *i = user;

	(void)m;
	(void)in;
	return !((i->trip ? out->tripped : out->rearmed) >> i->guardrail->index & 1);
}

static void transition(struct checker *c, const struct guardrail *g, bool trip)
{
	struct item *item = item_new(c);
	struct reached r = {0};
	struct hunt h = {.hit = stays};
	struct aim aim = {.kind = trip ? AIM_TRIPPED : AIM_REARMS, .guardrail = g, .want = true};

	item->guardrail = g;
	item->trip = trip;
	for (int i = 0; i < c->rel->steps.n; i++) {
		const struct step *st = c->rel->steps.at[i];
		if (st->trips[g->index])
			also(c, &r, st, trip ? st->trips[g->index] : st->rearms[g->index]);
	}
	*list_add(&h.aims) = aim;
	conclude(c, item, r, &h, trip ? g->trip_at : g->rearm_at,
		arena_printf("%s.%s", g->name, trip ? "trip" : "rearm"),
		arena_printf("`%s` never %s", g->name, trip ? "trips" : "rearms"),
		trip ? "its condition contradicts what is always so"
		     : "its condition contradicts what is so while it is tripped");
}

/* ---- the rules' branches ---- */

struct trial {
	struct item *item;
	bool (*test)(struct item *);
};

static bool is_so(void *user)
{
	const struct trial *t = user;

	return t->test(t->item);
}

/* Every decision that is known, and the ticket that is open with every answer. */
static bool try_decisions(struct item *item, const struct machine *m, struct run *last, bool (*test)(struct item *))
{
	struct trial t = {item, test};
	struct checker *c = item->c;
	body_list decisions = {0};
	entry_list answers = {0};

	explorer_decisions(c->explorer, &decisions);
	explorer_answers(c->explorer, &answers);
	for (int i = item->extra ? -1 : 0; i < decisions.n; i++)
		if (case_try(c, item->j, m, i < 0 ? item->extra : &decisions.at[i].entries.at[0], is_so, &t, last))
			return true;
	for (int i = 0; i < answers.n; i++)
		if (case_try_ticket(c, item->j, m, &answers.at[i], is_so, &t, last))
			return true;
	return false;
}

static bool finds(struct view *v, const struct expr *e)
{
	struct expr alone = *e;

	if (e->op != EXPR_FIRST && e->op != EXPR_ARGMIN && e->op != EXPR_ARGMAX)
		return true;
	alone.c = NULL;
	return value_of(v, &alone) != NONE;
}

static bool on_path(struct item *item)
{
	struct judge *j = item->j;
	struct view v = j->view;
	enum source_of by = j->settled.by;

	if (item->learned ? by != BY_LEARNED : by != BY_SHIELD && by != BY_FALLBACK)
		return false;
	v.by = by;
	if (item->learned)
		v.among = judge_learned_mask(j);
	for (int i = 0; i < item->path.n; i++) {
		const struct condition *x = &item->path.at[i];
		bool is = (!x->when || value_of(&v, x->when)) &&
			(x->finds ? finds(&v, x->expr) : !!value_of(&v, x->expr));
		if (is != x->want)
			return false;
	}
	return true;
}

static bool branch_here(void *user, const struct machine *m, struct run *last)
{
	return try_decisions(user, m, last, on_path);
}

static term path_term(struct checker *c, const struct item *item)
{
	struct step *st = settle_of(c->rel);
	struct env env = {
		.r = c->rel, .step = st, .view = &st->mid, .candidate = -1, .by = t_num(BY_LEARNED), .mask = st->need};
	term all = item->learned
		? st->transparent
		: t_and(fallback_used(c, st), t_and(st->fallback.found, needed_term(c->policy, st, &st->fallback)));

	for (int i = 0; i < item->path.n; i++) {
		const struct condition *x = &item->path.at[i];
		term t = x->finds ? finds_term(&env, x->expr, item->learned ? st->learned_mask : st->need)
				  : expr_term(&env, x->expr);
		t = x->when ? t_and(expr_term(&env, x->when), t) : t;
		all = t_and(all, x->want ? t : t_not(t));
	}
	return all;
}

static const struct guardrail *guardrail_in(const struct expr *e)
{
	const struct guardrail *g;

	if (!e)
		return NULL;
	if (e->op == EXPR_TRIP_AGE || e->op == EXPR_TRIPPED)
		return e->guardrail;
	g = guardrail_in(e->a);
	g = g ? g : guardrail_in(e->b);
	return g ? g : guardrail_in(e->c);
}

/* What the state must be for the path: conditions on it, and that the alternatives before it find nobody. */
static void path_aims(struct checker *c, const struct item *item, struct hunt *h)
{
	body_list decisions = {0};

	explorer_decisions(c->explorer, &decisions);
	for (int i = 0; i < item->path.n && decisions.n; i++) {
		const struct condition *x = &item->path.at[i];
		bool finds = x->finds && !x->when; /* the alternative's own condition is aimed at, where it has one */
		const struct expr *e = x->when ? x->when : finds ? x->expr->b : x->expr;
		struct aim aim = {.kind = AIM_EXPR, .expr = e, .want = x->want, .candidate = -1};
		if (!reads_state(e) || reads_answer(e))
			continue;
		const struct body *last = &decisions.at[decisions.n - 1];
		aim.in = &last->entries.at[0];
		for (int k = 0; k < (finds ? (int)aim.in->list_n : 1); k++) {
			aim.candidate = finds ? k : -1;
			*list_add(&h->aims) = aim;
		}
	}
}

static void branch(struct checker *c, struct item *item, const struct expr *e, const char *name)
{
	struct reached r = {0};
	struct hunt h = {.at = branch_here};

	also(c, &r, settle_of(c->rel), path_term(c, item));
	path_aims(c, item, &h);
	struct expr alone = *e;
	if (e->op == EXPR_FIRST || e->op == EXPR_ARGMIN || e->op == EXPR_ARGMAX)
		alone.c = NULL;
	conclude(c, item, r, &h, e->at, name, arena_printf("`%s` is never what decides", show_expr(&alone)),
		item->path.n		? "an alternative before it always finds one, or its condition never holds"
			: item->learned ? "what it says is never lawful, or something is always tripped"
					: "what `learned` says is always lawful, and nothing stands over it");
}

/* One item an alternative, with what the ones before it left. */
static void alternatives(struct checker *c, const struct part *part, bool learned)
{
	const struct expr *e = learned ? part->learned : part->fallback;
	struct item so_far = {.learned = learned};
	int n = 0;

	while (e) {
		const struct expr *one = e->op == EXPR_IF ? e->b : e, *next = NULL;
		struct item *item = item_new(c);
		struct condition cond = {.expr = e->a, .want = true},
				 found = {.expr = one, .finds = true, .want = true};
		bool chooser = one->op == EXPR_FIRST || one->op == EXPR_ARGMIN || one->op == EXPR_ARGMAX;

		item->learned = learned;
		for (int i = 0; i < so_far.path.n; i++)
			*list_add(&item->path) = so_far.path.at[i];
		if (e->op == EXPR_IF)
			*list_add(&item->path) = cond;
		if (chooser)
			*list_add(&item->path) = found;
		n++;
		branch(c, item, one, arena_printf("%s.%s.%d", part->name, learned ? "learned" : "fallback", n));
		cond.want = found.want = false;
		if (e->op == EXPR_IF) {
			next = e->c;
			found.when = e->a;
			*list_add(&so_far.path) = chooser ? found : cond;
		} else if (chooser) {
			next = e->c;
			*list_add(&so_far.path) = found;
		}
		e = next;
	}
}

/* ---- clauses ---- */

static bool forbidden(struct judge *j, const int64_t *choice, void *user)
{
	const struct item *i = user;

	for (int by = BY_LEARNED; by <= BY_FALLBACK; by++)
		if (!judge_lawful(j, choice, (enum source_of)by, i->guarantee))
			return true;
	return false;
}

/* Where nobody meets need there is no decision that it could forbid anything of. */
static bool forbids(struct item *item)
{
	return item->j->need && judge_some(item->j, false, forbidden, item);
}

static bool forbids_here(void *user, const struct machine *m, struct run *last)
{
	return try_decisions(user, m, last, forbids);
}

static bool reads_choice(const struct expr *e)
{
	return e &&
		(e->op == EXPR_CHOICE || e->op == EXPR_BY || reads_choice(e->a) || reads_choice(e->b) ||
			reads_choice(e->c));
}

/* What the state has to be so that the condition can be `want`: its parts that no choice changes; and where the
 * candidate that is chosen has tripped, or not, that guardrail of some key. */
static void aims_of(const struct expr *e, bool want, const struct entry *in, struct hunt *h)
{
	struct aim trip = {.kind = AIM_TRIPPED, .want = true};

	if (!e)
		return;
	switch ((int)e->op) {
	case EXPR_NOT:
		aims_of(e->a, !want, in, h);
		return;
	case EXPR_AND:
	case EXPR_OR:
		aims_of(e->a, want, in, h);
		aims_of(e->b, want, in, h);
		return;
	case EXPR_IMPLIES:
		aims_of(e->a, !want, in, h);
		aims_of(e->b, want, in, h);
		return;
	default:
		break;
	}
	if (reads_state(e) && !reads_choice(e) && !reads_field(e)) {
		*list_add(&h->aims) =
			(struct aim){.kind = AIM_EXPR, .expr = e, .candidate = -1, .want = want, .in = in};
	} else if (guardrail_in(e)) {
		trip.guardrail = guardrail_in(e);
		*list_add(&h->aims) = trip;
	} else if (reads_state(e) && in) { /* of the first candidate, say */
		*list_add(&h->aims) = (struct aim){
			.kind = AIM_EXPR, .expr = e, .candidate = -1, .want = want, .in = in, .judged = true};
	}
}

static void clause(struct checker *c, const struct guarantee *g)
{
	const struct policy *p = c->policy;
	struct step *st = settle_of(c->rel);
	struct item *item = item_new(c);
	struct reached r = {0};
	struct hunt h = {.at = forbids_here};
	struct pick any = {.found = t_bool(true)};

	item->guarantee = g;
	any.value = arena_alloc(sizeof(term) * (size_t)p->decision->parts.n);
	for (int i = 0; i < p->decision->parts.n; i++)
		any.value[i] = t_int_var(p->decision->parts.at[i].name);
	for (int by = BY_LEARNED; by <= BY_FALLBACK; by++)
		also(c, &r, st,
			t_and(t_and(st->some_need, domain_term(p, st, &any)),
				t_not(ok_term(c->rel, st, any.value, t_num(by), g))));
	if (g->kind != GUARANTEE_POINT) { /* no more room, or at least so many are owed */
		struct expr *room = arena_alloc(sizeof *room);
		room->op = EXPR_ROOM;
		room->type.kind = TYPE_BOOL;
		room->guarantee = g;
		*list_add(&h.aims) = (struct aim){.kind = AIM_EXPR, .expr = room, .candidate = -1, .want = false};
	} else {
		body_list decisions = {0};
		explorer_decisions(c->explorer, &decisions);
		aims_of(g->holds, false, decisions.n ? &decisions.at[0].entries.at[0] : NULL, &h);
	}
	conclude(c, item, r, &h, g->at, g->name, arena_printf("`%s` forbids nothing", g->name),
		"no choice in any state would break it");
}

static bool not_needed(struct item *item)
{
	const struct judge *j = item->j;
	uint32_t all = j->in.list_n >= 32 ? UINT32_MAX : (UINT32_C(1) << (j->in.list_n ? j->in.list_n : 1)) - 1;

	return (j->need & all) != all;
}

static bool need_here(void *user, const struct machine *m, struct run *last)
{
	return try_decisions(user, m, last, not_needed);
}

static void needs(struct checker *c)
{
	const struct decision *d = c->policy->decision;
	struct step *st = settle_of(c->rel);
	struct env env = {.r = c->rel, .step = st, .view = &st->mid};
	struct reached r = {0};
	struct hunt h = {.at = need_here};
	int n = st->list_max ? st->list_max : 1;

	for (env.candidate = 0; env.candidate < n; env.candidate++)
		also(c, &r, st,
			t_and(st->list ? t_lt(t_num(env.candidate), st->field[st->list->index]) : t_bool(true),
				t_not(expr_term(&env, d->need))));
	if (reads_state(d->need)) {
		body_list decisions = {0};
		explorer_decisions(c->explorer, &decisions);
		struct aim aim = {.kind = AIM_EXPR, .expr = d->need, .want = false};
		aim.in = &decisions.at[decisions.n - 1].entries.at[0];
		*list_add(&h.aims) = aim;
	}
	conclude(c, item_new(c), r, &h, d->need_at, "need", "`need` leaves nobody out",
		"every candidate meets it, always");
}

static bool fails(struct item *item)
{
	return !value_of(&item->j->view, item->assumption->holds);
}

static bool fails_here(void *user, const struct machine *m, struct run *last)
{
	return try_decisions(user, m, last, fails);
}

static void assumes(struct checker *c, const struct assumption *a)
{
	struct step *st = settle_of(c->rel);
	struct env env = {.r = c->rel, .step = st, .view = &st->mid, .candidate = -1};
	struct item *item = item_new(c);
	struct reached r = {0};
	struct hunt h = {.at = fails_here};

	item->assumption = a;
	also(c, &r, st, t_not(expr_term(&env, a->holds)));
	body_list decisions = {0};
	explorer_decisions(c->explorer, &decisions);
	if (reads_state(a->holds) && decisions.n)
		*list_add(&h.aims) = (struct aim){.kind = AIM_EXPR,
			.expr = a->holds,
			.candidate = -1,
			.want = false,
			.in = &decisions.at[0].entries.at[0]};
	conclude(c, item, r, &h, a->at, a->name, arena_printf("`%s` assumes nothing", a->name), "it always holds");
}

/* ---- answers ---- */

static bool apart(const struct outcome *a, const struct outcome *b)
{
	return a->by != b->by || memcmp(a->choice, b->choice, sizeof a->choice);
}

static bool settles_so(struct item *item, const struct machine *m, const struct entry *e, bool ticket, uint64_t wait)
{
	if (ticket ? !judge_ticket(item->j, m, e, wait) : !judge_open(item->j, m, e, wait))
		return false;
	judge_close(item->j);
	return true;
}

/* The decision, with vector k's answer another: taken here, or the ticket that is open. */
static bool matters_to(struct item *item, const struct machine *m, const struct entry *e, int k, bool ticket,
	uint64_t wait, struct run *last)
{
	const struct model *model = item->c->policy->models.at[0];
	struct entry other = *e;
	bool mine = !model->classes || e->answers[k] == item->class;

	if (model->classes)
		other.answers[k] = mine ? (item->class + 1) % model->classes->names.n : item->class;
	else
		other.answers[k] = (int32_t)(e->answers[k] == model->type.lo ? model->type.hi : model->type.lo);
	if (!settles_so(item, m, e, ticket, wait))
		return false;
	if (!(item->j->asked.asked >> k & 1))
		return false;
	item->first = item->j->settled;
	if (!settles_so(item, m, &other, ticket, wait) || !apart(&item->first, &item->j->settled))
		return false;
	if (ticket)
		judge_run_ticket(mine ? e : &other, wait, last);
	else
		judge_run(mine ? e : &other, wait, last);
	return true;
}

static bool matters_here(void *user, const struct machine *m, struct run *last)
{
	struct item *item = user;
	struct explorer *x = item->c->explorer;
	const struct model *model = item->c->policy->models.at[0];
	body_list decisions = {0};
	entry_list answers = {0};
	const uint64_t *waits;
	int n = explorer_waits(x, &waits);

	explorer_decisions(x, &decisions);
	explorer_answers(x, &answers);
	for (int w = -1; w < n; w++) {
		uint64_t wait = w < 0 ? 0 : waits[w];
		for (int i = 0; i < decisions.n && (w < 0 || settles_anew(item->c->policy)); i++) {
			const struct entry *e = &decisions.at[i].entries.at[0];
			for (int k = 0; e->answered && k < (model->each ? (int)e->list_n : 1); k++)
				if (matters_to(item, m, e, k, false, wait, last))
					return true;
		}
		for (int i = 0; i < answers.n; i++)
			for (int k = 0; answers.at[i].answered && k < (model->each ? model->each->max : 1); k++)
				if (matters_to(item, m, &answers.at[i], k, true, wait, last))
					return true;
	}
	return false;
}

/* A number that is decided alone is clamped: what both come to then. */
static term clamped_apart(struct checker *c, struct step *st, const struct pick *a, const struct pick *b)
{
	const struct decision *d = c->policy->decision;
	term one = t_int_var("one.lawful"), other = t_int_var("another.lawful");

	if (d->parts.n != 1 || d->parts.at[0].kind != PART_NUMBER)
		return t_bool(true);
	return t_and(t_ne(one, other),
		t_and(clamped_term(c->rel, st, a->value[0], one), clamped_term(c->rel, st, b->value[0], other)));
}

/* Learned's choice with the answers as they are, and with those of one vector another. */
static term differs(struct checker *c, const struct model *m, int class)
{
	struct step *st = settle_of(c->rel);
	struct env env = {
		.r = c->rel, .step = st, .view = &st->mid, .candidate = -1, .by = t_num(BY_LEARNED), .mask = st->need};
	int n = m->each ? st->list_max : 1;
	term which = t_int_var("which"), other = t_int_var("other"), goal = t_bool(false);
	term *answers = st->answer, *changed = arena_alloc(sizeof(term) * (size_t)n);
	struct pick a, b;

	for (int i = 0; i < n; i++) {
		goal = t_or(goal,
			t_and(t_and(t_eqi(which, i), st->asked[i]),
				m->classes ? t_eqi(answers[i], class) : is_answer_term(m, answers[i])));
		changed[i] = t_if(t_eqi(which, i), other, answers[i]);
	}
	a = choose_term(&env, true, st->learned_mask);
	st->answer = changed;
	b = choose_term(&env, true, st->learned_mask);
	st->answer = answers;
	term same = t_iff(a.found, b.found);
	for (int i = 0; i < c->policy->decision->parts.n; i++)
		same = t_and(same, t_or(t_not(a.found), t_eq(a.value[i], b.value[i])));
	term heard = t_and(t_and(st->answered, st->some_need), t_or(st->probed, t_not(st->over)));
	goal = t_and(t_and(goal, heard), t_and(is_answer_term(m, other), t_not(same)));
	/* either is let through */
	goal = t_and(goal,
		t_or(st->probed,
			t_or(t_and(a.found, t_not(over_pick_term(c->rel, st, &a))),
				t_and(b.found, t_not(over_pick_term(c->rel, st, &b))))));
	return t_and(goal, t_or(t_not(t_iff(a.found, b.found)), clamped_apart(c, st, &a, &b)));
}

static void answer(struct checker *c, const struct model *m, int class)
{
	struct item *item = item_new(c);
	struct reached r = {0};
	struct hunt h = {.at = matters_here};
	const char *name = m->classes ? m->classes->names.at[class] : "answer";

	item->class = class;
	item->learned = true;
	also(c, &r, settle_of(c->rel), differs(c, m, class));
	conclude(c, item, r, &h, m->output_at.source ? m->output_at : m->at, arena_printf("%s.%s", m->name, name),
		m->classes ? arena_printf("whether `%s` answers `%s` changes no decision", m->name, name)
			   : arena_printf("what `%s` answers changes no decision", m->name),
		"let a rule read it, or leave it out");
}

static bool uses(const struct policy *p, const struct model *m)
{
	for (int i = 0; i < p->decision->parts.n; i++)
		if (reads_answer(p->decision->parts.at[i].learned))
			return m == p->models.at[0];
	return false;
}

void check_vacuous(struct checker *c)
{
	const struct policy *p = c->policy;

	for (int i = 0; i < p->guardrails.n; i++) {
		transition(c, p->guardrails.at[i], true);
		if (!p->guardrails.at[i]->latch)
			transition(c, p->guardrails.at[i], false);
	}
	if (!p->decision)
		return;
	if (p->decision->need)
		needs(c);
	for (int i = 0; i < p->decision->parts.n; i++) {
		alternatives(c, &p->decision->parts.at[i], true);
		alternatives(c, &p->decision->parts.at[i], false);
	}
	for (int i = 0; i < p->guarantees.n; i++)
		clause(c, p->guarantees.at[i]);
	for (int i = 0; i < p->assumptions.n; i++)
		assumes(c, p->assumptions.at[i]);
	for (int i = 0; i < p->models.n; i++) {
		const struct model *m = p->models.at[i];
		for (int k = 0; uses(p, m) && k < (m->classes ? m->classes->names.n : 1); k++)
			answer(c, m, k);
	}
}
