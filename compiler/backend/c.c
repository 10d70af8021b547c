/* The C backend: NAME.h (constants, structs, what the words mean, entries) and NAME.c (functions, each after its contract).
 *
 * Code is printed from the IR, contracts from the typed policy: nothing here computes either. */
#include "acsl.h"
#include "ir_build.h"
#include "lower.h"

#include <stdlib.h>
#include <string.h>

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

static bool is_word(char c)
{
	return c && strchr(WORD, c);
}

/* ---- statements ---- */

static void tabs(FILE *f, int depth)
{
	for (int i = 0; i < depth; i++)
		fputc('\t', f);
}

static void block(FILE *f, const struct policy *p, const struct ir_block *b, int depth);

/* A comment and one statement need braces, as does more than one. */
static bool is_long(const struct ir_block *b)
{
	return b->stmts.n != 1 || b->stmts.at[0]->kind == IR_IF || b->stmts.at[0]->kind == IR_FOR;
}

static void branch(FILE *f, const struct policy *p, const struct ir_block *b, int depth, bool braces)
{
	fputs(braces ? " {\n" : "\n", f);
	block(f, p, b, depth + 1);
	if (braces) {
		tabs(f, depth);
		fputs("}", f);
	}
}

static void conditional(FILE *f, const struct policy *p, const struct ir_stmt *s, int depth)
{
	bool chain = s->other.stmts.n == 1 && s->other.stmts.at[0]->kind == IR_IF;
	bool braces = is_long(&s->body) || (s->other.stmts.n && !chain && is_long(&s->other));

	fprintf(f, "if (%s)", ir_text(s->value));
	branch(f, p, &s->body, depth, braces);
	if (s->other.stmts.n) {
		if (!braces)
			tabs(f, depth);
		fputs(braces ? " else" : "else", f);
		if (chain) {
			fputs(" ", f);
			conditional(f, p, s->other.stmts.at[0], depth);
			return;
		}
		branch(f, p, &s->other, depth, braces);
	}
	if (braces)
		fputs("\n", f);
}

static void loop(FILE *f, const struct policy *p, const struct ir_stmt *s, int depth)
{
	bool braces = is_long(&s->body);

	s->role.print(f, p, &s->role);
	tabs(f, depth);
	fprintf(f, "for (u32 %s = 0; %s < %s%s; %s++)", s->text, s->text, s->value->text,
		s->count ? arena_printf(" && %s < %s", s->text, s->count) : "", s->text);
	branch(f, p, &s->body, depth, braces);
	if (braces)
		fputs("\n", f);
}

/* A store takes a cast where the value is wider than the member; truth values and constants never do. */
static void statement(FILE *f, const struct policy *p, const struct ir_stmt *s, int depth)
{
	if (s->kind == IR_FOR) {
		loop(f, p, s, depth);
		return;
	}
	if (s->kind == IR_GAP) {
		fputs("\n", f);
		return;
	}
	tabs(f, depth);
	switch (s->kind) {
	case IR_SAY:
		fprintf(f, "/* %s */\n", s->text);
		break;
	case IR_LOCAL:
		if (s->value)
			fprintf(f, "%s = %s;\n", s->text, ir_text(s->value));
		else
			fprintf(f, "%s;\n", s->text);
		break;
	case IR_SET:
		fprintf(f, "%s = %s;\n", s->text, ir_text(s->value));
		break;
	case IR_DO:
		fprintf(f, "%s;\n", s->text);
		break;
	case IR_IF:
		conditional(f, p, s, depth);
		break;
	case IR_RETURN:
		if (s->value)
			fprintf(f, "return %s;\n", ir_text(s->value));
		else
			fputs("return;\n", f);
		break;
	case IR_ASSERT:
		fprintf(f, "//@ assert %s;\n", s->text);
		break;
	case IR_FOR:
	case IR_GAP:
		break;
	}
}

static void block(FILE *f, const struct policy *p, const struct ir_block *b, int depth)
{
	for (int i = 0; i < b->stmts.n; i++) {
		/* a bare `return;` at the very end says nothing */
		if (depth == 1 && i == b->stmts.n - 1 && b->stmts.at[i]->kind == IR_RETURN && !b->stmts.at[i]->value)
			continue;
		statement(f, p, b->stmts.at[i], depth);
	}
}

