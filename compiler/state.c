/* What a policy keeps: its features and what it carries with a tag, as declared, and their types on demand. */
#include "front.h"

#include <string.h>

static const num U64_MAX = UINT64_MAX;
static const num I64_MIN = INT64_MIN;
static const num I64_MAX = INT64_MAX;

/* ---- state ---- */

bool window_read(
	const struct front *f, const struct tree *t, const struct tree *buckets, num *events, num *span, int *n)
{
	const struct tree *length = t->kids.at[0];
	if (length->unit != UNIT_NONE && t->op == 0)
		return refuse(t->at, "write `over 64 events` or `over 1 s`", "events are counted, time is measured");
	if (length->unit == UNIT_NONE && t->op == 1)
		return refuse(t->at, "write `over 64 events` or `over 1 s`", "this window has no clock");
	if (length->unit == UNIT_NONE) {
		if (buckets)
			return refuse(buckets->at, NULL, "buckets divide a window of time");
		return constant(length, UNIT_NONE, 1, WINDOW_MAX, "the window", events);
	}
	num parts = BUCKETS_DEFAULT;
	if (buckets && !constant(buckets, UNIT_NONE, 1, BUCKETS_MAX, "the number of buckets", &parts))
		return false;
	if (!constant(length, UNIT_TIME, 1, INT64_MAX, "the window", span))
		return false;
	*n = (int)parts;
	struct type time = type_int(UNIT_TIME, 0, *span);
	num width = (*span + parts - 1) / parts;
	for (int i = 0; i < f->p->hook->events.n; i++) {
		const struct event *e = f->p->hook->events.at[i];
		if (e->tick && width < e->grain)
			return refuse(length->at, "take fewer buckets or a longer window",
				"a bucket of %s is finer than the hook's tick, every %s", show_value(&time, width),
				show_value(&time, e->grain));
	}
	return true;
}

static bool has_key(const struct state *s, const struct event *e, struct span at)
{
	if (!s->key || event_key(e) == s->key)
		return true;
	const struct field *other = key_field(e, s->key);
	if (e->key && other) {
		diag_add(&(struct diag){.code = "types",
			.at = at,
			.label = arena_printf("kept per %s", s->key->name),
			.also = e->key->at,
			.also_label = "its own key: the first that it has",
			.cause = arena_printf("`%s` is an event of a %s, and this state is kept per %s", e->name,
				e->key->type.key->name, s->key->name),
			.help = arena_printf(
				"let `%s` stand before `%s` in the hook, or keep it per %s or in a state without a key",
				other->name, e->key->name, e->key->type.key->name)});
		return false;
	}
	return refuse(at, arena_printf("keep it in a state without a key, or take an event of a %s", s->key->name),
		"`%s` has no %s, and this state is kept per %s", e->name, s->key->name, s->key->name);
}

/* An event whose key or carry is known by its tag alone needs the table of tags, and a policy has one. */
static bool has_tags(const struct front *f, const struct event *e, struct span at)
{
	const struct carry *c = f->p->carry;

	if (e->by_tag && c && c->close != e) {
		diag_add(&(struct diag){.code = "types",
			.at = at,
			.also = c->at,
			.also_label = "of these tags",
			.cause = arena_printf("`%s` closes a tag of `%s`, and the policy keeps those of `%s`", e->name,
				e->follows->name, c->open->name),
			.help = arena_printf("carry `%s.%s` instead, or write a policy for each", e->follows->name,
				e->follows->tag->name)});
		return false;
	}
	if (!e->by_tag || f->carry_tree)
		return true;
	return refuse(at,
		arena_printf("declare `carry %s.%s max %s { }`", e->follows->name, e->follows->tag->name,
			show_num(e->tag->type.hi + 1)),
		"`%s` is known by its tag, and no table of tags is declared", e->name);
}

