/* Expressions of the policy as terms: one case an operator, beside interp_eval.c, which says what is meant. */
#include "relation.h"
#include "../interp.h"

#include <string.h>

#define NEVER ((num)UINT64_MAX)

bool relation_same(const struct expr *a, const struct expr *b)
{
	if (!a || !b)
		return a == b;
	return a->op == b->op && a->value == b->value && a->den == b->den && a->cmp == b->cmp &&
		a->column == b->column && a->field == b->field && a->tunable == b->tunable &&
		a->feature == b->feature && a->model == b->model && a->guardrail == b->guardrail &&
		a->guarantee == b->guarantee && relation_same(a->a, b->a) && relation_same(a->b, b->b) &&
		relation_same(a->c, b->c);
}

/* A number that the policy reads as a truth value, and back. */
static term as(term t, bool truth)
{
	bool is = t_is_truth(t);

	if (is == truth)
		return t;
	return truth ? t_ne(t, t_num(0)) : t_bit(t);
}

static term number_term(struct env *env, const struct expr *e)
{
	return as(expr_term(env, e), false);
}

static term truth_term(struct env *env, const struct expr *e)
{
	return as(expr_term(env, e), true);
}

/* ---- whose record ---- */

/* A record of `key`: the followed one where `id` is its key, else `rest`. */
static term *either_record(struct env *env, const struct key *key, term id, term *rest)
{
	struct relation *r = env->r;
	term same = t_eq(id, r->skolem[relation_key(r, key)]);
	term *v = arena_alloc(sizeof(term) * (size_t)r->vars.n);

	for (int i = 0; i < r->vars.n; i++) {
		if (r->vars.at[i].key != key)
			v[i] = env->view->v[i];
		else
			v[i] = t_if(same, env->view->v[i], rest[i]);
	}
	return v;
}

static term *fresh_record(struct env *env, const struct key *key, const char *name)
{
	struct relation *r = env->r;
	struct other o = {.key = key};

	o.v = arena_alloc(sizeof(term) * (size_t)r->vars.n);
	for (int i = 0; i < r->vars.n; i++) {
		const struct var *x = &r->vars.at[i];
		if (x->key == key)
			o.v[i] = x->truth ? t_bool_var(x->name) : t_int_var(arena_printf("%s.%s", name, x->name));
	}
	*list_add(&env->step->others) = o;
	return o.v;
}

static term *unfollowed(struct relation *r, const struct key *key)
{
	struct step nobody = {0};
	struct env of = {.r = r, .step = &nobody};

	return fresh_record(&of, key, "rest");
}

static bool moves_by_time(const struct var *x)
{
	return x->feature && x->feature->span;
}

static term *earlier(struct relation *r, const term *now)
{
	term *before = arena_alloc(sizeof(term) * (size_t)r->vars.n);

	for (int i = 0; i < r->vars.n; i++) {
		const struct var *x = &r->vars.at[i];
		before[i] = now[i];
		if (now[i] && moves_by_time(x))
			before[i] = x->truth ? t_bool_var(x->name) : t_int_var(x->name);
	}
	return before;
}

/* Before the entry a window over time held what it holds now, and more. */
static term held_more(const struct relation *r, const struct rest *rest)
{
	term all = t_bool(true);

	for (int i = 0; i < r->vars.n; i++) {
		const struct var *x = &r->vars.at[i];
		if (rest->now[i] && moves_by_time(x) && (x->role == VAR_HITS || x->role == VAR_FILL))
			all = t_and(all, t_le(rest->now[i], rest->before[i]));
	}
	return all;
}

static void rest_known(struct relation *r, const struct key *key, struct rest *rest)
{
	if (rest->id)
		return;
	rest->id = t_int_var(arena_printf("rest.%s", key->name));
	rest->now = unfollowed(r, key);
}

/* The same key at another time. */
struct rest relation_rest_apart(struct relation *r, int k, struct rest *rest, const bool *fixed)
{
	struct rest then = {0};

	rest_known(r, r->keys.at[k], rest);
	rest_known(r, r->keys.at[k], &then);
	then.id = rest->id;
	for (int i = 0; i < r->vars.n; i++)
		if (fixed[i])
			then.now[i] = rest->now[i];
	return then;
}

