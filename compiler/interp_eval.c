/* What an expression says in a state: one case an operator, as spec/language.md has it. */
#include "interp.h"

#include <string.h>

num raw_value(const struct type *t, uint64_t bits)
{
	return t->lo < 0 ? (num)(int64_t)bits : (num)bits;
}

/* ---- keys: whose ---- */

const struct field *key_in_record(const struct field *list, const struct key *k)
{
	for (int i = 0; list && i < list->record.n; i++)
		if (list->record.at[i]->type.kind == TYPE_KEY && list->record.at[i]->type.key == k)
			return list->record.at[i];
	return NULL;
}

const struct key *entry_key_kind(const struct plan *plan, const struct event *e)
{
	if (e == plan->close && plan->open->key)
		return plan->open->key->type.key;
	return e && e->key ? e->key->type.key : NULL;
}

int entry_key(const struct machine *m, const struct entry *in)
{
	const struct plan *plan = m->plan;

	if (!entry_key_kind(plan, in->event))
		return -1;
	if (in->event == plan->close && plan->open->key)
		return m->tags[in->fields[in->event->tag->index]].key;
	return (int)in->fields[in->event->key->index];
}

static num element(const struct view *v, const struct field *f, num candidate)
{
	if (!v->in || candidate < 0 || candidate >= v->in->list_n)
		return f->type.lo;
	return raw_value(&f->type, v->in->list[candidate][f->index]);
}

/* The key that `a` means: itself, that of the candidate it is, or where it is left out that of the event. */
static int key_of(const struct view *v, const struct expr *a, const struct key *kind)
{
	if (!kind)
		return 0;
	if (!a)
		return v->key;
	if (a->type.kind == TYPE_CANDIDATE)
		return (int)element(v, key_in_record(a->type.list, kind), value_of(v, a));
	return (int)value_of(v, a);
}

/* ---- features ---- */

static const struct place *place_of(const struct machine *m, const struct feature *f)
{
	return &m->plan->feature[f->index];
}

static num held_at_edge(const struct type *t, num x)
{
	return x < t->lo ? t->lo : x > t->hi ? t->hi : x;
}

static num in_flight(const struct machine *m, const struct feature *f, int key)
{
	num sum = 0;

	for (int i = 0; i < m->opened_n; i++) {
		int tag = m->opened[i];
		if (!f->state->key || m->tags[tag].key == key)
			sum += m->rides[tag * m->plan->tag_width + m->plan->amount[f->index]];
	}
	return held_at_edge(&f->type, sum);
}

/* The first edge that at least the rank of what is in the window lies at or below. */
static num quantile(const struct machine *m, const struct feature *f, int key)
{
	const struct place *at = place_of(m, f);
	num seen = (num)past_seen(m, at, key);

	for (int e = 0; e < f->edges.n - 1; e++) {
		num below = 0;
		for (int i = 0; i < seen; i++)
			below += past_slot(m, at, key, i, 0) <= f->edges.at[e];
		if (below * f->rank_den >= f->rank_num * seen)
			return f->edges.at[e];
	}
	return f->edges.at[f->edges.n - 1];
}

num value_of_feature(const struct view *v, const struct feature *f, int key)
{
	const struct machine *m = v->m;
	const struct place *at = place_of(m, f);
	const struct past *w = past_of(m, at, key);

	switch (f->kind) {
	case FEATURE_IN_FLIGHT:
		return in_flight(m, f, key);
	case FEATURE_COUNT:
	case FEATURE_RATE:
		return held_at_edge(&f->type, (num)past_hits(m, at, key));
	case FEATURE_MEAN:
		return past_seen(m, at, key) ? floor_div(past_sum(m, at, key), (num)past_seen(m, at, key)) : f->initial;
	case FEATURE_MIN:
		return past_seen(m, at, key) ? past_min(m, at, key) : f->initial;
	case FEATURE_MAX:
		return past_seen(m, at, key) ? past_max(m, at, key) : f->initial;
	case FEATURE_EXP_MEAN:
		return w->set ? floor_div(w->value, 1 << 16) : f->initial;
	case FEATURE_QUANTILE:
		return past_seen(m, at, key) ? quantile(m, f, key) : f->initial;
	case FEATURE_AGE:
		return w->set ? (num)(m->now - w->time) : NEVER;
	case FEATURE_HELD:
		return w->set ? (num)(m->now - w->time) : 0;
	case FEATURE_SINCE:
		return w->value;
	case FEATURE_LAST:
	case FEATURE_SHARE:
	case FEATURE_KINDS:
		break;
	}
	return 0; /* a share is read by EXPR_SHARE, a last by EXPR_COLUMN */
}

static num column(const struct view *v, const struct feature *f, int key, int slot, int column)
{
	const struct place *at = place_of(v->m, f);

	if (slot >= past_of(v->m, at, key)->fill)
		return f->columns.at[column].initial;
	return past_slot(v->m, at, key, slot, column);
}

bool feature_active(const struct machine *m, const struct feature *f, int key)
{
	const struct place *at = place_of(m, f);

	if (f->kind == FEATURE_SHARE && !past_seen(m, at, key))
		return false;
	return (num)past_of(m, at, key)->seen >= f->after;
}

