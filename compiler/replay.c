/* `ldosc replay`: a CSV trace on the reference interpreter. The format is spec/replay.md. */
#include "interp.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- text ---- */

struct text { /* a stretch of the line, without blanks around it */
	const char *at;
	int n;
};

struct reader {
	const struct policy *p;
	struct source *source;
	size_t next; /* of the file */
	int line;
	const char *line_at;
	bool failed;
};

static struct text trim(const char *at, const char *end)
{
	while (at < end && isspace((unsigned char)*at))
		at++;
	while (end > at && isspace((unsigned char)end[-1]))
		end--;
	return (struct text){at, (int)(end - at)};
}

/* Takes what comes before the next `sep` from the front of *rest; *more: there was one. */
static struct text take(struct text *rest, char sep, bool *more)
{
	const char *end = rest->at + rest->n, *p = memchr(rest->at, sep, (size_t)rest->n);
	struct text got = trim(rest->at, p ? p : end);

	*more = p != NULL;
	*rest = p ? (struct text){p + 1, (int)(end - p - 1)} : (struct text){end, 0};
	return got;
}

static bool is(struct text t, const char *word)
{
	return (int)strlen(word) == t.n && !memcmp(t.at, word, (size_t)t.n);
}

static const char *words(struct text t)
{
	return arena_printf("%.*s", t.n > 80 ? 80 : t.n, t.at);
}

static bool bad(struct reader *r, struct text t, const char *help, const char *cause)
{
	int col = (int)(t.at - r->line_at) + 1;

	r->failed = true;
	diag_add(&(struct diag){.code = "trace",
		.at = {.source = r->source, .line = r->line, .col = col, .to = col + (t.n ? t.n : 1)},
		.cause = cause,
		.help = help});
	return false;
}

static bool unknown(struct reader *r, struct text t, const char *what, const char *const *known, int n)
{
	const char *near = did_you_mean(words(t), known, n), *all = "";

	for (int i = 0; i < n; i++)
		all = arena_printf("%s%s%s", all, i ? ", " : "", known[i]);
	return bad(r, t,
		near	    ? arena_printf("did you mean `%s`?", near)
			: n ? arena_printf("known: %s", all)
			    : NULL,
		arena_printf("`%s` is no %s", words(t), what));
}

/* ---- values ---- */

static const struct unit_word {
	const char *word;
	enum unit unit;
	uint64_t times;
} unit_words[] = {
	{"ns", UNIT_TIME, 1},
	{"us", UNIT_TIME, 1000},
	{"ms", UNIT_TIME, 1000000},
	{"s", UNIT_TIME, 1000000000},
	{"min", UNIT_TIME, UINT64_C(60000000000)},
	{"B", UNIT_SIZE, 1},
	{"KiB", UNIT_SIZE, 1 << 10},
	{"MiB", UNIT_SIZE, 1 << 20},
	{"GiB", UNIT_SIZE, 1 << 30},
};

static bool unit_of(struct text t, enum unit unit, uint64_t *times)
{
	for (size_t i = 0; i < sizeof unit_words / sizeof *unit_words; i++) {
		if (is(t, unit_words[i].word) && unit_words[i].unit == unit) {
			*times = unit_words[i].times;
			return true;
		}
	}
	return false;
}

/* A number with an optional unit and an optional sign: between -2^63 and 2^64 - 1. */
static bool read_number(struct reader *r, struct text t, enum unit unit, num *value)
{
	const char *p = t.at, *end = t.at + t.n;
	bool minus = p < end && *p == '-', overflow = false;
	uint64_t v = 0, times = 1;

	if (minus)
		p++;
	if (p == end || !isdigit((unsigned char)*p))
		return bad(r, t, NULL, arena_printf("`%s` is no number", words(t)));
	for (; p < end && isdigit((unsigned char)*p); p++)
		overflow |= __builtin_mul_overflow(v, UINT64_C(10), &v) ||
			__builtin_add_overflow(v, (uint64_t)(*p - '0'), &v);
	if (trim(p, end).n && !unit_of(trim(p, end), unit, &times))
		return bad(r, t,
			unit == UNIT_TIME	    ? "times: ns us ms s min"
				: unit == UNIT_SIZE ? "sizes: B KiB MiB GiB"
						    : NULL,
			arena_printf("`%s` is no %s", words(t),
				unit == UNIT_TIME	    ? "time"
					: unit == UNIT_SIZE ? "size"
							    : "number"));
	if (overflow || __builtin_mul_overflow(v, times, &v) || (minus && v > (uint64_t)INT64_MAX + 1))
		return bad(r, t, NULL, arena_printf("`%s` does not fit 64 bits", words(t)));
	*value = minus ? -(num)v : (num)v;
	return true;
}

