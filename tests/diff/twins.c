/* twins POLICY HOOKS SEED STEPS: is machine_copy whole, and does machine_hash say what it promises? Plays random
 * entries and compares: a copy made now and then (and freed in the end) with its original; a machine whose clock began
 * later; and a state with an earlier one of the same hash, over the entries that come next. */
#include "interp.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 1 << 12, AFTER = 64 };

struct twin {
	struct machine *m; /* NULL: none */
	uint64_t hash;	   /* KEPT: under which it is kept */
	int left;	   /* entries still to compare */
	const char *what;
};

struct twins {
	const struct policy *p;
	struct twin copy, late, met;
	struct twin kept[KEPT];
	uint64_t shift, steps, copies, meetings;
	struct outcome out;
	bool bad;
};

static bool same_outcome(const struct outcome *a, const struct outcome *b, const struct policy *p)
{
	if (a->refused != b->refused || !a->ticket != !b->ticket || a->asked != b->asked || a->by != b->by ||
		a->tripped != b->tripped || a->rearmed != b->rearmed || a->unfit != b->unfit ||
		a->broken != b->broken || memcmp(a->choice, b->choice, sizeof a->choice))
		return false;
	for (int i = 0; i < LIST_MAX; i++)
		if (a->asked >> i & 1 &&
			memcmp(a->vector[i], b->vector[i], (size_t)p->models.at[0]->width * sizeof **a->vector))
			return false;
	return true;
}

/* Plays the entry on the twin, in its own time and with its own tickets. */
static void follow(struct twins *t, struct twin *w, const struct machine *m, uint64_t before, uint64_t asked_before,
	const struct entry *in, const struct outcome *out)
{
	struct entry e = *in;

	if (!w->m)
		return;
	e.now = in->now - before + w->m->now;
	if (in->now < before && before - in->now > w->m->now)
		e.now = 0;
	if (e.kind == ENTRY_SETTLE && e.ticket)
		e.ticket = e.ticket + w->m->asked > asked_before ? e.ticket + w->m->asked - asked_before : UINT64_MAX;
	machine_step(w->m, &e, &t->out);
	if (!same_outcome(out, &t->out, t->p) || machine_hash(w->m) != machine_hash(m)) {
		printf("%s: step %" PRIu64 ": %s differs\n", t->p->name, t->steps, w->what);
		t->bad = true;
	}
	if (w->left > 0 && --w->left == 0) {
		machine_free(w->m);
		w->m = NULL;
	}
}

static void meet(struct twins *t, const struct machine *m)
{
	uint64_t hash = machine_hash(m);
	struct twin *slot = &t->kept[hash % KEPT];

	if (slot->m && slot->hash == hash && !t->met.m) {
		t->met = (struct twin){
			.m = machine_copy(slot->m), .left = AFTER, .what = "an earlier state of the same hash"};
		t->meetings++;
	}
	if (!slot->m || t->steps % 7 == 0) {
		machine_free(slot->m);
		*slot = (struct twin){.m = machine_copy(m), .hash = hash};
	}
}

static uint64_t before, asked_before;

static bool step(void *user, struct machine *m, const struct entry *in, const struct outcome *out)
{
	struct twins *t = user;

	t->steps++;
	follow(t, &t->copy, m, before, asked_before, in, out);
	follow(t, &t->late, m, before, asked_before, in, out);
	follow(t, &t->met, m, before, asked_before, in, out);
	if (!t->copy.m && t->steps % 100 == 0) {
		t->copy = (struct twin){.m = machine_copy(m), .left = AFTER, .what = "a copy"};
		t->copies++;
	}
	if (t->steps % 3 == 0 && !t->met.m)
		meet(t, m);
	before = machine_now(m);
	asked_before = m->asked;
	return !t->bad;
}

static uint64_t common(uint64_t a, uint64_t b)
{
	return b ? common(b, a % b) : a;
}

/* Buckets of time are aligned: a shift by a multiple of their widths changes nothing. 0: too large to be tried. */
static uint64_t shift_of(const struct policy *p)
{
	struct machine *m = machine_new(p, 0);
	uint64_t shift = 1;

	for (int i = 0; i < p->features.n + p->guarantees.n; i++) {
		const struct place *at =
			i < p->features.n ? &m->plan->feature[i] : &m->plan->guarantee[i - p->features.n];
		if (at->buckets && shift &&
			__builtin_mul_overflow(shift / common(shift, at->bucket_ns), at->bucket_ns, &shift))
			shift = 0;
	}
	machine_free(m);
	return shift > UINT64_C(1) << 60 ? 0 : shift;
}

int main(int argc, char **argv)
{
	struct twins *t = calloc(1, sizeof *t);

	t->p = argc == 5 ? policy_load(argv[1], argv[2]) : NULL;
	if (!t->p || diag_errors()) {
		diag_flush(false);
		return EXIT_TYPES;
	}
	t->shift = shift_of(t->p);
	if (t->shift)
		t->late = (struct twin){
			.m = machine_new(t->p, t->shift), .left = -1, .what = "a machine that began later"};
	trace_random(t->p, strtoull(argv[3], NULL, 0), strtoull(argv[4], NULL, 0), step, t);
	printf("%s: %" PRIu64 " steps, %" PRIu64 " copies, %" PRIu64 " states met again%s\n", t->p->name, t->steps,
		t->copies, t->meetings, t->shift ? "" : ", no later machine");
	return t->bad || !t->copies;
}