/* `word` stands in the text outside of comments. */
static bool mentions(const char *text, const char *word, size_t n)
{
	for (const char *at = text; *at; at++) {
		if (!strncmp(at, "/*", 2) || !strncmp(at, "//", 2)) {
			const char *end = strstr(at, at[1] == '*' ? "*/" : "\n");

			at = end ? end : at + strlen(at) - 1;
			continue;
		}
		if (!is_word(*at))
			continue;
		if (strspn(at, WORD) == n && !strncmp(at, word, n))
			return true;
		at += strspn(at, WORD) - 1;
	}
	return false;
}

/* Some policies have no use for a parameter that others need; no compiler warns. */
static void unused(FILE *f, const char *head, const char *body)
{
	for (const char *at = strchr(head, '('); at && *at; at = strpbrk(at + 1, ",)")) {
		const char *end = strpbrk(at + 1, ",)"), *word = end;

		while (end && word > at && is_word(word[-1]))
			word--;
		if (end && word < end && !mentions(body, word, (size_t)(end - word)))
			fprintf(f, "\t(void)%.*s;\n", (int)(end - word), word);
	}
}

static void function(FILE *f, const struct policy *p, const struct ir_function *fn)
{
	char *body = NULL;
	size_t size;
	FILE *text = open_memstream(&body, &size);

	block(text, p, &fn->body, 1);
	fclose(text);
	if (fn->section)
		fprintf(f, "\n/* ---- %s ---- */\n", fn->section);
	fputs("\n", f);
	if (!fn->exported)
		fn->contract.print(f, p, &fn->contract);
	fprintf(f, "%s\n{\n", fn->head);
	unused(f, fn->head, body);
	fprintf(f, "%s}\n", body);
	free(body);
}

/* ---- the header: constants ---- */

static void define(FILE *f, const char *name, const char *value, const char *why)
{
	fprintf(f, "#define %s %s /* %s */\n", name, value, why);
}

static int tag_max(const struct policy *p)
{
	if (p->carry)
		return p->carry->max;
	for (int i = 0; i < p->features.n; i++)
		if (p->features.at[i]->kind == FEATURE_IN_FLIGHT)
			return (int)p->features.at[i]->on->tag->type.hi + 1;
	return 0;
}

static void constants(FILE *f, const struct policy *p)
{
	const struct decision *d = p->decision;

	for (int i = 0; i < p->hook->keys.n; i++)
		define(f, c_keys(p, p->hook->keys.at[i]), c_integer(p->hook->keys.at[i]->max),
			arena_printf("key %s max", p->hook->keys.at[i]->name));
	for (int e = 0; e < p->hook->events.n; e++) {
		const struct event *event = p->hook->events.at[e];

		for (int i = 0; i < event->fields.n && event_emitted(p, event); i++)
			if (event->fields.at[i]->type.kind == TYPE_LIST)
				define(f, c_list_max(p, event->fields.at[i]), c_integer(event->fields.at[i]->max),
					arena_printf("%s.%s max", event->name, event->fields.at[i]->name));
	}
	for (int i = 0; i < d->parts.n; i++)
		if (d->parts.at[i].kind == PART_NUMBER)
			define(f, c_steps(p, &d->parts.at[i]), c_number(part_steps(&d->parts.at[i])),
				policy_line(d->parts.at[i].at));
	if (tag_max(p))
		define(f, c_macro(p, "tags"), c_integer(tag_max(p)),
			p->carry ? policy_line(p->carry->at) : "tags of requests under way");
	define(f, c_macro(p, "tickets"), c_integer(d->tickets), "decisions that are asked and not settled");
	fprintf(f, "#define %s (%s)\n", c_macro(p, "timeout"), c_time(d->timeout));
}

static void classes(FILE *f, const struct policy *p, const struct symbols *s, const char *more, const char *why)
{
	fputs("\nenum { ", f);
	for (int i = 0; i < s->names.n; i++)
		fprintf(f, "%s%s", i ? ", " : "", c_symbol(p, s, i));
	fprintf(f, "%s }; /* %s */\n", more ? arena_printf(", %s", more) : "", why);
}

static void field_classes(FILE *f, const struct policy *p, const char *of, const struct field *field)
{
	const char *name = arena_printf("%s.%s", of, field->name);

	if (field->type.kind == TYPE_CLASS)
		classes(f, p, field->type.symbols, NULL, name);
	for (int i = 0; i < field->record.n; i++)
		field_classes(f, p, name, field->record.at[i]);
}

