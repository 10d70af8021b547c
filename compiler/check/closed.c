/* The facts that keep evidence away while a guardrail is tripped: nobody is asked, nothing said, nothing under way that
 * would count, the evidence not there. Those that some entry does not keep are dropped; what is left, if it still says
 * that the guardrail is tripped, is a set that nothing leaves. */
#include "script.h"

#include <stdlib.h>

enum fact_kind {
	FACT_TRIPPED,
	FACT_OTHER,	/* guardrail number `index` is tripped, or where `armed` it is not */
	FACT_NONE_OPEN, /* no request whose carry satisfies atom `index` is under way */
	FACT_NOT_SAID,	/* the model's last answer is not class `index` */
	FACT_NOT_ASKED, /* no open ticket asked */
	FACT_ABSENT,	/* the condition does not hold */
	FACT_EMPTY,	/* the window is */
	FACT_FULL
};

struct closed_fact {
	enum fact_kind kind;
	int index;
	const struct expr *expr;
	const struct feature *feature;
	bool armed;
	bool kept;
};

/* What the other guardrails are meanwhile. */
enum others { OTHERS_ANY, OTHERS_TRIPPED, OTHERS_ARMED, OTHERS };

struct closed {
	const struct guardrail *g;
	struct checker *c;
	LIST(struct closed_fact) facts;
};

static void fact_add(struct closed *set, struct closed_fact f)
{
	f.kept = true;
	*list_add(&set->facts) = f;
}

static void absent(struct closed *set, const struct expr *e, bool parts)
{
	if (!e)
		return;
	fact_add(set, (struct closed_fact){.kind = FACT_ABSENT, .expr = e});
	if (e->op == EXPR_AND && parts) {
		absent(set, e->a, true);
		absent(set, e->b, true);
	}
}

/* They stay as they are: what would move them is not so either. */
static void collect_others(struct closed *set, enum others others)
{
	const struct policy *p = set->c->policy;

	for (int i = 0; others != OTHERS_ANY && i < p->guardrails.n; i++) {
		const struct guardrail *h = p->guardrails.at[i];
		if (h == set->g || (h->key && h->key->max > 1))
			continue;
		fact_add(set, (struct closed_fact){.kind = FACT_OTHER, .index = i, .armed = others == OTHERS_ARMED});
		absent(set, others == OTHERS_ARMED ? h->trip : h->rearm, false);
	}
}

static void collect(struct closed *set, bool parts, bool full, enum others others)
{
	struct relation *r = set->c->rel;
	const struct policy *p = set->c->policy;
	const struct model *m = p->models.n ? p->models.at[0] : NULL;
	feature_list features = {0};

	fact_add(set, (struct closed_fact){.kind = FACT_TRIPPED});
	for (int i = 0; i < r->flights.n; i++)
		for (int a = 0; r->flights.at[i].carry && a < r->atoms.n; a++)
			fact_add(set, (struct closed_fact){.kind = FACT_NONE_OPEN, .index = a});
	for (int k = 0; m && m->classes && m->remembered && k < m->classes->names.n; k++)
		fact_add(set, (struct closed_fact){.kind = FACT_NOT_SAID, .index = k});
	if (m)
		fact_add(set, (struct closed_fact){.kind = FACT_NOT_ASKED});
	absent(set, set->g->rearm, parts);
	collect_others(set, others);
	evidence_of(p, set->g, &features);
	for (int i = 0; full && i < features.n; i++)
		if (r->feature[features.at[i]->index].hits != NO_VAR && features.at[i]->events > 0)
			fact_add(set, (struct closed_fact){.kind = FACT_FULL, .feature = features.at[i]});
	for (int i = 0; !full && i < features.n; i++)
		if (relation_resets(set->g, features.at[i], true) && r->feature[features.at[i]->index].seen != NO_VAR)
			fact_add(set, (struct closed_fact){.kind = FACT_EMPTY, .feature = features.at[i]});
}

static const struct flight_vars *carrying(const struct relation *r)
{
	for (int i = 0; i < r->flights.n; i++)
		if (r->flights.at[i].carry)
			return &r->flight[i];
	return NULL;
}

static term fact_term(const struct closed *set, struct step *still, const struct closed_fact *f)
{
	struct relation *r = set->c->rel;
	struct env env = {.r = r, .step = still, .view = &still->mid, .candidate = -1};
	const term *s = still->pre;

	switch (f->kind) {
	case FACT_TRIPPED:
		return s[r->guardrail[set->g->index].tripped];
	case FACT_OTHER:
		return f->armed ? t_not(s[r->guardrail[f->index].tripped]) : s[r->guardrail[f->index].tripped];
	case FACT_NONE_OPEN:
		return t_eqi(s[carrying(r)->carried[f->index]], 0);
	case FACT_NOT_SAID:
		return t_not(t_eqi(s[r->model[0].said], f->index));
	case FACT_NOT_ASKED:
		return t_eqi(s[r->model[0].asks], 0);
	case FACT_ABSENT:
		return t_not(expr_term(&env, f->expr));
	case FACT_EMPTY:
		return t_eqi(s[r->feature[f->feature->index].seen], 0);
	case FACT_FULL:
		return t_gei(s[r->feature[f->feature->index].seen], f->feature->events);
	}
	return t_bool(true);
}

