#include "evidence.h"

enum { TRIED = 64 /* combinations of values of what is measured */ };

/* ---- which features ---- */

static void add(feature_list *out, const struct feature *f)
{
	for (int i = 0; i < out->n; i++)
		if (out->at[i] == f)
			return;
	*list_add(out) = f;
}

static void features_in(const struct expr *e, feature_list *out, uint32_t *waits)
{
	if (!e)
		return;
	if (e->feature)
		add(out, e->feature);
	if (e->guardrail)
		*waits |= UINT32_C(1) << e->guardrail->index;
	features_in(e->a, out, waits);
	features_in(e->b, out, waits);
	features_in(e->c, out, waits);
}

void evidence_in(const struct expr *e, feature_list *out)
{
	uint32_t waits = 0;

	features_in(e, out, &waits);
}

/* The features of e, and of the guardrails that it names; returns those, by bit, and with them `seen`. */
static uint32_t rests_on(const struct policy *p, const struct expr *e, uint32_t seen, feature_list *out)
{
	uint32_t waits = 0;

	features_in(e, out, &waits);
	while (waits & ~seen)
		for (int i = 0; i < p->guardrails.n; i++)
			if ((waits & ~seen) >> i & 1) {
				seen |= UINT32_C(1) << i;
				features_in(p->guardrails.at[i]->trip, out, &waits);
				features_in(p->guardrails.at[i]->rearm, out, &waits);
			}
	return seen;
}

void evidence_of(const struct policy *p, const struct guardrail *g, feature_list *out)
{
	rests_on(p, g->rearm, UINT32_C(1) << g->index, out);
}

/* It asks any or every key for f. */
static bool asks_all(const struct policy *p, const struct expr *e, const struct feature *f)
{
	feature_list read = {0};

	if (!e)
		return false;
	if (e->op != EXPR_ANY && e->op != EXPR_EVERY)
		return asks_all(p, e->a, f) || asks_all(p, e->b, f) || asks_all(p, e->c, f);
	rests_on(p, e->a, 0, &read);
	for (int i = 0; i < read.n; i++)
		if (read.at[i] == f)
			return true;
	return false;
}

bool evidence_own(const struct policy *p, const struct guardrail *g, const struct feature *f)
{
	feature_list ignored = {0};
	uint32_t with = rests_on(p, g->rearm, UINT32_C(1) << g->index, &ignored);
	bool own = f->state->key && f->state->key == g->key;

	for (int i = 0; i < p->guardrails.n && own; i++) {
		const struct guardrail *h = p->guardrails.at[i];
		if (with >> i & 1)
			own = !asks_all(p, h->rearm, f) && (h == g || !asks_all(p, h->trip, f));
	}
	return own;
}

/* ---- what a measurement can do to an expression: the least and greatest it can be, whatever is measured ---- */

struct spread {
	term lo, hi;	   /* numbers */
	term may, may_not; /* truth: can it be so, can it not */
};

static struct spread spread(struct env *env, const struct expr *e);

static struct spread exact(struct env *env, const struct expr *e)
{
	term t = expr_term(env, e);

	if (t_is_truth(t))
		return (struct spread){t_bit(t), t_bit(t), t, t_not(t)};
	return (struct spread){t, t, t_ne(t, t_num(0)), t_eqi(t, 0)};
}

static struct spread number(term lo, term hi)
{
	return (struct spread){lo, hi, t_or(t_ne(lo, t_num(0)), t_ne(hi, t_num(0))), t_and(t_lei(lo, 0), t_gei(hi, 0))};
}

static struct spread truth(term may, term may_not)
{
	return (struct spread){t_if(may_not, t_num(0), t_num(1)), t_if(may, t_num(1), t_num(0)), may, may_not};
}

bool evidence_measures(const struct expr *e)
{
	if (!e)
		return false;
	if (e->op == EXPR_FIELD || e->op == EXPR_ELEMENT)
		return e->field->measurement;
	return evidence_measures(e->a) || evidence_measures(e->b) || evidence_measures(e->c);
}

