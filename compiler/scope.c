/* What a name means where it stands: fields, tunables, features of a key, answers, candidates. */
#include "front.h"

#include <string.h>

static const struct {
	const char *text;
	bool value;
} truths[] = {{"yes", true}, {"true", true}, {"no", false}, {"false", false}};

struct expr *symbol_named(const struct type *type, const struct tree *t)
{
	static const char *const sources[] = {"learned", "shield", "fallback"};
	const char *const *names = type->kind == TYPE_SOURCE ? sources : type->symbols->names.at;
	int n = type->kind == TYPE_SOURCE ? 3 : type->symbols->names.n;
	for (int i = 0; i < n; i++) {
		if (strcmp(names[i], t->text) != 0)
			continue;
		struct type exact = *type;
		exact.lo = exact.hi = i;
		struct expr *e = expr_new(EXPR_SYMBOL, exact, t->at);
		e->value = i;
		return e;
	}
	return NULL;
}

static bool is_bound(const struct scope *s, const char *name)
{
	for (int i = 0; i < 2; i++) {
		if (s->bound[i] && strcmp(s->bound[i], name) == 0)
			return true;
	}
	return false;
}

bool name_known(const struct scope *s, const char *text)
{
	for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) {
		if (strcmp(truths[i].text, text) == 0)
			return true;
	}
	return is_bound(s, text) || front_name(s->f, text) || (s->event && event_field(s->event, text)) ||
		(s->quantified && strcmp(s->quantified->name, text) == 0);
}

static struct expr *candidate(const struct scope *s, struct span at)
{
	struct type t = type_of(TYPE_CANDIDATE);
	t.hi = s->list->max - 1;
	t.list = s->list;
	return expr_new(EXPR_CANDIDATE, t, at);
}

static struct expr *field_of(const struct event *e, const struct tree *word, struct span at)
{
	const struct field *f = event_field(e, word->text);
	if (!f) {
		const char *known[FIELDS_MAX];
		int n = 0;
		for (; n < e->fields.n && n < FIELDS_MAX; n++)
			known[n] = e->fields.at[n]->name;
		const char *near = did_you_mean(word->text, known, n);
		return refuse(word->at, near ? arena_printf("did you mean `%s.%s`?", e->name, near) : NULL,
			"event `%s` has no field `%s`", e->name, word->text);
	}
	struct expr *x = expr_new(EXPR_FIELD, f->type, at);
	x->field = f;
	return x;
}

static struct expr *element(const struct tree *word, struct span at, struct expr *of)
{
	const struct field *list = of->type.list, *f = record_field(list, word->text);
	if (!f) {
		const char *known[RECORD_MAX];
		int n = 0;
		for (; n < list->record.n && n < RECORD_MAX; n++)
			known[n] = list->record.at[n]->name;
		const char *near = did_you_mean(word->text, known, n);
		return refuse(word->at, near ? arena_printf("did you mean `%s`?", near) : NULL,
			"`%s` have no field `%s`", list->name, word->text);
	}
	struct expr *e = expr_new(EXPR_ELEMENT, f->type, at);
	e->a = of;
	e->field = f;
	return e;
}

/* ---- keys ---- */

/* Whose state a bare name means. False: nobody's, and it was said. */
static bool own_key(const struct scope *s, const char *what, const struct key *key, struct span at, struct expr **a)
{
	*a = NULL;
	if (!key)
		return true;
	if (s->quantified == key) {
		*a = expr_new(EXPR_KEYVAR, type_key(key), at);
		return true;
	}
	if (s->key == key)
		return true;
	if (s->guardrail)
		return refuse(at,
			arena_printf("make it `guardrail %s per %s`, or write `any %s : ..`", s->guardrail->name,
				key->name, key->name),
			"`%s` is kept per %s, and %s has no %s of its own", what, key->name, s->where, key->name);
	if (s->bound[0])
		return refuse(at, arena_printf("write `%s[%s]`", what, s->bound[0]), "`%s` is kept per %s: of which?",
			what, key->name);
	const struct field *other = s->event ? key_field(s->event, key) : NULL;
	if (other) /* a value of the event, which is not its own key */
		return refuse(at, arena_printf("write `%s[%s]`", what, other->name), "`%s` is kept per %s: of which?",
			what, key->name);
	return refuse(at, arena_printf("write `%s[..]` with a %s, or `any %s : ..`", what, key->name, key->name),
		"`%s` is kept per %s, and %s has no %s of its own", what, key->name, s->where, key->name);
}