bool numbers_compare(enum op cmp, num a, num b)
{
	switch ((int)cmp) {
	case EXPR_EQ:
		return a == b;
	case EXPR_NE:
		return a != b;
	case EXPR_LT:
		return a < b;
	case EXPR_LE:
		return a <= b;
	case EXPR_GT:
		return a > b;
	default:
		return a >= b;
	}
}

static bool share(const struct view *v, const struct expr *e)
{
	int key = key_of(v, e->a, e->feature->state->key);
	const struct place *at = place_of(v->m, e->feature);

	if (!feature_active(v->m, e->feature, key))
		return false;
	return numbers_compare(
		e->cmp, (num)past_hits(v->m, at, key) * e->den, e->value * (num)past_seen(v->m, at, key));
}

/* ---- the rest of the state ---- */

/* The last guardrail in file order that holds it says what it is, else the operator. */
num tunable_in_force(const struct machine *m, const struct tunable *t)
{
	const struct policy *p = m->plan->p;

	for (int g = p->guardrails.n - 1; g >= 0; g--) {
		const struct guardrail *rail = p->guardrails.at[g];
		bool tripped = false;
		for (int k = 0; k < keys_of(rail->key); k++)
			tripped |= m->rails[m->plan->rail[g] + k].tripped;
		for (int a = rail->actions.n - 1; tripped && a >= 0; a--)
			if (rail->actions.at[a].kind == ACT_SET && rail->actions.at[a].tunable == t)
				return rail->actions.at[a].value;
	}
	return m->tunables[t->index];
}

static const struct rail *rail_of(const struct view *v, const struct expr *e)
{
	return &v->m->rails[v->m->plan->rail[e->guardrail->index] + key_of(v, e->a, e->guardrail->key)];
}

static num said(const struct view *v, const struct expr *e)
{
	const struct plan *plan = v->m->plan;
	int i = e->model->index;
	int32_t last = v->m->said[plan->said[i] + key_of(v, e->a, plan->model_key[i])];

	return last >= 0 || !e->model->classes ? last : e->model->classes->names.n;
}

static num answer(const struct view *v, const struct expr *e)
{
	num i = e->a ? value_of(v, e->a) : 0;

	return i >= 0 && i < LIST_MAX && v->asked >> i & 1 ? v->answers[i] : -1;
}

bool room_left(const struct machine *m, const struct guarantee *g)
{
	uint64_t hits = past_hits_but_oldest(m, &m->plan->guarantee[g->index], 0);

	return g->cmp != EXPR_LE || (num)hits + 1 <= g->limit;
}

/* ---- any, every; first, argmin, argmax ---- */

const struct key *bound_kind(const struct expr *e)
{
	const struct key *k;

	if (!e)
		return NULL;
	if (e->op == EXPR_KEYVAR)
		return e->type.key;
	k = bound_kind(e->a);
	k = k ? k : bound_kind(e->b);
	return k ? k : bound_kind(e->c);
}

/* Whether some key makes `a` equal to `wanted`. */
static bool some_key(const struct view *v, const struct expr *a, bool wanted)
{
	int keys = keys_of(bound_kind(a));
	struct view inner = *v;

	for (inner.bound = 0; inner.bound < keys; inner.bound++)
		if (!!value_of(&inner, a) == wanted)
			return true;
	return false;
}

static num choose(const struct view *v, const struct expr *e)
{
	struct view inner = *v;
	num best = NONE, best_score = 0;

	for (int i = 0; v->in && i < (int)v->in->list_n; i++) {
		inner.candidate = i;
		if (!(v->among >> i & 1) || (e->b && !value_of(&inner, e->b)))
			continue;
		if (e->op == EXPR_FIRST)
			return i;
		num score = value_of(&inner, e->a);
		if (best == NONE || (e->op == EXPR_ARGMIN ? score < best_score : score > best_score)) {
			best = i;
			best_score = score;
		}
	}
	return best != NONE || !e->c ? best : value_of(v, e->c);
}

/* ---- all of them ---- */

static num eval_state(const struct view *v, const struct expr *e)
{
	switch ((int)e->op) {
	case EXPR_TUNABLE:
		return tunable_in_force(v->m, e->tunable);
	case EXPR_CARRY:
		return v->m->rides[v->tag * v->m->plan->tag_width + v->m->plan->carried + e->column];
	case EXPR_FEATURE:
		return value_of_feature(v, e->feature, key_of(v, e->a, e->feature->state->key));
	case EXPR_COLUMN:
		return column(v, e->feature, key_of(v, e->a, e->feature->state->key), (int)e->value, e->column);
	case EXPR_ACTIVE:
		return feature_active(v->m, e->feature, key_of(v, e->a, e->feature->state->key));
	case EXPR_SHARE:
		return share(v, e);
	case EXPR_SAID:
		return said(v, e);
	case EXPR_TRIPPED:
		return rail_of(v, e)->tripped;
	case EXPR_TRIP_AGE:
		return rail_of(v, e)->ever_tripped ? (num)(v->m->now - rail_of(v, e)->tripped_at) : NEVER;
	default:
		return room_left(v->m, e->guarantee);
	}
}

