#include "layout.h"

#include "../front.h"

#include <ctype.h>
#include <string.h>

/* ---- words ---- */

const char *c_upper(const char *name)
{
	char *s = arena_strdup(name);

	for (char *c = s; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return s;
}

const char *c_camel(const char *name)
{
	char *s = arena_strdup(name), *to = s;
	bool start = true;

	for (const char *from = name; *from; from++) {
		if (*from == '_') {
			start = true;
			continue;
		}
		*to++ = start ? (char)toupper((unsigned char)*from) : *from;
		start = false;
	}
	*to = 0;
	return s;
}

const char *c_integer(num v)
{
	char digits[48], *at = digits + sizeof digits;
	unsigned __int128 rest = v < 0 ? -(unsigned __int128)v : (unsigned __int128)v;

	*--at = 0;
	do {
		*--at = (char)('0' + (int)(rest % 10));
		rest /= 10;
	} while (rest);
	if (v < 0)
		*--at = '-';
	return arena_strdup(at);
}

/* C has no least number: `-9223372036854775808` is one that 64 bits with a sign do not hold, negated. */
const char *c_number(num v)
{
	if (v == INT64_MIN)
		return arena_printf("(%sLL - 1)", c_integer(v + 1));
	return v > INT32_MAX ? arena_printf("%s%s", c_integer(v), v > UINT32_MAX ? "ULL" : "U") : c_integer(v);
}

/* ---- types ---- */

int c_bits(const struct type *t)
{
	num lo = t->lo, hi = t->hi;

	if (lo < 0)
		return lo >= INT32_MIN && hi <= INT32_MAX ? 32 : 64;
	return hi <= UINT8_MAX ? 8 : hi <= UINT16_MAX ? 16 : hi <= UINT32_MAX ? 32 : 64;
}

const char *c_type(const struct type *t)
{
	int bits = c_bits(t);

	if (t->kind == TYPE_BOOL)
		return "u8";
	if (t->kind == TYPE_KEY || t->kind == TYPE_TAG || t->kind == TYPE_CANDIDATE)
		return "u32";
	return arena_printf("%c%d", t->lo < 0 ? 's' : 'u', bits);
}

/* ---- constants ---- */

const char *c_macro(const struct policy *p, const char *name)
{
	return arena_printf("%s_%s", c_upper(p->name), c_upper(name));
}

/* The classes of a policy; of the hook's events all, or those that the C knows. */
static void each_class(const struct policy *p, bool all, void (*say)(const struct policy *p, const struct symbols *s))
{
	for (int i = 0; i < p->models.n; i++)
		if (p->models.at[i]->classes)
			say(p, p->models.at[i]->classes);
	for (int i = 0; i < p->decision->parts.n; i++)
		if (p->decision->parts.at[i].symbols &&
			!(p->models.n && p->decision->parts.at[i].symbols == p->models.at[0]->classes))
			say(p, p->decision->parts.at[i].symbols);
	for (int e = 0; e < p->hook->events.n; e++)
		for (int f = 0; f < p->hook->events.at[e]->fields.n && (all || event_emitted(p, p->hook->events.at[e]));
			f++) {
			const struct field *field = p->hook->events.at[e]->fields.at[f];

			if (field->type.symbols)
				say(p, field->type.symbols);
			for (int k = 0; k < field->record.n; k++)
				if (field->record.at[k]->type.symbols)
					say(p, field->record.at[k]->type.symbols);
		}
}

/* Two classes of one policy may share a word, or a class and a guardrail; then the class carries its name. */
static struct {
	const struct symbols *of;
	const char *name;
	bool found;
} shared;

static void share(const struct policy *p, const struct symbols *s)
{
	(void)p;
	for (int i = 0; s != shared.of && i < s->names.n; i++)
		shared.found = shared.found || !strcmp(s->names.at[i], shared.name);
}

static bool symbol_shared(const struct policy *p, const struct symbols *s, const char *name)
{
	for (int i = 0; i < p->guardrails.n; i++)
		if (!strcmp(p->guardrails.at[i]->name, name))
			return true;
	shared.of = s;
	shared.name = name;
	shared.found = false;
	each_class(p, true, share);
	return shared.found;
}

/* What each constant is called: ours first, then what the policy names, with a `_` behind where the word is given away, as it
 * may be where only case tells two names apart. `of` and `i` say what it stands for. */
struct constant {
	const void *of;
	int i;
	const char *name;
};
static LIST(struct constant) constants;

static const char *constant_of(const void *of, int i)
{
	for (int k = 0; k < constants.n; k++)
		if (constants.at[k].of == of && constants.at[k].i == i)
			return constants.at[k].name;
	return NULL;
}

static void constant_add(const void *of, int i, const char *name)
{
	for (int k = 0; k < constants.n; k++)
		if (!strcmp(constants.at[k].name, name)) {
			name = arena_printf("%s_", name);
			k = -1;
		}
	*list_add(&constants) = (struct constant){of, i, name};
}

static void constants_of_class(const struct policy *p, const struct symbols *s)
{
	for (int i = 0; i < s->names.n; i++) {
		const char *name = s->names.at[i];

		constant_add(s, i,
			c_macro(p, symbol_shared(p, s, name) && s->name ? arena_printf("%s_%s", s->name, name) : name));
	}
}

static const char *const sources[] = {"learned", "shield", "fallback", "pass"};

static void constants_name(const struct policy *p)
{
	static const char *const own[] = {"tickets", "timeout", "world_steps", "model_h", "decide_h"};

	constants.n = 0;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		constant_add(own[i], 0, c_macro(p, own[i]));
	for (int i = 0; i < 4; i++)
		constant_add(sources[i], 0, c_macro(p, sources[i]));
	if (p->carry || table_feature(p))
		constant_add("tags", 0, c_macro(p, "tags"));
	if (p->models.n && p->models.at[0]->classes)
		constant_add("unsaid", 0, c_unsaid(p));
	for (int i = 0; i < p->hook->keys.n; i++)
		constant_add(p->hook->keys.at[i], 0, arena_printf("%sS", c_macro(p, p->hook->keys.at[i]->name)));
	for (int i = 0; i < p->decision->parts.n; i++)
		if (p->decision->parts.at[i].kind == PART_NUMBER)
			constant_add(&p->decision->parts.at[i], 0,
				c_macro(p, arena_printf("%s_steps", p->decision->parts.at[i].name)));
	for (int e = 0; e < p->hook->events.n; e++)
		for (int f = 0; f < p->hook->events.at[e]->fields.n && event_emitted(p, p->hook->events.at[e]); f++)
			if (p->hook->events.at[e]->fields.at[f]->type.kind == TYPE_LIST)
				constant_add(p->hook->events.at[e]->fields.at[f], 0,
					c_macro(p, p->hook->events.at[e]->fields.at[f]->name));
	for (int i = 0; i < p->guardrails.n; i++)
		constant_add(p->guardrails.at[i], 0, c_macro(p, p->guardrails.at[i]->name));
	each_class(p, false, constants_of_class);
}

static const char *named_constant(const struct policy *p, const void *of, int i)
{
	static const struct decision *named;

	if (named != p->decision)
		constants_name(p);
	named = p->decision;
	return constant_of(of, i);
}

const char *c_keys(const struct policy *p, const struct key *k)
{
	return named_constant(p, k, 0);
}

const char *c_list_max(const struct policy *p, const struct field *list)
{
	return named_constant(p, list, 0);
}

const char *c_steps(const struct policy *p, const struct part *part)
{
	return named_constant(p, part, 0);
}

num part_steps(const struct part *part)
{
	return (part->type.hi - part->type.lo) / part->step + 1;
}

/* A policy that keeps no tags takes all that the hook has. */
const char *c_tags(const struct policy *p, const struct field *tag)
{
	return p->carry || table_feature(p) ? c_macro(p, "tags") : c_integer(tag->type.hi + 1);
}

const char *c_symbol(const struct policy *p, const struct symbols *s, int i)
{
	return named_constant(p, s, i);
}

const char *c_guardrail(const struct policy *p, const struct guardrail *g)
{
	return named_constant(p, g, 0);
}

const char *c_unsaid(const struct policy *p)
{
	return c_macro(p, "unsaid");
}

const char *c_by(const struct policy *p, int source)
{
	return c_macro(p, sources[source]);
}

/* ---- struct names ---- */

const char *c_struct(const struct policy *p, const char *name)
{
	return arena_printf("%s_%s", p->name, name);
}

static bool ends(const char *name, size_t n, const char *with)
{
	size_t m = strlen(with);

	return n > m && !strncmp(name + n - m, with, m);
}

/* The name without the `_` behind it is one of `own`: the rule takes no two names to one. */
static bool is_own(const char *name, const char *const *own, size_t count)
{
	size_t n = strlen(name);

	while (n > 1 && name[n - 1] == '_')
		n--;
	for (size_t i = 0; i < count; i++)
		if (own[i][0] == '_' ? ends(name, n, own[i]) : strlen(own[i]) == n && !strncmp(name, own[i], n))
			return true;
	return !strncmp(name, "set_", 4) || !strncmp(name, "swap_", 5) || !strncmp(name, "world", 5);
}

const char *c_word(const char *name)
{
	static const char *const own[] = {
		"answer",
		"answered",
		"answers",
		"ask",
		"asked",
		"carry",
		"carry_init",
		"counts",
		"decide",
		"decision",
		"hear",
		"init",
		"models",
		"models_init",
		"moved",
		"over",
		"question",
		"questions",
		"record",
		"settle",
		"shadow",
		"shut",
		"take",
		"trips",
		"turn",
		"whom",
		"_ok",
		"_features",
		"_moved",
		"_init",
		"_trip",
		"_rearm",
		"_once",
		"_held",
		"_shadow",
		"_room",
		"_counts",
		"_leaves",
		"_need",
		"_may_learn",
		"_lawful",
		"_learned",
		"_fallback",
		"_choose",
		"_encode",
		"_in_force",
		"_scratch",
		"_table",
		"_check",
		"_infer",
		"_within",
		"_slots",
	};
	size_t n = strlen(name);

	while (n > 1 && name[n - 1] >= '0' && name[n - 1] <= '9') /* _learned_1, _any_2 */
		n--;
	if (n < strlen(name) &&
		(ends(name, n, "_any_") || ends(name, n, "_every_") || ends(name, n, "_learned_") ||
			ends(name, n, "_fallback_")))
		return arena_printf("%s_", name);
	return is_own(name, own, sizeof own / sizeof *own) ? arena_printf("%s_", name) : name;
}

const char *c_named(const struct policy *p, const char *name)
{
	return arena_printf("%s_%s", p->name, c_word(name));
}

num feature_lift(const struct feature *f)
{
	bool statistic = f->kind == FEATURE_MEAN || f->kind == FEATURE_EXP_MEAN || f->kind == FEATURE_MIN ||
		f->kind == FEATURE_MAX || f->kind == FEATURE_QUANTILE;
	num least = 0;

	if (!statistic)
		return 0;
	if (f->value->type.lo < least)
		least = f->value->type.lo;
	if (f->initial < least)
		least = f->initial;
	if (f->edges.n && f->edges.at[0] < least)
		least = f->edges.at[0];
	return -least;
}

struct type feature_lifted(const struct feature *f)
{
	num most = f->initial > f->value->type.hi ? f->initial : f->value->type.hi;

	return (struct type){.kind = TYPE_INT, .unit = f->value->type.unit, .lo = 0, .hi = most + feature_lift(f)};
}

static const char *feature_value_type(const struct feature *f)
{
	struct type t = feature_lifted(f);

	return c_type(&t);
}

int inflight_keys(const struct feature *f)
{
	return f->state->key ? f->state->key->max : 1;
}

const char *column_struct(const struct feature *f, int column)
{
	return arena_printf("last_%s_%s", c_integer(f->events), c_type(&f->columns.at[column].value->type));
}

const char *guarantee_struct(const struct guarantee *g)
{
	return g->kind == GUARANTEE_COUNT ? arena_printf("window_%s", c_integer(g->events))
					  : arena_printf("buckets_%s", g->name);
}

const char *feature_struct(const struct policy *p, const struct feature *f)
{
	switch (f->kind) {
	case FEATURE_LAST:
		return p ? c_named(p, f->name) : f->name;
	case FEATURE_IN_FLIGHT:
		return arena_printf("inflight_%s", f->name);
	case FEATURE_COUNT:
	case FEATURE_SHARE:
	case FEATURE_RATE:
		return f->span ? arena_printf("buckets_%s", f->name) : arena_printf("window_%s", c_integer(f->events));
	case FEATURE_MEAN:
		return arena_printf("mean_%s", f->name);
	case FEATURE_EXP_MEAN:
		return arena_printf("expmean_%s", f->name);
	case FEATURE_MIN:
	case FEATURE_MAX:
		return arena_printf("extreme_%s_%s", c_integer(f->events), feature_value_type(f));
	case FEATURE_QUANTILE:
		return arena_printf("quantile_%s", f->name);
	case FEATURE_AGE:
		return "age";
	case FEATURE_HELD:
		return "held";
	case FEATURE_SINCE:
		return "since";
	case FEATURE_KINDS:
		break;
	}
	return "";
}

/* ---- paths ---- */

static const char own_table[] = "tags";

const char *c_member(const char *name)
{
	static const char *const own[] = {"now", "count", "carry", "tickets", "ask", "report", "tags", "shadow"};

	if (name == own_table)
		return name;
	if (!strncmp(name, "held_", 5) || !strncmp(name, "said_", 5) || is_own(name, own, sizeof own / sizeof *own))
		return arena_printf("%s_", name);
	return name;
}

const char *key_path(const char *c, const struct key *k, const char *key)
{
	return arena_printf("%s%s[%s]", c, c_member(k->name), key);
}

/* `c` or, under a key, `c->dev[key].`; key == NULL: c is the record itself, seen from inside. */
static const char *home(const struct key *k, const char *c, const char *key)
{
	return k && key ? arena_printf("%s.", key_path(c, k, key)) : c;
}

const char *feature_path(const struct feature *f, const char *c, const char *key)
{
	if (f->kind == FEATURE_IN_FLIGHT)
		return arena_printf("%s%s", c, c_member(f->name));
	return arena_printf("%s%s", home(f->state->key, c, key), c_member(f->name));
}

const char *column_path(const struct feature *f, int column, const char *c, const char *key)
{
	return arena_printf("%s.%s", feature_path(f, c, key), f->columns.at[column].name);
}

const char *inflight_sum(const struct feature *f, const char *c, const char *key)
{
	return arena_printf("%s.sum[%s]", feature_path(f, c, key), f->state->key ? key : "0");
}

const char *guardrail_path(const struct guardrail *g, const char *c, const char *key)
{
	return arena_printf("%s%s", home(g->key, c, key), c_member(g->name));
}

const char *shadow_path(const struct guardrail *g, const char *c, const char *key)
{
	return g->key ? arena_printf("%sshadow.%s[%s]", c, g->name, key) : arena_printf("%sshadow.%s", c, g->name);
}

const char *held_path(const struct guardrail *g, const char *c)
{
	return arena_printf("%sheld_%s", c, g->name);
}

const char *said_path(const struct model *m, const struct key *k, const char *c, const char *key)
{
	return arena_printf("%ssaid_%s", home(k, c, key), m->name);
}

const char *tunable_path(const struct tunable *t, const char *c)
{
	return arena_printf("%s%s", c, c_member(t->name));
}

const char *guarantee_path(const struct guarantee *g, const char *c)
{
	return arena_printf("%s%s", c, c_member(g->name));
}

const char *clean_path(const struct guarantee *g, const char *c)
{
	return arena_printf("%sclean_%s", c, g->name);
}

const char *carry_path(const struct policy *p, int column, const char *c, const char *tag)
{
	return arena_printf("%scarry.%s[%s]", c, p->carry->columns.at[column].name, tag);
}

/* One without a key does not know whose event closes. */
const struct feature *table_feature(const struct policy *p)
{
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];

		if (f->kind == FEATURE_IN_FLIGHT && (f->state->key || !f->on->key))
			return f;
	}
	return NULL;
}