/* One key more, that is neither the followed one nor the event's: so nothing of it changes, but for what time does. */
static term *rest_record(struct env *env, const struct key *key, struct rest *rest)
{
	struct relation *r = env->r;
	struct step *st = env->step;
	term *record;

	rest_known(r, key, rest);
	if (st->before && r->timed[relation_key(r, key)] && !rest->before)
		rest->before = earlier(r, rest->now);
	record = st->before && rest->before ? rest->before : rest->now;
	for (int i = 0; i < st->others.n; i++)
		if (st->others.at[i].v == record)
			return record;
	*list_add(&st->others) = (struct other){.key = key, .v = record};
	if (record == rest->before)
		st->allowed = t_and(st->allowed, held_more(r, rest));
	return record;
}

static term is_rest(const struct env *env, int k, const struct key *key, term id)
{
	const struct step *st = env->step, *around = st->around;
	term is = t_and(t_between(0, id, key->max - 1), t_ne(id, env->r->skolem[k]));

	if (st->own_key[k])
		is = t_and(is, t_ne(id, st->own_key[k]));
	return around && around->own_key[k] ? t_and(is, t_ne(id, around->own_key[k])) : is;
}

/* The record whose key stands at `index` in the record of a candidate, a term that is a number where it is bound. */
static term *candidate_record(struct env *env, term candidate, const struct key *key, int index)
{
	struct relation *r = env->r;
	struct step *st = env->step;
	num i;

	if (t_is_num(candidate, &i)) {
		int c = i < 0 || i >= st->list_max ? 0 : (int)i;
		return either_record(env, key, st->element[c][index], st->candidate_other[c][index].v);
	}
	term *v = arena_alloc(sizeof(term) * (size_t)r->vars.n);
	for (int c = st->list_max - 1; c >= 0; c--) {
		term *one = either_record(env, key, st->element[c][index], st->candidate_other[c][index].v);
		for (int x = 0; x < r->vars.n; x++)
			v[x] = v[x] ? t_if(t_eqi(candidate, c), one[x], v[x]) : one[x];
	}
	return v;
}

term *relation_record(struct env *env, const struct expr *a, const struct key *key)
{
	struct step *st = env->step;
	int k = relation_key(env->r, key), index;

	if (!key)
		return env->view->v;
	if (!a)
		return st->own_key[k] ? env->view->own : fresh_record(env, key, "nobody");
	if (a->op == EXPR_KEYVAR)
		return env->keyvar ? env->keyvar->v : env->view->v;
	if (a->type.kind == TYPE_CANDIDATE)
		return relation_list_key(st->list, key, &index) == key
			? candidate_record(env, expr_term(env, a), key, index)
			: fresh_record(env, key, "nobody");
	if (a->op == EXPR_ELEMENT && a->a->type.kind == TYPE_CANDIDATE)
		return candidate_record(env, expr_term(env, a->a), key, a->field->index);
	term id = expr_term(env, a);
	if (st->own_key[k] && id == st->own_key[k])
		return env->view->own;
	return either_record(env, key, id, fresh_record(env, key, "other"));
}

/* ---- features ---- */

static term clip(const struct type *t, term x)
{
	return t_max(t_num(t->lo), t_min(x, t_num(t->hi)));
}

term feature_term(struct relation *r, const struct feature *f, const term *v, term now)
{
	const struct feature_vars *x = &r->feature[f->index];

	switch (f->kind) {
	case FEATURE_COUNT:
	case FEATURE_RATE:
		return clip(&f->type, v[x->hits]);
	case FEATURE_EXP_MEAN:
		return t_if(v[x->running], t_div(v[x->value], 65536), t_num(f->initial));
	case FEATURE_AGE:
		return t_if(v[x->running], t_sub(now, v[x->at]), t_num(NEVER));
	case FEATURE_HELD:
		return t_if(v[x->running], t_sub(now, v[x->at]), t_num(0));
	case FEATURE_IN_FLIGHT:
	case FEATURE_MEAN:
	case FEATURE_MIN:
	case FEATURE_MAX:
	case FEATURE_QUANTILE:
	case FEATURE_SINCE:
		return v[x->value];
	case FEATURE_LAST:
	case FEATURE_SHARE:
	case FEATURE_KINDS:
		break;
	}
	return t_num(0); /* a share is read by SHARE, a last by COLUMN */
}

term active_term(struct relation *r, const struct feature *f, const term *v)
{
	const struct feature_vars *x = &r->feature[f->index];
	term active = f->after > 0 ? t_gei(v[x->seen], f->after) : t_bool(true);

	if (f->kind == FEATURE_SHARE)
		active = t_and(active, t_gei(v[x->fill], 1));
	return active;
}

