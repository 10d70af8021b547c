/* guarantee-sat: for every state of Inv and every event, if some choice meets `need`, one that meets it is lawful.
 * The shield looks one step ahead only; where that is not enough, this is refuted with the state in which nothing is
 * left. */
#include "case.h"
#include "judge.h"

enum { CHOICES = 512 };

typedef LIST(term *) choices;

/* Every choice of the domain, part by part; of a number with many values those at which what is left of it can end. */
static void all_choices(struct relation *r, struct step *st, int part, term *made, choices *out)
{
	const struct decision *d = r->policy->decision;
	num lo = 0, hi = 0, step = 1;
	term_list values = {0};

	if (part == d->parts.n) {
		term *c = arena_alloc(sizeof(term) * (size_t)d->parts.n);
		for (int i = 0; i < d->parts.n; i++)
			c[i] = made[i];
		*list_add(out) = c;
		return;
	}
	const struct part *x = &d->parts.at[part];
	if (x->kind == PART_CLASS) {
		hi = x->symbols->names.n - 1;
	} else if (x->kind == PART_CANDIDATE) {
		hi = st->list_max - 1;
	} else {
		lo = x->type.lo;
		hi = x->type.hi;
		step = x->step > 0 ? x->step : 1;
		if ((hi - lo) / step > 63) {
			number_ends(r, st, part, fallback_by(st), &values);
			hi = lo - 1;
		}
	}
	for (num at = lo; at <= hi; at += step)
		*list_add(&values) = t_num(at);
	for (int i = 0; i < values.n && out->n < CHOICES; i++) {
		made[part] = values.at[i];
		all_choices(r, st, part + 1, made, out);
	}
}

/* Nothing lawful: no choice that is tried, nor the fallback's. */
static term nothing_left(struct checker *c, struct step *st)
{
	const struct policy *p = c->policy;
	term made[8], none = st->some_need, by = fallback_by(st);
	choices all = {0};

	all_choices(c->rel, st, 0, made, &all);
	for (int i = 0; i < all.n; i++) {
		struct pick pick = {.found = t_bool(true), .value = all.at[i]};
		none = t_and(none, t_not(t_and(needed_term(p, st, &pick), owed_term(c->rel, st, pick.value, by))));
	}
	term fallback = t_and(st->fallback.found, needed_term(p, st, &st->fallback));
	return t_and(none, t_not(t_and(fallback, owed_term(c->rel, st, st->fallback.value, by))));
}

/* What the interpreter is asked in each state that the search comes to: would this event leave nothing? */
struct tries {
	struct checker *c;
	const struct entry *in;
	struct judge *j;
};

/* Or nobody owes it, for its assumptions do not hold. */
static bool lawful(struct judge *j, const int64_t *choice, void *user)
{
	const struct tries *t = user;
	enum source_of by = j->settled.by == BY_FALLBACK ? BY_FALLBACK : BY_SHIELD;

	for (int i = 0; i < t->c->policy->guarantees.n; i++) {
		const struct guarantee *g = t->c->policy->guarantees.at[i];
		if (judge_owed(j, g) && !judge_lawful(j, choice, by, g))
			return false;
	}
	return true;
}

/* Of a number with more values than can be tried one by one: by the interval that is left of it, where it is decided alone. */
static bool none_of_many(struct tries *t)
{
	const struct policy *p = t->c->policy;
	bool *owed = arena_alloc((size_t)p->guarantees.n + 1);
	struct view v = t->j->view;

	v.by = t->j->settled.by == BY_FALLBACK ? BY_FALLBACK : BY_SHIELD;
	for (int i = 0; i < p->guarantees.n; i++)
		owed[i] = judge_owed(t->j, p->guarantees.at[i]);
	return p->decision->parts.n == 1 && !number_left(&v, &p->decision->parts.at[0], owed);
}

/* The fallback breaks something here, and so would every other choice. */
static bool doomed(void *user)
{
	struct tries *t = user;

	if (!t->j->need || t->j->settled.by == BY_LEARNED)
		return false;
	return judge_wide(t->j) ? none_of_many(t) : !judge_some(t->j, true, lawful, t);
}

static bool here(void *user, const struct machine *m, struct run *last)
{
	struct tries *t = user;

	return case_try(t->c, t->j, m, t->in, doomed, t, last) ||
		case_try_ticket(t->c, t->j, m, t->in, doomed, t, last);
}

static const char *names(const struct policy *p)
{
	const char *text = NULL;

	for (int i = 0; i < p->guarantees.n; i++)
		text = text ? arena_printf("%s, `%s`", text, p->guarantees.at[i]->name)
			    : arena_printf("`%s`", p->guarantees.at[i]->name);
	return text ? text : "the contract";
}

void check_guarantee_sat(struct checker *c)
{
	const struct decision *d = c->policy->decision;
	struct step *st = settle_of(c->rel);
	struct question *q = NULL;

	if (!d || !c->policy->guarantees.n)
		return;
	struct verdict *v = verdict_add(c, d->parts.at[0].name, d->need_at.source ? d->need_at : d->at, PROVED);
	if (d->or_pass) {
		v->engine = "checker";
		v->reason = "`or pass`: not to choose is lawful";
		return;
	}
	if (!case_open(v, ask(c, st, nothing_left(c, st), &q)))
		return;
	struct tries t = {.c = c, .j = arena_alloc(sizeof *t.j)};
	v->reason = arena_printf("no choice that meets `need` is left that %s allow%s", names(c->policy),
		c->policy->guarantees.n > 1 ? "" : "s");
	v->also = c->policy->guarantees.at[0]->at;
	v->help = "add a guarantee that paces the choices over a shorter window, or write `or pass`";
	struct hunt h = {.at = here, .at_cost = 8, .user = &t};
	t.in = case_take(c, q, st);
	case_hunt(c, q, st, v, &h, t.in, NULL);
}