static const struct field *key_of_list(const struct field *list, const struct key *key)
{
	for (int i = 0; i < list->record.n; i++) {
		if (list->record.at[i]->type.kind == TYPE_KEY && list->record.at[i]->type.key == key)
			return list->record.at[i];
	}
	return NULL;
}

/* The key that an index or an `of` names. False: said why. */
static bool named_key(
	const struct scope *s, const char *what, const struct key *key, const struct tree *t, struct expr **a)
{
	*a = NULL;
	if (!key)
		return refuse(t->at, arena_printf("write `%s`", what), "`%s` is kept once, not per key", what);
	if (t->kind == NODE_NAME && strcmp(t->text, key->name) == 0 && (s->quantified == key || s->guardrail) &&
		!is_bound(s, t->text))
		return own_key(s, what, key, t->at, a);
	struct expr *e = type_expr(s, t);
	if (!e)
		return false;
	if (s->guardrail)
		return refuse(t->at, arena_printf("write `any %s : ..` or `every %s : ..`", key->name, key->name),
			"a guardrail does not pick one %s", key->name);
	if (e->type.kind == TYPE_CANDIDATE) {
		const struct field *f = key_of_list(e->type.list, key);
		if (!f)
			return refuse(t->at, NULL, "`%s` have no %s, and `%s` is kept per %s", e->type.list->name,
				key->name, what, key->name);
		*a = expr_new(EXPR_ELEMENT, f->type, t->at);
		(*a)->a = e;
		(*a)->field = f;
		return true;
	}
	if (e->op == EXPR_INT && e->type.kind == TYPE_INT && e->type.unit == UNIT_NONE) {
		if (e->value < 0 || e->value >= key->max)
			return refuse(t->at, NULL, "there are %d of %s: 0 .. %d", key->max, key->name, key->max - 1);
		e->type = type_key(key);
	}
	if (e->type.kind != TYPE_KEY || e->type.key != key)
		return refuse(t->at, NULL, "`%s` is kept per %s, and `%s` is %s", what, key->name, show_expr(e),
			show_range(&e->type));
	*a = e;
	return true;
}

/* ---- features ---- */

static struct expr *feature_read(const struct scope *s, const struct feature *feature, struct span at, struct expr *a)
{
	if (!feature_typed(s->f, feature, at))
		return NULL;
	struct expr *e = expr_new(EXPR_FEATURE, feature->type, at);
	e->feature = feature;
	e->a = a;
	return e;
}

static struct expr *column_read(
	const struct scope *s, const struct feature *feature, const struct tree *word, struct span at, struct expr *a)
{
	if (!feature_typed(s->f, feature, at))
		return NULL;
	for (int i = 0; i < feature->columns.n; i++) {
		const struct column *c = &feature->columns.at[i];
		if (strcmp(c->name, word->text) != 0)
			continue;
		struct expr *e = expr_new(EXPR_COLUMN, c->value->type, at);
		e->type.lo = c->initial < e->type.lo ? c->initial : e->type.lo;
		e->type.hi = c->initial > e->type.hi ? c->initial : e->type.hi;
		e->feature = feature;
		e->column = i;
		e->a = a;
		return e;
	}
	const char *known[64];
	int n = 0;
	for (; n < feature->columns.n && n < 64; n++)
		known[n] = feature->columns.at[n].name;
	const char *near = did_you_mean(word->text, known, n);
	return refuse(word->at, near ? arena_printf("did you mean `%s`?", near) : NULL, "`%s` has no column `%s`",
		feature->name, word->text);
}

