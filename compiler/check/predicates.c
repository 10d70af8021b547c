/* The strongest invariant that can be said in the policy's own conditions: which combinations of them the entries can
 * come to, of those that guardrails, rules and assumptions read of the state, and of what is tripped. Asked one after
 * another: from the combinations that are known, with the lemmas, can an entry come to another? When none can, they are
 * all. It is found only where a question is open without it, and nothing of it is printed into the code. */
#include "check.h"

enum {
	PREDICATES = 18,
	FEWEST = 6,
	COMBINATIONS = 200, /* beyond that it is not worth while */
	VALUES = 4	    /* of a knob, with which a comparison is a predicate for each */
};

struct predicate {
	const struct expr *expr; /* a condition; or */
	const struct guardrail *tripped, *ever;
	const struct feature *empty;   /* nothing has entered it */
	const struct feature *running; /* a time that counts from something */
	int flight;		       /* from 1: something is out .. */
	int carrying;		       /* .. whose carry satisfies this atom, from 1; 0: any */
	bool open, asked;	       /* there is a ticket; it asked for an answer */
	const struct model *said;      /* it has answered */
	const struct guardrail *since; /* that tripped no earlier than the ticket was taken .. */
	bool rearmed;		       /* .. or rearmed */
};

struct combinations {
	LIST(struct predicate) predicates;
	LIST(uint32_t) known; /* bit i: predicate i */
};

/* ---- the predicates ---- */

static bool compares(enum op op)
{
	return op == EXPR_EQ || op == EXPR_NE || op == EXPR_LT || op == EXPR_LE || op == EXPR_GT || op == EXPR_GE;
}

/* The state alone decides it, of the followed keys. */
static bool of_state(const struct expr *e)
{
	if (!e)
		return true;
	switch ((int)e->op) {
	case EXPR_TUNABLE:
	case EXPR_FIELD:
	case EXPR_ELEMENT:
	case EXPR_CANDIDATE:
	case EXPR_COUNT:
	case EXPR_CARRY:
	case EXPR_ANSWER:
	case EXPR_SAID:
	case EXPR_CHOICE:
	case EXPR_BY:
	case EXPR_ARGMIN:
	case EXPR_ARGMAX:
	case EXPR_FIRST:
		return false;
	case EXPR_KEYVAR:
		return e->type.key->max <= 1;
	default:
		break;
	}
	return of_state(e->a) && of_state(e->b) && of_state(e->c);
}

static void add(struct combinations *x, const struct expr *e)
{
	for (int i = 0; i < x->predicates.n; i++)
		if (x->predicates.at[i].expr && relation_same(x->predicates.at[i].expr, e))
			return;
	if (x->predicates.n < PREDICATES)
		*list_add(&x->predicates) = (struct predicate){.expr = e};
}

/* `f cmp knob`: for each value that the knob may have. */
static void add_values(struct combinations *x, const struct expr *e)
{
	bool left = e->a->op == EXPR_TUNABLE;
	const struct tunable *t = left ? e->a->tunable : e->b->op == EXPR_TUNABLE ? e->b->tunable : NULL;

	if (!t || !of_state(left ? e->b : e->a) || t->type.hi - t->type.lo >= VALUES)
		return;
	for (num v = t->type.lo; v <= t->type.hi; v++) {
		struct expr *value = arena_alloc(sizeof *value), *one = arena_alloc(sizeof *one);
		*value = left ? *e->a : *e->b;
		value->op = EXPR_INT;
		value->tunable = NULL;
		value->value = v;
		*one = *e;
		*(left ? &one->a : &one->b) = value;
		add(x, one);
	}
}

static void collect(struct combinations *x, const struct expr *e)
{
	if (!e)
		return;
	if (e->op == EXPR_SHARE || e->op == EXPR_ACTIVE || compares(e->op)) {
		if (of_state(e))
			add(x, e);
		else if (compares(e->op))
			add_values(x, e);
		return;
	}
	collect(x, e->a);
	collect(x, e->b);
	collect(x, e->c);
}

