/* The last phase of an entry: who is asked, what is lawful, what is recorded. Beside interp_decide.c. */
#include "relation.h"

#include <string.h>

static void allow(struct step *st, term t)
{
	st->allowed = t_and(st->allowed, t);
}

bool relation_acts_fallback(const struct guardrail *g)
{
	for (int i = 0; i < g->actions.n; i++)
		if (g->actions.at[i].kind == ACT_FALLBACK)
			return true;
	return false;
}

static const struct part *candidate_part(const struct decision *d)
{
	for (int i = 0; i < d->parts.n; i++)
		if (d->parts.at[i].kind == PART_CANDIDATE)
			return &d->parts.at[i];
	return NULL;
}

static const struct model *model_of(const struct policy *p)
{
	return p->models.n ? p->models.at[0] : NULL;
}

static term offered(const struct step *st, int c)
{
	return st->list ? t_lt(t_num(c), st->field[st->list->index]) : t_bool(true);
}

static int vectors(const struct step *st, const struct model *m)
{
	return m && m->each ? st->list_max : 1;
}

/* ---- guardrails over a decision, over a candidate ---- */

static bool over_candidates(const struct step *st, const struct guardrail *g)
{
	int index;

	return g->key && relation_acts_fallback(g) && relation_list_key(st->list, g->key, &index) == g->key;
}

static bool over_decision(const struct guardrail *g)
{
	return relation_acts_fallback(g) && !g->key;
}

static term *record_of_candidate(struct relation *r, struct step *st, int c, const struct key *key)
{
	struct expr bound = {.op = EXPR_CANDIDATE, .type = {.kind = TYPE_CANDIDATE}};
	struct env env = {.r = r, .step = st, .view = &st->mid, .candidate = c};

	return relation_record(&env, &bound, key);
}

static term tripped_over_decision(struct relation *r, struct step *st)
{
	term over = t_bool(false);

	for (int i = 0; i < r->policy->guardrails.n; i++)
		if (over_decision(r->policy->guardrails.at[i]))
			over = t_or(over, st->mid.own[r->guardrail[i].tripped]);
	return over;
}

static term tripped_over_candidate(struct relation *r, struct step *st, int c)
{
	term over = t_bool(false);

	for (int i = 0; i < r->policy->guardrails.n; i++) {
		const struct guardrail *g = r->policy->guardrails.at[i];
		if (over_candidates(st, g))
			over = t_or(over, record_of_candidate(r, st, c, g->key)[r->guardrail[i].tripped]);
	}
	return over;
}

/* Whether candidate c is of the key that is followed (or there is no key). */
static term followed(struct relation *r, struct step *st, int c, const struct key *key)
{
	int index;

	if (!key)
		return t_bool(true);
	if (relation_list_key(st->list, key, &index) != key)
		return t_bool(false);
	return t_eq(st->element[c][index], r->skolem[relation_key(r, key)]);
}

/* ---- ask ---- */

/* Whether vector c is asked; moves the shadow counts, in the order of the candidates. */
static term ask_one(struct relation *r, struct step *st, int c, term when)
{
	const struct policy *p = r->policy;
	const struct model *m = model_of(p);
	int every = m->probe ? m->probe : m->shadow;
	term armed = t_bool(true), asked = t_bool(false);

	for (int i = 0; i < p->guardrails.n; i++) {
		const struct guardrail *g = p->guardrails.at[i];
		int turn = r->guardrail[i].turn;
		bool decision = over_decision(g), candidate = m->each && over_candidates(st, g);
		if (!decision && !candidate)
			continue;
		term *record = candidate ? record_of_candidate(r, st, c, g->key) : st->mid.own;
		term first = t_and(armed, record[r->guardrail[i].tripped]);
		armed = t_and(armed, t_not(record[r->guardrail[i].tripped]));
		if (!every)
			continue;
		term mine = candidate ? followed(r, st, c, g->key) : t_bool(true);
		term count = t_if(mine, st->post[turn], record[turn]);
		term reached = t_gei(t_addi(count, 1), every);
		asked = t_or(asked, t_and(first, reached));
		st->post[turn] = t_if(
			t_and(t_and(when, first), mine), t_if(reached, t_num(0), t_addi(count, 1)), st->post[turn]);
	}
	return t_or(asked, armed);
}

