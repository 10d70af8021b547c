/* Which clauses a policy implies: by name, in which function of the generated C. This list is made from the typed
 * policy and from nothing that the printers of contracts or code do, so that a clause that was never printed, or was
 * taken out afterwards, is missed. */
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

	static const char *const begins[] = {"figures", "ok", "now", "count", "tickets", "report"};

	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		need(l, "init", begins[i], p->at, "the invariant");
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

/* Each feature that the event feeds is a clause of the step that does features. true: there is such a step. */
static bool fed_clauses(struct list *l, const struct event *e)
{
	const struct policy *p = l->p;
	const char *step = arena_printf("%s_features", c_word(e->name));
	bool any = false;

	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];
		if (f->on != e && f->until != e)
			continue;
		need(l, step, f->name, f->at, "feature");
		any = true;
	}
	if (carry_writes(p, e)) {
		need(l, step, "carry", p->carry->at, "carry");
		any = true;
	}
	if (any) {
		need(l, step, "ok", e->at, "the invariant");
		need(l, step, "rest", e->at, "what the event leaves alone");
	}
	return any;
}

/* The entry is its steps in a row. */
static void event_clauses(struct list *l, const struct event *e)
{
	const struct policy *p = l->p;

	need(l, c_word(e->name), "ok", e->at, "the invariant");
	need(l, c_word(e->name), "steps", e->at, "event");
	if (!e->tick) /* a tick has no fields that could be out of range */
		need(l, c_word(e->name), "malformed", e->at, "event");
	if (event_opens(p, e))
		need(l, c_word(e->name), "reopened", e->at, "event");
	if (event_closes(p, e))
		need(l, c_word(e->name), "orphan", e->at, "event");
	fed_clauses(l, e);
}

/* What a trip, or a rearm, empties: features of the same key, or of none, that the guardrail reads. */
static void reset_clauses(struct list *l, const struct guardrail *g, bool trip)
{
	for (int i = 0; i < l->p->features.n; i++) {
		const struct feature *f = l->p->features.at[i];
		if ((trip ? f->reset_on_trip : f->reset_on_rearm) && f->state->key == g->key &&
			(reads_feature(g->trip, f) || reads_feature(g->rearm, f)))
			need(l, arena_printf("%s_%s", g->name, trip ? "trip" : "rearm"), f->name, f->at, "feature");
	}
}

/* Of the actions all but `fallback` and `set` are told to the agent outside. */
static bool tells(const struct guardrail *g)
{
	for (int i = 0; i < g->actions.n; i++)
		if (g->actions.at[i].kind != ACT_FALLBACK && g->actions.at[i].kind != ACT_SET)
			return true;
	return false;
}

static void guardrail_clauses(struct list *l, const struct guardrail *g)
{
	need(l, c_word(g->name), "ok", g->at, "the invariant");
	need(l, c_word(g->name), "trips", g->trip_at.source ? g->trip_at : g->at, "guardrail");
	need(l, c_word(g->name), "stays", g->at, "guardrail");
	if (guardrail_keeps_held(g)) {
		need(l, arena_printf("%s_trip", g->name), "held", guardrail_holds(g, NULL)->at, "knob");
		if (!g->latch)
			need(l, arena_printf("%s_rearm", g->name), "held", guardrail_holds(g, NULL)->at, "knob");
	}
	if (tells(g))
		need(l, arena_printf("%s_trip", g->name), "report", g->at, "guardrail");
	reset_clauses(l, g, true);
	if (!g->latch)
		reset_clauses(l, g, false);
	if (!g->latch)
		need(l, c_word(g->name), "rearms", g->rearm_at.source ? g->rearm_at : g->at, "guardrail");
}

/* A number alone: the rules' on its grid, the learned one held within what each guarantee leaves. */
static void number_clauses(struct list *l)
{
	const struct decision *d = l->p->decision;
	const struct part *n = &d->parts.at[0];
	static const char *const held[] = {"held", "only", "none"};

	if (d->parts.n > 1 || n->kind != PART_NUMBER)
		return;
	need(l, arena_printf("%s_learned", n->name), "learned", d->learned_at, "number");
	need(l, arena_printf("%s_fallback", n->name), "fallback", d->fallback_at, "number");
	for (size_t i = 0; i < sizeof held / sizeof *held; i++)
		need(l, arena_printf("%s_hold", n->name), held[i], n->at, "number");
	for (int i = 0; i < l->p->guarantees.n; i++)
		need(l, arena_printf("%s_leaves", l->p->guarantees.at[i]->name), "leaves", l->p->guarantees.at[i]->at,
			"guarantee");
}

/* A record: each part by its own rule, all of it lawful. */
static void record_clauses(struct list *l)
{
	const struct decision *d = l->p->decision;
	const char *word = decision_word(l->p);

	if (d->parts.n == 1)
		return;
	for (int i = 0; i < d->parts.n; i++) {
		need(l, arena_printf("%s_learned", d->parts.at[i].name), "learned", d->learned_at, "part");
		need(l, arena_printf("%s_fallback", d->parts.at[i].name), "fallback", d->fallback_at, "part");
	}
	need(l, arena_printf("%s_lawful", word), "lawful", d->at, "record");
	need(l, arena_printf("%s_learned", word), "learned", d->learned_at, "record");
	need(l, arena_printf("%s_learned", word), "only", d->learned_at, "record");
	need(l, arena_printf("%s_fallback", word), "fallback", d->fallback_at, "record");
}