/* What the trace itself counts by: its times, its tickets. */
static bool read_natural(struct reader *r, struct text t, enum unit unit, uint64_t *value)
{
	num v;

	if (!read_number(r, t, unit, &v))
		return false;
	*value = (uint64_t)v;
	return v >= 0 || bad(r, t, NULL, arena_printf("`%s` is below 0", words(t)));
}

/* An entry is handed 64 bits and refuses what is out of range itself. Only a number that those bits would make another one
 * of, which is in range, cannot be handed over. */
static bool read_bits(struct reader *r, struct text t, const struct type *type, uint64_t *value)
{
	num v, taken;

	if (!read_number(r, t, type->unit, &v))
		return false;
	*value = (uint64_t)v;
	taken = raw_value(type, *value);
	return taken == v || taken < type->lo || taken > type->hi ||
		bad(r, t, NULL,
			arena_printf("the policy cannot tell `%s` from %s, which is in range", words(t),
				show_value(type, taken)));
}

static bool read_symbol(struct reader *r, struct text t, const struct symbols *s, const char *what, uint64_t *value)
{
	for (int i = 0; i < s->names.n; i++) {
		if (is(t, s->names.at[i])) {
			*value = (uint64_t)i;
			return true;
		}
	}
	return unknown(r, t, what, s->names.at, s->names.n);
}

static bool read_value(struct reader *r, struct text t, const struct field *f, uint64_t *value)
{
	switch (f->type.kind) {
	case TYPE_BOOL:
		if (is(t, "yes") || is(t, "no")) {
			*value = is(t, "yes");
			return true;
		}
		return bad(r, t, NULL, arena_printf("`%s` is `yes` or `no`, not `%s`", f->name, words(t)));
	case TYPE_CLASS:
		return read_symbol(r, t, f->type.symbols, f->name, value);
	case TYPE_INT:
	case TYPE_KEY:
	case TYPE_TAG:
	case TYPE_CANDIDATE:
	case TYPE_SHARE:
	case TYPE_SOURCE:
	case TYPE_LIST:
		break;
	}
	return read_bits(r, t, &f->type, value);
}

static bool read_element(struct reader *r, struct text t, const struct field *list, uint64_t *record)
{
	struct text all = t;
	bool more = true;

	for (int i = 0; i < list->record.n; i++) {
		if (!more)
			return bad(r, all, NULL,
				arena_printf("`%s` has no `%s`: an element of `%s` has %d fields", words(all),
					list->record.at[i]->name, list->name, list->record.n));
		if (!read_value(r, take(&t, ':', &more), list->record.at[i], &record[i]))
			return false;
	}
	return !more ||
		bad(r, all, NULL,
			arena_printf("`%s`: an element of `%s` has %d fields", words(all), list->name, list->record.n));
}

static bool read_list(struct reader *r, struct text t, const struct field *list, struct entry *e)
{
	uint64_t beyond[16]; /* no policy looks at an element of a list that is too long */
	bool more = t.n > 0;

	for (e->list_n = 0; more; e->list_n++)
		if (!read_element(r, take(&t, '|', &more), list, e->list_n < LIST_MAX ? e->list[e->list_n] : beyond))
			return false;
	return true;
}

static bool read_answer(struct reader *r, struct text t, const struct model *m, int32_t *answer)
{
	uint64_t symbol = 0;
	num v;

	if (is(t, "-")) {
		*answer = m->classes ? -1 : m->type.lo > INT32_MIN ? (int32_t)m->type.lo - 1 : INT32_MAX;
		return true;
	}
	if (m->classes) {
		if (!read_symbol(r, t, m->classes, "answer", &symbol))
			return false;
		*answer = (int32_t)symbol;
		return true;
	}
	if (!read_number(r, t, m->type.unit, &v))
		return false;
	*answer = (int32_t)v;
	return *answer == v ||
		bad(r, t, "write `-` for an answer that means nothing",
			arena_printf("`%s` does not fit the 32 bits of an answer", words(t)));
}