void phase_ask(struct relation *r, struct step *st)
{
	const struct policy *p = r->policy;
	const struct model *m = model_of(p);
	term taken = t_bool_var("ticket"), mine = t_bool(false);

	st->post = arena_alloc(sizeof(term) * (size_t)r->vars.n);
	memcpy(st->post, st->mid.v, sizeof(term) * (size_t)r->vars.n);
	st->ticket = taken;
	term open = t_int_var("tickets.left"); /* those that were not void */
	allow(st, t_and(t_gei(open, 0), t_le(open, st->mid.v[r->tickets])));
	allow(st, t_implies(taken, t_lt(open, t_num(p->decision->tickets))));
	st->post[r->tickets] = t_if(taken, t_addi(open, 1), st->mid.v[r->tickets]);
	if (r->asked_at != NO_VAR)
		st->post[r->asked_at] = t_if(taken, st->mid.v[r->now], st->mid.v[r->asked_at]);
	if (!m)
		return;
	int asks = r->model[m->index].asks;
	const struct key *key = r->vars.at[asks].key;
	term left = t_int_var("asks.left"); /* tickets that were void are taken again */
	allow(st, t_and(t_gei(left, 0), t_le(left, st->mid.v[asks])));
	for (int c = 0; c < vectors(st, m); c++) {
		term here = t_and(taken, m->each ? offered(st, c) : t_bool(true));
		term asked = ask_one(r, st, c, here);
		allow(st, t_iff(st->asked[c], t_and(here, asked)));
		mine = t_or(mine, t_and(st->asked[c], m->each ? followed(r, st, c, key) : t_bool(true)));
	}
	allow(st, t_implies(taken, t_lt(left, t_num(p->decision->tickets))));
	st->post[asks] = t_if(taken, t_add(left, t_bit(mine)), st->mid.v[asks]);
}

/* ---- what the guarantees allow ---- */

void guarantees_leave(struct relation *r, struct step *st)
{
	for (int i = 0; i < r->policy->guarantees.n; i++) {
		const struct guarantee *g = r->policy->guarantees.at[i];
		const struct guarantee_vars *x = &r->guarantee[i];
		const term *v = st->pre;
		if (g->kind != GUARANTEE_COUNT)
			continue;
		term full = t_gei(v[x->seen], g->events);
		if (x->ring) {
			st->guarantee_leaves[i] = t_and(full, v[x->ring[g->events - 1]]);
			continue;
		}
		term out = t_bool_var(arena_printf("%s.leaves", g->name));
		allow(st, t_implies(out, t_and(full, t_gei(v[x->hits], 1))));
		allow(st, t_implies(t_and(full, t_not(out)), t_lt(v[x->hits], v[x->seen])));
		st->guarantee_leaves[i] = out;
	}
}

term room_term(struct relation *r, struct step *st, const struct phase *view, const struct guarantee *g)
{
	const struct guarantee_vars *x = &r->guarantee[g->index];
	term hits;

	if (g->cmp != EXPR_LE || x->hits == NO_VAR)
		return t_bool(true);
	hits = view->v[x->hits];
	if (st->guarantee_leaves[g->index])
		hits = t_sub(hits, t_bit(st->guarantee_leaves[g->index]));
	return t_lei(t_addi(hits, 1), g->limit);
}

static term allows(struct relation *r, struct step *st, struct env *env, const struct guarantee *g)
{
	const struct guarantee_vars *x = &r->guarantee[g->index];
	term holds = expr_term(env, g->holds), hits;

	if (g->kind == GUARANTEE_POINT)
		return holds;
	if (g->cmp == EXPR_LE)
		return t_or(t_not(holds), room_term(r, st, &st->mid, g));
	hits = t_add(st->mid.v[x->hits], t_bit(holds));
	if (g->kind != GUARANTEE_COUNT)
		return t_gei(hits, g->limit);
	hits = t_sub(hits, t_bit(st->guarantee_leaves[g->index]));
	return t_or(t_lt(t_addi(st->mid.v[x->seen], 1), t_num(g->events)), t_gei(hits, g->limit));
}