static void enums(FILE *f, const struct policy *p)
{
	for (int i = 0; i < p->models.n; i++)
		if (p->models.at[i]->classes)
			classes(f, p, p->models.at[i]->classes, c_unsaid(p),
				arena_printf("model %s", p->models.at[i]->name));
	for (int i = 0; i < p->decision->parts.n; i++)
		if (p->decision->parts.at[i].symbols &&
			!(p->models.n && p->decision->parts.at[i].symbols == p->models.at[0]->classes))
			classes(f, p, p->decision->parts.at[i].symbols, NULL,
				arena_printf("decide %s", p->decision->parts.at[i].name));
	for (int e = 0; e < p->hook->events.n; e++) {
		const struct event *event = p->hook->events.at[e];

		for (int i = 0; i < event->fields.n && event_emitted(p, event); i++)
			field_classes(f, p, event->name, event->fields.at[i]);
	}
	fprintf(f, "\nenum { %s, %s, %s, %s }; /* by */\n", c_by(p, BY_LEARNED), c_by(p, BY_SHIELD),
		c_by(p, BY_FALLBACK), c_by(p, BY_PASS));
	if (p->guardrails.n) {
		fputs("\nenum { ", f);
		for (int i = 0; i < p->guardrails.n; i++)
			fprintf(f, "%s%s", i ? ", " : "", c_guardrail(p, p->guardrails.at[i]));
		fputs(" }; /* guardrails, as reports name them */\n", f);
	}
}

/* ---- the header: the components of the runtime, each at each size once ---- */

static LIST(const char *) included;

/* `parameters` is all of the #defines; one that stands there already is not repeated. */
static void include(FILE *f, const char *header, const char *parameters)
{
	const char *all = arena_printf("%s#include \"%s\"\n", parameters, header);

	for (int i = 0; i < included.n; i++)
		if (!strcmp(included.at[i], all))
			return;
	*list_add(&included) = all;
	fputs(all, f);
}

static const char *value_parameter(const struct feature *f)
{
	struct type t = feature_lifted(f);

	return c_type(&t);
}

/* (i) == 0 ? 100 : (i) == 1 ? 500 : 60000 */
static const char *edges(const struct feature *f)
{
	const char *all = "";

	for (int i = 0; i < f->edges.n - 1; i++)
		all = arena_printf("%s(i) == %d ? %s : ", all, i, c_number(f->edges.at[i] + feature_lift(f)));
	return arena_printf("%s%s", all, c_number(f->edges.at[f->edges.n - 1] + feature_lift(f)));
}

static void buckets_include(FILE *f, const char *name, int buckets, num span)
{
	include(f, "buckets.h",
		arena_printf("#define BUCKETS %s\n#define SLOTS %d\n#define SPAN %s\n", name, buckets, c_number(span)));
}

static void feature_include(FILE *f, const struct policy *p, const struct feature *feature)
{
	const char *n = c_integer(feature->events);

	switch (feature->kind) {
	case FEATURE_LAST:
		for (int i = 0; i < feature->columns.n; i++)
			include(f, "last.h",
				arena_printf("#define LAST %s\n#define VALUE %s\n", n,
					c_type(&feature->columns.at[i].value->type)));
		break;
	case FEATURE_IN_FLIGHT:
		include(f, "inflight.h",
			arena_printf(
				"#define INFLIGHT %s\n#define TAGS %d\n#define KEYS %d\n#define AMOUNT %s\n#define AMOUNT_MAX %s\n",
				feature->name, tag_max(p), inflight_keys(feature), feature->value ? "u32" : "u32",
				feature->value ? c_integer(feature->value->type.hi) : "1"));
		break;
	case FEATURE_COUNT:
	case FEATURE_SHARE:
	case FEATURE_RATE:
		if (feature->span)
			buckets_include(f, feature->name, feature->buckets, feature->span);
		else
			include(f, "window.h", arena_printf("#define WINDOW %s\n", n));
		break;
	case FEATURE_MEAN:
		include(f, "mean.h",
			arena_printf("#define MEAN %s\n#define EVENTS %s\n#define VALUE %s\n#define VALUE_MAX %s\n",
				feature->name, n, value_parameter(feature), c_number(feature_lifted(feature).hi)));
		break;
	case FEATURE_EXP_MEAN:
		include(f, "expmean.h",
			arena_printf("#define EXPMEAN %s\n#define SHIFT %d\n#define VALUE_MAX %s\n", feature->name,
				feature->shift, c_number(feature_lifted(feature).hi)));
		break;
	case FEATURE_MIN:
	case FEATURE_MAX:
		include(f, "extreme.h",
			arena_printf("#define EXTREME %s\n#define VALUE %s\n", n, value_parameter(feature)));
		break;
	case FEATURE_AGE:
		include(f, "age.h", "");
		break;
	case FEATURE_HELD:
		include(f, "held.h", "");
		break;
	case FEATURE_SINCE:
		include(f, "since.h", "");
		break;
	case FEATURE_QUANTILE:
		include(f, "quantile.h",
			arena_printf(
				"#define QUANTILE %s\n#define EVENTS %s\n#define EDGES %d\n#define EDGE(i) (%s)\n#define RANK_NUM %s\n#define RANK_DEN %s\n",
				feature->name, n, feature->edges.n, edges(feature), c_integer(feature->rank_num),
				c_integer(feature->rank_den)));
		break;
	case FEATURE_KINDS:
		break;
	}
}

