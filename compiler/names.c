/* What names the C and its contracts can be written with. Constants and functions carry the policy's name and give way by a `_`
 * (backend/layout.c); members, variables and contracts have the names as they are, so some are refused. */
#include "backend/layout.h"
#include "front.h"

#include <string.h>

#define COUNT(words) (sizeof(words) / sizeof *(words))

/* ---- any name ---- */

/* Words of C, of C23, of gcc's C, which kernels are written in, and of contracts; macros of the C library, of kernels and of
 * runtime/. */
static const char *const taken[] = {"auto", "break", "case", "char", "const", "continue", "default", "do", "double",
	"else", "enum", "extern", "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict",
	"return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void",
	"volatile", "while", "true", "false", "bool", "alignas", "alignof", "constexpr", "nullptr", "static_assert",
	"thread_local", "asm", "typeof", "typeof_unqual", "linux", "unix", "boolean", "NULL", "EOF", "errno", "stdin",
	"stdout", "stderr", "current", "INDEX", "USEC", "MSEC", "SEC", "U32_TOP", "U64_TOP", "S32_TOP", "S64_TOP",
	"NEVER", "AMOUNT", "AMOUNT_MAX", "BUCKETS", "CANDIDATES", "DENSE", "EDGE", "EDGES", "EVENTS", "EXPMEAN",
	"EXTREME", "IN", "INFLIGHT", "KEYS", "LAST", "MEAN", "OUT", "QUANTILE", "RANK_DEN", "RANK_NUM", "REACH_MAX",
	"RELU", "REPORT", "RING", "SCORE", "SHIFT", "SLOTS", "SPAN", "TAGS", "TICKETS", "TRIP_DEPRIORITIZE",
	"TRIP_RETRAIN", "TRIP_SWAP", "VALUE", "VALUE_MAX", "VECTOR", "WIDTH", "WINDOW", "X", "X_MAX", "Y_MAX"};

/* What means something wherever a name is read: no trouble behind a dot. */
static const char *const own_words[] = {"yes", "no", "now", "learned", "shield", "fallback", "pass"};

void field_allowed(const struct tree *name)
{
	bool reserved =
		name->text[0] == '_' && (name->text[1] == '_' || (name->text[1] >= 'A' && name->text[1] <= 'Z'));

	if (listed(taken, COUNT(taken), name->text))
		refuse(name->at, "names stand in the generated C as they are", "`%s` cannot be a name", name->text);
	if (strlen(name->text) > 40 || reserved)
		refuse(name->at, "at most 40 characters, and not `__` or `_` and a capital first",
			"`%s` cannot be a name", name->text);
}

void name_allowed(const struct tree *name)
{
	field_allowed(name);
	if (listed(own_words, COUNT(own_words), name->text))
		refuse(name->at, "it has a meaning of its own wherever a name is read", "`%s` cannot be a name",
			name->text);
}

/* ---- the policy's ---- */

/* The headers of runtime/ and what their functions begin with: NAME.h is the policy's, as is NAME_ before each function. */
static const char *const runtime[] = {"age", "any", "base", "buckets", "choice", "clamp", "clock", "counter", "dense",
	"digit", "digits", "expmean", "extreme", "fixed", "floor", "grid", "guardrail", "held", "inflight", "last",
	"ldosc", "mean", "older", "quantile", "report", "since", "steps", "stretch", "tickets", "vector", "window",
	"zscore"};

/* With -I DIR the policy's header is found in place of the C library's. */
static const char *const library[] = {"alloca", "assert", "complex", "ctype", "errno", "features", "fenv", "inttypes",
	"iso646", "limits", "locale", "math", "setjmp", "signal", "stdalign", "stdarg", "stdatomic", "stdbool",
	"stddef", "stdint", "stdio", "stdlib", "stdnoreturn", "string", "tgmath", "threads", "time", "uchar", "wchar",
	"wctype"};

