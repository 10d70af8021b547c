/* Every entry there is, as far as the policy can tell them apart: what it does not read stands still, what it reads
 * takes every value of its range (of those with which every comparison says the same, the first), time passes by every
 * step up to one more than the policy knows of. */
#include "brute.h"
#include "alphabet.h"
#include "apart.h"

#include <string.h>

/* ---- time ---- */

static void time_of(const struct expr *e, num *most)
{
	if (!e)
		return;
	if ((e->op == EXPR_FEATURE && (e->feature->kind == FEATURE_AGE || e->feature->kind == FEATURE_HELD)) ||
		e->op == EXPR_TRIP_AGE)
		*most = *most < 1 ? 1 : *most;
	if (e->op == EXPR_INT && e->type.unit == UNIT_TIME && *most >= 1 && e->value > *most)
		*most = e->value;
	time_of(e->a, most);
	time_of(e->b, most);
	time_of(e->c, most);
}

static void time_of_all(const struct policy *p, num *most)
{
	for (int i = 0; i < p->features.n; i++) {
		time_of(p->features.at[i]->where, most);
		time_of(p->features.at[i]->among, most);
	}
	for (int i = 0; p->decision && i < p->decision->parts.n; i++) {
		time_of(p->decision->parts.at[i].learned, most);
		time_of(p->decision->parts.at[i].fallback, most);
	}
	time_of(p->decision->need, most);
	for (int i = 0; i < p->assumptions.n; i++)
		time_of(p->assumptions.at[i]->holds, most);
	for (int i = 0; i < p->guarantees.n; i++)
		time_of(p->guarantees.at[i]->holds, most);
	for (int i = 0; i < p->guardrails.n; i++) {
		const struct guardrail *g = p->guardrails.at[i];
		time_of(g->trip, most);
		time_of(g->rearm, most);
		*most = g->hold > *most ? g->hold : *most;
		*most = g->every > *most ? g->every : *most;
	}
	if (p->decision->timeout < 100 && p->decision->timeout > *most)
		*most = p->decision->timeout;
}

static void steps_of_time(struct alphabet *a)
{
	num most = 0, timeout = a->policy->decision->timeout;

	time_of_all(a->policy, &most);
	time_of_all(a->policy, &most); /* once more: constants that stood before the first clock */
	for (num t = 0; t <= most + (most > 0); t++)
		*list_add(&a->times) = (uint64_t)t;
	if (timeout > most && most)
		*list_add(&a->times) = (uint64_t)timeout + 1;
}

/* ---- what is read ---- */

/* The policy without its models' inputs (answers are any, whatever goes in) and without features that nothing else
 * reads. */
static const struct policy *without_inputs(const struct policy *p)
{
	struct policy *bare = arena_alloc(sizeof *bare);
	int n = p->models.n;

	*bare = *p;
	bare->models.at = arena_alloc((size_t)(n + 1) * sizeof *bare->models.at);
	for (int i = 0; i < n; i++) {
		bare->models.at[i] = arena_alloc(sizeof **bare->models.at);
		*bare->models.at[i] = *p->models.at[i];
		bare->models.at[i]->inputs.n = 0;
	}
	bare->features.at = arena_alloc((size_t)(p->features.n + 1) * sizeof *bare->features.at);
	bare->features.n = 0;
	for (int i = 0; i < p->features.n; i++)
		if (feature_read(p, p->features.at[i]))
			bare->features.at[bare->features.n++] = p->features.at[i];
	return bare;
}

static bool varies(const struct alphabet *a, const struct field *f)
{
	if (f->type.kind == TYPE_KEY && a->policy->models.n && a->policy->models.at[0]->remembered)
		return true;
	return policy_reads(a->bare, f);
}

struct told { /* of a field, by all that compare it with a number: one value and another */
	const struct field *f;
	num x, y;
	bool apart;
};

static void tell(const struct expr *e, const struct expr *above, void *user)
{
	struct told *t = user;
	enum op op;
	num with;

	if (e->op == EXPR_FIELD && e->field == t->f)
		t->apart |= !compares(above, e, &op, &with) || numbers_compare(op, t->x, with) != numbers_compare(op, t->y, with);
}

/* The policy tells x from all that the field can be below it. */
static bool is_told(const struct alphabet *a, const struct field *f, num x)
{
	for (num y = f->type.lo; f->type.kind == TYPE_INT && y < x; y++) {
		struct told t = {.f = f, .x = x, .y = y};
		each_use(a->bare, tell, &t);
		if (!t.apart)
			return false;
	}
	return true;
}

/* ---- entries ---- */

