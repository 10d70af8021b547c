/* diff POLICY HOOKS SEED STEPS [LEAST]: the same random entries through the interpreter and through the compiled C. The
 * first difference is printed with what led to it; then how often each edge of a guardrail and each branch of the
 * shield was taken, and exit status 1 if something differed or an edge that this policy has was taken less than LEAST
 * times. */
#include "subject.h"
#include "interp.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TICKETS_KEPT = 1 << 16 };

struct run_state {
	const struct policy *p;
	struct call call;
	struct seen seen;
	struct {
		uint64_t interpreter, c;
	} tickets[TICKETS_KEPT]; /* the same ticket in both, by the interpreter's modulo */
	const struct machine *m;
	uint64_t steps, skipped;
	uint64_t skipped_malformed; /* refused by the interpreter, never handed to the C */
	uint64_t broken, unfit, inferred, reports;
	uint64_t in_one_call, swaps, changed; /* decisions; of a table; answers that another table gave */
	struct tally tally; /* at the last step */
	struct tally sum;   /* of the histories before */
	bool differs;
};

static const char *const counts[COUNTS] = {"malformed", "reopened", "orphan", "busy", "stale", "exhausted"};

static uint64_t count_of(const struct run_state *r, const struct machine *m, int i)
{
	const struct tally *t = machine_tally(m);

	switch (i) {
	case 0:
		return t->malformed - r->skipped_malformed;
	case 1:
		return t->reopened;
	case 2:
		return t->orphan;
	case 3:
		return t->busy;
	case 4:
		return t->stale;
	default:
		return t->exhausted;
	}
}

static bool differ(struct run_state *r, const struct entry *in, const char *what, int64_t meant, int64_t got)
{
	struct entry e = *in;

	e.now = 0;
	printf("%s: step %" PRIu64 ": %s: interpreter %" PRId64 ", C %" PRId64 "\n  at %" PRIu64 " ns: ", subject_name,
		r->steps, what, meant, got, in->now);
	show_entry(stdout, r->p, &e);
	printf("\n");
	r->differs = true;
	if (getenv("DUMP"))
		machine_dump(r->m, stdout);
	return false;
}

static bool same_decision(struct run_state *r, const struct entry *in, const struct outcome *out)
{
	if ((int)out->by != r->seen.by)
		return differ(r, in, "by", out->by, r->seen.by);
	for (int i = 0; out->by != BY_PASS && i < r->p->decision->parts.n; i++)
		if (out->choice[i] != r->seen.choice[i])
			return differ(r, in, r->p->decision->parts.at[i].name, out->choice[i], r->seen.choice[i]);
	return true;
}

static bool same_question(struct run_state *r, const struct entry *in, const struct outcome *out)
{
	if (!out->ticket != !r->seen.ticket)
		return differ(r, in, "ticket", (int64_t)out->ticket, (int64_t)r->seen.ticket);
	if (out->asked != r->seen.asked)
		return differ(r, in, "asked", out->asked, r->seen.asked);
	for (int i = 0; i < LIST_MAX; i++)
		for (int k = 0; out->asked >> i & 1 && k < r->p->models.at[0]->width; k++)
			if (out->vector[i][k] != r->seen.vector[i][k])
				return differ(r, in, arena_printf("number %d of vector %d", k, i), out->vector[i][k],
					r->seen.vector[i][k]);
	for (int i = 0; in->infer && i < LIST_MAX; i++)
		if (out->asked >> i & 1 && r->seen.answers[i] != model_infer(r->p->models.at[0], out->vector[i]))
			return differ(r, in, arena_printf("the net's answer %d", i),
				model_infer(r->p->models.at[0], out->vector[i]), r->seen.answers[i]);
	r->inferred += in->infer && out->asked;
	return true;
}

static bool same_state(struct run_state *r, struct machine *m, const struct entry *in)
{
	if (machine_now(m) != subject_now())
		return differ(r, in, "the clock", (int64_t)machine_now(m), (int64_t)subject_now());
	for (int i = 0; i < COUNTS; i++)
		if (count_of(r, m, i) != subject_count(i))
			return differ(r, in, counts[i], (int64_t)count_of(r, m, i), (int64_t)subject_count(i));
	for (int g = 0; g < r->p->guardrails.n; g++) {
		const struct rail *rails = &m->rails[m->plan->rail[g]];
		for (int k = 0; k < keys_of(r->p->guardrails.at[g]->key); k++)
			if (rails[k].tripped != subject_tripped(g, k))
				return differ(r, in,
					arena_printf("%s of key %d tripped", r->p->guardrails.at[g]->name, k),
					rails[k].tripped, subject_tripped(g, k));
	}
	return true;
}