/* What the model said: of each of least .. most candidates. */
static bool read_answers(struct reader *r, struct text t, uint32_t least, uint32_t most, struct entry *e)
{
	const struct model *m = r->p->models.n ? r->p->models.at[0] : NULL;
	struct text all = t;
	bool more = t.n > 0;
	uint32_t n = 0;

	e->infer = false;
	if (e->kind == ENTRY_DECIDE && is(t, "later")) {
		e->kind = ENTRY_ASK;
		return true;
	}
	if (!m)
		return bad(r, t, NULL, "this policy has no model");
	e->answered = !is(t, "none");
	if (!e->answered)
		return true;
	for (; more; n++) {
		int32_t beyond;
		if (!read_answer(r, take(&t, '|', &more), m, n < LIST_MAX ? &e->answers[n] : &beyond))
			return false;
	}
	return (n >= least && n <= most) ||
		bad(r, all, NULL,
			arena_printf("`%s` gives %s%" PRIu32 " answer%s here, not %" PRIu32, m->name,
				least == most ? "" : "at most ", most, most == 1 ? "" : "s", n));
}

/* ---- lines ---- */

struct assignment {
	struct text name, value;
};

static bool split(struct reader *r, struct text t, struct assignment *a)
{
	const char *eq = memchr(t.at, '=', (size_t)t.n);

	if (!eq)
		return bad(r, t, "write `field=value`", arena_printf("`%s` gives no field a value", words(t)));
	a->name = trim(t.at, eq);
	a->value = trim(eq + 1, t.at + t.n);
	return true;
}

static bool twice(struct reader *r, struct text name)
{
	return bad(r, name, NULL, arena_printf("`%s` is given twice", words(name)));
}

static const struct event *event_named(const struct policy *p, struct text t)
{
	for (int i = 0; i < p->hook->events.n; i++)
		if (is(t, p->hook->events.at[i]->name))
			return p->hook->events.at[i];
	return NULL;
}

static bool unknown_field(struct reader *r, struct text t, const struct event *event)
{
	const char *known[34];
	int n = 0;

	for (; n < event->fields.n && n < 32; n++)
		known[n] = event->fields.at[n]->name;
	return unknown(r, t, arena_printf("field of `%s`", event->name), known, n);
}

static bool assign_field(struct reader *r, const struct assignment *a, struct entry *e, uint32_t *given)
{
	for (int i = 0; i < e->event->fields.n; i++) {
		const struct field *f = e->event->fields.at[i];
		if (!is(a->name, f->name))
			continue;
		if (*given >> i & 1)
			return twice(r, a->name);
		*given |= UINT32_C(1) << i;
		return f->type.kind == TYPE_LIST ? read_list(r, a->value, f, e)
						 : read_value(r, a->value, f, &e->fields[i]);
	}
	return unknown_field(r, a->name, e->event);
}

/* A list that nobody reads: something for what points into it to point to. */
static void one_element(const struct field *list, struct entry *e)
{
	e->list_n = 1;
	for (int i = 0; i < list->record.n; i++)
		e->list[0][i] = list->record.at[i]->type.lo < 0 ? 0 : (uint64_t)list->record.at[i]->type.lo;
}

static bool read_event(struct reader *r, struct text name, struct text rest, bool more, struct entry *e)
{
	bool decides = r->p->decision && e->event == r->p->decision->on;
	struct text answers = {0};
	uint32_t given = 0;

	e->kind = decides ? ENTRY_DECIDE : e->event->tick ? ENTRY_TICK : ENTRY_EVENT;
	e->infer = decides && r->p->models.n;
	while (more) {
		struct assignment a;
		if (!split(r, take(&rest, ',', &more), &a))
			return false;
		if (!decides || !is(a.name, "answers")) {
			if (!assign_field(r, &a, e, &given))
				return false;
		} else if (answers.at) {
			return twice(r, a.name);
		} else {
			answers = a.value; /* how many there are to be, the list says, which may come behind them */
		}
	}
	for (int i = 0; i < e->event->fields.n; i++) {
		const struct field *f = e->event->fields.at[i];
		if (given >> i & 1)
			continue;
		if (policy_takes(r->p, e->event) && policy_reads(r->p, f))
			return bad(r, name, arena_printf("write `%s=..`", f->name),
				arena_printf("this `%s` has no `%s`, which the policy reads", e->event->name, f->name));
		e->fields[i] = f->type.lo < 0 ? 0 : (uint64_t)f->type.lo;
		if (f->type.kind == TYPE_LIST)
			one_element(f, e);
	}
	if (!answers.at)
		return true;
	const struct field *each = r->p->models.n ? r->p->models.at[0]->each : NULL;
	return read_answers(r, answers, each ? e->list_n : 1, each ? e->list_n : 1, e);
}

