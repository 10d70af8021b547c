/* Whether something is ever reached, where no invariant of ours says that it is not: a solver of Horn clauses looks for
 * one (Z3's Spacer; A. Komuravelli, A. Gurfinkel, S. Chaki: SMT-Based Model Checking for Recursive Programs, CAV 2014).
 * What it finds is believed only after each entry was asked to break it, as of any other lemma. It costs seconds: for
 * what is open without. */
#include "check.h"

#include <string.h>

/* tests/check/bad_vacuous_windows takes 7.6 million; p412 of tests/pairs is not decided with four times this. */
enum { HORN_RLIMIT = 40000000 };

/* The state v as the predicate's arguments: with the keys that are followed; `other`: with that one instead, of which it
 * may not be said which it is. */
static term reached(const struct relation *r, const term *v, const struct other *other)
{
	int n = r->vars.n + r->keys.n;
	term *all = arena_alloc(sizeof *all * (size_t)(n + 1));

	memcpy(all, v, sizeof *all * (size_t)r->vars.n);
	memcpy(all + r->vars.n, r->skolem, sizeof *all * (size_t)r->keys.n);
	for (int i = 0; other && i < r->keys.n; i++)
		if (r->keys.at[i] == other->key)
			all[r->vars.n + i] = other->id ? other->id : t_int_var(other->key->name);
	return t_predicate(all, n);
}

/* What an entry rests on: lemmas, and that its state was reached, whichever key is followed. */
static struct question *before(struct checker *c, const struct step *st, struct question *found)
{
	struct question *q = ask_new(SMT_RLIMIT);
	term at = reached(c->rel, st->pre, NULL);

	lemmas_assume(q, c->rel, &c->real, st);
	ask_assert(q, found ? ask_term(found, at) : at);
	for (int i = 0; i < st->others.n; i++) {
		const struct other *o = &st->others.at[i];
		at = reached(c->rel, lemmas_record(c->rel, st, o), o);
		ask_assert(q, found ? ask_term(found, at) : at);
	}
	return q;
}

static struct question *at_init(struct checker *c, const term *init)
{
	struct question *q = ask_new(SMT_RLIMIT);

	lemmas_assume_still(q, c->rel, &c->real, relation_still(c->rel, (term *)init));
	return q;
}

static term all_of(struct question *q)
{
	term all = ask_all(q);

	ask_free(q);
	return all;
}

static bool unsat(struct question *q, term t)
{
	ask_assert(q, t);
	bool is = ask_check(q) == SMT_UNSAT;
	ask_free(q);
	return is;
}

/* The predicate holds at init, no entry breaks it, and with it there is no goal. */
static bool holds(struct checker *c, const goal_list *goals, struct question *found, const term *init)
{
	struct relation *r = c->rel;

	if (!unsat(at_init(c, init), t_not(ask_term(found, reached(r, init, NULL)))))
		return false;
	for (int i = 0; i < r->steps.n; i++) {
		const struct step *st = r->steps.at[i];
		if (!unsat(before(c, st, found), t_not(ask_term(found, reached(r, st->post, NULL)))))
			return false;
	}
	for (int i = 0; i < goals->n; i++)
		if (!unsat(before(c, goals->at[i].st, found), goals->at[i].t))
			return false;
	return true;
}

bool never_reached(struct checker *c, const goal_list *goals)
{
	struct relation *r = c->rel;
	term *init = relation_init(r);
	struct question *q;

	if (never_while_calm(c, goals))
		return true;
	q = ask_new_horn(HORN_RLIMIT);

	ask_assert(q, t_closed(t_implies(all_of(at_init(c, init)), reached(r, init, NULL))));
	for (int i = 0; i < r->steps.n; i++) {
		const struct step *st = r->steps.at[i];
		ask_assert(q, t_closed(t_implies(all_of(before(c, st, NULL)), reached(r, st->post, NULL))));
	}
	for (int i = 0; i < goals->n; i++) {
		const struct goal *g = &goals->at[i];
		ask_assert(q, t_closed(t_not(t_and(all_of(before(c, g->st, NULL)), g->t))));
	}
	bool never = ask_check(q) == SMT_SAT && holds(c, goals, q, init);
	ask_free(q);
	return never;
}
