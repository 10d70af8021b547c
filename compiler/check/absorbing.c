/* absorbing: there is a way back from every tripped state. Proved by a script: waits for the timers, and feeds that are repeated
 * until the windows of the evidence hold nothing else; what leaves a window is against us until then. Refuted by a set of
 * tripped states that nothing leaves, with a trace into it. */
#include "script.h"

enum { CHOICES = 64, MANY = 4096 /* repetitions, where more is always better */ };

/* What a feed makes of each feature of rearm that its events feed: a window of hits, or of misses, or of one value. */
struct effect {
	const struct feed *feed;
	bool *fed, *hit;
	num *value;
};

struct asked {
	const struct feature *feature;
	bool hit;
};

static term pushes(struct checker *c, struct step *st, void *user)
{
	const struct asked *a = user;
	const struct push *push = &st->push[a->feature->index];

	(void)c;
	if (a->feature->kind == FEATURE_AGE || a->feature->kind == FEATURE_SINCE)
		return a->hit ? push->enters : t_not(push->enters);
	return t_and(push->enters, a->hit ? push->hit : t_not(push->hit));
}

static bool counted(const struct feature *f)
{
	return f->kind == FEATURE_SHARE || f->kind == FEATURE_COUNT || f->kind == FEATURE_RATE || f->kind == FEATURE_AGE ||
	       f->kind == FEATURE_HELD || f->kind == FEATURE_SINCE;
}

static bool valued(const struct feature *f)
{
	return f->kind == FEATURE_EXP_MEAN || (f->events > 0 && (f->kind == FEATURE_MEAN || f->kind == FEATURE_MIN || f->kind == FEATURE_MAX || f->kind == FEATURE_QUANTILE));
}

static term is_value(struct checker *c, struct step *st, void *user)
{
	const struct effect *e = user;
	struct env env = { .r = c->rel, .step = st, .view = &st->aged, .candidate = -1 };
	term all = t_bool(true);

	for (int i = 0; i < c->policy->features.n; i++) {
		const struct feature *f = c->policy->features.at[i];
		if (!e->fed[i] || !valued(f))
			continue;
		term x = expr_term(&env, f->value);
		x = t_is_truth(x) ? t_bit(x) : x;
		all = t_and(all, t_and(st->push[i].enters, t_eqi(x, e->value[i])));
	}
	return all;
}

/* The value that the feed puts in: evaluated where its fields are all that is read. */
static bool value_of_feed(struct checker *c, const struct feed *feed, const struct feature *f, num *x)
{
	struct step *st = relation_step(c->rel, feed->event->tick ? STEP_TICK : STEP_EVENT, feed->event, c->rel->s);
	struct env env = { .r = c->rel, .step = st, .view = &st->aged, .candidate = -1 };
	term from[32], to[32];
	int n = 0;

	for (int i = 0; i < feed->event->fields.n && n < 32; i++)
		if (feed->event->fields.at[i]->type.kind != TYPE_LIST) {
			from[n] = st->field[i];
			to[n++] = t_num(feed->field[i]);
		}
	term v = t_simplified(t_replace(expr_term(&env, f->value), from, to, n));
	return t_is_num(t_is_truth(v) ? t_bit(v) : v, x);
}

/* What this feed does to every feature of rearm on its own event; false: of some that is not the same in every state. */
static bool effect_of(struct checker *c, const struct guardrail *g, const struct feed *feed, const feature_list *features, struct effect *e)
{
	size_t n = (size_t)c->policy->features.n + 1;
	bool any_value = false;

	*e = (struct effect){ feed, arena_alloc(n), arena_alloc(n), arena_alloc(n * sizeof(num)) };
	for (int i = 0; i < features->n; i++) {
		const struct feature *f = features->at[i];
		struct asked hit = { f, true }, miss = { f, false };
		if (f->on != feed->event && f->until != feed->event)
			continue;
		if (valued(f)) {
			if (!value_of_feed(c, feed, f, &e->value[f->index]))
				return false;
			e->fed[f->index] = any_value = true;
		} else if (counted(f)) {
			e->fed[f->index] = true;
			if (script_always(c, g, feed, pushes, &miss) == SMT_UNSAT)
				e->hit[f->index] = false;
			else if (script_always(c, g, feed, pushes, &hit) == SMT_UNSAT)
				e->hit[f->index] = true;
			else
				return false;
		}
	}
	return !any_value || script_always(c, g, feed, is_value, e) == SMT_UNSAT;
}

/* ---- where the script ends ---- */

static term edge_of(const struct feature *f, num x)
{
	for (int i = 0; i < f->edges.n - 1; i++)
		if (x <= f->edges.at[i])
			return t_num(f->edges.at[i]);
	return t_num(f->edges.at[f->edges.n - 1]);
}

/* Waits are as long as we want them: longer than any time that a policy can name. */
#define LONG ((num)1 << 63)