static void resolve_in_flight(const struct front *f, struct feature *x, const struct tree *source)
{
	const struct tree *until = source->kids.at[SOURCE_UNTIL];
	if (!x->until->by_tag || x->until->follows != x->on) {
		refuse(until->at, NULL,
			"`%s` does not close what `%s` opens: the hook does not say `follows %s by tag`",
			x->until->name, x->on->name, x->on->name);
		return;
	}
	has_tags(f, x->until, until->at);
	if (x->state->sharing == SHARING_PER_CPU)
		refuse(x->at, "keep it in a state that is `locked`",
			"`%s` counts what is opened on one CPU and closed on another: it cannot be kept per cpu",
			x->name);
}

static void resolve_columns(struct feature *x, const struct tree *columns);

static void resolve_numbers(struct feature *x, const struct tree *source)
{
	const struct tree *number = source->kids.at[SOURCE_NUMBER];
	num n = 0;
	if (x->kind == FEATURE_LAST) {
		constant(number, UNIT_NONE, 1, LAST_MAX, "the number of events kept", &x->events);
		resolve_columns(x, source->kids.at[SOURCE_LIST]);
	} else if (x->kind == FEATURE_EXP_MEAN) {
		if (!constant(number, UNIT_NONE, 2, 65536, "the weight's divisor", &n))
			return;
		while (((num)1 << x->shift) < n)
			x->shift++;
		if (((num)1 << x->shift) != n)
			refuse(number->at, arena_printf("write `weight 1 / %d`", 1 << x->shift),
				"the weight is not a power of two");
	} else if (x->kind == FEATURE_QUANTILE) {
		if (number->kind != NODE_PERCENT || number->value <= 0 || number->value > number->den)
			refuse(number->at, "as in `quantile 99 % of ..`",
				"a quantile is a percentage above 0 %% and at most 100 %%");
		x->rank_num = number->value;
		x->rank_den = number->den;
	}
}

static void resolve_option(struct feature *x, const struct tree *t)
{
	num n;
	bool counted = x->span == 0 &&
		(x->kind == FEATURE_COUNT || x->kind == FEATURE_SHARE || x->kind == FEATURE_MEAN ||
			x->kind == FEATURE_MIN || x->kind == FEATURE_MAX || x->kind == FEATURE_QUANTILE);
	bool valued = x->kind == FEATURE_LAST || x->kind == FEATURE_MEAN || x->kind == FEATURE_EXP_MEAN ||
		x->kind == FEATURE_MIN || x->kind == FEATURE_MAX || x->kind == FEATURE_QUANTILE;
	bool declared = x->kind == FEATURE_IN_FLIGHT || x->kind == FEATURE_COUNT || x->kind == FEATURE_RATE;
	if (t->kind == NODE_AFTER) {
		const struct tree *number = t->kids.at[0];
		if (!counted)
			refuse(t->at, NULL, "`after` counts the events of a window, and `%s` has none", x->name);
		else if (constant(number, UNIT_NONE, 1, WINDOW_MAX, "`after`", &n) && n > x->events)
			refuse(number->at, arena_printf("at most `after %s`", show_num(x->events)),
				"`%s` never sees %s events: its window keeps %s", x->name, show_num(n),
				show_num(x->events));
		else
			x->after = number->value;
	} else if (t->kind == NODE_RESET) {
		bool trip = strcmp(t->kids.at[0]->text, "trip") == 0;
		if (x->kind == FEATURE_IN_FLIGHT)
			refuse(t->at, NULL, "what is in flight cannot be forgotten");
		x->reset_on_trip |= trip;
		x->reset_on_rearm |= !trip;
	} else if (t->kind == NODE_ELSE && !valued) {
		refuse(t->at, NULL, "`%s` has a value from the start: it takes no `else`", x->name);
	} else if (t->kind == NODE_IN && !declared) {
		refuse(t->at, NULL, "the range of `%s` follows from what it is made of: it takes no `in`", x->name);
	} else if (t->kind == NODE_BUCKETS && x->span == 0) {
		refuse(t->at, NULL, "buckets divide a window of time, and `%s` has none", x->name);
	}
}