static bool in_fixed_point(const struct policy *p)
{
	for (int i = 0; p->models.n && i < p->models.at[0]->inputs.n; i++) {
		enum encoder how = p->models.at[0]->inputs.at[i].how;

		if (how == ENCODE_CLAMP || how == ENCODE_ZSCORE)
			return true;
	}
	return false;
}

static void includes(FILE *f, const struct policy *p)
{
	const struct part *part = main_part(p);

	included.n = 0;
	fputs("#include \"base.h\"\n#include \"clock.h\"\n#include \"counter.h\"\n#include \"digits.h\"\n#include \"guardrail.h\"\n",
		f);
	if (in_fixed_point(p))
		fputs("#include \"fixed.h\"\n", f);
	for (int i = 0; i < p->features.n; i++)
		feature_include(f, p, p->features.at[i]);
	for (int i = 0; i < p->guarantees.n; i++) {
		const struct guarantee *g = p->guarantees.at[i];

		if (g->kind == GUARANTEE_COUNT)
			include(f, "window.h", arena_printf("#define WINDOW %s\n", c_integer(g->events)));
		if (g->kind == GUARANTEE_COUNT_TIME)
			buckets_include(f, g->name, g->buckets, g->span);
	}
	if (part->kind == PART_CANDIDATE)
		include(f, "choice.h",
			arena_printf("#define CANDIDATES %d\n#define SCORE %s\n", part->list->max,
				scores_signed(p) ? "s64" : "u64"));
	if (policy_floors(p))
		include(f, "floor.h", "");
	for (int i = 0; i < p->decision->parts.n; i++)
		if (p->decision->parts.at[i].kind == PART_NUMBER)
			include(f, "stretch.h", "");
	include(f, "tickets.h", arena_printf("#define TICKETS %d\n", p->decision->tickets));
	include(f, "report.h", "#define REPORT 64\n");
	if (p->models.n)
		include(f, "vector.h", arena_printf("#define VECTOR %d\n#define VALUE s16\n", p->models.at[0]->width));
}

/* ---- the header: structs ---- */

static void field_member(FILE *f, const struct policy *p, const struct field *field)
{
	if (field->type.kind == TYPE_LIST)
		fprintf(f, "\tu32 %s_n;\n\tstruct %s %s[%s];\n", field->name, record_struct(p, field), field->name,
			c_list_max(p, field));
	else
		fprintf(f, "\t%s %s;\n", c_type(&field->type), field->name);
}

static void event_structs(FILE *f, const struct policy *p)
{
	fputs("\n/* ---- events, as the hook fills them in: any values; an entry checks them ---- */\n", f);
	for (int e = 0; e < p->hook->events.n; e++) {
		const struct event *event = p->hook->events.at[e];

		if (event->tick && event == p->decision->on)
			fprintf(f, "\n%s { /* a tick says nothing but that it came */\n\tu8 none;\n};\n",
				acsl_event_type(p, event));
		if (event->tick || !event_emitted(p, event))
			continue;
		for (int i = 0; i < event->fields.n; i++) {
			const struct field *list = event->fields.at[i];

			if (list->type.kind != TYPE_LIST)
				continue;
			fprintf(f, "\nstruct %s {\n", record_struct(p, list));
			for (int k = 0; k < list->record.n; k++)
				field_member(f, p, list->record.at[k]);
			fputs("};\n", f);
		}
		fprintf(f, "\n%s {\n", acsl_event_type(p, event));
		for (int i = 0; i < event->fields.n; i++)
			field_member(f, p, event->fields.at[i]);
		fputs("};\n", f);
	}
}