static struct spread times(struct spread a, struct spread b)
{
	term p = t_mul(a.lo, b.lo), q = t_mul(a.lo, b.hi), r = t_mul(a.hi, b.lo), s = t_mul(a.hi, b.hi);

	return number(t_min(t_min(p, q), t_min(r, s)), t_max(t_max(p, q), t_max(r, s)));
}

static struct spread compared(enum op op, struct spread a, struct spread b)
{
	term fixed = t_and(t_eq(a.lo, a.hi), t_eq(b.lo, b.hi));
	term meet = t_and(t_le(a.lo, b.hi), t_le(b.lo, a.hi));

	switch ((int)op) {
	case EXPR_LT:
		return truth(t_lt(a.lo, b.hi), t_ge(a.hi, b.lo));
	case EXPR_LE:
		return truth(t_le(a.lo, b.hi), t_gt(a.hi, b.lo));
	case EXPR_GT:
		return truth(t_gt(a.hi, b.lo), t_le(a.lo, b.hi));
	case EXPR_GE:
		return truth(t_ge(a.hi, b.lo), t_lt(a.lo, b.hi));
	case EXPR_EQ:
		return truth(meet, t_not(t_and(fixed, t_eq(a.lo, b.lo))));
	default:
		return truth(t_not(t_and(fixed, t_eq(a.lo, b.lo))), meet);
	}
}

static struct spread spread_two(struct env *env, const struct expr *e)
{
	struct spread a = spread(env, e->a), b = spread(env, e->b);
	num d = 1;

	switch ((int)e->op) {
	case EXPR_ADD:
		return number(t_add(a.lo, b.lo), t_add(a.hi, b.hi));
	case EXPR_SUB:
		return number(t_sub(a.lo, b.hi), t_sub(a.hi, b.lo));
	case EXPR_MUL:
		return times(a, b);
	case EXPR_DIV:
		t_is_num(b.lo, &d);
		return number(t_div(a.lo, d), t_div(a.hi, d));
	case EXPR_MOD:
		t_is_num(b.lo, &d);
		return number(t_num(0), t_num(d - 1));
	case EXPR_MIN:
		return number(t_min(a.lo, b.lo), t_min(a.hi, b.hi));
	case EXPR_MAX:
		return number(t_max(a.lo, b.lo), t_max(a.hi, b.hi));
	case EXPR_AND:
		return truth(t_and(a.may, b.may), t_or(a.may_not, b.may_not));
	case EXPR_OR:
		return truth(t_or(a.may, b.may), t_and(a.may_not, b.may_not));
	case EXPR_IMPLIES:
		return truth(t_or(a.may_not, b.may), t_and(a.may, b.may_not));
	default:
		return compared(e->op, a, b);
	}
}

/* Where a measurement is read twice, or is multiplied, not all between the least and the greatest can be. */
static int readings(const struct expr *e, const struct field *f)
{
	return e ? (e->field == f) + readings(e->a, f) + readings(e->b, f) + readings(e->c, f) : 0;
}

static bool apart(const struct expr *e, const struct expr *all)
{
	if (!evidence_measures(e))
		return true;
	if (e->op == EXPR_FIELD || e->op == EXPR_ELEMENT)
		return readings(all, e->field) == 1;
	return e->op != EXPR_MUL && e->op != EXPR_MOD && apart(e->a, all) && apart(e->b, all) && apart(e->c, all);
}

/* .. and then it is as far as is seen of what the policy tells apart of each field. */
static struct spread tried(struct env *env, const struct expr *e, int field, int *left)
{
	const struct event *event = env->step->event;
	struct spread all;
	num_list values = {0};