static void policy_name(const struct policy *p)
{
	const char *digits = strpbrk(p->name, "0123456789"), *stem = p->name;

	if (digits && digits > p->name && digits[-1] == '_') /* window_64 */
		stem = arena_printf("%.*s", (int)(digits - p->name) - 1, p->name);
	if (listed(runtime, COUNT(runtime), stem))
		refuse(p->at, "its C would meet what lies under runtime/", "`%s` cannot be the name of a policy",
			p->name);
	else if (listed(library, COUNT(library), p->name))
		refuse(p->at, arena_printf("its header would stand before <%s.h>", p->name),
			"`%s` cannot be the name of a policy", p->name);
	else if (!strcmp(c_upper(p->name), p->name))
		refuse(p->at, "give it a small letter: its constants are called after it in capitals",
			"`%s` cannot be the name of a policy", p->name);
}

/* ---- what becomes a variable or a member ---- */

/* Of every function, of its contract, and its types. */
static bool is_variable(const char *name, const char *const *more, size_t count)
{
	static const char *const every[] = {
		"c", "assert", "integer", "real", "set", "u8", "u16", "u32", "u64", "s16", "s32", "s64"};

	return listed(every, COUNT(every), name) || listed(more, count, name);
}

static void refuse_own(struct span at, const char *name, const char *what, const char *own)
{
	refuse(at, arena_printf("the generated C has %s of its own called so", own), "`%s` cannot be the name of %s",
		name, what);
}

/* What is decided is a variable of the functions that decide it, each of which has others. */
static void part_name(const struct policy *p, const struct part *part)
{
	static const char *const every[] = {"e", "slot"};
	static const char *const candidate[] = {"a", "r"}, *const record[] = {"a", "d", "q", "s"};
	bool alone = p->decision->parts.n == 1;

	if (is_variable(part->name, every, COUNT(every)) ||
		(part->kind == PART_CANDIDATE && listed(candidate, COUNT(candidate), part->name)) ||
		(!alone && listed(record, COUNT(record), part->name)) ||
		(alone && part->kind == PART_CLASS && p->models.n && !strcmp(part->name, "a")))
		refuse_own(part->at, part->name, "what is decided", "a variable");
	else if (candidate_part(p->decision) && !strcmp(part->name, "choice"))
		refuse_own(part->at, part->name, "what is decided", "a member");
}

static void model_name(const struct policy *p, const struct model *m)
{
	static const char *const variables[] = {"m", "assert", "integer", "real"};
	static const char *const members[] = {"answered", "asked", "ticket"};

	if (listed(variables, COUNT(variables), m->name))
		refuse_own(m->at, m->name, "a model", "a variable");
	else if (listed(members, COUNT(members), m->name) ||
		(m->each && !strcmp(m->name, arena_printf("%s_n", m->each->name))))
		refuse_own(m->at, m->name, "a model", "a member");
	if (!strcmp(p->decision->on->name, "asked") || (over_kept(p) && !strcmp(p->decision->on->name, "over")))
		refuse_own(
			p->decision->on->at, p->decision->on->name, "an event at which a model is asked", "a member");
}

/* The value that `set` is given. */
static void tunable_name(const struct tunable *t)
{
	static const char *const variables[] = {"counter_add"};

	if (is_variable(t->name, variables, COUNT(variables)))
		refuse_own(t->at, t->name, "a tunable", "a word");
}

/* The key of whom an event or a guardrail moves is a variable of the functions that do. */
static void key_name(const struct policy *p, const struct key *k)
{
	static const char *const variables[] = {"e", "n", "o", "tag", "clock_advance", "counter_add",
		"guardrail_may_rearm", "guardrail_rearm", "guardrail_trip"};

	if (key_kept(p, k) && is_variable(k->name, variables, COUNT(variables)))
		refuse_own(k->at, k->name, "a key that something is kept of", "a word");
}

static void event_names(const struct event *e)
{
	for (int i = 0; i < e->fields.n; i++)
		for (int k = 0; k < e->fields.n; k++) {
			const struct field *list = e->fields.at[k], *f = e->fields.at[i];

			if (list->type.kind == TYPE_LIST && !strcmp(f->name, arena_printf("%s_n", list->name)))
				refuse(f->at, arena_printf("the C keeps the length of `%s` in it", list->name),
					"`%s` cannot be a field beside a list `%s`", f->name, list->name);
		}
}