static void record_members(FILE *f, const struct policy *p, const struct key *key)
{
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *feature = p->features.at[i];

		if (feature->state->key == key && feature->kind != FEATURE_IN_FLIGHT)
			fprintf(f, "\tstruct %s %s;\n", feature_struct(p, feature), c_member(feature->name));
	}
	for (int i = 0; i < p->guardrails.n; i++) {
		const struct guardrail *g = p->guardrails.at[i];

		if (g->key != key)
			continue;
		fprintf(f, "\tstruct guardrail %s;\n", c_member(g->name));
	}
	for (int m = 0; key && m < p->models.n; m++)
		if (kept_key(p, p->models.at[m]) && kept_key(p, p->models.at[m])->type.key == key)
			fprintf(f,
				"\tstruct vector_%d_s16 kept_%s; /* of the inputs of %s those that only an event changes */\n",
				p->models.at[m]->width, p->models.at[m]->name, p->models.at[m]->name);
	for (int m = 0; m < p->models.n; m++)
		if (said_kept(p, p->models.at[m], key))
			fprintf(f, "\tu8 said_%s; /* %s%s, as last answered */\n", p->models.at[m]->name,
				p->models.at[m]->name, key ? arena_printf("[%s]", key->name) : "");
}

static void context_struct(FILE *f, const struct policy *p)
{
	fputs("\n/* ---- the context ---- */\n\n", f);
	fprintf(f,
		"struct %s {\n"
		"\tu32 malformed; /* events out of range */\n"
		"\tu32 reopened;  /* a tag that is open already */\n"
		"\tu32 orphan;    /* a tag that is not open */\n"
		"\tu32 busy;      /* no ticket free */\n"
		"\tu32 stale;     /* answers that nobody waits for */\n"
		"\tu32 exhausted; /* no candidate left */\n"
		"};\n",
		c_struct(p, "counts"));
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *feature = p->features.at[i];

		if (feature->kind != FEATURE_LAST)
			continue;
		fprintf(f, "\nstruct %s { /* %s */\n", feature_struct(p, feature), policy_line(feature->at));
		for (int k = 0; k < feature->columns.n; k++)
			fprintf(f, "\tstruct %s %s;\n", column_struct(feature, k), feature->columns.at[k].name);
		fputs("};\n", f);
	}
	for (int i = 0; i < p->hook->keys.n; i++) {
		const struct key *k = p->hook->keys.at[i];

		if (!key_kept(p, k))
			continue;
		fprintf(f, "\nstruct %s { /* state per %s */\n", c_named(p, k->name), k->name);
		record_members(f, p, k);
		fputs("};\n", f);
	}
	if (carry_kept(p)) {
		fprintf(f, "\nstruct %s { /* %s */\n", c_struct(p, "carry"), policy_line(p->carry->at));
		for (int i = 0; i < p->carry->columns.n; i++)
			fprintf(f, "\t%s %s[%s];\n",
				p->carry->columns.at[i].value->op == EXPR_SAID
					? "u8"
					: c_type(&p->carry->columns.at[i].value->type),
				p->carry->columns.at[i].name, c_macro(p, "tags"));
		fputs("};\n", f);
	}
	if (over_kept(p) && p->models.at[0]->each)
		fprintf(f,
			"\nstruct %s { /* the first guardrail that was tripped over each, counted from 1; 0: none */\n\tu8 at[%s];\n};\n",
			c_struct(p, "over"), c_list_max(p, p->models.at[0]->each));
	if (shadow_kept(p)) {
		fprintf(f,
			"\nstruct %s { /* under each guardrail, while it is tripped: asks since the last that was let through */\n",
			c_struct(p, "shadow"));
		for (int i = 0; i < p->guardrails.n; i++)
			if (shadow_every(p, p->guardrails.at[i]))
				fprintf(f, "\tu32 %s%s;\n", p->guardrails.at[i]->name,
					p->guardrails.at[i]->key
						? arena_printf("[%s]", c_keys(p, p->guardrails.at[i]->key))
						: "");
		fputs("};\n", f);
	}
	fprintf(f, "\nstruct %s { /* what a ticket keeps */\n\t%s %s;\n", c_struct(p, "ask"),
		acsl_event_type(p, p->decision->on), p->decision->on->name);
	if (p->models.n && p->models.at[0]->each)
		fprintf(f, "\tu8 asked[%s];\n", c_list_max(p, p->models.at[0]->each));
	else if (p->models.n)
		fputs("\tu8 asked;\n", f);
	if (over_kept(p) && p->models.at[0]->each)
		fprintf(f, "\tstruct %s over;\n", c_struct(p, "over"));
	else if (over_kept(p))
		fputs("\tu8 over; /* the first guardrail that was tripped over it, counted from 1; 0: none */\n", f);
	fprintf(f, "};\n\nstruct %s {\n\tu64 now;\n", p->name);
	for (int i = 0; i < p->tunables.n; i++)
		fprintf(f, "\t%s %s; /* %s */\n", c_type(&p->tunables.at[i]->type), c_member(p->tunables.at[i]->name),
			policy_line(p->tunables.at[i]->at));
	fprintf(f, "\tstruct %s count;\n", c_struct(p, "counts"));
	for (int i = 0; i < p->features.n; i++)
		if (p->features.at[i]->kind == FEATURE_IN_FLIGHT)
			fprintf(f, "\tstruct %s %s;\n", feature_struct(p, p->features.at[i]),
				c_member(p->features.at[i]->name));
	if (carry_kept(p))
		fprintf(f, "\tstruct %s carry;\n", c_struct(p, "carry"));
	record_members(f, p, NULL);
	for (int i = 0; i < p->guardrails.n; i++)
		if (guardrail_keeps_held(p->guardrails.at[i]))
			fprintf(f, "\tu32 held_%s; /* a %s whose %s is tripped, counted from 1; 0: none */\n",
				p->guardrails.at[i]->name, p->guardrails.at[i]->key->name, p->guardrails.at[i]->name);
	for (int i = 0; i < p->hook->keys.n; i++) {
		const struct key *k = p->hook->keys.at[i];

		if (key_kept(p, k))
			fprintf(f, "\tstruct %s %s[%s];\n", c_named(p, k->name), c_member(k->name), c_keys(p, k));
	}
	for (int i = 0; i < p->guarantees.n; i++)
		if (p->guarantees.at[i]->kind != GUARANTEE_POINT)
			fprintf(f, "\tstruct %s %s;\n", guarantee_struct(p->guarantees.at[i]),
				c_member(p->guarantees.at[i]->name));
	if (shadow_kept(p))
		fprintf(f, "\tstruct %s shadow;\n", c_struct(p, "shadow"));
	for (int i = 0; i < p->guarantees.n; i++)
		if (clean_kept(p->guarantees.at[i]))
			fprintf(f, "\tu32 %s; /* decisions at which its assumptions have held in a row */\n",
				clean_path(p->guarantees.at[i], ""));
	fprintf(f, "\tstruct tickets_%d tickets;\n\tstruct %s ask[%s];\n\tstruct report_64 report;\n};\n",
		p->decision->tickets, c_struct(p, "ask"), c_macro(p, "tickets"));
}

