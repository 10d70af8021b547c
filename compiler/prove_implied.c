/* Which clauses a policy implies: by name, in which function of the generated C. This list is made from the typed policy
 * and from nothing that the printers of contracts or code do, so that a clause that was never printed, or was taken out
 * afterwards, is missed. */
#include "backend/layout.h"
#include "prove.h"

#include <string.h>

struct list {
	const struct policy *p;
	implied_list *out;
};

/* Clause `clause` of NAME_<function>. */
static void need(struct list *l, const char *function, const char *clause, struct span at, const char *what)
{
	struct implied *i = list_add(l->out);

	i->function = arena_printf("%s_%s", l->p->name, function);
	i->clause = clause;
	i->at = at;
	i->what = what;
}

static void init_clauses(struct list *l)
{
	const struct policy *p = l->p;

	need(l, "init", "ok", p->at, "the invariant");
	for (int i = 0; i < p->tunables.n; i++)
		need(l, "init", p->tunables.at[i]->name, p->tunables.at[i]->at, "tunable");
	for (int i = 0; i < p->features.n; i++)
		need(l, "init", p->features.at[i]->name, p->features.at[i]->at, "feature");
	for (int i = 0; i < p->guardrails.n; i++)
		need(l, "init", p->guardrails.at[i]->name, p->guardrails.at[i]->at, "guardrail");
	for (int i = 0; i < p->guarantees.n; i++)
		if (p->guarantees.at[i]->kind != GUARANTEE_POINT)
			need(l, "init", p->guarantees.at[i]->name, p->guarantees.at[i]->at, "guarantee");
}

/* The entry is its steps in a row; each feature that the event feeds is a clause of the step that does features. */
static void event_clauses(struct list *l, const struct event *e)
{
	const struct policy *p = l->p;
	const char *step = arena_printf("%s_features", e->name);
	bool any = false;

	need(l, e->name, "ok", e->at, "the invariant");
	need(l, e->name, "malformed", e->at, "event");
	need(l, e->name, "steps", e->at, "event");
	if (event_opens(p, e))
		need(l, e->name, "reopened", e->at, "event");
	if (event_closes(p, e))
		need(l, e->name, "orphan", e->at, "event");
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];
		if (f->on != e && f->until != e)
			continue;
		need(l, step, f->name, f->at, "feature");
		any = true;
	}
	if (p->carry && p->carry->open == e) {
		need(l, step, "carry", p->carry->at, "carry");
		any = true;
	}
	if (any) {
		need(l, step, "ok", e->at, "the invariant");
		need(l, step, "rest", e->at, "what the event leaves alone");
	}
}

static void decision_clauses(struct list *l)
{
	const struct policy *p = l->p;
	const struct decision *d = p->decision;
	static const char *const always[] = { "ok", "transparent", "shielded", "pass", "stale", "rest" };

	need(l, "ask", "ok", d->at, "the invariant");
	need(l, "decide", "ok", d->at, "the invariant");
	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		need(l, "settle", always[i], i == 1 ? d->learned_at : i == 2 ? d->fallback_at : d->at, "decide");
	for (int i = 0; i < p->guarantees.n; i++) {
		const struct guarantee *g = p->guarantees.at[i];
		need(l, "settle", g->name, g->at, "guarantee");
		need(l, "decide", g->name, g->at, "guarantee");
		need(l, "world", g->name, g->at, "guarantee");
	}
}

void implied_clauses(const struct policy *p, implied_list *out)
{
	struct list l = { p, out };

	init_clauses(&l);
	for (int i = 0; p->hook && i < p->hook->events.n; i++) {
		const struct event *e = p->hook->events.at[i];
		if ((!p->decision || p->decision->on != e) && event_used(p, e))
			event_clauses(&l, e);
	}
	for (int i = 0; i < p->guardrails.n; i++) {
		const struct guardrail *g = p->guardrails.at[i];
		need(&l, g->name, "ok", g->at, "the invariant");
		need(&l, g->name, g->name, g->at, "guardrail");
	}
	for (int i = 0; i < p->tunables.n; i++) {
		const char *set = arena_printf("set_%s", p->tunables.at[i]->name);
		need(&l, set, "ok", p->tunables.at[i]->at, "the invariant");
		need(&l, set, "set", p->tunables.at[i]->at, "tunable");
	}
	if (p->decision)
		decision_clauses(&l);
	need(&l, "world", "ok", p->at, "the invariant");
}