static void add(struct alphabet *a, const struct entry *e)
{
	/* no clock moves at `set` */
	for (int t = 0; t < (e->kind == ENTRY_SET ? 1 : a->times.n); t++) {
		struct entry *x = list_add(&a->entries);
		*x = *e;
		x->now = a->times.at[t];
	}
	/* where nothing else reads the time, a ticket that is void shows when the next is asked for */
	if (e->kind == ENTRY_ASK && a->times.n == 1) {
		struct entry *x = list_add(&a->entries);
		*x = *e;
		x->now = (uint64_t)a->policy->decision->timeout + 1;
	}
}

static num low(const struct type *t)
{
	return t->kind == TYPE_INT || t->kind == TYPE_TAG ? t->lo : 0;
}

static num high(const struct alphabet *a, const struct type *t, const struct entry *e)
{
	switch (t->kind) {
	case TYPE_BOOL:
		return 1;
	case TYPE_CLASS:
		return t->symbols->names.n - 1;
	case TYPE_KEY:
		return t->key->max - 1;
	case TYPE_CANDIDATE:
		return (num)e->list_n - 1;
	case TYPE_TAG:
		return a->policy->carry ? a->policy->carry->max - 1 : t->lo;
	case TYPE_INT:
		return t->hi;
	case TYPE_SHARE:
	case TYPE_SOURCE:
	case TYPE_LIST:
		break;
	}
	return 0;
}

static void fields(struct alphabet *a, struct entry *e, int field);

static void elements(struct alphabet *a, struct entry *e, int field, uint32_t element, int member)
{
	const struct field *list = e->event->fields.at[field];

	if (element == e->list_n) {
		fields(a, e, field + 1);
		return;
	}
	if (member == list->record.n) {
		elements(a, e, field, element + 1, 0);
		return;
	}
	const struct field *f = list->record.at[member];
	bool read = varies(a, f);
	for (num x = low(&f->type); x <= (read ? high(a, &f->type, e) : low(&f->type)); x++) {
		e->list[element][member] = (uint64_t)x;
		elements(a, e, field, element, member + 1);
	}
}

static bool chooses_of_list(const struct policy *p)
{
	for (int i = 0; i < p->decision->parts.n; i++)
		if (p->decision->parts.at[i].kind == PART_CANDIDATE)
			return true;
	return false;
}

static void fields(struct alphabet *a, struct entry *e, int field)
{
	if (field == e->event->fields.n) {
		add(a, e);
		return;
	}
	const struct field *f = e->event->fields.at[field];
	bool read = varies(a, f) || f == e->event->tag || f == e->event->key; /* what is of another key may be another */
	if (f->type.kind == TYPE_LIST) {
		bool chosen = chooses_of_list(a->policy);
		for (e->list_n = chosen ? 0 : 1; e->list_n <= (chosen ? (uint32_t)f->max : 1); e->list_n++)
			elements(a, e, field, 0, 0);
		return;
	}
	/* an index into an empty list has no value at all: refused, and nothing has happened */
	for (num x = low(&f->type); x <= (read ? high(a, &f->type, e) : low(&f->type)); x++) {
		if (f->type.kind == TYPE_CANDIDATE && x >= (num)e->list_n)
			break;
		if (!is_told(a, f, x))
			continue;
		e->fields[field] = (uint64_t)x;
		fields(a, e, field + 1);
	}
}

static void answers(struct alphabet *a, struct entry *e, int candidate, int candidates)
{
	const struct model *m = a->policy->models.at[0];
	num lo = m->classes ? 0 : m->type.lo, hi = m->classes ? m->classes->names.n - 1 : m->type.hi;

	if (candidate == candidates) {
		add(a, e);
		return;
	}
	for (num x = lo - m->remembered; x <= hi; x++) {
		e->answers[candidate] = (int32_t)x;
		answers(a, e, candidate + 1, candidates);
	}
}

static void settles(struct alphabet *a)
{
	struct entry e = {.kind = ENTRY_SETTLE};

	add(a, &e);
	if (!a->policy->models.n)
		return;
	e.answered = true;
	answers(a, &e, 0, a->policy->models.at[0]->each ? a->policy->models.at[0]->each->max : 1);
}

struct alphabet *alphabet_of(const struct policy *p)
{
	struct alphabet *a = arena_alloc(sizeof *a);

	a->policy = p;
	a->bare = without_inputs(p);
	steps_of_time(a);
	for (int i = 0; i < p->hook->events.n; i++) {
		const struct event *on = p->hook->events.at[i];
		struct entry e = {.kind = on == p->decision->on ? ENTRY_ASK
				: on->tick			? ENTRY_TICK
								: ENTRY_EVENT,
			.event = on};
		if (policy_takes(p, on))
			fields(a, &e, 0);
	}
	settles(a);
	for (int i = 0; i < p->tunables.n; i++) {
		const struct type *t = &p->tunables.at[i]->type;
		struct entry e = {.kind = ENTRY_SET, .tunable = i};
		for (num x = t->lo; x <= t->hi; x++) {
			e.value = (uint64_t)x;
			add(a, &e);
		}
	}
	return a;
}