static void resolve_options(struct feature *x, const struct tree *options)
{
	for (int i = 0; i < options->kids.n; i++) {
		const struct tree *t = options->kids.at[i];
		for (int j = 0; j < i; j++) {
			const struct tree *u = options->kids.at[j];
			if (u->kind == t->kind &&
				(t->kind != NODE_RESET || strcmp(u->kids.at[0]->text, t->kids.at[0]->text) == 0))
				refuse(t->at, NULL, "this is said twice of `%s`", x->name);
		}
		resolve_option(x, t);
	}
	if (x->kind == FEATURE_SHARE && x->after == 0)
		x->after = 1; /* nothing seen is no share */
}

/* A column's name is the last word of its expression where it has none. */
static const struct tree *column_name(const struct tree *column)
{
	if (column->kids.at[0])
		return column->kids.at[0];
	const struct tree *t = column->kids.at[1];
	if (t->kind == NODE_DOT)
		return t->kids.at[1];
	if (t->kind == NODE_CARRIED || t->kind == NODE_INDEX)
		t = t->kids.at[0];
	return t->kind == NODE_NAME ? t : NULL;
}

static const char *column_named(const struct tree *t)
{
	const struct tree *name = column_name(t);
	if (name) {
		field_allowed(name);
		return name->text;
	}
	refuse(t->at, "write `NAME = ..`", "this column has no name of its own");
	return "?";
}

static void too_many_columns(const struct tree *columns)
{
	if (columns->kids.n > COLUMNS_MAX)
		refuse(columns->kids.at[COLUMNS_MAX]->at, NULL, "at most %d values are kept of an event", COLUMNS_MAX);
}

static void resolve_columns(struct feature *x, const struct tree *columns)
{
	for (int i = 0; i < columns->kids.n; i++) {
		const char *name = column_named(columns->kids.at[i]);
		for (int j = 0; j < x->columns.n; j++) {
			if (strcmp(x->columns.at[j].name, name) == 0)
				refuse(columns->kids.at[i]->at, "write `NAME = ..`", "column `%s` stands twice in `%s`",
					name, x->name);
		}
		*list_add(&x->columns) = (struct column){.name = name, .at = columns->kids.at[i]->at};
	}
	too_many_columns(columns);
}

static const struct tree *buckets_option(const struct tree *options)
{
	for (int i = 0; i < options->kids.n; i++) {
		if (options->kids.at[i]->kind == NODE_BUCKETS)
			return options->kids.at[i]->kids.at[0];
	}
	return NULL;
}

void resolve_feature(struct front *f, struct state *s, const struct tree *t)
{
	const struct tree *source = t->kids.at[1], *window = source->kids.at[SOURCE_WINDOW];
	const struct tree *until = source->kids.at[SOURCE_UNTIL];
	struct feature *x = arena_alloc(sizeof *x);
	x->name = t->kids.at[0]->text;
	x->at = t->kids.at[0]->at;
	x->kind = (enum feature_kind)source->op;
	x->state = s;
	x->on = find_event(f, source->kids.at[SOURCE_EVENT]);
	x->until = until ? find_event(f, until) : NULL;
	add_name(f, t->kids.at[0], IS_FEATURE, x);
	x->index = f->p->features.n;
	if (!x->on || (until && !x->until))
		return;
	*list_add(&f->p->features) = x;
	*list_add(&s->features) = x;
	*list_add(&f->feature_trees) = t;
	*list_add(&f->feature_progress) = UNTYPED;
	has_key(s, x->on, source->kids.at[SOURCE_EVENT]->at);
	if (x->kind == FEATURE_IN_FLIGHT)
		resolve_in_flight(f, x, source);
	else
		has_tags(f, x->on, source->kids.at[SOURCE_EVENT]->at);
	if (x->kind == FEATURE_SINCE) {
		has_key(s, x->until, until->at);
		has_tags(f, x->until, until->at);
		if (x->until == x->on)
			refuse(until->at, "`since` takes another event; how long ago the last was is `age of`",
				"`%s` would count `%s` since itself", x->name, x->on->name);
	}
	resolve_numbers(x, source);
	if (window)
		window_read(f, window, buckets_option(t->kids.at[2]), &x->events, &x->span, &x->buckets);
	if (x->kind == FEATURE_RATE && x->events)
		refuse(window->at, "write `over 1 s`, or take a `count`", "a rate is over a time");
	if (window && x->span && x->kind != FEATURE_RATE && x->kind != FEATURE_COUNT)
		refuse(window->at, "write `over 64 events`", "only a count and a rate are kept over a time");
	resolve_options(x, t->kids.at[2]);
}