static void *bare_last(const struct feature *feature, const struct tree *t)
{
	const char *indexed = t->kind == NODE_INDEX ? "[..]" : "";
	const char *help = arena_printf("write `%s%s.%s`", feature->name, indexed, feature->columns.at[0].name);
	if (feature->columns.n == 1)
		return refuse(t->at, help, "`%s` is read by the name of its column", feature->name);
	return refuse(t->at, help, "`%s` keeps %d columns: which?", feature->name, feature->columns.n);
}

/* ---- answers ---- */

static struct type answer_type(const struct model *m)
{
	struct type t = m->type;
	t.lo = t.lo < -1 ? t.lo : -1; /* not asked */
	return t;
}

static const struct key *model_key(const struct model *m)
{
	for (int i = 0; m->each && i < m->each->record.n; i++) {
		if (m->each->record.at[i]->type.kind == TYPE_KEY)
			return m->each->record.at[i]->type.key;
	}
	return NULL;
}

static struct expr *answer(const struct scope *s, struct model *m, const struct tree *index, struct span at)
{
	struct expr *a = NULL;
	if (m->each && !index)
		return refuse(at, arena_printf("write `%s[..]`", m->name), "`%s` answers for each of `%s`: which?",
			m->name, m->each->name);
	if (!m->each && index)
		return refuse(index->at, NULL, "`%s` answers once a decision, not for each candidate", m->name);
	if (s->answers) {
		if (index && !(a = type_expr(s, index)))
			return NULL;
		if (a && (a->type.kind != TYPE_CANDIDATE || a->type.list != m->each))
			return refuse(index->at, NULL, "`%s` answers for one of `%s`, and `%s` is %s", m->name,
				m->each->name, show_expr(a), show_range(&a->type));
		struct expr *e = expr_new(EXPR_ANSWER, answer_type(m), at);
		e->model = m;
		e->a = a;
		return e;
	}
	if (!s->said)
		return refuse(at, "only the learned rule, features, the carry and guarantees read answers",
			"%s does not read the model", s->where);
	if (m->type.kind != TYPE_CLASS)
		return refuse(at, "give it classes, or carry what was decided",
			"the last answer is remembered of classes only");
	if (index && !model_key(m))
		return refuse(at, NULL, "`%s` have no key under which an answer could be remembered", m->each->name);
	if (index && !named_key(s, m->name, model_key(m), index, &a))
		return NULL;
	m->remembered = true;
	struct expr *e = expr_new(EXPR_SAID, m->type, at);
	e->type.hi = m->type.symbols->names.n; /* none of them */
	e->model = m;
	e->a = a;
	return e;
}

/* ---- names ---- */

static const struct part *part_named(const struct scope *s, const char *text, int *column)
{
	const struct decision *d = s->f->p->decision;
	for (int i = 0; d && i < d->parts.n; i++) {
		*column = i;
		if (strcmp(d->parts.at[i].name, text) == 0)
			return &d->parts.at[i];
	}
	return NULL;
}

static struct expr *choice_read(const struct scope *s, const struct tree *t)
{
	int column = 0;
	const struct part *part = part_named(s, t->text, &column);
	if (!s->choice)
		return refuse(t->at, "guarantees speak of what is decided",
			"`%s` is what is decided, and %s comes before that", t->text, s->where);
	struct expr *e = expr_new(EXPR_CHOICE, part->type, t->at);
	e->column = column;
	return e;
}