const struct policy *with_table(const struct policy *p)
{
	static const struct policy *asked, *given;
	struct policy *with;
	struct feature *f;
	struct state *state;

	if (p == given || !p->carry || table_feature(p))
		return p;
	if (p == asked)
		return given;
	with = arena_alloc(sizeof *with);
	f = arena_alloc(sizeof *f);
	state = arena_alloc(sizeof *state);
	*with = *p;
	state->key = p->carry->open->key ? p->carry->open->key->type.key : NULL;
	*f = (struct feature){.name = own_table,
		.at = p->carry->at,
		.index = p->features.n,
		.kind = FEATURE_IN_FLIGHT,
		.state = state,
		.on = p->carry->open,
		.until = p->carry->close,
		.type = {.kind = TYPE_INT, .hi = p->carry->max}};
	with->features.at = NULL;
	with->features.n = with->features.room = 0;
	for (int i = 0; i < p->features.n; i++)
		*list_add(&with->features) = p->features.at[i];
	*list_add(&with->features) = f;
	asked = p;
	given = with;
	return given;
}

const char *table_path(const struct policy *p, const char *c)
{
	const struct feature *f = table_feature(p);

	return f ? feature_path(f, c, "") : NULL;
}

/* ---- facts ---- */

bool expr_reads(const struct expr *e, const struct feature *f)
{
	if (!e)
		return false;
	return e->feature == f || expr_reads(e->a, f) || expr_reads(e->b, f) || expr_reads(e->c, f);
}