static void decision_clauses(struct list *l)
{
	const struct policy *p = l->p;
	const struct decision *d = p->decision;
	const struct {
		const char *clause;
		struct span at;
	} settled[] = {
		{"ok", d->at},
		{"transparent", d->learned_at},
		{"shielded", d->fallback_at},
		{"tripped", d->fallback_at},
		{"pass", d->at},
		{"stale", d->at},
		{"exhausted", d->at},
		{"closed", d->at},
		{"rest", d->at},
		{"domain", d->at},
	};
	static const char *const asked[] = {"ok", "malformed", "busy", "taken", "ticket", "event", "rest"};

	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
		if (!(d->on->tick && !strcmp(asked[i], "malformed")))
			need(l, "ask", asked[i], d->at, "decide");
	if (p->models.n) {
		need(l, "ask", "vector", p->models.at[0]->at, "model");
		need(l, "ask", "asked", p->models.at[0]->at, "model");
		need(l, "ask", "asks", p->models.at[0]->at, "model");
		if (over_kept(p))
			need(l, "ask", "stood", p->models.at[0]->at, "probe");
	}
	if (fed_clauses(l, d->on))
		need(l, "ask", "moved", d->at, "decide");
	for (int i = 0; i < p->guardrails.n; i++) {
		const struct guardrail *g = p->guardrails.at[i];
		if (!g->key || (d->on->key && d->on->key->type.key == g->key))
			need(l, "ask", "moved", g->at, "guardrail");
		if (!g->key)
			need(l, "settle", "moved", g->at, "guardrail");
	}
	if (p->models.n && p->models.at[0]->remembered)
		need(l, "settle", "said", p->models.at[0]->at, "last answer");
	for (int i = 0; i < p->guardrails.n; i++)
		if (shadow_every(p, p->guardrails.at[i]))
			need(l, "ask", "shadow", p->models.at[0]->at, p->models.at[0]->probe ? "probe" : "shadow");
	for (size_t i = 0; i < sizeof settled / sizeof *settled; i++)
		need(l, "settle", settled[i].clause, settled[i].at.source ? settled[i].at : d->at, "decide");
	for (int i = 0; i < p->guarantees.n; i++) {
		const struct guarantee *g = p->guarantees.at[i];
		need(l, "settle", g->name, g->at, "guarantee");
		/* each that counts has a world to itself, the first with the points */
		need(l, g->kind == GUARANTEE_POINT || g == first_count(p) ? "world" : arena_printf("world_%s", g->name),
			g->name, g->at, "guarantee");
		if (g->kind != GUARANTEE_POINT)
			need(l, "settle", arena_printf("%s_recorded", g->name), g->at, "guarantee");
	}
	number_clauses(l);
	record_clauses(l);
}

/* A decision in one call, and the model's other table. */
static void one_call_clauses(struct list *l)
{
	const struct policy *p = l->p;
	const struct decision *d = p->decision;
	const struct model *m = p->models.n ? p->models.at[0] : NULL;
	static const char *const decided[] = {"ok", "malformed", "busy", "now", "pass", "domain", "chosen"};
	static const char *const swapped[] = {"ok", "swapped", "refused", "rest"};
	const char *swap = m ? arena_printf("swap_%s", m->name) : "";

	if (!decides_at_once(p))
		return;
	for (size_t i = 0; i < sizeof decided / sizeof *decided; i++)
		if (!(d->on->tick && !strcmp(decided[i], "malformed")))
			need(l, "decide", decided[i], d->at, "decide");
	for (int i = 0; i < p->guarantees.n; i++)
		need(l, "decide", p->guarantees.at[i]->name, p->guarantees.at[i]->at, "guarantee");
	if (!m)
		return;
	need(l, "decide", "says", m->at, "model");
	need(l, "answer", "says", m->at, "model");
	need(l, "answer", "answered", m->at, "model");
	need(l, "models_init", "ok", m->at, "model");
	need(l, "models_init", "refused", m->at, "model");
	for (size_t i = 0; i < sizeof swapped / sizeof *swapped; i++)
		need(l, swap, swapped[i], m->at, "model");
}

void implied_clauses(const struct policy *p, implied_list *out)
{
	struct list l = {with_table(p), out};

	p = l.p;
	init_clauses(&l);
	for (int i = 0; p->hook && i < p->hook->events.n; i++) {
		const struct event *e = p->hook->events.at[i];
		if ((!p->decision || p->decision->on != e) && event_used(p, e))
			event_clauses(&l, e);
	}
	for (int i = 0; i < p->guardrails.n; i++)
		guardrail_clauses(&l, p->guardrails.at[i]);
	for (int i = 0; i < p->tunables.n; i++) {
		const char *set = arena_printf("set_%s", p->tunables.at[i]->name);
		need(&l, set, "ok", p->tunables.at[i]->at, "the invariant");
		need(&l, set, "set", p->tunables.at[i]->at, "tunable");
		if (p->tunables.at[i]->held)
			need(&l, arena_printf("%s_in_force", p->tunables.at[i]->name), "force", p->tunables.at[i]->at,
				"knob");
	}
	if (p->decision) {
		decision_clauses(&l);
		one_call_clauses(&l);
	}
}