/* A time: since the last such event, or for how long. What is fed last has just come, or has been so for long. */
static term reached_time(const struct relation *r, const struct feature *f, bool fed, bool hit, const term *s)
{
	const struct feature_vars *x = &r->feature[f->index];
	term ago = t_sub(s[r->now], s[x->at]);

	if (f->kind == FEATURE_AGE)
		return fed && hit ? t_and(s[x->running], t_eqi(ago, 0)) : t_or(t_not(s[x->running]), t_gei(ago, LONG));
	if (!fed)
		return t_bool(true);
	return hit ? t_and(s[x->running], t_gei(ago, LONG)) : t_not(s[x->running]);
}

/* The state after the repetitions, of one feature. A window over time that is fed misses, or nothing, has run empty. */
static term reached(struct relation *r, const struct feature *f, const struct effect *e, const term *s)
{
	const struct feature_vars *x = &r->feature[f->index];
	bool fed = e && e->fed[f->index], hit = fed && e->hit[f->index];

	if (f->kind == FEATURE_IN_FLIGHT)
		return t_eqi(s[x->value], 0); /* everything that is out comes back */
	if (f->kind == FEATURE_AGE || f->kind == FEATURE_HELD)
		return reached_time(r, f, fed, hit, s);
	if (f->kind == FEATURE_SINCE)
		return !fed ? t_bool(true) : hit ? t_gei(s[x->value], MANY) : t_eqi(s[x->value], 0);
	if (f->kind == FEATURE_EXP_MEAN && fed) /* from above it gets there, from below to less than a step */
		return t_and(s[x->running], t_and(t_lei(s[x->value], e->value[f->index] * 65536),
			t_gei(s[x->value], e->value[f->index] * 65536 - ((num)1 << f->shift) + 1)));
	if (f->span && counted(f) && f->kind != FEATURE_SHARE)
		return hit ? t_bool(true) : t_eqi(s[x->hits], 0);
	if (!fed || f->span)
		return t_bool(true);
	if (valued(f))
		return t_and(t_gei(s[x->seen], f->events), f->kind == FEATURE_QUANTILE ?
			t_eq(s[x->value], edge_of(f, e->value[f->index])) : t_eqi(s[x->value], e->value[f->index]));
	return t_and(t_eqi(s[x->fill], f->events), t_eqi(s[x->hits], hit ? f->events : 0));
}

/* With such windows, and whatever else, the evidence is there. */
static bool arrives(struct checker *c, const struct guardrail *g, const feature_list *features, const struct effect *const *by_event)
{
	struct relation *r = c->rel;
	struct step *still = relation_still(r, r->s);
	struct question *q = ask_new(SMT_RLIMIT);
	enum smt_answer answer;

	ask_assert(q, lemmas_windows(r, &c->inv, r->s));
	lemmas_assume_still(q, r, &c->inv, still);
	for (int i = 0; i < features->n; i++) {
		const struct feature *f = features->at[i];
		const struct effect *e = by_event[f->on->index];
		if (f->until && by_event[f->until->index] && by_event[f->until->index]->fed[f->index])
			e = by_event[f->until->index];
		ask_assert(q, reached(r, f, e, r->s));
	}
	ask_assert(q, r->s[r->guardrail[g->index].tripped]);
	ask_assert(q, t_not(evidence_holds(r, still, g)));
	answer = ask_check(q);
	ask_free(q);
	return answer == SMT_UNSAT;
}

/* A window of W holds nothing else after W repetitions: induction over the length of what was pushed. What leaves is
 * any of what is inside, but not of what was pushed before the window is full of it. */
static bool window_turns(num window)
{
	term n = t_int_var("n"), h = t_int_var("h"), good = t_int_var("good"), i = t_int_var("i"), out = t_bool_var("out");
	term inside = t_and(t_and(t_gei(h, 0), t_le(h, n)), t_and(t_lei(n, window), t_and(t_gei(good, 0), t_le(t_add(h, good), n))));
	term so_far = t_and(inside, t_ge(good, t_min(i, t_num(window))));
	term full = t_gei(n, window), before = t_lti(good, window);
	term may = t_and(t_implies(out, t_and(full, t_and(t_gei(h, 1), before))),
		t_implies(t_and(t_and(full, before), t_not(out)), t_lt(t_add(h, good), n)));
	term n2 = t_min(t_addi(n, 1), t_num(window)), h2 = t_sub(h, t_bit(out)), g2 = t_min(t_addi(good, 1), t_num(window));
	term next = t_and(t_and(t_gei(h2, 0), t_le(t_add(h2, g2), n2)), t_ge(g2, t_min(t_addi(i, 1), t_num(window))));
	struct question *q = ask_new(SMT_RLIMIT);
	bool kept, ends;

	ask_assert(q, t_and(so_far, t_gei(i, 0)));
	ask_push(q);
	ask_assert(q, t_and(may, t_not(next)));
	kept = ask_check(q) == SMT_UNSAT;
	ask_pop(q);
	ask_assert(q, t_and(t_gei(i, window), t_not(t_and(t_eqi(n, window), t_eqi(h, 0)))));
	ends = ask_check(q) == SMT_UNSAT;
	ask_free(q);
	return kept && ends;
}