bool expr_uses(const struct expr *e, enum op op)
{
	return e && (e->op == op || expr_uses(e->a, op) || expr_uses(e->b, op) || expr_uses(e->c, op));
}

static const struct expr *quantified(const struct expr *e, int *k)
{
	const struct expr *found;

	if (!e)
		return NULL;
	if (e->op == EXPR_ANY || e->op == EXPR_EVERY)
		return (*k)-- == 0 ? e : NULL; /* they do not nest */
	found = quantified(e->a, k);
	found = found ? found : quantified(e->b, k);
	return found ? found : quantified(e->c, k);
}

static bool reads_trip(const struct expr *e, const struct guardrail *g)
{
	if (!e)
		return false;
	return (e->op == EXPR_TRIP_AGE && e->guardrail == g) || reads_trip(e->a, g) || reads_trip(e->b, g) ||
		reads_trip(e->c, g);
}

bool trip_seen(const struct policy *p, const struct guardrail *g)
{
	for (int i = 0; i < p->guarantees.n; i++)
		if (reads_trip(p->guarantees.at[i]->holds, g))
			return true;
	return false;
}

const struct expr *guardrail_quantified(const struct guardrail *g, int k)
{
	const struct expr *found = quantified(g->trip, &k);

	return found ? found : quantified(g->rearm, &k);
}