/* `kept_net` is what the C keeps of `net`, `clean_few` of `few`. */
static void kept_name(const struct front *f, const struct name *n)
{
	const char *of = !strncmp(n->text, "kept_", 5) ? n->text + 5
		: !strncmp(n->text, "clean_", 6)       ? n->text + 6
						       : NULL;
	const struct name *other = of ? front_name(f, of) : NULL;

	if (other && other->what == (n->text[0] == 'k' ? IS_MODEL : IS_GUARANTEE))
		refuse(n->at, arena_printf("the generated C calls so what it keeps of `%s`", of),
			"`%s` cannot be a name beside `%s`", n->text, of);
}

/* ---- contracts: `slow_io` is SlowIo there, SlowIoTripped and so on ---- */

struct said {
	const char *word, *name;
	struct span at;
	int kind;
};
static LIST(struct said) said;

/* One word for two things of a kind. */
static bool say(const char *name, struct span at, int kind, const char *suffix)
{
	const char *word = arena_printf("%s%s", c_camel(name), suffix);

	for (int i = 0; i < said.n; i++)
		if (said.at[i].kind == kind && !strcmp(said.at[i].word, word) && strcmp(said.at[i].name, name)) {
			diag_add(&(struct diag){.code = "types",
				.at = at,
				.also = said.at[i].at,
				.also_label = "also here",
				.cause = arena_printf(
					"`%s` and `%s` are one in contracts: %s", said.at[i].name, name, word),
				.help = "call one of them something else"});
			return false;
		}
	*list_add(&said) = (struct said){word, name, at, kind};
	return true;
}

/* What an event does and what a guardrail does are told of the same two states. */
enum { SAID_MOVES = 100, SAID_KEY };

static void contract_words(const struct front *f)
{
	static const char *const guardrail[] = {"", "Held", "Moved", "Rearmed", "RearmedRest", "Rearms", "Seen",
		"Shadow", "Tripped", "TrippedRest", "Trips"};
	const struct policy *p = f->p;

	said.n = 0;
	for (int i = 0; i < p->hook->events.n; i++)
		if (event_emitted(p, p->hook->events.at[i])) {
			say(p->hook->events.at[i]->name, p->hook->events.at[i]->at, SAID_MOVES, "Features");
			say(p->hook->events.at[i]->name, p->hook->events.at[i]->at, SAID_MOVES, "Rest");
		}
	for (int i = 0; i < p->hook->keys.n; i++)
		if (key_kept(p, p->hook->keys.at[i]))
			say(p->hook->keys.at[i]->name, p->hook->keys.at[i]->at, SAID_KEY, "");
	for (int i = 0; i < f->names.n; i++) {
		const struct name *n = &f->names.at[i];

		for (size_t k = 0; n->what == IS_GUARDRAIL && k < COUNT(guardrail); k++)
			if (!say(n->text, n->at, SAID_MOVES, guardrail[k]))
				break;
		if (n->what != IS_GUARDRAIL)
			say(n->text, n->at, (int)n->what, "");
	}
}

bool names_fit(const struct front *f)
{
	const struct policy *p = f->p;

	policy_name(p);
	for (int i = 0; i < p->decision->parts.n; i++)
		part_name(p, &p->decision->parts.at[i]);
	for (int i = 0; i < p->models.n; i++)
		model_name(p, p->models.at[i]);
	for (int i = 0; i < p->tunables.n; i++)
		tunable_name(p->tunables.at[i]);
	for (int i = 0; i < p->hook->keys.n; i++)
		key_name(p, p->hook->keys.at[i]);
	for (int i = 0; i < p->hook->events.n; i++)
		event_names(p->hook->events.at[i]);
	for (int i = 0; i < f->names.n; i++)
		kept_name(f, &f->names.at[i]);
	contract_words(f);
	return diag_errors() == 0;
}
