/* Runs the table of obligations over a policy. */
#include "check.h"
#include "constant.h"
#include "explore.h"

#include <string.h>
#include <time.h>

static const char *asking; /* the id of the row that is being asked */

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

struct verdict *verdict_add(struct checker *c, const char *subject, struct span at, enum answer answer)
{
	struct verdict *v = list_add(c->out);

	*v = (struct verdict){
		.obligation = asking, .subject = subject, .answer = answer, .at = at, .engine = smt_engine()};
	return v;
}

struct step *step_of(const struct relation *r, enum step_kind kind, const struct event *e)
{
	for (int i = 0; i < r->steps.n; i++)
		if (r->steps.at[i]->kind == kind && (!e || r->steps.at[i]->event == e))
			return r->steps.at[i];
	return NULL;
}

struct step *settle_of(const struct relation *r)
{
	return step_of(r, STEP_SETTLE, NULL);
}

static enum smt_answer ask_over(
	struct checker *c, const struct lemmas *l, const struct step *st, term goal, struct question **q)
{
	struct question *one;
	enum smt_answer answer;

	if (t_is_false(goal))
		return SMT_UNSAT;
	one = ask_new(SMT_RLIMIT);
	lemmas_assume(one, c->rel, l, st);
	ask_assert(one, goal);
	answer = ask_check(one);
	if (q && answer == SMT_SAT)
		*q = one;
	else
		ask_free(one);
	return answer;
}

enum smt_answer ask(struct checker *c, const struct step *st, term goal, struct question **q)
{
	return ask_over(c, &c->inv, st, goal, q);
}

enum smt_answer ask_real(struct checker *c, const struct step *st, term goal, struct question **q)
{
	return ask_over(c, &c->real, st, goal, q);
}

enum smt_answer ask_strong(struct checker *c, const struct step *st, term goal)
{
	return ask_over(c, strong_invariant(c), st, goal, NULL);
}

bool never_trips(const struct checker *c, const struct guardrail *g)
{
	return lemma_holds(&c->real, LEMMA_NEVER, g);
}

bool never_trips_after_all(struct checker *c, const struct guardrail *g)
{
	for (int i = 0; i < c->rel->steps.n; i++) {
		const struct step *st = c->rel->steps.at[i];
		if (st->trips[g->index] && ask_strong(c, st, st->trips[g->index]) != SMT_UNSAT)
			return false;
	}
	return true;
}

/* Several obligations ask: what was found is kept. */
bool never_rearms(struct checker *c, const struct guardrail *g)
{
	char *known = &c->rearms[g->index];
	goal_list goals = {0};
	bool maybe = false;

	for (int i = 0; i < c->rel->steps.n && !*known; i++) {
		const struct step *st = c->rel->steps.at[i];
		term rearms = st->rearms[g->index];
		if (!rearms)
			continue;
		*list_add(&goals) = (struct goal){st, rearms};
		maybe = maybe || (ask_real(c, st, rearms, NULL) != SMT_UNSAT && ask_strong(c, st, rearms) != SMT_UNSAT);
	}
	if (!*known)
		*known = maybe && !never_reached(c, &goals) ? 'y' : 'n';
	return *known == 'n';
}

term fallback_by(const struct step *st)
{
	return t_if(st->over, t_num(BY_FALLBACK), t_num(BY_SHIELD));
}

term fallback_used(const struct checker *c, const struct step *st)
{
	(void)c;
	return t_and(st->some_need, t_not(st->transparent));
}

static const struct lemmas *found;
static const struct policy *found_of;

const struct lemmas *policy_invariant(const struct policy *p)
{
	if (found_of != p) {
		verdict_list ignored = {0};
		check_policy(p, &ignored);
	}
	return found;
}

static const struct row {
	const char *id;
	void (*ask)(struct checker *c);
} table[] = {
#define OBLIGATION(id, function, text) {id, function},
#include "obligations.def"
#undef OBLIGATION
};
enum { ROWS = sizeof table / sizeof *table };

static struct checker *checker_new(const struct policy *p, int elements, verdict_list *out)
{
	struct checker *c = arena_alloc(sizeof *c);

	c->policy = p;
	c->rearms = arena_alloc(sizeof *c->rearms * (size_t)(p->guardrails.n + 1));
	c->out = out;
	c->rel = relation_new(p, elements);
	c->explorer = explorer_new(p);
	return c;
}

static void ask_row(struct checker *c, const struct row *row)
{
	int first = c->out->n;
	unsigned units = smt_spent();
	double start = now_ms();

	asking = row->id;
	row->ask(c);
	if (c->out->n > first) { /* charged to the first of the row's verdicts */
		c->out->at[first].rlimit = smt_spent() - units;
		c->out->at[first].ms = now_ms() - start;
	}
}

static bool any_of(const verdict_list *v, const char *obligation, enum answer answer)
{
	for (int i = 0; i < v->n; i++)
		if (v->at[i].answer == answer && (!obligation || !strcmp(v->at[i].obligation, obligation)))
			return true;
	return false;
}

static bool seen_closer(const struct policy *p)
{
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];
		if (f->events > ELEMENTS && f->events <= CLOSER && f->value)
			return true;
	}
	return false;
}

/* What is open is asked again with more elements of the windows kept, each row of which something is. It rests on an
 * invariant of its own, which must be decided; what is said of the one that is printed into the code stands. */
static void look_closer(const struct policy *p, verdict_list *out)
{
	verdict_list again = {0};
	struct checker *c;

	if (!any_of(out, NULL, UNKNOWN) || any_of(out, NULL, REFUTED) || !seen_closer(p))
		return;
	c = checker_new(p, CLOSER, &again);
	for (int i = 0; i < ROWS; i++)
		if (table[i].ask == check_inv || any_of(out, table[i].id, UNKNOWN))
			ask_row(c, &table[i]);
	if (any_of(&again, "inv", UNKNOWN))
		return;
	for (int i = 0; i < out->n; i++)
		for (int k = 0; k < again.n && out->at[i].answer == UNKNOWN; k++)
			if (strcmp(out->at[i].obligation, "inv") &&
				!strcmp(out->at[i].obligation, again.at[k].obligation) &&
				!strcmp(out->at[i].subject, again.at[k].subject))
				out->at[i] = again.at[k];
}

void check_policy(const struct policy *p, verdict_list *out)
{
	struct checker *c = checker_new(p, ELEMENTS, out);

	found = &c->inv;
	found_of = p;
	for (int i = 0; i < ROWS; i++)
		ask_row(c, &table[i]);
	look_closer(p, out);
	for (int i = 0; i < p->models.n; i++)
		if (!p->models.at[i]->layers.n)
			return; /* no net was loaded: only the text is judged */
	check_constant(p, out);
}

int check_status(const verdict_list *v)
{
	int n[SKIPPED + 1] = {0};

	for (int i = 0; i < v->n; i++)
		n[v->at[i].answer]++;
	return n[REFUTED] ? EXIT_REFUTED : n[UNKNOWN] ? EXIT_UNKNOWN : n[OVER] ? EXIT_BUDGET : EXIT_PROVED;
}