static bool read_settle(struct reader *r, struct text name, struct text rest, bool more, struct entry *e)
{
	const struct field *each = r->p->models.n ? r->p->models.at[0]->each : NULL;
	bool ticket = false, answers = false;

	e->kind = ENTRY_SETTLE;
	while (more) {
		struct assignment a;
		if (!split(r, take(&rest, ',', &more), &a))
			return false;
		bool *given = is(a.name, "ticket") ? &ticket : is(a.name, "answers") ? &answers : NULL;
		if (!given)
			return unknown(r, a.name, "part of `settle`", (const char *const[]){"ticket", "answers"}, 2);
		if (*given)
			return twice(r, a.name);
		*given = true;
		/* how many candidates the ticket holds, only the machine knows */
		if (given == &ticket ? !read_natural(r, a.value, UNIT_NONE, &e->ticket)
				     : !read_answers(r, a.value, each ? 0 : 1, each ? (uint32_t)each->max : 1, e))
			return false;
	}
	return ticket || bad(r, name, "write `ticket=N`", "this `settle` says of no ticket");
}

/* `set` and `swap` say one thing. */
static bool ends(struct reader *r, struct text rest, bool more, const char *entry)
{
	return !more ||
		bad(r, trim(rest.at, rest.at + rest.n), "write another line",
			arena_printf("a `%s` says one thing", entry));
}

static bool read_set(struct reader *r, struct text name, struct text rest, bool more, struct entry *e)
{
	LIST(const char *) known = {0};
	struct assignment a;

	e->kind = ENTRY_SET;
	if (!more)
		return bad(r, name, "write `set, TUNABLE=value`", "`set` says of no tunable what it is to be");
	if (!split(r, take(&rest, ',', &more), &a))
		return false;
	for (int i = 0; i < r->p->tunables.n; i++) {
		const struct tunable *t = r->p->tunables.at[i];
		*list_add(&known) = t->name;
		if (!is(a.name, t->name))
			continue;
		e->tunable = i;
		return read_bits(r, a.value, &t->type, &e->value) && ends(r, rest, more, "set");
	}
	return unknown(r, a.name, "tunable", known.at, known.n);
}

static bool read_swap(struct reader *r, struct text name, struct text rest, bool more, struct entry *e)
{
	LIST(const char *) known = {0};
	struct assignment a;

	e->kind = ENTRY_SWAP;
	if (!more)
		return bad(r, name, "write `swap, model=NAME`", "`swap` says of no model that it is another");
	if (!split(r, take(&rest, ',', &more), &a))
		return false;
	if (!is(a.name, "model"))
		return unknown(r, a.name, "part of `swap`", (const char *const[]){"model"}, 1);
	for (int i = 0; i < r->p->models.n; i++) {
		*list_add(&known) = r->p->models.at[i]->name;
		e->model = i;
		if (is(a.value, r->p->models.at[i]->name))
			return ends(r, rest, more, "swap");
	}
	return unknown(r, a.value, "model", known.at, known.n);
}

static bool unknown_entry(struct reader *r, struct text t)
{
	LIST(const char *) known = {0};

	for (int i = 0; i < r->p->hook->events.n; i++)
		*list_add(&known) = r->p->hook->events.at[i]->name;
	*list_add(&known) = "settle";
	*list_add(&known) = "set";
	*list_add(&known) = "swap";
	return unknown(r, t, "entry of this policy", known.at, known.n);
}