static struct expr *unknown(const struct scope *s, const struct tree *t)
{
	const struct hook *h = s->f->p->hook;
	for (int i = 0; i < h->events.n; i++) {
		if (!event_field(h->events.at[i], t->text))
			continue;
		if (!s->event)
			return refuse(t->at, "keep what it needs in a feature",
				"`%s` is a field of `%s`, and %s reads no event", t->text, h->events.at[i]->name,
				s->where);
		return refuse(t->at, NULL, "`%s` is a field of `%s`, and %s reads `%s`", t->text, h->events.at[i]->name,
			s->where, s->event->name);
	}
	LIST(const char *) known = {0};
	for (int i = 0; i < s->f->names.n; i++)
		*list_add(&known) = s->f->names.at[i].text;
	for (int i = 0; s->event && i < s->event->fields.n; i++)
		*list_add(&known) = s->event->fields.at[i]->name;
	for (int i = 0; i < 2; i++) {
		if (s->bound[i])
			*list_add(&known) = s->bound[i];
	}
	const char *near = did_you_mean(t->text, known.at, known.n);
	const char *help = near ? arena_printf("did you mean `%s`?", near)
		: s->list && !s->bound[0]
		? "a candidate has its name from `need NAME : ..`, from `first NAME where ..` or from the model's `for`"
		: NULL;
	return refuse(t->at, help, "`%s` is not known here", t->text);
}

static struct expr *name_read(const struct scope *s, const struct tree *t)
{
	for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) {
		if (strcmp(truths[i].text, t->text) == 0) {
			struct expr *e = expr_new(EXPR_INT, type_of(TYPE_BOOL), t->at);
			e->value = truths[i].value;
			return e;
		}
	}
	if (is_bound(s, t->text))
		return candidate(s, t->at);
	const struct name *n = front_name(s->f, t->text);
	bool is_field = s->event && event_field(s->event, t->text);
	if (n && is_field) {
		diag_add(&(struct diag){.code = "types",
			.at = t->at,
			.also = n->at,
			.also_label = "declared here",
			.cause = arena_printf("`%s` is a field of `%s` too", t->text, s->event->name),
			.help = arena_printf("write `%s.%s` for the field, or give the other one another name",
				s->event->name, t->text)});
		return NULL;
	}
	if (is_field)
		return field_of(s->event, t, t->at);
	if (!n && s->quantified && strcmp(s->quantified->name, t->text) == 0)
		return expr_new(EXPR_KEYVAR, type_key(s->quantified), t->at);
	if (!n)
		return unknown(s, t);
	struct expr *a;
	switch (n->what) {
	case IS_TUNABLE: {
		const struct tunable *tunable = n->thing;
		struct expr *e = expr_new(EXPR_TUNABLE, tunable->type, t->at);
		e->tunable = tunable;
		return e;
	}
	case IS_FEATURE: {
		const struct feature *feature = n->thing;
		if (feature->kind == FEATURE_LAST)
			return bare_last(feature, t);
		return own_key(s, t->text, feature->state->key, t->at, &a) ? feature_read(s, feature, t->at, a) : NULL;
	}
	case IS_MODEL:
		return answer(s, n->thing, NULL, t->at);
	case IS_PART:
		return choice_read(s, t);
	case IS_GUARDRAIL:
		return refuse(t->at, arena_printf("write `%s.tripped`", t->text), "`%s` is a guardrail", t->text);
	case IS_GUARANTEE:
		return refuse(t->at, arena_printf("write `room(%s)`", t->text), "`%s` is a guarantee", t->text);
	case IS_ASSUMPTION:
		return refuse(t->at, NULL, "`%s` is an assumption", t->text);
	}
	return NULL;
}

/* ---- what stands behind a dot, in brackets, in calls ---- */

static const struct feature *last_named(const struct scope *s, const struct tree *t)
{
	const struct name *n = t->kind == NODE_NAME ? front_name(s->f, t->text) : NULL;
	const struct feature *f = n && n->what == IS_FEATURE ? n->thing : NULL;
	return f && f->kind == FEATURE_LAST ? f : NULL;
}