/* Whether a trip goes into the report, and what its actions ask of the agent outside. */
static bool reported(const struct guardrail *g, struct reported *want)
{
	bool reports = false;

	for (int i = 0; i < g->actions.n; i++) {
		const struct action *a = &g->actions.at[i];
		want->retrain |= a->kind == ACT_RETRAIN;
		want->deprioritize |= a->kind == ACT_DEPRIORITIZE;
		want->swap |= a->kind == ACT_SWAP ? UINT32_C(1) << a->model->index : 0;
		reports |= a->kind == ACT_REPORT;
	}
	return reports || want->retrain || want->deprioritize || want->swap;
}

static int64_t asks_for(const struct reported *t)
{
	return t->retrain + 2 * t->deprioritize + 4 * (int64_t)t->swap;
}

/* The report has the trips of this entry, in the order of the interpreter's moves, and no other. */
static bool same_report(struct run_state *r, struct machine *m, const struct entry *in)
{
	struct reported seen;

	for (int i = 0; i < m->moves_n; i++) {
		const struct guardrail *g = r->p->guardrails.at[m->moves[i].guardrail];
		struct reported want = {.at = machine_now(m), .guardrail = (uint32_t)g->index, .key = (uint32_t)m->moves[i].key};
		if (!m->moves[i].tripped || !reported(g, &want))
			continue;
		if (!subject_reported(&seen))
			return differ(r, in, arena_printf("a report of %s", g->name), 1, 0);
		if (seen.at != want.at || seen.guardrail != want.guardrail || seen.key != want.key)
			return differ(r, in, arena_printf("the trip in the report of %s", g->name), want.key, seen.key);
		if (asks_for(&seen) != asks_for(&want))
			return differ(r, in, arena_printf("what the report of %s asks for", g->name), asks_for(&want), asks_for(&seen));
		r->reports++;
	}
	return subject_reported(&seen) ? differ(r, in, "a report of nothing", 0, 1) : true;
}

static void fill(const struct entry *in, uint64_t ticket, struct call *c)
{
	static const enum call_kind kinds[] = {[ENTRY_EVENT] = CALL_EVENT,
		[ENTRY_TICK] = CALL_EVENT,
		[ENTRY_DECIDE] = CALL_DECIDE,
		[ENTRY_ASK] = CALL_ASK,
		[ENTRY_SETTLE] = CALL_SETTLE,
		[ENTRY_SET] = CALL_SET};

	c->kind = kinds[in->kind];
	c->event = in->event ? in->event->name : "";
	c->now = in->now;
	c->ticket = ticket;
	memcpy(c->fields, in->fields, sizeof c->fields);
	c->list_n = in->list_n;
	memcpy(c->list, in->list, sizeof c->list);
	c->answered = in->answered;
	c->infer = in->infer;
	memcpy(c->answers, in->answers, sizeof c->answers);
	c->tunable = in->tunable;
	c->value = in->value;
}

/* To the interpreter a swap is of a net for itself, and changes nothing. */
static bool swap(struct run_state *r, const struct entry *in)
{
	const char *what = subject_swap(&r->changed);

	r->swaps++;
	return what ? differ(r, in, what, 0, 1) : true;
}

/* The C's name of the ticket that the interpreter settles. One that was never given, or too many asks ago to be
 * remembered, is live in neither. */
static uint64_t ticket_of(const struct run_state *r, const struct entry *in)
{
	uint64_t slot = in->ticket % TICKETS_KEPT;

	if (in->kind != ENTRY_SETTLE || !in->ticket)
		return 0;
	return r->tickets[slot].interpreter == in->ticket ? r->tickets[slot].c : UINT64_MAX;
}

static bool step(void *user, struct machine *m, const struct entry *in, const struct outcome *out)
{
	struct run_state *r = user;
	bool asks = in->kind == ENTRY_ASK || in->kind == ENTRY_DECIDE,
	     decides = in->kind == ENTRY_DECIDE || in->kind == ENTRY_SETTLE;

	r->m = m;
	r->steps++;
	r->tally = *machine_tally(m);
	r->broken += out->broken >= 0;
	r->unfit += out->unfit;
	if (in->kind == ENTRY_SWAP)
		return swap(r, in);
	fill(in, ticket_of(r, in), &r->call);
	if (!subject_step(&r->call, &r->seen)) {
		r->skipped++;
		r->skipped_malformed += out->refused;
		if (!out->refused)
			return differ(r, in, "a lawful entry could not be handed over", 1, 0);
		return true;
	}
	if (out->ticket) {
		r->tickets[out->ticket % TICKETS_KEPT].interpreter = out->ticket;
		r->tickets[out->ticket % TICKETS_KEPT].c = r->seen.ticket;
	}
	if (asks && !same_question(r, in, out))
		return false;
	if (decides && !same_decision(r, in, out))
		return false;
	if (r->seen.one_call)
		return differ(r, in, r->seen.one_call, 0, 1);
	r->in_one_call += r->seen.in_one_call;
	return same_report(r, m, in) && same_state(r, m, in);
}