void resolve_state(struct front *f, const struct tree *t)
{
	struct state *s = arena_alloc(sizeof *s);
	const char *sharing = t->kids.at[2]->text;
	s->key = t->kids.at[0] ? find_key(f, t->kids.at[0]) : NULL;
	s->at = t->kids.at[0] ? t->kids.at[0]->at : t->at;
	s->index = f->p->states.n;
	s->sharing = strcmp(sharing, "locked") == 0 ? SHARING_LOCKED
		: strcmp(sharing, "single") == 0    ? SHARING_SINGLE
						    : SHARING_PER_CPU;
	*list_add(&f->p->states) = s;
	*list_add(&f->state_trees) = t;
}

/* ---- carry ---- */

void resolve_carry(struct front *f, const struct tree *t)
{
	const struct hook *h = f->p->hook;
	struct carry *c = arena_alloc(sizeof *c);
	if (f->carry_tree) {
		diag_add(&(struct diag){.code = "types",
			.at = t->at,
			.also = f->carry_tree->at,
			.also_label = "first here",
			.cause = "a policy carries once"});
		return;
	}
	f->carry_tree = t;
	c->at = t->kids.at[0]->at;
	c->open = find_event(f, t->kids.at[0]);
	if (!c->open)
		return;
	const struct field *tag = event_field(c->open, t->kids.at[1]->text);
	if (!tag || tag->type.kind != TYPE_TAG) {
		refuse(t->kids.at[1]->at, c->open->tag ? arena_printf("its tag is `%s`", c->open->tag->name) : NULL,
			"`%s.%s` is not a tag", c->open->name, t->kids.at[1]->text);
		return;
	}
	for (int i = 0; i < h->events.n; i++) {
		if (h->events.at[i]->by_tag && h->events.at[i]->follows == c->open)
			c->close = h->events.at[i];
	}
	if (!c->close) {
		refuse(c->at, NULL, "no event follows `%s` by tag: what is carried would never be read", c->open->name);
		return;
	}
	num max = 1;
	c->key = event_key(c->open);
	if (constant(t->kids.at[2], UNIT_NONE, 1, tag->type.hi + 1, "the number of tags", &max))
		c->max = (int)max;
	c->open->fields.at[c->open->tag->index]->type.hi = max - 1;
	c->close->fields.at[c->close->tag->index]->type.hi = max - 1;
	const struct tree *columns = t->kids.at[3];
	for (int i = 0; i < columns->kids.n; i++) {
		const char *name = column_named(columns->kids.at[i]);
		for (int j = 0; j < c->columns.n; j++) {
			if (strcmp(c->columns.at[j].name, name) == 0)
				refuse(columns->kids.at[i]->at, NULL, "`%s` is carried twice", name);
		}
		*list_add(&c->columns) = (struct column){.name = name, .at = columns->kids.at[i]->at};
		*list_add(&f->column_progress) = UNTYPED;
	}
	too_many_columns(columns);
	f->p->carry = c;
}

/* ---- features: their types on demand ---- */