	while (field < event->fields.n &&
		!(event->fields.at[field]->measurement && readings(e, event->fields.at[field])))
		field++;
	if (field >= event->fields.n) {
		--*left;
		return exact(env, e);
	}
	term was = env->step->field[field];
	all = tried(env, e, field + 1, left);
	field_values(env->r->policy, event->fields.at[field], &values);
	for (int i = 0; i<values.n && * left> 0; i++) {
		env->step->field[field] = t_num(values.at[i]);
		struct spread one = tried(env, e, field + 1, left);
		all = (struct spread){t_min(all.lo, one.lo), t_max(all.hi, one.hi), t_or(all.may, one.may),
			t_or(all.may_not, one.may_not)};
	}
	env->step->field[field] = was;
	return all;
}

static struct spread measured(struct env *env, const struct expr *e)
{
	int left = TRIED;

	return apart(e, e) ? spread(env, e) : tried(env, e, 0, &left);
}

static struct spread spread(struct env *env, const struct expr *e)
{
	if (!evidence_measures(e))
		return exact(env, e);
	switch ((int)e->op) {
	case EXPR_FIELD:
	case EXPR_ELEMENT:
		if (e->type.kind == TYPE_BOOL)
			return truth(t_bool(true), t_bool(true));
		if (e->type.kind == TYPE_CLASS)
			return number(t_num(0), t_num(e->type.symbols->names.n - 1));
		return number(t_num(e->type.lo), t_num(e->type.hi));
	case EXPR_NOT: {
		struct spread a = spread(env, e->a);
		return truth(a.may_not, a.may);
	}
	case EXPR_IF: {
		struct spread c = spread(env, e->a), a = spread(env, e->b), b = spread(env, e->c);
		if (e->type.kind == TYPE_BOOL)
			return truth(t_or(t_and(c.may, a.may), t_and(c.may_not, b.may)),
				t_or(t_and(c.may, a.may_not), t_and(c.may_not, b.may_not)));
		return number(t_if(t_not(c.may_not), a.lo, t_if(t_not(c.may), b.lo, t_min(a.lo, b.lo))),
			t_if(t_not(c.may_not), a.hi, t_if(t_not(c.may), b.hi, t_max(a.hi, b.hi))));
	}
	default:
		return spread_two(env, e);
	}
}

static term differs(struct env *env, const struct expr *e)
{
	struct spread s;

	if (!evidence_measures(e))
		return t_bool(false);
	s = measured(env, e);
	return t_ne(s.lo, s.hi);
}

static bool counts(const struct feature *f)
{
	return f->kind == FEATURE_COUNT || f->kind == FEATURE_SHARE || f->kind == FEATURE_RATE ||
		f->kind == FEATURE_HELD || f->kind == FEATURE_AGE || f->kind == FEATURE_SINCE;
}

/* What is in flight, and what is counted since, is told that the event came and no more. */
static bool comes_alone(const struct feature *f, const struct event *e)
{
	return (f->kind == FEATURE_IN_FLIGHT && (e == f->on || e == f->until)) ||
		(f->kind == FEATURE_SINCE && e == f->on);
}

/* The event of which `where` speaks: of a count since the one with which it begins anew. */
static const struct event *takes_in(const struct feature *f)
{
	return f->kind == FEATURE_SINCE ? f->until : f->on;
}

term evidence_enters(struct relation *r, struct step *st, const struct feature *f)
{
	struct env env = {.r = r, .step = st, .view = &st->aged, .candidate = -1};
	term among, may = t_bool(true), may_not = t_bool(false), other = t_bool(false);

	if (st->kind == STEP_SETTLE || !st->event)
		return t_bool(false);
	if (comes_alone(f, st->event))
		return t_bool(true);
	if (st->event != takes_in(f))
		return t_bool(false);
	among = f->among ? expr_term(&env, f->among) : t_bool(true);
	if (f->where) {
		struct spread s = measured(&env, f->where);
		may = s.may;
		may_not = s.may_not;
	} else if (counts(f)) {
		return among; /* that it came is all there is to it */
	}
	if (counts(f))
		return t_and(among, t_and(may, may_not));
	if (f->value)
		other = t_or(other, differs(&env, f->value));
	for (int c = 0; c < f->columns.n; c++)
		other = t_or(other, differs(&env, f->columns.at[c].value));
	return t_and(among, t_and(may, t_or(may_not, other)));
}