static struct env judging(struct relation *r, struct step *st, const term *choice, term by)
{
	return (struct env){.r = r, .step = st, .view = &st->mid, .candidate = -1, .choice = choice, .by = by};
}

term ok_term(struct relation *r, struct step *st, const term *choice, term by, const struct guarantee *one)
{
	struct env env = judging(r, st, choice, by);
	term ok = t_bool(true);

	for (int i = 0; i < r->policy->guarantees.n; i++)
		if (!one || one == r->policy->guarantees.at[i])
			ok = t_and(ok, allows(r, st, &env, r->policy->guarantees.at[i]));
	return ok;
}

/* The assumptions of g hold at this decision, and, where it asks for as many at least, at all of its window. */
term required_term(struct relation *r, struct step *st, const struct guarantee *g)
{
	struct env env = judging(r, st, NULL, t_num(BY_PASS));
	term holds = t_bool(true);

	for (int i = 0; i < g->under.n; i++)
		holds = t_and(holds, expr_term(&env, g->under.at[i]->holds));
	if (g->under.n && g->kind == GUARANTEE_COUNT && g->cmp != EXPR_LE)
		holds = t_and(holds, t_gei(t_addi(st->mid.v[r->guarantee[g->index].clean], 1), g->events));
	return holds;
}

term owed_term(struct relation *r, struct step *st, const term *choice, term by)
{
	term ok = t_bool(true);

	for (int i = 0; i < r->policy->guarantees.n; i++) {
		const struct guarantee *g = r->policy->guarantees.at[i];
		ok = t_and(ok, t_or(t_not(required_term(r, st, g)), ok_term(r, st, choice, by, g)));
	}
	return ok;
}

/* ---- settle ---- */

term domain_term(const struct policy *p, const struct step *st, const struct pick *pick)
{
	term in = t_bool(true);

	for (int i = 0; i < p->decision->parts.n; i++) {
		const struct part *part = &p->decision->parts.at[i];
		term x = pick->value[i];
		if (part->kind == PART_CLASS) {
			in = t_and(in, t_between(0, x, part->symbols->names.n - 1));
		} else if (part->kind == PART_CANDIDATE) {
			in = t_and(in, t_and(t_gei(x, 0), t_lt(x, st->field[st->list->index])));
		} else {
			in = t_and(in, t_between(part->type.lo, x, part->type.hi));
			if (part->step > 1)
				in = t_and(in, t_eqi(t_mod(t_sub(x, t_num(part->type.lo)), part->step), 0));
		}
	}
	return in;
}

/* Whether the choice's candidate meets `need` (without candidates: whether a decision is taken at all). */
term needed_term(const struct policy *p, const struct step *st, const struct pick *pick)
{
	const struct part *of = candidate_part(p->decision);
	term met = t_bool(false);

	if (!of)
		return st->need[0];
	for (int c = 0; c < st->list_max; c++)
		met = t_or(met, t_and(t_eqi(pick->value[of - p->decision->parts.at], c), st->need[c]));
	return met;
}

static void find_need(struct relation *r, struct step *st)
{
	const struct decision *d = r->policy->decision;
	bool some = candidate_part(d) != NULL;
	int n = some ? st->list_max : 1;
	struct env env = {.r = r, .step = st, .view = &st->mid};

	st->need = arena_alloc(sizeof(term) * (size_t)(st->list_max + 1));
	st->some_need = t_bool(false);
	for (int c = 0; c < n; c++) {
		env.candidate = c;
		st->need[c] =
			t_and(some ? offered(st, c) : t_bool(true), d->need ? expr_term(&env, d->need) : t_bool(true));
		st->some_need = t_or(st->some_need, st->need[c]);
	}
}

static term is_answered(struct relation *r, struct step *st)
{
	const struct model *m = model_of(r->policy);
	term all = st->answered;

	if (!m)
		return t_bool(true);
	for (int c = 0; c < vectors(st, m); c++)
		all = t_and(all, t_or(t_not(st->asked[c]), is_answer_term(m, st->answer[c])));
	return all;
}

term is_answer_term(const struct model *m, term answer)
{
	return m->classes ? t_between(0, answer, m->classes->names.n - 1) : t_between(m->type.lo, answer, m->type.hi);
}