static void message_structs(FILE *f, const struct policy *p)
{
	const struct model *m = p->models.n ? p->models.at[0] : NULL;
	const struct part *part = main_part(p);

	fputs("\n/* ---- what passes between ask, the model and settle ---- */\n\n", f);
	fprintf(f, "struct %s {\n\tu64 ticket;\n", c_struct(p, "questions"));
	if (m && m->each)
		fprintf(f,
			"\tu32 %s_n;\n\tu8 asked[%s]; /* whose answer is wanted */\n\tstruct vector_%d_s16 %s[%s];\n",
			m->each->name, c_list_max(p, m->each), m->width, m->name, c_list_max(p, m->each));
	else if (m)
		fprintf(f, "\tu8 asked;\n\tstruct vector_%d_s16 %s;\n", m->width, m->name);
	fprintf(f, "};\n\nstruct %s {\n\tu8 answered; /* 0: none came in time */\n", c_struct(p, "answers"));
	if (m && m->each)
		fprintf(f, "\ts32 %s[%s];\n", m->name, c_list_max(p, m->each));
	else if (m)
		fprintf(f, "\ts32 %s;\n", m->name);
	fprintf(f, "};\n\nstruct %s {\n", c_struct(p, "decision"));
	for (int i = 0; i < p->decision->parts.n; i++) {
		const struct part *one = &p->decision->parts.at[i];

		fprintf(f, "\t%s %s; /* %ssays nothing when by == %s */\n", c_type(&one->type), one->name,
			one->kind == PART_CANDIDATE
				? arena_printf("an index into %s.%s; ", p->decision->on->name, one->list->name)
				: "",
			c_by(p, BY_PASS));
	}
	fputs("\tu32 by;\n", f);
	if (part->kind == PART_CANDIDATE)
		fprintf(f, "\tstruct choice_%d choice; /* who took part last, and with what score */\n",
			part->list->max);
	fputs("};\n", f);
}