const char *quantified_function(const struct policy *p, const struct guardrail *g, const struct expr *e)
{
	int k = 0;

	while (guardrail_quantified(g, k) != e)
		k++;
	return c_struct(p, arena_printf("%s_%s_%d", g->name, e->op == EXPR_ANY ? "any" : "every", k + 1));
}

bool expr_reads_own_key(const struct expr *e)
{
	bool kept;

	if (!e)
		return false;
	kept = (e->feature && e->feature->state->key) || (e->guardrail && e->guardrail->key);
	return (kept && !e->a) || expr_reads_own_key(e->a) || expr_reads_own_key(e->b) || expr_reads_own_key(e->c);
}

static bool floors(const struct expr *e)
{
	return e &&
		(((e->op == EXPR_DIV || e->op == EXPR_MOD) && e->a->type.lo < 0) || floors(e->a) || floors(e->b) ||
			floors(e->c));
}

bool policy_floors(const struct policy *p)
{
	bool any = floors(p->decision->need);

	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];

		any = any || floors(f->where) || floors(f->among) || floors(f->value);
		for (int k = 0; k < f->columns.n; k++)
			any = any || floors(f->columns.at[k].value);
	}
	for (int i = 0; p->carry && i < p->carry->columns.n; i++)
		any = any || floors(p->carry->columns.at[i].value);
	for (int i = 0; i < p->models.n; i++)
		for (int k = 0; k < p->models.at[i]->inputs.n; k++)
			any = any || floors(p->models.at[i]->inputs.at[k].value);
	for (int i = 0; i < p->decision->parts.n; i++)
		any = any || floors(p->decision->parts.at[i].learned) || floors(p->decision->parts.at[i].fallback);
	for (int i = 0; i < p->assumptions.n; i++)
		any = any || floors(p->assumptions.at[i]->holds);
	for (int i = 0; i < p->guarantees.n; i++)
		any = any || floors(p->guarantees.at[i]->holds);
	for (int i = 0; i < p->guardrails.n; i++)
		any = any || floors(p->guardrails.at[i]->trip) || floors(p->guardrails.at[i]->rearm);
	return any;
}