/* ---- the search for a script ---- */

static const char *say(struct checker *c, const struct guardrail *g, const feature_list *features, const struct effect *const *by_event)
{
	const char *text = NULL;
	num wait = g->hold > g->every ? g->hold : g->every;
	static const struct type ns = { .kind = TYPE_INT, .unit = UNIT_TIME, .hi = INT64_MAX };

	if (wait)
		text = arena_printf("wait %s", show_value(&ns, wait));
	for (int e = 0; e < c->policy->hook->events.n; e++) {
		num times = 1;
		bool pause = false;
		if (!by_event[e])
			continue;
		for (int i = 0; i < features->n; i++)
			pause |= features->at[i]->on->index == e && features->at[i]->kind == FEATURE_HELD;
		for (int i = 0; i < features->n; i++)
			if (features->at[i]->on->index == e && features->at[i]->events > times)
				times = features->at[i]->events;
		text = arena_printf("%s%s%lld x { %s }%s", text ? text : "", text ? ", then " : "", (long long)times,
			script_text(c, by_event[e]->feed), pause ? ", a long wait, and once more" : "");
	}
	return text ? text : "wait";
}

static bool some_script(struct checker *c, const struct guardrail *g, const feature_list *features, int event,
	const struct effect **by_event, const char **script, int *left)
{
	const struct hook *hook = c->policy->hook;
	bool needed = false;
	feed_list feeds = { 0 };

	if (event == hook->events.n) {
		if (!arrives(c, g, features, by_event))
			return false;
		*script = say(c, g, features, by_event);
		return true;
	}
	for (int i = 0; i < features->n; i++)
		needed |= (features->at[i]->on == hook->events.at[event] || features->at[i]->until == hook->events.at[event]) &&
			  features->at[i]->kind != FEATURE_IN_FLIGHT;
	by_event[event] = NULL;
	if (some_script(c, g, features, event + 1, by_event, script, left))
		return true; /* nothing has to be fed here */
	if (!needed)
		return false;
	script_feeds(c, g, hook->events.at[event], &feeds);
	for (int i = 0; i < feeds.n && *left > 0; i++) {
		struct effect *e = arena_alloc(sizeof *e);
		--*left;
		if (!effect_of(c, g, &feeds.at[i], features, e))
			continue;
		by_event[event] = e;
		if (some_script(c, g, features, event + 1, by_event, script, left) && script_can(c, g, &feeds.at[i]))
			return true;
	}
	by_event[event] = NULL;
	return false;
}

/* Another guardrail that empties a window of the evidence could start it anew each time. */
static bool disturbed(const struct policy *p, const struct guardrail *g, const feature_list *features)
{
	for (int i = 0; i < p->guardrails.n; i++)
		for (int f = 0; f < features->n; f++)
			if (p->guardrails.at[i] != g && (relation_resets(p->guardrails.at[i], features->at[f], true) ||
								relation_resets(p->guardrails.at[i], features->at[f], false)))
				return true;
	return false;
}

const char *script_back(struct checker *c, const struct guardrail *g)
{
	const char *script = NULL;
	feature_list list = { 0 }, *features = &list;

	const struct effect **by_event = arena_alloc(sizeof(struct effect *) * (size_t)(c->policy->hook->events.n + 1));
	int left = CHOICES;

	evidence_of(c->policy, g, features);
	if (disturbed(c->policy, g, features))
		return NULL;
	for (int i = 0; i < features->n; i++)
		if (features->at[i]->events > 0 && !window_turns(features->at[i]->events))
			return NULL;
	return some_script(c, g, features, 0, by_event, &script, &left) ? script : NULL;
}

static void one(struct checker *c, const struct guardrail *g)
{
	const char *script;
	struct closed *set;
	struct verdict *v = verdict_add(c, g->name, g->rearm_at, UNKNOWN);

	if (never_trips(c, g)) {
		v->answer = PROVED;
		v->reason = "it never trips";
		return;
	}
	script = script_back(c, g);
	if (script) {
		v->answer = PROVED;
		v->reason = arena_printf("from every tripped state: %s", script);
		return;
	}
	v->reason = arena_printf("no script was found that rearms `%s` from every tripped state", g->name);
	set = closed_find(c, g);
	if (!set)
		return;
	v->trace = closed_reach(c, set);
	if (!v->trace)
		return;
	v->answer = REFUTED;
	v->reason = arena_printf("once `%s` has tripped there is no way back", g->name);
	v->label = "never comes true again";
	v->also = g->trip_at;
	v->also_label = "after this";
	v->shown = case_text(c, v->trace, arena_printf("from here on, for ever: %s. Last entry", closed_text(c, set)));
	v->help = "let rearm read what goes on being measured while it is tripped, with a bound that can be met; or write `latch`";
}

void check_absorbing(struct checker *c)
{
	for (int i = 0; i < c->policy->guardrails.n; i++)
		if (!c->policy->guardrails.at[i]->latch)
			one(c, c->policy->guardrails.at[i]);
}