static struct scope feature_scope(struct front *f, const struct feature *feature, const struct event *e)
{
	(void)feature;
	return (struct scope){.f = f,
		.where = "a feature",
		.event = e,
		.key = event_key(e),
		.said = true,
		.closing = f->p->carry && f->p->carry->close == e};
}

static const struct tree *option(const struct tree *feature, enum node kind)
{
	const struct tree *options = feature->kids.at[2];
	for (int i = 0; i < options->kids.n; i++) {
		if (options->kids.at[i]->kind == kind)
			return options->kids.at[i];
	}
	return NULL;
}

static struct type hull(struct type t, num v)
{
	t.lo = least(t.lo, v);
	t.hi = greatest(t.hi, v);
	return t;
}

/* One value of `else` against the type of what it stands for. */
static bool else_value(const struct tree *t, const struct type *type, num *value)
{
	if (type->kind == TYPE_INT)
		return constant(t, type->unit, I64_MIN, U64_MAX, "the value before anything was seen", value);
	num hi = type->hi;
	return constant(t, UNIT_NONE, 0, hi, "the value before anything was seen", value);
}

static bool type_last(struct front *f, struct feature *feature, const struct tree *t)
{
	const struct tree *source = t->kids.at[1], *columns = source->kids.at[SOURCE_LIST],
			  *other = option(t, NODE_ELSE);
	struct scope s = feature_scope(f, feature, feature->on);
	bool good = true;
	if (other && other->kids.at[0]->kids.n != columns->kids.n)
		good = refuse(other->at, NULL, "`%s` has %d columns and %d values after `else`", feature->name,
			       columns->kids.n, other->kids.at[0]->kids.n) != NULL;
	for (int i = 0; i < columns->kids.n; i++) {
		struct column *c = &feature->columns.at[i];
		c->value = type_expr(&s, columns->kids.at[i]->kids.at[1]);
		if (!c->value) {
			good = false;
			continue;
		}
		enum type_kind kind = c->value->type.kind;
		if (kind == TYPE_SHARE || kind == TYPE_LIST || kind == TYPE_SOURCE)
			good = is_number(c->value, "`last`");
		if (other && good)
			good = else_value(other->kids.at[0]->kids.at[i], &c->value->type, &c->initial);
	}
	return good;
}

static bool type_edges(struct feature *feature, const struct tree *t)
{
	const struct tree *edges = t->kids.at[1]->kids.at[SOURCE_LIST];
	const struct type *type = &feature->value->type;
	for (int i = 0; i < edges->kids.n; i++) {
		num edge;
		if (!constant(edges->kids.at[i], type->unit, I64_MIN, U64_MAX, "an edge", &edge))
			return false;
		if (i > 0 && edge <= feature->edges.at[i - 1])
			return refuse(edges->kids.at[i]->at, "each edge is larger than the one before",
				"the edges do not rise");
		*list_add(&feature->edges) = edge;
	}
	if (edges->kids.n > EDGES_MAX)
		return refuse(edges->at, NULL, "%d edges; at most %d are kept", edges->kids.n, EDGES_MAX);
	num last = feature->edges.at[feature->edges.n - 1];
	feature->type = type_int(type->unit, feature->edges.at[0], last);
	return true;
}