static term compare(enum op cmp, term a, term b)
{
	switch ((int)cmp) {
	case EXPR_EQ:
		return t_eq(a, b);
	case EXPR_NE:
		return t_ne(a, b);
	case EXPR_LT:
		return t_lt(a, b);
	case EXPR_LE:
		return t_le(a, b);
	case EXPR_GT:
		return t_gt(a, b);
	default:
		return t_ge(a, b);
	}
}

term share_term(struct relation *r, const struct expr *e, const term *v)
{
	const struct feature_vars *x = &r->feature[e->feature->index];

	return t_and(active_term(r, e->feature, v),
		compare(e->cmp, t_mul(v[x->hits], t_num(e->den)), t_mul(t_num(e->value), v[x->fill])));
}

static term column_term(struct env *env, const struct expr *e)
{
	const struct feature_vars *x = &env->r->feature[e->feature->index];
	term *v = relation_record(env, e->a, e->feature->state->key);

	return v[x->slot[e->column * x->depth + (int)e->value]];
}

/* ---- the rest of the state ---- */

term tunable_term(struct env *env, const struct tunable *t)
{
	struct relation *r = env->r;
	const struct policy *p = r->policy;
	term value = env->step->operator_set[t->index];

	for (int i = 0; i < p->guardrails.n; i++) {
		const struct guardrail *g = p->guardrails.at[i];
		const struct action *hold = guardrail_holds(g, t);
		term tripped = env->view->v[r->guardrail[i].tripped];
		if (!hold)
			continue;
		if (g->key) /* or some other key's */
			tripped = t_or(tripped, env->step->elsewhere[i]);
		value = t_if(tripped, t_num(hold->value), value);
	}
	return value;
}

static term element_term(struct env *env, const struct expr *e)
{
	struct step *st = env->step;
	term candidate = expr_term(env, e->a), value;
	int at = e->field->index;
	num i;

	if (t_is_num(candidate, &i))
		return i < 0 || i >= st->list_max ? t_num(e->field->type.lo) : st->element[i][at];
	value = t_num(e->field->type.lo);
	for (int c = st->list_max - 1; c >= 0; c--)
		value = t_if(t_eqi(candidate, c), st->element[c][at], value);
	return value;
}

/* The model's answer, -1 where it was not asked. */
static term answer_term(struct env *env, const struct expr *e)
{
	struct step *st = env->step;
	term candidate = e->a ? expr_term(env, e->a) : t_num(0), value = t_num(-1);
	int n = st->list_max ? st->list_max : 1;

	for (int c = n - 1; c >= 0; c--)
		value = t_if(t_and(t_eqi(candidate, c), st->asked[c]), st->answer[c], value);
	return value;
}

static term trip_age(struct env *env, const struct expr *e)
{
	const struct guardrail_vars *x = &env->r->guardrail[e->guardrail->index];
	term *v = relation_record(env, e->a, e->guardrail->key);

	return t_if(v[x->ever], t_sub(env->view->v[env->r->now], v[x->trip_at]), t_num(NEVER));
}

/* ---- any, every ---- */

/* What the keys that are not followed say is an oracle; the event's own key, where it is another, is among them, and
 * so many keys more stand for the rest, so that what it says is bound to the invariant. */
static term quantified(struct env *env, const struct expr *e)
{
	const struct key *key = bound_kind(e->a);
	const struct step *around = env->step->around;
	struct env inner = *env;
	bool any = e->op == EXPR_ANY;
	term all;
	int k = relation_key(env->r, key);

	if (!key)
		return truth_term(env, e->a);
	inner.keyvar = NULL;
	all = truth_term(&inner, e->a);
	if (key->max <= 1)
		return all;
	for (int i = 0; i < env->r->rests[k]; i++) {
		struct rest *rest = env->step->rest ? &env->step->rest[k][i] : &env->r->rest[k][i];
		term *record = rest_record(env, key, rest);
		struct other one = {
			.key = key, .id = rest->id, .v = arena_alloc(sizeof(term) * (size_t)env->r->vars.n)};
		for (int v = 0; v < env->r->vars.n; v++)
			one.v[v] = record[v] ? record[v] : env->view->v[v];
		inner.keyvar = &one;
		term says = truth_term(&inner, e->a), is = is_rest(env, k, key, rest->id);
		all = any ? t_or(all, t_and(is, says)) : t_and(all, t_implies(is, says));
	}
	struct other own[2] = {
		{.key = key, .id = env->step->own_key[k], .v = env->step->own_key[k] ? env->view->own : NULL},
		{.key = key,
			.id = around ? around->own_key[k] : NULL,
			.v = around && around->own_key[k] ? env->step->around_own : NULL}};
	for (int i = 0; i < 2; i++) {
		if (!own[i].v)
			continue;
		inner.keyvar = &own[i];
		term owned = truth_term(&inner, e->a);
		all = any ? t_or(all, owned) : t_and(all, owned);
	}
	return all;
}