/* `single`: those that are of one key. */
static term all_facts(const struct closed *set, struct step *still, bool single)
{
	term all = t_bool(true);

	for (int i = 0; i < set->facts.n; i++)
		if (set->facts.at[i].kept && !(single && relation_of_many(set->facts.at[i].expr)))
			all = t_and(all, fact_term(set, still, &set->facts.at[i]));
	return all;
}

/* Of a policy-wide guardrail the facts of a key hold of every key: of the other records of the entry too. */
static void assume_others(const struct closed *set, struct question *q, const struct step *st)
{
	struct relation *r = set->c->rel;

	for (int o = 0; !set->g->key && o < st->others.n; o++) {
		struct step *still = relation_still(r, lemmas_record(r, st, &st->others.at[o]));
		ask_assert(q, all_facts(set, still, true));
	}
}

void closed_assume(struct checker *c, const struct closed *set, struct question *q, const struct step *st)
{
	struct step *before = relation_still_at(c->rel, st, false);

	lemmas_assume(q, c->rel, set->c->known, st);
	ask_assert(q, all_facts(set, before, false));
	lemmas_assume_still(q, c->rel, set->c->known, before);
	assume_others(set, q, st);
}

/* true: something was dropped, or the answer is not known. */
static bool settle_entry(struct closed *set, const struct step *st, bool *unsure)
{
	struct checker *c = set->c;
	struct step *after = relation_still_at(c->rel, st, true);
	struct question *q = ask_new(SMT_RLIMIT);
	bool dropped = false;

	closed_assume(c, set, q, st);
	term kept = all_facts(set, after, false);
	lemmas_assume_still(q, c->rel, set->c->known, after);
	ask_assert(q, t_not(kept));
	switch (ask_check(q)) {
	case SMT_UNSAT:
		break;
	case SMT_UNKNOWN:
		*unsure = true;
		break;
	case SMT_SAT:
		for (int i = 0; i < set->facts.n; i++) {
			struct closed_fact *f = &set->facts.at[i];
			if (!f->kept || ask_true(q, fact_term(set, after, f)))
				continue;
			f->kept = false;
			dropped = true;
		}
		*unsure |= !dropped;
		break;
	}
	ask_free(q);
	return dropped;
}

/* There is a state in it. */
static bool inhabited(const struct closed *set)
{
	struct checker *c = set->c;
	struct step *still = relation_still(c->rel, c->rel->s);
	struct question *q = ask_new(SMT_RLIMIT);
	bool is;

	ask_assert(q, all_facts(set, still, false));
	ask_assert(q, lemmas_state(c->rel, set->c->known, c->rel->s));
	lemmas_assume_still(q, c->rel, set->c->known, still);
	is = ask_check(q) == SMT_SAT;
	ask_free(q);
	return is;
}

static struct closed *find(struct checker *c, const struct guardrail *g, bool parts, bool full, enum others others)
{
	struct closed *set = arena_alloc(sizeof *set);
	bool dropped = true, unsure = false;

	set->c = c;
	set->g = g;
	collect(set, parts, full, others);
	if (!inhabited(set))
		return NULL;
	while (dropped && !unsure && set->facts.at[0].kept) {
		dropped = false;
		for (int i = 0; i < c->rel->steps.n && !dropped && !unsure; i++)
			dropped = settle_entry(set, c->rel->steps.at[i], &unsure);
	}
	return set->facts.at[0].kept && !unsure ? set : NULL;
}

/* With the parts of the evidence absent one by one where that is possible; else with all of it absent. */
struct closed *closed_find(struct checker *c, const struct guardrail *g)
{
	struct closed *set = NULL;

	for (int others = OTHERS_ANY; !set && others < (c->policy->guardrails.n > 1 ? OTHERS : OTHERS_TRIPPED);
		others++) {
		set = find(c, g, true, false, (enum others)others);
		set = set ? set : find(c, g, false, false, (enum others)others);
	}
	return set;
}

struct closed *closed_full(struct checker *c, const struct guardrail *g)
{
	return find(c, g, true, true, OTHERS_ANY);
}

/* ---- on a machine ---- */