static void add_other(struct combinations *x, struct predicate p)
{
	if (x->predicates.n < PREDICATES)
		*list_add(&x->predicates) = p;
}

/* What the ticket has to do with guardrails that have moved since. */
static void tickets(const struct policy *p, const struct relation *r, struct combinations *x)
{
	if (!p->decision)
		return;
	add_other(x, (struct predicate){.open = true});
	if (p->models.n)
		add_other(x, (struct predicate){.asked = true});
	for (int i = 0; r->asked_at != NO_VAR && i < p->guardrails.n; i++) {
		const struct guardrail *g = p->guardrails.at[i];
		if (g->hold && !g->latch)
			add_other(x, (struct predicate){.since = g});
		if (g->every && !g->latch)
			add_other(x, (struct predicate){.since = g, .rearmed = true});
	}
}

/* Where a carry or a feature reads what the model said: whether it ever did, and what of it is out. */
static void answers(const struct policy *p, const struct relation *r, struct combinations *x)
{
	bool read = false;

	for (int i = 0; p->carry && i < p->carry->columns.n; i++)
		read |= p->carry->columns.at[i].value->op == EXPR_SAID;
	for (int i = 0; p->models.n && read && i < r->flights.n; i++)
		for (int a = 0; r->flights.at[i].carry && a < r->atoms.n; a++)
			add_other(x, (struct predicate){.flight = i + 1, .carrying = a + 1});
	if (p->models.n && read)
		add_other(x, (struct predicate){.said = p->models.at[0]});
}

static void predicates_of(const struct policy *p, const struct relation *r, struct combinations *x)
{
	for (int i = 0; i < p->guardrails.n && i < PREDICATES; i++)
		*list_add(&x->predicates) = (struct predicate){.tripped = p->guardrails.at[i]};
	for (int i = 0; i < p->guardrails.n; i++)
		collect(x, p->guardrails.at[i]->trip);
	for (int i = 0; i < p->guardrails.n; i++)
		collect(x, p->guardrails.at[i]->rearm);
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];
		if (r->feature[i].at != NO_VAR)
			add_other(x, (struct predicate){.running = f});
		if ((f->after > 1 || f->reset_on_trip || f->reset_on_rearm) && r->feature[i].seen != NO_VAR)
			add_other(x, (struct predicate){.empty = f});
	}
	for (int i = 0; i < r->flights.n; i++)
		add_other(x, (struct predicate){.flight = i + 1});
	tickets(p, r, x);
	answers(p, r, x);
	for (int i = 0; i < p->guardrails.n; i++)
		add_other(x, (struct predicate){.ever = p->guardrails.at[i]});
	for (int i = 0; i < p->assumptions.n; i++)
		collect(x, p->assumptions.at[i]->holds);
	for (int i = 0; p->decision && i < p->decision->parts.n; i++) {
		collect(x, p->decision->parts.at[i].learned);
		collect(x, p->decision->parts.at[i].fallback);
	}
	for (int i = 0; i < p->guarantees.n; i++)
		collect(x, p->guarantees.at[i]->holds);
}

/* ---- as terms ---- */

static void terms(const struct combinations *x, struct relation *r, struct step *still, term *out)
{
	struct env env = {.r = r, .step = still, .view = &still->mid, .candidate = -1};

	for (int i = 0; i < x->predicates.n; i++) {
		const struct predicate *p = &x->predicates.at[i];
		if (p->since) {
			const struct guardrail_vars *g = &r->guardrail[p->since->index];
			out[i] = t_and(still->pre[p->rearmed ? g->rearmed : g->ever],
				t_le(still->pre[r->asked_at], still->pre[p->rearmed ? g->rearm_at : g->trip_at]));
			continue;
		}
		out[i] = p->expr      ? expr_term(&env, p->expr)
			: p->ever     ? still->pre[r->guardrail[p->ever->index].ever]
			: p->carrying ? t_gei(still->pre[r->flight[p->flight - 1].carried[p->carrying - 1]], 1)
			: p->flight   ? t_gei(still->pre[r->flight[p->flight - 1].total], 1)
			: p->open     ? t_gei(still->pre[r->tickets], 1)
			: p->said     ? t_not(t_eq(still->pre[r->model[0].said], r->vars.at[r->model[0].said].initial))
			: p->asked    ? t_gei(still->pre[r->model[0].asks], 1)
			: p->running  ? still->pre[r->feature[p->running->index].running]
			: p->empty    ? t_eqi(still->pre[r->feature[p->empty->index].seen], 0)
				      : still->pre[r->guardrail[p->tripped->index].tripped];
	}
}