/* `g.tripped`, `age(g.trip)`, each perhaps `of` a key; `tripped` alone is that of the guardrail whose condition it is. */
static struct expr *guardrail_read(
	const struct scope *s, const struct tree *t, const struct tree *name, const struct tree *of)
{
	const char *word = t->kind == NODE_TRIP ? "trip" : "tripped";
	const struct guardrail *g = s->guardrail;
	if (!name && !g)
		return refuse(t->at, "write `NAME.tripped`", "`tripped`: of which guardrail?");
	if (name) {
		const struct name *n = name->kind == NODE_NAME ? front_name(s->f, name->text) : NULL;
		if (!n && name->kind == NODE_NAME)
			return unknown(s, name);
		if (!n || n->what != IS_GUARDRAIL)
			return refuse(name->at, NULL, "only a guardrail trips");
		g = n->thing;
	}
	struct expr *a;
	const char *what = arena_printf("%s.%s", g->name, word);
	if (of ? !named_key(s, what, g->key, of, &a) : !own_key(s, what, g->key, t->at, &a))
		return NULL;
	struct expr *e = expr_new(t->kind == NODE_TRIP ? EXPR_TRIP_AGE : EXPR_TRIPPED, type_of(TYPE_BOOL), t->at);
	if (t->kind == NODE_TRIP)
		e->type = type_int(UNIT_TIME, 0, UINT64_MAX);
	e->guardrail = g;
	e->a = a;
	return e;
}

static struct expr *dot_read(const struct scope *s, const struct tree *t)
{
	const struct tree *left = t->kids.at[0], *word = t->kids.at[1];
	const struct name *n =
		left->kind == NODE_NAME && !is_bound(s, left->text) ? front_name(s->f, left->text) : NULL;
	struct expr *a;
	if (n && n->what == IS_GUARDRAIL && strcmp(word->text, "tripped") == 0)
		return guardrail_read(s, t, left, NULL);
	const struct feature *last = last_named(s, left->kind == NODE_INDEX ? left->kids.at[0] : left);
	if (last && left->kind == NODE_INDEX)
		return named_key(s, last->name, last->state->key, left->kids.at[1], &a)
			? column_read(s, last, word, t->at, a)
			: NULL;
	if (last)
		return own_key(s, last->name, last->state->key, left->at, &a) ? column_read(s, last, word, t->at, a)
									      : NULL;
	const struct event *e =
		left->kind == NODE_NAME && !is_bound(s, left->text) ? hook_event(s->f->p->hook, left->text) : NULL;
	if (e && e == s->event)
		return field_of(e, word, t->at);
	if (e && s->event)
		return refuse(left->at,
			arena_printf("its fields are those of `%s`%s", s->event->name,
				s->closing ? ", and what was carried: `carry.x`" : ""),
			"`%s.%s`: %s reads `%s`, not `%s`", e->name, word->text, s->where, s->event->name, e->name);
	if (e)
		return refuse(left->at, "keep what it needs in a feature", "`%s.%s`: %s reads no event", e->name,
			word->text, s->where);
	a = type_expr(s, left);
	if (!a)
		return NULL;
	if (a->type.kind != TYPE_CANDIDATE)
		return refuse(t->at, NULL, "`%s` is %s and has no fields", show_expr(a), show_range(&a->type));
	return element(word, t->at, a);
}

static struct expr *index_read(const struct scope *s, const struct tree *t)
{
	const struct tree *left = t->kids.at[0], *index = t->kids.at[1];
	const struct name *n = left->kind == NODE_NAME ? front_name(s->f, left->text) : NULL;
	if (n && n->what == IS_MODEL)
		return answer(s, n->thing, index, t->at);
	if (!n || n->what != IS_FEATURE) {
		if (left->kind == NODE_NAME && !n)
			return unknown(s, left);
		return refuse(left->at, NULL, "only features that are kept per key and models take `[..]`");
	}
	const struct feature *feature = n->thing;
	struct expr *a;
	if (feature->kind == FEATURE_LAST)
		return bare_last(feature, t);
	return named_key(s, feature->name, feature->state->key, index, &a) ? feature_read(s, feature, t->at, a) : NULL;
}