const struct part *main_part(const struct policy *p)
{
	const struct part *among = candidate_part(p->decision);

	return among ? among : &p->decision->parts.at[0];
}

const char *decision_word(const struct policy *p)
{
	const char *word = "decision";

	if (p->decision->parts.n == 1)
		return p->decision->parts.at[0].name;
	for (int i = 0; i < p->decision->parts.n; i++)
		if (!strcmp(c_camel(p->decision->parts.at[i].name), c_camel(word))) {
			word = arena_printf("whole_%s", word);
			i = -1;
		}
	return word;
}

static bool scored(const struct expr *e, bool (*is)(const struct type *t))
{
	if (!e)
		return false;
	return ((e->op == EXPR_ARGMIN || e->op == EXPR_ARGMAX) && is(&e->a->type)) || scored(e->b, is) ||
		scored(e->c, is);
}

static bool is_negative(const struct type *t)
{
	return t->lo < 0;
}

static bool is_wide(const struct type *t)
{
	return t->hi > INT64_MAX;
}

bool scores_signed(const struct policy *p)
{
	return scored(main_part(p)->learned, is_negative) || scored(main_part(p)->fallback, is_negative);
}

bool scores_wide(const struct policy *p)
{
	return scored(main_part(p)->learned, is_wide) || scored(main_part(p)->fallback, is_wide);
}