/* ---- choices ---- */

/* What a rule names, if anything. */
struct choice {
	term found, value;
};

static struct choice choice_of(struct env *env, const struct expr *e, const term *mask);

static struct choice best(struct env *env, const struct expr *e, const term *mask)
{
	struct env inner = *env;
	term found = t_bool(false), value = t_num(0), score = t_num(0);

	for (int c = 0; c < env->step->list_max; c++) {
		inner.candidate = c;
		term here = t_and(mask[c], e->b ? truth_term(&inner, e->b) : t_bool(true));
		term better = t_and(here, t_not(found));
		if (e->op != EXPR_FIRST) {
			term mine = number_term(&inner, e->a);
			term beats = e->op == EXPR_ARGMIN ? t_lt(mine, score) : t_gt(mine, score);
			better = t_and(here, t_or(t_not(found), beats));
			score = t_if(better, mine, score);
		}
		value = t_if(better, t_num(c), value);
		found = t_or(found, here);
	}
	if (e->c) {
		struct choice rest = choice_of(env, e->c, mask);
		value = t_if(found, value, rest.value);
		found = t_or(found, rest.found);
	}
	return (struct choice){found, value};
}

static struct choice choice_of(struct env *env, const struct expr *e, const term *mask)
{
	if (e->op == EXPR_FIRST || e->op == EXPR_ARGMIN || e->op == EXPR_ARGMAX)
		return best(env, e, mask);
	if (e->op == EXPR_IF) {
		term c = truth_term(env, e->a);
		struct choice x = choice_of(env, e->b, mask), y = choice_of(env, e->c, mask);
		return (struct choice){t_if(c, x.found, y.found), t_if(c, x.value, y.value)};
	}
	return (struct choice){t_bool(true), number_term(env, e)};
}

/* Whether this alternative of a rule, without the ones after it, finds anybody. */
term finds_term(struct env *env, const struct expr *e, const term *mask)
{
	struct expr alone = *e;

	if (e->op != EXPR_FIRST && e->op != EXPR_ARGMIN && e->op != EXPR_ARGMAX)
		return t_bool(true);
	alone.c = NULL;
	return best(env, &alone, mask).found;
}

term grid_term(const struct part *part, term x)
{
	num step = part->step > 0 ? part->step : 1;

	x = t_sub(clip(&part->type, x), t_num(part->type.lo));
	return t_add(t_num(part->type.lo), step == 1 ? x : t_mul(t_num(step), t_div(x, step)));
}

/* What a rule gives: every part, each a class, an element of the list, a number of the grid. */
struct pick choose_term(struct env *env, bool learned, const term *mask)
{
	const struct decision *d = env->r->policy->decision;
	struct pick pick = {.found = t_bool(true)};

	pick.value = arena_alloc(sizeof(term) * (size_t)d->parts.n);
	for (int i = 0; i < d->parts.n; i++) {
		const struct part *part = &d->parts.at[i];
		const struct expr *rule = learned ? part->learned : part->fallback;
		struct choice c = {t_bool(false), t_num(0)};
		if (rule)
			c = choice_of(env, rule, mask);
		if (part->kind == PART_CLASS)
			c.found = t_and(c.found, t_between(0, c.value, part->symbols->names.n - 1));
		else if (part->kind == PART_CANDIDATE)
			c.found = t_and(c.found,
				t_and(t_gei(c.value, 0), t_lt(c.value, env->step->field[env->step->list->index])));
		else
			c.value = grid_term(part, c.value);
		pick.found = t_and(pick.found, c.found);
		pick.value[i] = c.value;
	}
	return pick;
}

/* ---- all of them ---- */

