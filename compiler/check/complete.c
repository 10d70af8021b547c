/* complete: every event gets exactly one decision. That it is one at most is how an entry is made; that it is one at
 * least is whether, where some choice meets `need`, the fallback finds one. With `or pass` not choosing is a decision
 * too. */
#include "case.h"
#include "judge.h"

struct left {
	struct checker *c;
	const struct entry *in;
	struct judge *j;
};

/* Passed over, though somebody could be chosen: the fallback names nobody. */
static bool undecided(void *user)
{
	const struct left *l = user;

	return l->j->settled.unfit && !judge_names(l->j);
}

static bool here(void *user, const struct machine *m, struct run *last)
{
	struct left *l = user;

	return case_try(l->c, l->j, m, l->in, undecided, l, last) ||
		case_try_ticket(l->c, l->j, m, l->in, undecided, l, last);
}

void check_complete(struct checker *c)
{
	const struct decision *d = c->policy->decision;
	struct step *st = settle_of(c->rel);
	struct question *q = NULL;
	struct left l;

	if (!d)
		return;
	struct verdict *v = verdict_add(c, d->on->name, d->fallback_at, PROVED);
	if (d->or_pass) {
		v->engine = "checker";
		v->reason = "`or pass`: not to choose is a decision";
		return;
	}
	if (!case_open(v, ask(c, st, t_and(fallback_used(c, st), t_not(st->fallback.found)), &q)))
		return;
	v->label = "finds nobody";
	v->reason = arena_printf("`%s` can be left without a decision although some choice meets `need`", d->on->name);
	v->help = "end the fallback with a rule that always finds one, or write `or pass`";
	l.c = c;
	l.in = case_take(c, q, st);
	l.j = arena_alloc(sizeof *l.j);
	struct hunt h = {.at = here, .at_cost = 8, .user = &l};
	case_hunt(c, q, st, v, &h, l.in, NULL);
}
