/* complete: every event gets exactly one decision. That it is one at most is how an entry is made; that it is one at least
 * is whether, where some choice meets `need`, the fallback finds one. With `or pass` not choosing is a decision too. */
#include "case.h"

static bool decided(void *user, struct machine *m, const struct entry *in, const struct outcome *out)
{
	const struct checker *c = user;
	const struct decision *d = c->policy->decision;
	bool candidates = false;

	/* passed, though some candidate meets need: the event is in hand, and need reads it and the state */
	if (in->kind != ENTRY_DECIDE || out->refused || out->by != BY_PASS || !out->ticket)
		return true;
	for (int i = 0; i < d->parts.n; i++)
		candidates |= d->parts.at[i].kind == PART_CANDIDATE;
	for (int i = 0; i < (candidates ? (int)in->list_n : 1); i++)
		if (!d->need || machine_eval(m, d->need, in, candidates ? i : -1))
			return false;
	return true;
}

void check_complete(struct checker *c)
{
	const struct decision *d = c->policy->decision;
	struct step *st = settle_of(c->rel);
	struct question *q = NULL;

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
	case_refute(c, q, st, v, decided, c, NULL);
}