/* No other choice is read; part -1: none at all. */
static bool reads_only(const struct expr *e, int part)
{
	return !e ||
		((e->op != EXPR_CHOICE || e->column == part) && reads_only(e->a, part) && reads_only(e->b, part) &&
			reads_only(e->c, part));
}

/* How far one side of the comparison is above the other, where the part is x. */
static term above_term(struct env *env, const struct expr *e, int part, num x)
{
	term choice[8] = {0};
	struct env there = *env;

	choice[part] = t_num(x);
	there.choice = choice;
	return t_sub(expr_term(&there, e->a), expr_term(&there, e->b));
}

/* Both sides are as much as `k * part + rest` (types saw to that): where they meet, and a step to either side. */
static void ends_in(struct env *env, const struct expr *e, int part, term_list *out)
{
	const struct part *of = &env->r->policy->decision->parts.at[part];
	num step = of->step > 0 ? of->step : 1, k;

	if (!e)
		return;
	if (e->op >= EXPR_EQ && e->op <= EXPR_GE && !reads_only(e, -1) && reads_only(e, part)) {
		term rest = above_term(env, e, part, 0);
		if (t_is_num(t_simplified(t_sub(above_term(env, e, part, 1), rest)), &k) && k) {
			term at = k > 0 ? t_div(t_sub(t_num(0), rest), k) : t_div(rest, -k);
			for (num away = -step; away <= step; away += step)
				*list_add(out) = grid_term(of, t_addi(at, away));
		}
	}
	ends_in(env, e->a, part, out);
	ends_in(env, e->b, part, out);
	ends_in(env, e->c, part, out);
}

void number_ends(struct relation *r, struct step *st, int part, term by, term_list *out)
{
	struct env env = judging(r, st, NULL, by);
	const struct part *of = &r->policy->decision->parts.at[part];

	*list_add(out) = t_num(of->type.lo);
	*list_add(out) = grid_term(of, t_num(of->type.hi));
	for (int i = 0; i < r->policy->guarantees.n; i++)
		ends_in(&env, r->policy->guarantees.at[i]->holds, part, out);
}

/* The lawful numbers are an interval of the grid: of those, `held` is the nearest to `raw` only if the next one on the
 * way is not lawful. */
static term nearest(struct relation *r, struct step *st, const struct part *part, term raw, term held)
{
	num step = part->step > 0 ? part->step : 1;
	term below = t_addi(held, -step), above = t_addi(held, step), by = t_num(BY_LEARNED);

	return t_and(
		t_implies(t_and(t_lt(raw, held), t_gei(below, part->type.lo)), t_not(ok_term(r, st, &below, by, NULL))),
		t_implies(
			t_and(t_le(above, raw), t_lei(above, part->type.hi)), t_not(ok_term(r, st, &above, by, NULL))));
}

term clamped_term(struct relation *r, struct step *st, term raw, term held)
{
	struct pick out = {.found = t_bool(true), .value = &held};
	term by = t_num(BY_LEARNED), itself = t_implies(ok_term(r, st, &raw, by, NULL), t_eq(held, raw));
	term lawful = t_and(domain_term(r->policy, st, &out), ok_term(r, st, &held, by, NULL));

	return t_and(t_and(lawful, itself), nearest(r, st, &r->policy->decision->parts.at[0], raw, held));
}

/* A number that is decided alone is clamped into the interval of lawful ones. It is itself where it is lawful, else the
 * nearest lawful one, and none only where none is: of which where it can end, or all of a small grid, is asked. */