static void header(FILE *f, const struct policy *p, const struct ir *ir)
{
	const char *guard = arena_printf("LDOSC_%s_H", c_upper(p->name));

	fprintf(f,
		"/* %s: generated by ldosc from %s.ldp. Do not edit; edit the policy.\n"
		" *\n"
		" * Each entry takes a context that %s_init made, one entry at a time, and any arguments. What is proved of it is its\n"
		" * contract; the guarantees over whole histories are proved in %s_world.c. */\n"
		"#ifndef %s\n#define %s\n\n",
		p->name, p->name, p->name, p->name, guard, guard);
	includes(f, p);
	fputs("\n", f);
	constants(f, p);
	enums(f, p);
	event_structs(f, p);
	context_struct(f, p);
	message_structs(f, p);
	fputs("\n/* ---- the policy's figures: what the components are built for, and the constants ---- */\n\n", f);
	acsl_figures(f, p);
	fputs("\n/* ---- what an event must be, and what always holds ---- */\n\n", f);
	acsl_events(f, p);
	fputs("\n", f);
	acsl_invariant(f, p);
	fputs("\n/* ---- features ---- */\n\n", f);
	acsl_features(f, p);
	fputs("\n/* ---- guardrails ---- */\n\n", f);
	acsl_guardrails(f, p);
	fputs("\n/* ---- the decision ---- */\n\n", f);
	acsl_decision(f, p);
	fputs("\n/* ---- who is asked ---- */\n\n", f);
	acsl_asking(f, p);
	fputs("\n/* ---- entries ---- */\n", f);
	for (int i = 0; i < ir->functions.n; i++) {
		const struct ir_function *fn = ir->functions.at[i];

		if (!fn->exported)
			continue;
		fputs("\n", f);
		fn->contract.print(f, p, &fn->contract);
		fprintf(f, "%s;\n", fn->head);
	}
	fputs("\n#endif\n", f);
}

static void source(FILE *f, const struct policy *p, const struct ir *ir)
{
	fprintf(f, "/* %s: generated by ldosc from %s.ldp. Do not edit; edit the policy. */\n#include \"%s.h\"\n",
		p->name, p->name, p->name);
	for (int i = 0; i < ir->functions.n; i++)
		function(f, p, ir->functions.at[i]);
}

static void world(FILE *f, const struct policy *p, const struct ir *ir)
{
	(void)ir;
	world_print(f, p);
}

static void model_header(FILE *f, const struct policy *p, const struct ir *ir)
{
	(void)ir;
	model_emit_header(f, p);
}

static void at_once(FILE *f, const struct policy *p, const struct ir *ir)
{
	(void)ir;
	decide_print(f, p);
}

/* NAME<end>, as it comes; then with its lines wrapped. */
static void file(const struct policy *p, const struct ir *ir, struct output *out, const char *end,
	void (*print)(FILE *f, const struct policy *p, const struct ir *ir))
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	print(f, p, ir);
	fclose(f);
	wrapped(output_file(out, arena_printf("%s%s", p->name, end)), text);
	free(text);
}

static int emit(const struct policy *p, const struct ir *ir, struct output *out)
{
	p = with_table(p);
	file(p, ir, out, ".h", header);
	file(p, ir, out, ".c", source);
	file(p, ir, out, "_world.c", world);
	if (p->models.n) {
		file(p, ir, out, "_model.h", model_header);
		model_emit_source(output_file(out, arena_printf("%s_model.c", p->name)), p);
	}
	if (decides_at_once(p))
		file(p, ir, out, "_decide.h", at_once);
	return 0;
}

const struct backend backend_c = {"c", lower_unsupported, emit};