bool class_may_be_none(const struct expr *rule)
{
	if (rule->op == EXPR_IF)
		return class_may_be_none(rule->b) || class_may_be_none(rule->c);
	return rule->op == EXPR_ANSWER;
}

const struct field *record_key(const struct field *list, const struct key *k)
{
	for (int i = 0; k && i < list->record.n; i++)
		if (list->record.at[i]->type.kind == TYPE_KEY && list->record.at[i]->type.key == k)
			return list->record.at[i];
	return NULL;
}

const struct field *remembered_key(const struct model *m)
{
	for (int i = 0; m->remembered && m->each && i < m->each->record.n; i++)
		if (m->each->record.at[i]->type.kind == TYPE_KEY)
			return m->each->record.at[i];
	return NULL;
}

bool decides_at_once(const struct policy *p)
{
	return !p->models.n || p->models.at[0]->layers.n;
}

bool carry_kept(const struct policy *p)
{
	return p->carry && p->carry->columns.n;
}

bool carry_writes(const struct policy *p, const struct event *e)
{
	return carry_kept(p) && p->carry->open == e;
}

/* A push takes its record and a value a column: no function has more than five arguments. */
static const struct field *kept_under(const struct policy *p, const struct model *m, const struct input *in)
{
	const struct expr *e = in->value;

	if (!m->each || in->how != ENCODE_DIGITS || e->op != EXPR_COLUMN || !e->a || e->a->op != EXPR_ELEMENT ||
		e->feature->columns.n > 4)
		return NULL;
	for (int i = 0; i < p->guardrails.n; i++)
		if (guardrail_resets(p, p->guardrails.at[i], e->feature, true) ||
			guardrail_resets(p, p->guardrails.at[i], e->feature, false))
			return NULL;
	return e->a->field;
}

const struct field *kept_key(const struct policy *p, const struct model *m)
{
	for (int i = 0; i < m->inputs.n; i++)
		if (kept_under(p, m, &m->inputs.at[i]))
			return kept_under(p, m, &m->inputs.at[i]);
	return NULL;
}

bool input_kept(const struct policy *p, const struct model *m, const struct input *in)
{
	const struct field *under = kept_under(p, m, in);

	return under && under == kept_key(p, m);
}

bool feature_kept(const struct policy *p, const struct feature *f)
{
	for (int m = 0; m < p->models.n; m++)
		for (int i = 0; i < p->models.at[m]->inputs.n; i++) {
			const struct input *in = &p->models.at[m]->inputs.at[i];

			if (input_kept(p, p->models.at[m], in) && in->value->feature == f)
				return true;
		}
	return false;
}

int input_place(const struct model *m, int input)
{
	int n = 0;

	for (int i = 0; i < input; i++)
		n += m->inputs.at[i].repeat * (m->inputs.at[i].how == ENCODE_DIGITS ? m->inputs.at[i].digits : 1);
	return n;
}

const char *kept_path(const struct model *m, const struct key *k, const char *c, const char *key)
{
	return arena_printf("%skept_%s", home(k, c, key), m->name);
}

bool event_opens(const struct policy *p, const struct event *e)
{
	const struct feature *f = table_feature(p);

	return (p->carry && p->carry->open == e) || (f && f->on == e);
}

bool event_closes(const struct policy *p, const struct event *e)
{
	const struct feature *f = table_feature(p);

	return (p->carry && p->carry->close == e) || (f && f->until == e);
}