static void learned_number(struct relation *r, struct step *st, struct env *env)
{
	const struct part *part = &r->policy->decision->parts.at[0];
	struct pick raw = choose_term(env, true, st->need), *out = &st->learned;
	term by = t_num(BY_LEARNED), none = t_bool(true);
	num step = part->step > 0 ? part->step : 1;

	out->value = arena_alloc(sizeof(term));
	out->value[0] = t_int_var(arena_printf("learned.%s", part->name));
	out->found = t_bool_var("learned.found");
	term lawful = ok_term(r, st, raw.value, by, NULL);
	term_list tried = {0};
	if ((part->type.hi - part->type.lo) / step > 31)
		number_ends(r, st, 0, by, &tried);
	else
		for (num x = part->type.lo; x <= part->type.hi; x += step)
			*list_add(&tried) = t_num(x);
	for (int i = 0; i < tried.n; i++)
		none = t_and(none, t_not(ok_term(r, st, &tried.at[i], by, NULL)));
	allow(st,
		t_implies(out->found,
			t_and(t_and(raw.found, st->need[0]), clamped_term(r, st, raw.value[0], out->value[0]))));
	allow(st, t_implies(t_and(raw.found, t_and(st->need[0], lawful)), out->found));
	allow(st, t_implies(t_and(t_not(out->found), t_and(raw.found, st->need[0])), none));
}

static void find_learned(struct relation *r, struct step *st)
{
	const struct policy *p = r->policy;
	const struct decision *d = p->decision;
	struct env env = judging(r, st, NULL, t_num(BY_LEARNED));
	term by = t_num(BY_LEARNED), *mask = st->need;

	st->learned_mask = mask;
	if (d->parts.n == 1 && d->parts.at[0].kind == PART_NUMBER) {
		learned_number(r, st, &env);
		return;
	}
	if (d->parts.n == 1 && d->parts.at[0].kind == PART_CANDIDATE) {
		mask = arena_alloc(sizeof(term) * (size_t)(st->list_max + 1));
		for (int c = 0; c < st->list_max; c++) {
			term choice = t_num(c);
			mask[c] = t_and(st->need[c], ok_term(r, st, &choice, by, NULL));
		}
	}
	st->learned_mask = mask;
	st->learned = choose_term(&env, true, mask);
	st->learned.found = t_and(st->learned.found, needed_term(p, st, &st->learned));
	if (mask == st->need) {
		st->learned.found = t_and(st->learned.found, ok_term(r, st, st->learned.value, by, NULL));
		return;
	}
	term may = t_bool(false);
	for (int c = 0; c < st->list_max; c++)
		may = t_or(may, t_and(t_eqi(st->learned.value[0], c), mask[c]));
	st->learned.found = t_and(st->learned.found, may);
}

term over_pick_term(struct relation *r, struct step *st, const struct pick *pick)
{
	const struct part *of = candidate_part(r->policy->decision);
	term over = t_bool(false);

	for (int c = 0; of && c < st->list_max; c++)
		over = t_or(over,
			t_and(t_eqi(pick->value[of - r->policy->decision->parts.at], c),
				tripped_over_candidate(r, st, c)));
	return over;
}

/* The decision, as the rules give it. */
static void find_choice(struct relation *r, struct step *st)
{
	const struct policy *p = r->policy;
	const struct model *m = model_of(p);
	struct env env = judging(r, st, NULL, t_num(BY_SHIELD));

	st->over = tripped_over_decision(r, st);
	find_learned(r, st);
	st->fallback = choose_term(&env, false, st->need);
	term over_it = over_pick_term(r, st, &st->learned);
	st->probed = m && m->probe ? t_bool_var("probed") : t_bool(false);
	st->transparent =
		t_and(t_and(st->learned.found, is_answered(r, st)), t_or(st->probed, t_not(t_or(st->over, over_it))));
	st->transparent = t_and(st->transparent, st->some_need);
}

static void remember(struct relation *r, struct step *st)
{
	const struct model *m = model_of(r->policy);

	if (!m)
		return;
	const struct model_vars *x = &r->model[m->index];
	const struct key *key = r->vars.at[x->said].key;
	term mine = t_bool(false);
	for (int c = 0; c < vectors(st, m); c++) {
		term here = m->each ? t_and(offered(st, c), followed(r, st, c, key)) : t_bool(true);
		term heard = t_and(t_and(st->answered, st->asked[c]), is_answer_term(m, st->answer[c]));
		st->post[x->said] =
			t_if(here, t_if(heard, st->answer[c], r->vars.at[x->said].initial), st->post[x->said]);
		allow(st, t_implies(st->asked[c], m->each ? offered(st, c) : t_bool(true)));
		mine = t_or(mine, t_and(here, st->asked[c]));
	}
	allow(st, t_implies(mine, t_gei(st->mid.v[x->asks], 1)));
	st->post[x->asks] = t_sub(st->mid.v[x->asks], t_bit(mine));
}