static struct expr *carried_read(const struct scope *s, const struct tree *t)
{
	const struct carry *carry = s->f->p->carry;
	const struct tree *word = t->kids.at[0];
	if (!carry)
		return refuse(t->at, "declare `carry EVENT.tag max N { .. }`", "nothing is carried in this policy");
	if (!s->closing)
		return refuse(t->at, NULL, "what is carried is read when `%s` closes the tag, and %s reads %s%s%s",
			carry->close->name, s->where, s->event ? "`" : "no event", s->event ? s->event->name : "",
			s->event ? "`" : "");
	for (int i = 0; i < carry->columns.n; i++) {
		if (strcmp(carry->columns.at[i].name, word->text) != 0)
			continue;
		if (!column_typed(s->f, i, t->at))
			return NULL;
		struct expr *e = expr_new(EXPR_CARRY, carry->columns.at[i].value->type, t->at);
		e->column = i;
		return e;
	}
	const char *known[64];
	int n = 0;
	for (; n < carry->columns.n && n < 64; n++)
		known[n] = carry->columns.at[n].name;
	const char *near = did_you_mean(word->text, known, n);
	return refuse(word->at, near ? arena_printf("did you mean `carry.%s`?", near) : NULL, "`%s` is not carried",
		word->text);
}

static struct expr *room_read(const struct scope *s, const struct tree *t)
{
	const struct tree *name = t->kids.at[0];
	const struct name *n = front_name(s->f, name->text);
	if (!n)
		return unknown(s, name);
	const struct guarantee *g = n->what == IS_GUARANTEE ? n->thing : NULL;
	if (!g || g->kind == GUARANTEE_POINT || g->cmp != EXPR_LE)
		return refuse(name->at, "room is what is left of a guarantee `count(..) over .. <= N`",
			"`%s` has no room", name->text);
	if (!s->room)
		return refuse(t->at, "the rules of the decision and guardrails read it",
			"%s does not read what a guarantee has left", s->where);
	struct expr *e = expr_new(EXPR_ROOM, type_of(TYPE_BOOL), t->at);
	e->guarantee = g;
	return e;
}

static struct expr *length_read(const struct scope *s, const struct tree *t)
{
	struct expr *list = type_expr(s, t->kids.at[0]);
	if (!list)
		return NULL;
	if (list->type.kind != TYPE_LIST)
		return refuse(t->at, "over time: declare a feature, `count of EVENT where .. over ..`",
			"`count(..)` here takes a list of the event");
	struct expr *e = expr_new(EXPR_COUNT, type_int(UNIT_NONE, 0, list->field->max), t->at);
	e->field = list->field;
	return e;
}

struct expr *type_leaf(const struct scope *s, const struct tree *t)
{
	switch ((int)t->kind) {
	case NODE_NAME:
		return name_read(s, t);
	case NODE_DOT:
		return dot_read(s, t);
	case NODE_INDEX:
		return index_read(s, t);
	case NODE_CARRIED:
		return carried_read(s, t);
	case NODE_TRIPPED:
	case NODE_TRIP:
		return guardrail_read(s, t, t->kids.at[0], t->kids.at[1]);
	case NODE_TRIPPED_FOR:
		if (s->rearm && s->quantified) {
			const char *word = s->every ? "every" : "any", *key = s->quantified->name;
			return refuse(t->at, arena_printf("write `(%s %s : ..) and tripped for ..`", word, key),
				"`%s %s :` takes all that follows, and `tripped for` is a timer of the whole rearm",
				word, key);
		}
		return refuse(t->at, "it stands in `rearm when`, joined to the rest by `and`",
			"`tripped for` is a timer of a guardrail's rearm");
	case NODE_CALL:
		return t->op == EXPR_ROOM ? room_read(s, t) : length_read(s, t);
	case NODE_BY:
		if (!s->choice)
			return refuse(
				t->at, "guarantees speak of who decided", "`by` is known once the decision is made");
		struct type by = type_of(TYPE_SOURCE);
		by.hi = BY_FALLBACK;
		return expr_new(EXPR_BY, by, t->at);
	default:
		return refuse(t->at, NULL, "this is not an expression");
	}
}

struct scope scope_deciding(struct front *f, const char *where)
{
	const struct event *on = f->p->decision->on;
	return (struct scope){.f = f, .where = where, .event = on, .key = event_key(on)};
}