/* mean, exponential mean, min, max, quantile: the range of what they are of, and of `else`. */
static bool type_statistic(struct front *f, struct feature *feature, const struct tree *t)
{
	const struct tree *source = t->kids.at[1], *other = option(t, NODE_ELSE);
	struct scope s = feature_scope(f, feature, feature->on);
	feature->value = type_expr(&s, source->kids.at[SOURCE_VALUE]);
	if (!feature->value || !is_number(feature->value, "a statistic"))
		return false;
	feature->type = feature->value->type;
	if (feature->kind == FEATURE_QUANTILE && !type_edges(feature, t))
		return false;
	if (!other)
		return refuse(feature->at, arena_printf("add `else %s`", show_value(&feature->type, feature->type.lo)),
			"`%s` has no value before anything was seen", feature->name);
	if (other->kids.at[0]->kids.n != 1)
		return refuse(other->at, NULL, "`%s` has one value", feature->name);
	if (!else_value(other->kids.at[0]->kids.at[0], &feature->type, &feature->initial))
		return false;
	feature->type = hull(feature->type, feature->initial);
	const struct type *v = &feature->value->type;
	num factor = feature->kind == FEATURE_MEAN ? feature->events : feature->kind == FEATURE_EXP_MEAN ? 1 << 17 : 1;
	if (factor > 1 && !fits64(least(0, v->lo) * factor, greatest(0, v->hi) * factor))
		return refuse(feature->value->at, "take a coarser value, as in `x / 1000`, or declare a narrower range",
			"the sum that this mean keeps does not fit 64 bits: `%s` is %s", show_expr(feature->value),
			show_range(v));
	return true;
}

/* in_flight, count over time, rate: as declared, from 0. */
static bool type_declared(struct feature *feature, const struct tree *t, enum unit unit, num least_hi, const char *why)
{
	const struct tree *in = option(t, NODE_IN);
	if (!in) {
		const char *help =
			least_hi > 0 ? arena_printf("add `in 0 .. %s`", show_num(least_hi)) : "add `in 0 .. MOST`";
		return refuse(feature->at, help, "`%s` has no range", feature->name);
	}
	const struct tree *low = in->kids.at[0]->kids.at[0], *high = in->kids.at[0]->kids.at[1];
	feature->type = type_int(unit, 0, 0);
	if (low->value != 0 || low->kind != NODE_NUMBER)
		return refuse(low->at, NULL, "the range of `%s` starts at 0", feature->name);
	if (!constant(high, unit, 1, I64_MAX, "its upper end", &feature->type.hi))
		return false;
	if (feature->type.hi < least_hi) {
		struct type most = type_int(unit, 0, least_hi);
		return refuse(high->at, arena_printf("write `in 0 .. %s`", show_value(&most, least_hi)),
			"`%s` can reach %s: %s", feature->name, show_value(&most, least_hi), why);
	}
	return true;
}

static bool type_in_flight(struct front *f, struct feature *feature, const struct tree *t)
{
	const struct tree *by = t->kids.at[1]->kids.at[SOURCE_VALUE];
	num most = 1;
	enum unit unit = UNIT_NONE;
	if (by) {
		struct scope s = feature_scope(f, feature, feature->on);
		feature->value = type_expr(&s, by);
		if (!feature->value || !is_number(feature->value, "`by`"))
			return false;
		if (feature->value->type.lo < 0)
			return refuse(feature->value->at, NULL, "`%s` can be negative: what is in flight cannot",
				show_expr(feature->value));
		most = feature->value->type.hi;
		unit = feature->value->type.unit;
	}
	num tags = f->p->carry ? f->p->carry->max : 1;
	return type_declared(feature, t, unit, tags * most,
		arena_printf(
			"%s tags of at most %s", show_num(tags), by ? show_value(&feature->value->type, most) : "1"));
}

static bool type_count(struct feature *feature, const struct tree *t)
{
	if (feature->span)
		return type_declared(feature, t, UNIT_NONE, 0, "");
	if (option(t, NODE_IN))
		return type_declared(feature, t, UNIT_NONE, feature->events, "its window");
	feature->type = type_int(UNIT_NONE, 0, feature->events);
	return true;
}