/* ---- the same of a machine ---- */

struct outlook { /* what f would take in */
	bool where;
	num values[16];
};

static void look(const struct machine *m, const struct entry *in, const struct feature *f, struct outlook *o)
{
	*o = (struct outlook){.where = !f->where || machine_eval(m, f->where, in, -1)};
	if (!o->where || counts(f))
		return;
	if (f->value)
		o->values[0] = machine_eval(m, f->value, in, -1);
	for (int c = 0; c < f->columns.n && c < 16; c++)
		o->values[c] = machine_eval(m, f->columns.at[c].value, in, -1);
}

static bool unlike(const struct outlook *a, const struct outlook *b)
{
	for (int i = 0; i < 16; i++)
		if (a->values[i] != b->values[i])
			return true;
	return a->where != b->where;
}

static bool reads_field(const struct expr *e, const struct field *f)
{
	return e && (e->field == f || reads_field(e->a, f) || reads_field(e->b, f) || reads_field(e->c, f));
}

static bool feature_reads(const struct feature *x, const struct field *f)
{
	bool is = reads_field(x->where, f) || reads_field(x->value, f);

	for (int c = 0; c < x->columns.n; c++)
		is = is || reads_field(x->columns.at[c].value, f);
	return is;
}

/* One element of the list after the other, each of its fields. */
static bool vary_elements(
	const struct machine *m, struct entry *e, const struct feature *f, const struct outlook *first)
{
	const struct field *list = NULL;
	struct outlook o;
	bool is = false;

	for (int i = 0; i < e->event->fields.n; i++)
		if (e->event->fields.at[i]->type.kind == TYPE_LIST)
			list = e->event->fields.at[i];
	for (int r = 0; list && r < list->record.n; r++) {
		num_list values = {0};
		if (!list->record.at[r]->measurement || !feature_reads(f, list->record.at[r]))
			continue;
		field_values(m->plan->p, list->record.at[r], &values);
		for (uint32_t i = 0; i < e->list_n; i++) {
			uint64_t kept = e->list[i][r];
			for (int k = 0; k < values.n && !is; k++) {
				e->list[i][r] = (uint64_t)values.at[k];
				look(m, e, f, &o);
				is = unlike(first, &o);
			}
			e->list[i][r] = kept;
		}
	}
	return is;
}

/* Every combination of the values that the policy tells apart. */
static bool vary(
	const struct machine *m, struct entry *e, const struct feature *f, const struct outlook *first, int field)
{
	const struct event *event = e->event;
	struct outlook o;

	while (field < event->fields.n &&
		!(event->fields.at[field]->measurement && feature_reads(f, event->fields.at[field])))
		field++;
	if (field >= event->fields.n) {
		look(m, e, f, &o);
		return unlike(first, &o) || vary_elements(m, e, f, first);
	}
	num_list values = {0};
	uint64_t kept = e->fields[field];
	bool is = false;
	field_values(m->plan->p, event->fields.at[field], &values);
	for (int i = 0; i < values.n && !is; i++) {
		e->fields[field] = (uint64_t)values.at[i];
		is = vary(m, e, f, first, field + 1);
	}
	e->fields[field] = kept;
	return is;
}

bool evidence_entering(const struct machine *m, const struct entry *in, const struct feature *f)
{
	struct entry e = *in;
	struct outlook first;

	if (comes_alone(f, in->event))
		return true;
	if (in->event != takes_in(f) || (f->among && !machine_eval(m, f->among, in, -1)))
		return false;
	if (!f->where && counts(f))
		return true;
	look(m, &e, f, &first);
	return vary(m, &e, f, &first, 0);
}

term evidence_holds(struct relation *r, struct step *still, const struct guardrail *g)
{
	struct env env = {.r = r, .step = still, .view = &still->mid, .candidate = -1};

	if (g->latch)
		return t_bool(false);
	return g->rearm ? expr_term(&env, g->rearm) : t_bool(true);
}