static num eval_two(enum op op, num a, num b)
{
	switch ((int)op) {
	case EXPR_ADD:
		return a + b;
	case EXPR_SUB:
		return a - b;
	case EXPR_MUL:
		return a * b;
	case EXPR_DIV:
		return floor_div(a, b);
	case EXPR_MOD:
		return a - b * floor_div(a, b);
	case EXPR_MIN:
		return a < b ? a : b;
	case EXPR_MAX:
		return a > b ? a : b;
	default:
		return numbers_compare(op, a, b);
	}
}

num value_of(const struct view *v, const struct expr *e)
{
	switch (e->op) {
	case EXPR_INT:
	case EXPR_SYMBOL:
		return e->value;
	case EXPR_FIELD:
		return raw_value(&e->field->type, v->in->fields[e->field->index]);
	case EXPR_CANDIDATE:
		return v->candidate;
	case EXPR_COUNT:
		return v->in->list_n;
	case EXPR_ELEMENT:
		return element(v, e->field, value_of(v, e->a));
	case EXPR_ANSWER:
		return answer(v, e);
	case EXPR_CHOICE:
		return v->choice[e->column];
	case EXPR_BY:
		return v->by;
	case EXPR_KEYVAR:
		return v->bound;
	case EXPR_TUNABLE:
	case EXPR_CARRY:
	case EXPR_FEATURE:
	case EXPR_COLUMN:
	case EXPR_ACTIVE:
	case EXPR_SHARE:
	case EXPR_SAID:
	case EXPR_TRIPPED:
	case EXPR_TRIP_AGE:
	case EXPR_ROOM:
		return eval_state(v, e);
	case EXPR_ADD:
	case EXPR_SUB:
	case EXPR_MUL:
	case EXPR_DIV:
	case EXPR_MOD:
	case EXPR_MIN:
	case EXPR_MAX:
	case EXPR_EQ:
	case EXPR_NE:
	case EXPR_LT:
	case EXPR_LE:
	case EXPR_GT:
	case EXPR_GE:
		return eval_two(e->op, value_of(v, e->a), value_of(v, e->b));
	case EXPR_NOT:
		return !value_of(v, e->a);
	case EXPR_AND:
		return value_of(v, e->a) && value_of(v, e->b);
	case EXPR_OR:
		return value_of(v, e->a) || value_of(v, e->b);
	case EXPR_IMPLIES:
		return !value_of(v, e->a) || value_of(v, e->b);
	case EXPR_IF:
		return value_of(v, e->a) ? value_of(v, e->b) : value_of(v, e->c);
	case EXPR_ANY:
		return some_key(v, e->a, true);
	case EXPR_EVERY:
		return !some_key(v, e->a, false);
	case EXPR_ARGMIN:
	case EXPR_ARGMAX:
	case EXPR_FIRST:
		return choose(v, e);
	case EXPR_OPS:
		break;
	}
	return 0;
}

num machine_eval(const struct machine *m, const struct expr *e, const struct entry *in, int candidate)
{
	struct view v = {.m = m, .in = in, .key = -1, .tag = -1, .candidate = candidate, .among = UINT32_MAX};

	if (in && in->event) {
		v.key = entry_key(m, in);
		if (in->event == m->plan->close)
			v.tag = (int)in->fields[in->event->tag->index];
	}
	return value_of(&v, e);
}

/* ---- the model's vector ---- */

static int32_t *encode_one(const struct input *i, num x, int32_t *at)
{
	num top = 1;

	x = floor_div(x, i->divide);
	switch (i->how) {
	case ENCODE_DIGITS:
		for (int d = 0; d < i->digits; d++)
			top *= 10;
		x = x < 0 ? 0 : x >= top ? top - 1 : x;
		while ((top /= 10) > 0)
			*at++ = (int32_t)(x / top % 10);
		return at;
	case ENCODE_ZSCORE:
		x = floor_div((x * 65536 - i->mean) * i->scale, (num)1 << 36);
		break;
	case ENCODE_PLAIN:
	case ENCODE_CLAMP:
		break;
	}
	*at++ = (int32_t)(x < i->lo ? i->lo : x > i->hi ? i->hi : x);
	return at;
}

void vector_of(const struct view *v, const struct model *model, int32_t *vector)
{
	for (int i = 0; i < model->inputs.n; i++) {
		const struct input *input = &model->inputs.at[i];
		if (input->value->op == EXPR_COLUMN && input->value->value < 0) {
			struct expr slot = *input->value;
			for (slot.value = input->repeat - 1; slot.value >= 0; slot.value--)
				vector = encode_one(input, value_of(v, &slot), vector);
		} else {
			vector = encode_one(input, value_of(v, input->value), vector);
		}
	}
}

bool reads_feature(const struct expr *e, const struct feature *f)
{
	return e && (e->feature == f || reads_feature(e->a, f) || reads_feature(e->b, f) || reads_feature(e->c, f));
}