static bool type_feature(struct front *f, struct feature *feature, const struct tree *t)
{
	switch (feature->kind) {
	case FEATURE_LAST:
		feature->type = type_of(TYPE_LIST);
		return type_last(f, feature, t);
	case FEATURE_IN_FLIGHT:
		return type_in_flight(f, feature, t);
	case FEATURE_COUNT:
		return type_count(feature, t);
	case FEATURE_RATE:
		return type_declared(feature, t, UNIT_NONE, 0, "");
	case FEATURE_SHARE:
		feature->type = type_of(TYPE_SHARE);
		return true;
	case FEATURE_MEAN:
	case FEATURE_EXP_MEAN:
	case FEATURE_MIN:
	case FEATURE_MAX:
	case FEATURE_QUANTILE:
		return type_statistic(f, feature, t);
	case FEATURE_AGE:
		feature->initial = U64_MAX; /* never */
		feature->type = type_int(UNIT_TIME, 0, U64_MAX);
		return true;
	case FEATURE_HELD:
		feature->type = type_int(UNIT_TIME, 0, U64_MAX);
		return true;
	case FEATURE_SINCE:
		feature->type = type_int(UNIT_NONE, 0, UINT32_MAX);
		return true;
	case FEATURE_KINDS:
		break;
	}
	return false;
}

bool feature_typed(struct front *f, const struct feature *feature, struct span from)
{
	enum progress *progress = &f->feature_progress.at[feature->index];
	if (*progress == TYPING) {
		*progress = FAILED;
		diag_add(&(struct diag){.code = "types",
			.at = feature->at,
			.also = from,
			.also_label = "through this",
			.cause = arena_printf("the range of `%s` depends on itself", feature->name),
			.help = "bound one of them with a kind whose range is declared, as `count`"});
	} else if (*progress == UNTYPED) {
		*progress = TYPING;
		bool good = type_feature(f, f->p->features.at[feature->index], f->feature_trees.at[feature->index]);
		f->feature_progress.at[feature->index] =
			good && f->feature_progress.at[feature->index] == TYPING ? TYPED : FAILED;
	}
	return f->feature_progress.at[feature->index] == TYPED;
}

bool column_typed(struct front *f, int column, struct span from)
{
	struct carry *carry = f->p->carry;
	enum progress *progress = &f->column_progress.at[column];
	if (*progress == TYPING) {
		*progress = FAILED;
		diag_add(&(struct diag){.code = "types",
			.at = carry->columns.at[column].at,
			.also = from,
			.also_label = "through this",
			.cause = arena_printf(
				"the range of `carry.%s` depends on itself", carry->columns.at[column].name)});
	} else if (*progress == UNTYPED) {
		*progress = TYPING;
		struct scope s = {.f = f,
			.where = "the carry",
			.event = carry->open,
			.key = event_key(carry->open),
			.said = true};
		struct expr *e = type_expr(&s, f->carry_tree->kids.at[3]->kids.at[column]->kids.at[1]);
		if (e && (e->type.kind == TYPE_SHARE || e->type.kind == TYPE_LIST))
			e = is_number(e, "the carry") ? e : NULL;
		carry->columns.at[column].value = e;
		if (e) /* of a tag that is not open: any value of the range, the one nearest to 0 */
			carry->columns.at[column].initial = greatest(e->type.lo, least(e->type.hi, 0));
		f->column_progress.at[column] = e && f->column_progress.at[column] == TYPING ? TYPED : FAILED;
	}
	return f->column_progress.at[column] == TYPED;
}

static void type_conditions(struct front *f, struct feature *feature, const struct tree *t)
{
	const struct tree *source = t->kids.at[1];
	const struct tree *where = source->kids.at[SOURCE_WHERE], *among = source->kids.at[SOURCE_AMONG];
	struct scope s = feature_scope(f, feature, feature->kind == FEATURE_SINCE ? feature->until : feature->on);
	if (where)
		feature->where = type_condition(&s, where);
	if (among)
		feature->among = type_condition(&s, among);
}

void type_state(struct front *f)
{
	struct policy *p = f->p;
	for (int i = 0; i < p->features.n; i++)
		feature_typed(f, p->features.at[i], p->features.at[i]->at);
	for (int i = 0; p->carry && i < p->carry->columns.n; i++)
		column_typed(f, i, p->carry->columns.at[i].at);
	for (int i = 0; i < p->features.n; i++)
		type_conditions(f, p->features.at[i], f->feature_trees.at[i]);
}