/* A request that was opened under no key (-1) is of the policy, whichever key is asked of. */
static bool rides(const struct machine *m, const struct expr *atom, int key)
{
	for (int i = 0; i < m->opened_n; i++) {
		struct view v = {.m = m, .key = key, .tag = m->opened[i], .candidate = -1};
		int of = m->tags[m->opened[i]].key;
		if ((of < 0 || of == key) && value_of(&v, atom))
			return true;
	}
	return false;
}

static bool asked(const struct machine *m, const struct model *model, int key)
{
	for (int i = 0; i < m->plan->p->decision->tickets; i++) {
		const struct ticket *t = &m->tickets[i];
		const struct field *f = model->each ? key_in_record(model->each, m->plan->model_key[0]) : NULL;
		if (!t->number || (num)(m->now - t->at) > m->plan->p->decision->timeout)
			continue;
		for (int k = 0; k < LIST_MAX; k++)
			if (t->asked >> k & 1 && (!f || key < 0 || (int)t->entry.list[k][f->index] == key))
				return true;
	}
	return false;
}

/* Whose record a fact about f is of; NULL: there is none of that number, for keys of another kind are more. */
static const struct past *past_there(const struct machine *m, const struct feature *f, int key)
{
	return key < keys_of(f->state->key) ? past_of(m, &m->plan->feature[f->index], key) : NULL;
}

static bool fact_holds(const struct closed *set, const struct machine *m, const struct closed_fact *f, int key)
{
	const struct model *model = set->c->policy->models.n ? set->c->policy->models.at[0] : NULL;
	struct view v = {.m = m, .key = key, .tag = -1, .candidate = -1};
	const struct past *past = f->feature ? past_there(m, f->feature, key) : NULL;
	int of = set->g->key ? key : 0;

	switch (f->kind) {
	case FACT_TRIPPED:
		return m->rails[m->plan->rail[set->g->index] + of].tripped;
	case FACT_OTHER:
		return m->rails[m->plan->rail[f->index]].tripped != f->armed;
	case FACT_NONE_OPEN:
		return !rides(m, set->c->rel->atoms.at[f->index], key);
	case FACT_NOT_SAID:
		return key >= keys_of(m->plan->model_key[0]) || m->said[m->plan->said[0] + key] != f->index;
	case FACT_NOT_ASKED:
		return !asked(m, model, key);
	case FACT_ABSENT:
		return !value_of(&v, f->expr);
	case FACT_EMPTY:
		return !past || !past->seen;
	case FACT_FULL:
		return !past || (num)past->seen >= f->feature->events;
	}
	return true;
}

static bool outside(void *user, struct machine *m, const struct entry *in, const struct outcome *out)
{
	const struct closed *set = user;
	int keys = 1;

	(void)in;
	(void)out;
	for (int k = 0; k < set->c->rel->keys.n && !set->g->key; k++)
		keys = set->c->rel->keys.at[k]->max > keys ? set->c->rel->keys.at[k]->max : keys;
	for (int key = 0; key < keys; key++)
		for (int i = 0; i < set->facts.n; i++)
			if (set->facts.at[i].kept && !fact_holds(set, m, &set->facts.at[i], key))
				return true;
	return false;
}

struct trace *closed_reach(struct checker *c, const struct closed *set)
{
	struct hunt h = {.hit = outside, .user = (void *)set};

	*list_add(&h.aims) = (struct aim){.kind = AIM_TRIPPED, .guardrail = set->g, .want = true};
	return explore(c->explorer, &h);
}

/* ---- in words ---- */

static const char *fact_text(const struct closed *set, const struct closed_fact *f)
{
	const struct policy *p = set->c->policy;

	switch (f->kind) {
	case FACT_TRIPPED:
		return arena_printf("`%s` is tripped", set->g->name);
	case FACT_OTHER:
		return arena_printf("`%s` is %s", p->guardrails.at[f->index]->name, f->armed ? "armed" : "tripped");
	case FACT_NONE_OPEN:
		return arena_printf("no request with %s is under way", show_expr(set->c->rel->atoms.at[f->index]));
	case FACT_NOT_SAID:
		return arena_printf("`%s` did not last say %s", p->models.at[0]->name,
			p->models.at[0]->classes->names.at[f->index]);
	case FACT_NOT_ASKED:
		return arena_printf("`%s` is not being asked", p->models.at[0]->name);
	case FACT_ABSENT:
		return arena_printf("not (%s)", show_expr(f->expr));
	case FACT_EMPTY:
		return arena_printf("`%s` is empty", f->feature->name);
	case FACT_FULL:
		return arena_printf("`%s` is full", f->feature->name);
	}
	return "";
}

const char *closed_text(const struct checker *c, const struct closed *set)
{
	const char *text = NULL;

	(void)c;
	for (int i = 0; i < set->facts.n; i++)
		if (set->facts.at[i].kept)
			text = text ? arena_printf("%s; %s", text, fact_text(set, &set->facts.at[i]))
				    : fact_text(set, &set->facts.at[i]);
	return text;
}