/* ---- coverage: which edges this policy has ---- */

struct edges {
	uint64_t least;
	int bad;
};

static void edge(struct edges *e, bool has, const char *name, uint64_t n)
{
	if (!has)
		return;
	printf("  %-24s %10" PRIu64 "%s\n", name, n, n < e->least ? "   too few" : "");
	e->bad += n < e->least;
}

static bool falls_back(const struct policy *p, bool keyed)
{
	for (int i = 0; i < p->guardrails.n; i++)
		for (int a = 0; a < p->guardrails.at[i]->actions.n; a++)
			if (p->guardrails.at[i]->actions.at[a].kind == ACT_FALLBACK &&
				!p->guardrails.at[i]->key == !keyed)
				return true;
	return false;
}

/* Adds the counters of a history that has ended. */
static void add_tally(struct tally *sum, const struct tally *t)
{
	const uint64_t *from = (const uint64_t *)t;
	uint64_t *to = (uint64_t *)sum;

	_Static_assert(sizeof *t % sizeof *from == 0, "struct tally is counters only");
	for (size_t i = 0; i < sizeof *t / sizeof *from; i++)
		to[i] += from[i];
}

/* Short histories see the beginnings and what happens once, as the trip of a latch; long ones fill the long windows. */
static void play(struct run_state *r, uint64_t seed, uint64_t steps)
{
	static const uint64_t lengths[] = {500, 5000, 500, 50000, 500, 5000, 500, 200000};
	uint64_t done = 0;

	for (int k = 0; done < steps && !r->differs; k++) {
		uint64_t n = lengths[k % 8] < steps - done ? lengths[k % 8] : steps - done;
		subject_init(0);
		r->skipped_malformed = 0;
		memset(&r->tally, 0, sizeof r->tally);
		trace_random(r->p, seed * 1000003 + (uint64_t)k, n, step, r);
		add_tally(&r->sum, &r->tally);
		done += n;
	}
}

static int coverage(const struct run_state *r, uint64_t least)
{
	const struct policy *p = r->p;
	bool reports = false;
	const struct tally *t = &r->sum;
	bool candidates = false, tags = p->carry;
	struct edges e = {.least = least};

	for (int i = 0; i < p->guardrails.n; i++)
		reports |= reported(p->guardrails.at[i], &(struct reported){0});
	for (int i = 0; i < p->decision->parts.n; i++)
		candidates |= p->decision->parts.at[i].kind == PART_CANDIDATE;
	edge(&e, p->models.n > 0, "answered by the net", r->inferred);
	edge(&e, true, "in one call", r->in_one_call);
	edge(&e, p->models.n > 0, "swaps", r->swaps);
	edge(&e, p->models.n > 0, "answers of another table", r->changed);
	edge(&e, true, "transparent", t->by[BY_LEARNED]);
	edge(&e, p->models.n > 0, "shielded", t->by[BY_SHIELD]);
	edge(&e, falls_back(p, false), "tripped", t->by[BY_FALLBACK]);
	edge(&e, candidates && p->decision->need, "pass: exhausted", t->exhausted);
	edge(&e, true, "pass: stale", t->stale);
	edge(&e, true, "pass: busy", t->busy);
	edge(&e, true, "malformed", t->malformed);
	edge(&e, tags, "reopened", t->reopened);
	edge(&e, tags, "orphan", t->orphan);
	edge(&e, reports, "in the report", r->reports);
	for (int i = 0; i < p->guardrails.n; i++) {
		const struct guardrail *g = p->guardrails.at[i];
		edge(&e, true, arena_printf("%s trips", g->name), t->trips[i]);
		edge(&e, !g->latch, arena_printf("%s rearms", g->name), t->rearms[i]);
	}
	return e.bad;
}

int main(int argc, char **argv)
{
	struct run_state *r = calloc(1, sizeof *r);
	uint64_t steps, least;
	int bad;

	if (argc < 5 || !r)
		return EXIT_USAGE;
	r->p = policy_load(argv[1], argv[2]);
	if (!r->p || diag_errors()) {
		diag_flush(false);
		return EXIT_TYPES;
	}
	for (int i = 0; i < r->p->models.n; i++)
		if (!model_load(r->p, r->p->models.at[i]))
			return EXIT_TYPES;
	steps = strtoull(argv[4], NULL, 0);
	least = argc > 5 ? strtoull(argv[5], NULL, 0) : 0;
	play(r, strtoull(argv[3], NULL, 0), steps);
	printf("%s: %" PRIu64 " steps, %s; %" PRIu64 " not handed over, %" PRIu64 " broke a guarantee, %" PRIu64
	       " found no fallback\n",
		subject_name, r->steps, r->differs ? "the last one differs" : "no difference", r->skipped, r->broken,
		r->unfit);
	bad = coverage(r, least);
	return r->differs || bad;
}