bool event_emitted(const struct policy *p, const struct event *e)
{
	return e == p->decision->on || event_used(p, e);
}

bool event_used(const struct policy *p, const struct event *e)
{
	if (e->tick || event_opens(p, e) || event_closes(p, e))
		return true;
	for (int i = 0; i < p->features.n; i++)
		if (p->features.at[i]->on == e || p->features.at[i]->until == e)
			return true;
	return false;
}

bool said_kept(const struct policy *p, const struct model *m, const struct key *k)
{
	const struct field *field = remembered_key(m);

	(void)p;
	return m->remembered && (field ? field->type.key == k : !k);
}

bool key_kept(const struct policy *p, const struct key *k)
{
	bool kept = false;

	for (int i = 0; i < p->features.n; i++) /* what is in flight lies in a table of the context */
		kept = kept || (p->features.at[i]->state->key == k && p->features.at[i]->kind != FEATURE_IN_FLIGHT);
	for (int i = 0; i < p->guardrails.n; i++)
		kept = kept || p->guardrails.at[i]->key == k;
	for (int i = 0; i < p->models.n; i++)
		kept = kept || said_kept(p, p->models.at[i], k);
	return kept;
}

const struct key *moved_key(const struct policy *p, const struct event *e)
{
	const struct key *key = event_key(e);

	for (int i = 0; key && i < p->features.n; i++)
		if (p->features.at[i]->state->key == key)
			return key;
	return key && key_kept(p, key) ? key : NULL;
}

const struct guarantee *first_count(const struct policy *p)
{
	for (int i = 0; i < p->guarantees.n; i++)
		if (p->guarantees.at[i]->kind != GUARANTEE_POINT)
			return p->guarantees.at[i];
	return NULL;
}

/* What asks for at least so many is owed once the assumptions have held for a whole window; what allows at most so
 * many, at each decision at which they hold. */
bool clean_kept(const struct guarantee *g)
{
	return g->under.n && g->kind == GUARANTEE_COUNT && g->cmp == EXPR_GE;
}

bool guardrail_falls_back(const struct guardrail *g)
{
	for (int i = 0; i < g->actions.n; i++)
		if (g->actions.at[i].kind == ACT_FALLBACK)
			return true;
	return false;
}

const struct action *guardrail_holds(const struct guardrail *g, const struct tunable *t)
{
	for (int i = 0; i < g->actions.n; i++)
		if (g->actions.at[i].kind == ACT_SET && (!t || g->actions.at[i].tunable == t))
			return &g->actions.at[i];
	return NULL;
}

bool guardrail_keeps_held(const struct guardrail *g)
{
	return g->key && guardrail_holds(g, NULL);
}

int standing_guardrails(const struct policy *p, const struct model *m, const struct guardrail **out)
{
	int n = 0;

	for (int i = 0; i < p->guardrails.n; i++) {
		const struct guardrail *g = p->guardrails.at[i];

		if (!guardrail_falls_back(g) || (g->key && !(m->each && record_key(m->each, g->key))))
			continue;
		if (out)
			out[n] = g;
		n++;
	}
	return n;
}

bool over_kept(const struct policy *p)
{
	const struct model *m = p->models.n ? p->models.at[0] : NULL;

	return m && (m->probe ? standing_guardrails(p, m, NULL) > 0 : m->shadow && standing_guardrails(p, m, NULL) > 1);
}

bool shadow_kept(const struct policy *p)
{
	for (int i = 0; i < p->guardrails.n; i++)
		if (shadow_every(p, p->guardrails.at[i]))
			return true;
	return false;
}

int shadow_every(const struct policy *p, const struct guardrail *g)
{
	const struct model *m = p->models.n ? p->models.at[0] : NULL;
	const struct guardrail *standing[32];
	int n = m ? standing_guardrails(p, m, standing) : 0;

	for (int i = 0; i < n; i++)
		if (standing[i] == g)
			return m->probe ? m->probe : m->shadow;
	return 0;
}

bool guardrail_resets(const struct policy *p, const struct guardrail *g, const struct feature *f, bool on_trip)
{
	(void)p;
	if (!(on_trip ? f->reset_on_trip : f->reset_on_rearm) || f->state->key != g->key)
		return false;
	return expr_reads(g->trip, f) || expr_reads(g->rearm, f);
}