static bool read_line(struct reader *r, struct text line, struct entry *e)
{
	bool more;
	struct text time = take(&line, ',', &more), name;

	*e = (struct entry){0};
	if (!read_natural(r, time, UNIT_TIME, &e->now))
		return false;
	if (!more)
		return bad(r, time, "write `time, entry, field=value, ..`", "after the time comes an entry");
	name = take(&line, ',', &more);
	e->event = event_named(r->p, name);
	if (e->event)
		return read_event(r, name, line, more, e);
	if (r->p->decision && is(name, "settle"))
		return read_settle(r, name, line, more, e);
	if (is(name, "set"))
		return read_set(r, name, line, more, e);
	if (is(name, "swap"))
		return read_swap(r, name, line, more, e);
	return unknown_entry(r, name);
}

enum { ENTRY_BYTES = 1 << 20 };

/* The next line that says something; false: the end, or there is no more to be read. */
static bool next_line(struct reader *r, struct text *line)
{
	while (r->next < r->source->size) {
		const char *at = r->source->text + r->next, *end = r->source->text + r->source->size;
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		r->line++;
		r->line_at = at;
		r->next = stop ? (size_t)(stop + 1 - r->source->text) : r->source->size;
		if ((stop ? stop : end) - at > ENTRY_BYTES) {
			r->failed = true;
			diag_add(&(struct diag){.code = "trace",
				.at = {.source = r->source},
				.cause = arena_printf("line %d is longer than 1 MiB: this is no trace", r->line)});
			return false;
		}
		*line = trim(at, stop ? stop : end);
		if (line->n && *line->at != '#')
			return true;
	}
	return false;
}

/* ---- what comes out ---- */

static const char *const sources[] = {"learned", "shield", "fallback", "pass"};

static const char *entry_name(const struct entry *e)
{
	return e->kind == ENTRY_SETTLE ? "settle"
		: e->kind == ENTRY_ASK ? "ask"
		: e->kind == ENTRY_SET ? "set"
				       : e->event->name;
}

static void write_choice(FILE *f, const struct policy *p, const struct outcome *out)
{
	for (int i = 0; out->by != BY_PASS && i < p->decision->parts.n; i++) {
		const struct part *part = &p->decision->parts.at[i];
		fprintf(f, "%s%s=", i ? " " : "", part->name);
		if (part->kind == PART_CLASS)
			fprintf(f, "%s", part->symbols->names.at[out->choice[i]]);
		else
			fprintf(f, "%" PRId64, out->choice[i]);
	}
}

static void write_outcome(FILE *f, const struct reader *r, const struct machine *m, const struct entry *e,
	const struct outcome *out, const char *refused)
{
	const struct policy *p = r->p;
	char at[48];

	snprintf(at, sizeof at, "%" PRIu64 ",%d", m->now, r->line);
	for (int i = 0; i < m->moves_n; i++) {
		const struct guardrail *g = p->guardrails.at[m->moves[i].guardrail];
		fprintf(f, "%s,%s,%s,", at, m->moves[i].tripped ? "trip" : "rearm", g->name);
		fprintf(f, g->key ? "%s=%d\n" : "\n", g->key ? g->key->name : "", m->moves[i].key);
	}
	if (refused)
		fprintf(f, "%s,refused,%s,%s\n", at, refused, entry_name(e));
	if (e->kind == ENTRY_DECIDE || e->kind == ENTRY_SETTLE || (e->kind == ENTRY_ASK && !out->ticket)) {
		fprintf(f, "%s,decision,%s,", at, sources[out->by]);
		write_choice(f, p, out);
		fprintf(f, "\n");
	}
	if (out->broken >= 0)
		fprintf(f, "%s,broken,%s,\n", at, p->guarantees.at[out->broken]->name);
	if (out->unfit)
		fprintf(f, "%s,broken,need,\n", at);
}

struct counter {
	const char *name;
	uint64_t value;
};
typedef LIST(struct counter) counter_list;

static void count(counter_list *c, const char *name, uint64_t value)
{
	*list_add(c) = (struct counter){name, value};
}