static term known_term(const struct combinations *x, const term *t)
{
	term any = t_bool(false);

	for (int k = 0; k < x->known.n; k++) {
		term all = t_bool(true);
		for (int i = 0; i < x->predicates.n; i++)
			all = t_and(all, x->known.at[k] >> i & 1 ? t[i] : t_not(t[i]));
		any = t_or(any, all);
	}
	return any;
}

term combinations_term(const struct relation *r, const struct combinations *x, const term *v)
{
	term t[PREDICATES];

	terms(x, (struct relation *)r, relation_still((struct relation *)r, (term *)v), t);
	return known_term(x, t);
}

/* ---- the search ---- */

static uint32_t combination(struct question *q, const struct combinations *x, const term *t)
{
	uint32_t bits = 0;

	for (int i = 0; i < x->predicates.n; i++)
		bits |= (uint32_t)ask_true(q, t[i]) << i;
	return bits;
}

/* Adds what the question's state t can be and is not known, until there is none. `from`: a known one, or NULL: any. */
static enum smt_answer extend(struct question *q, struct combinations *x, const term *from, const term *t, bool *more)
{
	for (;;) {
		ask_push(q);
		if (from)
			ask_assert(q, known_term(x, from));
		ask_assert(q, t_not(known_term(x, t)));
		enum smt_answer answer = ask_check(q);
		uint32_t bits = answer == SMT_SAT ? combination(q, x, t) : 0;
		ask_pop(q);
		if (answer != SMT_SAT)
			return answer;
		if (x->known.n == COMBINATIONS)
			return SMT_UNKNOWN;
		*list_add(&x->known) = bits;
		*more = true;
	}
}

static bool find(struct checker *c, struct combinations *x)
{
	struct relation *r = c->rel;
	term at[PREDICATES], before[PREDICATES];
	struct step *still = relation_still(r, relation_init(r));
	struct question *q = ask_new(SMT_RLIMIT);
	bool more = false;

	terms(x, r, still, at);
	lemmas_assume_still(q, r, &c->real, still);
	enum smt_answer answer = extend(q, x, NULL, at, &more);
	ask_free(q);
	while (answer == SMT_UNSAT && more) {
		more = false;
		for (int i = 0; i < r->steps.n && answer == SMT_UNSAT; i++) {
			struct step *st = r->steps.at[i], *then = relation_still(r, st->post),
				    *first = relation_still(r, st->pre);
			q = ask_new(SMT_RLIMIT);
			lemmas_assume(q, r, &c->real, st);
			terms(x, r, first, before);
			terms(x, r, then, at);
			for (int k = 0; k < st->others.n; k++)
				ask_assert(q, combinations_term(r, x, lemmas_record(r, st, &st->others.at[k])));
			answer = extend(q, x, before, at, &more);
			ask_free(q);
		}
	}
	return answer == SMT_UNSAT;
}

static const struct combinations *combinations_of(struct checker *c)
{
	if (c->policy->guardrails.n > PREDICATES)
		return NULL;
	for (int most = PREDICATES; most >= FEWEST;
		most = most * 2 / 3) { /* where there are too many combinations, of fewer */
		struct combinations *x = arena_alloc(sizeof *x);
		predicates_of(c->policy, c->rel, x);
		most = x->predicates.n < most ? x->predicates.n : most;
		x->predicates.n = most;
		if (find(c, x))
			return x;
	}
	return NULL;
}

const struct lemmas *strong_invariant(struct checker *c)
{
	if (!c->strong_tried) {
		c->strong_tried = true;
		c->strong = c->real;
		c->strong.combinations = combinations_of(c);
	}
	return &c->strong;
}