static void record(struct relation *r, struct step *st)
{
	struct env env = judging(r, st, st->taken.value, st->by);

	for (int i = 0; i < r->policy->guarantees.n; i++) {
		const struct guarantee *g = r->policy->guarantees.at[i];
		const struct guarantee_vars *x = &r->guarantee[i];
		if (x->hits == NO_VAR)
			continue;
		term counts = expr_term(&env, g->holds), hits = t_add(st->mid.v[x->hits], t_bit(counts));
		if (x->ring)
			ring_push(x->ring, (int)g->events, st->mid.v, st->decided, counts, st->post);
		if (st->guarantee_leaves[i])
			hits = t_sub(hits, t_bit(st->guarantee_leaves[i]));
		st->post[x->hits] = t_if(st->decided, hits, st->mid.v[x->hits]);
		if (x->seen != NO_VAR)
			st->post[x->seen] = t_if(st->decided, t_min(t_addi(st->mid.v[x->seen], 1), t_num(g->events)),
				st->mid.v[x->seen]);
		if (x->clean == NO_VAR)
			continue;
		term holds = t_bool(true);
		for (int a = 0; a < g->under.n; a++)
			holds = t_and(holds, expr_term(&env, g->under.at[a]->holds));
		term clean = t_if(holds, t_min(t_addi(st->mid.v[x->clean], 1), t_num(g->events)), t_num(0));
		st->post[x->clean] = t_if(st->decided, clean, st->mid.v[x->clean]);
	}
}

/* What the rules make of it: learned's where it is transparent, else the fallback's where that finds one. */
static void real_decision(struct relation *r, struct step *st)
{
	const struct policy *p = r->policy;
	term fallback = t_and(st->fallback.found, needed_term(p, st, &st->fallback));
	term same_learned = t_eqi(st->by, BY_LEARNED);
	term same_fallback = t_eq(st->by, t_if(st->over, t_num(BY_FALLBACK), t_num(BY_SHIELD)));

	for (int i = 0; i < p->decision->parts.n; i++) {
		same_learned = t_and(same_learned, t_eq(st->taken.value[i], st->learned.value[i]));
		same_fallback = t_and(same_fallback, t_eq(st->taken.value[i], st->fallback.value[i]));
	}
	st->real = t_if(t_not(st->some_need), st->passes,
		t_if(st->transparent, t_and(st->decided, same_learned),
			t_if(fallback, t_and(st->decided, same_fallback), st->passes)));
}

void phase_settle(struct relation *r, struct step *st)
{
	const struct policy *p = r->policy;

	st->post = arena_alloc(sizeof(term) * (size_t)r->vars.n);
	memcpy(st->post, st->mid.v, sizeof(term) * (size_t)r->vars.n);
	allow(st, t_gei(st->mid.v[r->tickets], 1));
	if (r->asked_at != NO_VAR)
		allow(st, t_lei(t_sub(st->mid.v[r->now], st->mid.v[r->asked_at]), p->decision->timeout));
	st->post[r->tickets] = t_addi(st->mid.v[r->tickets], -1);
	find_need(r, st);
	find_choice(r, st);
	st->passes = t_bool_var("passes");
	st->decided = t_not(st->passes);
	st->by = t_int_var("by");
	st->taken.found = st->decided;
	st->taken.value = arena_alloc(sizeof(term) * (size_t)p->decision->parts.n);
	for (int i = 0; i < p->decision->parts.n; i++)
		st->taken.value[i] = t_int_var(p->decision->parts.at[i].name);
	allow(st, t_between(BY_LEARNED, st->by, BY_FALLBACK));
	/* learned's choice is Ok; of another it is shown (guarantee-sat, fallback) where it is owed */
	term lawful = t_if(t_eqi(st->by, BY_LEARNED), ok_term(r, st, st->taken.value, st->by, NULL),
		owed_term(r, st, st->taken.value, st->by));
	st->lawful = t_implies(
		st->decided, t_and(t_and(domain_term(p, st, &st->taken), needed_term(p, st, &st->taken)), lawful));
	record(r, st);
	remember(r, st);
	real_decision(r, st);
}