static void counters(counter_list *c, const struct policy *p, const struct tally *t, uint64_t entries, uint64_t skipped,
	uint64_t broken)
{
	count(c, "entries", entries);
	count(c, "skipped", skipped);
	for (int i = 0; i < 4; i++)
		count(c, sources[i], t->by[i]);
	count(c, "malformed", t->malformed);
	count(c, "reopened", t->reopened);
	count(c, "orphan", t->orphan);
	count(c, "busy", t->busy);
	count(c, "stale", t->stale);
	count(c, "exhausted", t->exhausted);
	for (int i = 0; i < p->guardrails.n; i++) {
		count(c, arena_printf("%s.trips", p->guardrails.at[i]->name), t->trips[i]);
		count(c, arena_printf("%s.rearms", p->guardrails.at[i]->name), t->rearms[i]);
	}
	count(c, "broken", broken);
}

static const char *why_refused(const struct tally *before, const struct tally *after)
{
	return after->malformed > before->malformed  ? "malformed"
		: after->reopened > before->reopened ? "reopened"
		: after->orphan > before->orphan     ? "orphan"
		: after->stale > before->stale	     ? "stale"
						     : NULL;
}

/* ---- the run ---- */

static bool open_trace(struct reader *r, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY);
	const char *nul;

	r->source = arena_alloc(sizeof *r->source); /* messages outlive the run */
	r->source->path = path;
	r->source->text = "";
	if (fd < 0 || fstat(fd, &st)) {
		fprintf(stderr, "ldosc: cannot read %s: %s\n", path, strerror(errno));
		return false;
	}
	r->source->size = (size_t)st.st_size;
	if (r->source->size)
		r->source->text = mmap(NULL, r->source->size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (r->source->text == MAP_FAILED) {
		fprintf(stderr, "ldosc: cannot read %s: %s\n", path, strerror(errno));
		return false;
	}
	nul = memchr(r->source->text, 0, r->source->size);
	if (nul)
		fprintf(stderr, "ldosc: %s: byte %zu is NUL: this is not a text file\n", path,
			(size_t)(nul - r->source->text) + 1);
	return !nul;
}

/* Plays every line; the counters go to *c. False: a line was bad. */
static bool play(struct reader *r, FILE *f, counter_list *c, uint64_t *broken)
{
	struct machine *m = machine_new(r->p, 0);
	struct outcome *out = arena_alloc(sizeof *out);
	struct entry *e = arena_alloc(sizeof *e);
	uint64_t entries = 0, skipped = 0;
	struct text line;

	fprintf(f, "time,line,what,name,value\n");
	while (!r->failed && next_line(r, &line)) {
		struct tally before = m->tally;
		if (!read_line(r, line, e))
			break;
		entries++;
		if (e->event && !policy_takes(r->p, e->event)) {
			skipped++;
			continue;
		}
		machine_step(m, e, out);
		*broken += out->broken >= 0 || out->unfit;
		write_outcome(f, r, m, e, out, why_refused(&before, &m->tally));
	}
	counters(c, r->p, &m->tally, entries, skipped, *broken);
	for (int i = 0; i < c->n; i++)
		fprintf(f, ",,count,%s,%" PRIu64 "\n", c->at[i].name, c->at[i].value);
	machine_free(m);
	return !r->failed;
}

static void say_counters(const counter_list *c, bool json)
{
	cJSON *root = cJSON_CreateObject();

	for (int i = 0; i < c->n; i++) {
		if (!json)
			printf("%-24s %" PRIu64 "\n", c->at[i].name, c->at[i].value);
		cJSON_AddNumberToObject(root, c->at[i].name, (double)c->at[i].value);
	}
	if (json)
		diag_json("replay", cJSON_Print(root));
	cJSON_Delete(root);
}

int replay_run(const struct policy *p, const char *csv, const char *out, bool json)
{
	struct reader r = {.p = p};
	counter_list c = {0};
	char *text = NULL;
	size_t size = 0;
	uint64_t broken = 0;
	FILE *f;
	bool ok;

	if (!open_trace(&r, csv))
		return EXIT_USAGE;
	f = open_memstream(&text, &size);
	ok = play(&r, f, &c, &broken);
	fclose(f);
	if (!ok)
		return EXIT_TYPES;
	if (out && !output_to(out, text, size))
		return EXIT_USAGE;
	if (!out && !json)
		fwrite(text, 1, size, stdout);
	if (out || json)
		say_counters(&c, json);
	free(text);
	return broken ? EXIT_REFUTED : EXIT_PROVED;
}