static term state_term(struct env *env, const struct expr *e)
{
	struct relation *r = env->r;
	const term *v;

	switch ((int)e->op) {
	case EXPR_TUNABLE:
		return tunable_term(env, e->tunable);
	case EXPR_CARRY:
		return env->step->carry ? env->step->carry[e->column] : t_num(0);
	case EXPR_FEATURE:
		v = relation_record(env, e->a, e->feature->state->key);
		return feature_term(r, e->feature, v, env->view->v[r->now]);
	case EXPR_COLUMN:
		return column_term(env, e);
	case EXPR_ACTIVE:
		return active_term(r, e->feature, relation_record(env, e->a, e->feature->state->key));
	case EXPR_SHARE:
		return share_term(r, e, relation_record(env, e->a, e->feature->state->key));
	case EXPR_SAID:
		return relation_record(
			env, e->a, r->vars.at[r->model[e->model->index].said].key)[r->model[e->model->index].said];
	case EXPR_TRIPPED:
		return relation_record(env, e->a, e->guardrail->key)[r->guardrail[e->guardrail->index].tripped];
	case EXPR_TRIP_AGE:
		return trip_age(env, e);
	default:
		return room_term(r, env->step, env->view, e->guarantee);
	}
}

static term leaf_term(struct env *env, const struct expr *e)
{
	switch ((int)e->op) {
	case EXPR_INT:
	case EXPR_SYMBOL:
		return t_num(e->value);
	case EXPR_FIELD:
		return env->step->field[e->field->index];
	case EXPR_CANDIDATE:
		return t_num(env->candidate);
	case EXPR_COUNT:
		return env->step->field[env->step->list->index];
	case EXPR_ELEMENT:
		return element_term(env, e);
	case EXPR_ANSWER:
		return answer_term(env, e);
	case EXPR_CHOICE:
		return env->choice ? env->choice[e->column] : t_num(0);
	case EXPR_BY:
		return env->by;
	case EXPR_KEYVAR:
		return env->keyvar ? env->keyvar->id : env->r->skolem[relation_key(env->r, e->type.key)];
	default:
		return state_term(env, e);
	}
}

static term arithmetic(struct env *env, const struct expr *e)
{
	term a = number_term(env, e->a), b = number_term(env, e->b);
	num d = 1;

	switch ((int)e->op) {
	case EXPR_ADD:
		return t_add(a, b);
	case EXPR_SUB:
		return t_sub(a, b);
	case EXPR_MUL:
		return t_mul(a, b);
	case EXPR_DIV:
		t_is_num(b, &d);
		return t_div(a, d);
	case EXPR_MOD:
		t_is_num(b, &d);
		return t_mod(a, d);
	case EXPR_MIN:
		return t_min(a, b);
	case EXPR_MAX:
		return t_max(a, b);
	default:
		return compare(e->op, a, b);
	}
}

static term node_term(struct env *env, const struct expr *e)
{
	switch ((int)e->op) {
	case EXPR_NOT:
		return t_not(truth_term(env, e->a));
	case EXPR_AND:
		return t_and(truth_term(env, e->a), truth_term(env, e->b));
	case EXPR_OR:
		return t_or(truth_term(env, e->a), truth_term(env, e->b));
	case EXPR_IMPLIES:
		return t_implies(truth_term(env, e->a), truth_term(env, e->b));
	case EXPR_IF:
		return t_if(truth_term(env, e->a), as(expr_term(env, e->b), e->type.kind == TYPE_BOOL),
			as(expr_term(env, e->c), e->type.kind == TYPE_BOOL));
	case EXPR_ANY:
	case EXPR_EVERY:
		return quantified(env, e);
	case EXPR_FIRST:
	case EXPR_ARGMIN:
	case EXPR_ARGMAX: /* in a guarantee or a condition: -1 where there is nobody */
	{
		struct choice c = best(env, e, env->mask);
		return t_if(c.found, c.value, t_num(-1));
	}
	default:
		return arithmetic(env, e);
	}
}

term expr_term(struct env *env, const struct expr *e)
{
	bool leaf = !e->a && !e->b && !e->c;
	bool state = e->op == EXPR_FEATURE || e->op == EXPR_COLUMN || e->op == EXPR_ACTIVE || e->op == EXPR_SHARE ||
		e->op == EXPR_SAID || e->op == EXPR_TRIPPED || e->op == EXPR_TRIP_AGE || e->op == EXPR_ELEMENT ||
		e->op == EXPR_ANSWER;
	term t = leaf || state ? leaf_term(env, e) : node_term(env, e);

	return as(t, e->type.kind == TYPE_BOOL);
}
