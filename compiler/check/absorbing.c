/* absorbing: there is a way back from every tripped state. Proved by a script: waits for the timers, and feeds that are
 * repeated until the windows of the evidence hold nothing else; what leaves a window is against us until then. Refuted
 * by a set of tripped states that nothing leaves, with a trace into it. */
#include "script.h"

#include <string.h>

enum {
	CHOICES = 64,
	MIXED = 6,	 /* feeds of one event that are mixed */
	CHAINED = 6,	 /* feeds of one event in chains */
	CHAINS = 48,	 /* that are tried */
	MANY = 4096,	 /* repetitions, where more is always better */
	SCRIPTS = 100000 /* variables of entries that are asked about: hundreds of entries of a large policy */
};

/* What a feed makes of each feature of rearm that its events feed: a window of hits, or of misses, or of one value; of
 * `last`, one a column. */
struct effect {
	const struct feed *feed;
	bool *fed, *hit;
	num *value, **column;
};

struct asked {
	const struct feature *feature;
	bool hit;
};

static term pushes(struct checker *c, struct step *st, void *user)
{
	const struct asked *a = user;
	const struct push *push = &st->push[a->feature->index];

	if (a->feature->kind == FEATURE_AGE)
		return a->hit ? push->enters : t_not(push->enters);
	if (a->feature->kind == FEATURE_SINCE) /* it is counted, or it begins anew */
		return a->hit ? push->enters : t_eqi(st->fed.own[c->rel->feature[a->feature->index].value], 0);
	return t_and(push->enters, a->hit ? push->hit : t_not(push->hit));
}

static bool counted(const struct feature *f)
{
	return f->kind == FEATURE_SHARE || f->kind == FEATURE_COUNT || f->kind == FEATURE_RATE ||
		f->kind == FEATURE_AGE || f->kind == FEATURE_HELD || f->kind == FEATURE_SINCE;
}

static bool valued(const struct feature *f)
{
	return f->kind == FEATURE_EXP_MEAN ||
		(f->events > 0 &&
			(f->kind == FEATURE_MEAN || f->kind == FEATURE_MIN || f->kind == FEATURE_MAX ||
				f->kind == FEATURE_QUANTILE));
}

static term number_term(struct env *env, const struct expr *e)
{
	term x = expr_term(env, e);

	return t_is_truth(x) ? t_bit(x) : x;
}

static term is_value(struct checker *c, struct step *st, void *user)
{
	const struct effect *e = user;
	struct env env = {.r = c->rel, .step = st, .view = &st->aged, .candidate = -1};
	term all = t_bool(true);

	for (int i = 0; i < c->policy->features.n; i++) {
		const struct feature *f = c->policy->features.at[i];
		if (!e->fed[i] || !valued(f))
			continue;
		all = t_and(all, t_and(st->push[i].enters, t_eqi(number_term(&env, f->value), e->value[i])));
	}
	for (int i = 0; i < c->policy->features.n; i++)
		for (int k = 0; e->fed[i] && e->column[i] && k < c->policy->features.at[i]->columns.n; k++)
			all = t_and(all,
				t_and(st->push[i].enters,
					t_eqi(number_term(&env, c->policy->features.at[i]->columns.at[k].value),
						e->column[i][k])));
	return all;
}

/* What this feed does to every feature of rearm on its own event; false: of some that is not the same in every
 * state. */
static bool effect_of(struct checker *c, const struct guardrail *g, const struct feed *feed,
	const feature_list *features, struct effect *e)
{
	size_t n = (size_t)c->policy->features.n + 1;
	bool any_value = false;

	*e = (struct effect){
		feed, arena_alloc(n), arena_alloc(n), arena_alloc(n * sizeof(num)), arena_alloc(n * sizeof(num *))};
	for (int i = 0; i < features->n; i++) {
		const struct feature *f = features->at[i];
		struct asked hit = {f, true}, miss = {f, false};
		struct feed at_all = *feed;
		if (f->span || f->kind == FEATURE_AGE || f->kind == FEATURE_HELD)
			at_all.wait = -1; /* the first one after the long wait too */
		if (f->on != feed->event && f->until != feed->event)
			continue;
		if (valued(f)) {
			if (!feed_value(c, feed, f->value, &e->value[f->index]))
				return false;
			e->fed[f->index] = any_value = true;
		} else if (f->kind == FEATURE_LAST) {
			e->column[f->index] = arena_alloc(sizeof(num) * (size_t)f->columns.n);
			for (int k = 0; k < f->columns.n; k++)
				if (!feed_value(c, feed, f->columns.at[k].value, &e->column[f->index][k]))
					return false;
			e->fed[f->index] = any_value = true;
		} else if (counted(f)) {
			e->fed[f->index] = true;
			if (script_always(c, g, &at_all, pushes, &miss) == SMT_UNSAT)
				e->hit[f->index] = false;
			else if (script_always(c, g, &at_all, pushes, &hit) == SMT_UNSAT)
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

/* A script: event by event, a feed again and again, then a long wait, then all of it once more without a wait; in the hook's
 * order, but what has the guardrail look comes last. */
struct course {
	const struct effect **feeds; /* by event; NULL: it is not fed */
	const struct effect **does;  /* .. and what the events do that feeds open */
	bool *comes;		     /* by event: it comes in the end, whatever it does */
	bool *looks;		     /* by event: the guardrail is evaluated then */
	bool waits;		     /* some feed passes time */
	bool between; /* what is asked is so of the state after each of the last feeds, and not of the last alone */
};

/* A time: since the last such event, or for how long. What is fed last has just come, or has been so for long. */
static term reached_time(const struct relation *r, const struct feature *f, const struct course *course, bool fed,
	bool hit, const term *s)
{
	const struct feature_vars *x = &r->feature[f->index];
	term ago = t_sub(s[r->now], s[x->at]);

	if (f->kind == FEATURE_AGE && fed && hit)
		return t_and(s[x->running], course->waits ? t_bool(true) : t_eqi(ago, 0));
	if (f->kind == FEATURE_AGE)
		return fed || !course->comes[f->on->index] ? t_or(t_not(s[x->running]), t_gei(ago, LONG))
							   : t_bool(true);
	if (!fed)
		return t_bool(true);
	return hit ? t_and(s[x->running], t_gei(ago, LONG)) : t_not(s[x->running]);
}

/* What one event does to a count since: 1: it is counted, 0: it begins anew, -1: nothing, -2: not known. */
static int since_move(const struct feature *f, const struct course *course, const struct event *e)
{
	const struct effect *x;

	if (!e || (f->on != e && f->until != e))
		return -1;
	x = course->does[e->index];
	return x && x->fed[f->index] ? x->hit[f->index] : -2;
}

/* What the last feeds make of a count since. */
static term reached_since(const struct relation *r, const struct feature *f, const struct course *course, const term *s)
{
	term value = s[r->feature[f->index].value], known = t_bool(true);

	for (int i = 0; i < 2 * r->policy->hook->events.n; i++) {
		int e = i % r->policy->hook->events.n;
		const struct event *event = r->policy->hook->events.at[e];
		const struct effect *x = course->looks[e] == (i >= r->policy->hook->events.n) ? course->feeds[e] : NULL;
		int opens = x ? since_move(f, course, x->feed->open) : -1;
		int moves = x || course->comes[e] ? since_move(f, course, event) : -1;

		if (opens == -2 || moves == -2)
			return t_bool(true);
		if (!x)
			continue;
		if (moves == 0 || (moves < 0 && opens == 0))
			known = t_eqi(value, 0);
		else if (moves > 0 && opens == 0)
			known = t_eqi(value, 1);
		else if (moves > 0 || opens > 0)
			known = t_gei(value, MANY);
	}
	return known;
}

/* The state after the repetitions, of one feature. A window over time that is fed misses, or whose event does not come, has
 * run empty. */
static term reached(
	struct relation *r, const struct feature *f, const struct course *course, const struct effect *e, const term *s)
{
	const struct feature_vars *x = &r->feature[f->index];
	bool fed = e && e->fed[f->index], hit = fed && e->hit[f->index];

	if (f->kind == FEATURE_IN_FLIGHT)
		return t_eqi(s[x->value], 0); /* everything that is out comes back */
	if (f->kind == FEATURE_AGE || f->kind == FEATURE_HELD)
		return reached_time(r, f, course, fed, hit, s);
	if (f->kind == FEATURE_SINCE)
		return reached_since(r, f, course, s);
	if (f->kind == FEATURE_EXP_MEAN && fed) /* from above it gets there, from below to less than a step */
		return t_and(s[x->running],
			t_and(t_lei(s[x->value], e->value[f->index] * 65536),
				t_gei(s[x->value], e->value[f->index] * 65536 - ((num)1 << f->shift) + 1)));
	if (f->kind == FEATURE_LAST) {
		term all = t_bool(true);
		for (int i = 0; fed && i < f->columns.n * x->depth; i++)
			all = t_and(all, t_eqi(s[x->slot[i]], e->column[f->index][i / x->depth]));
		return all;
	}
	if (f->span && counted(f) && f->kind != FEATURE_SHARE)
		return hit || (!fed && course->comes[f->on->index]) ? t_bool(true) : t_eqi(s[x->hits], 0);
	if (!fed || f->span)
		return t_bool(true);
	if (valued(f))
		return t_and(t_gei(s[x->seen], f->events),
			f->kind == FEATURE_QUANTILE ? t_eq(s[x->value], edge_of(f, e->value[f->index]))
						    : t_eqi(s[x->value], e->value[f->index]));
	return t_and(t_eqi(s[x->fill], f->events), t_eqi(s[x->hits], hit ? f->events : 0));
}

/* The window since it was emptied: it holds what was fed, as far as it holds anything. */
static term pure(struct relation *r, const struct feature *f, const struct effect *e, const term *s)
{
	const struct feature_vars *x = &r->feature[f->index];

	if (!e || !e->fed[f->index] || f->events <= 0)
		return t_bool(true);
	if (valued(f))
		return t_implies(t_gei(s[x->seen], 1),
			f->kind == FEATURE_QUANTILE ? t_eq(s[x->value], edge_of(f, e->value[f->index]))
						    : t_eqi(s[x->value], e->value[f->index]));
	return x->hits == NO_VAR ? t_bool(true) : t_eq(s[x->hits], e->hit[f->index] ? s[x->fill] : t_num(0));
}

/* What is so from the first repetitions on, and between those that follow too: a window that is full of one thing. */
static bool stays(const struct feature *f)
{
	return f->events > 0 || f->kind == FEATURE_EXP_MEAN;
}

/* What the script has made of the state: of the followed key, and, as each key gets the same, of the others that are
 * read. */
static void assume_reached(struct checker *c, struct question *q, const struct step *still, const struct feature *f,
	const struct course *course, bool emptied)
{
	struct relation *r = c->rel;
	const struct effect *e = course->does[f->on->index];

	if (course->between && !stays(f))
		return;
	ask_assert(q, emptied ? pure(r, f, e, still->pre) : reached(r, f, course, e, still->pre));
	for (int o = 0; f->state->key && o < still->others.n; o++) {
		if (still->others.at[o].key != f->state->key)
			continue;
		const term *v = lemmas_record(r, still, &still->others.at[o]);
		ask_assert(q, emptied ? pure(r, f, e, v) : reached(r, f, course, e, v));
	}
}

/* With the windows as the script leaves them (those that `without` empties hold nothing but what was fed since, in the
 * end), and whatever else: can it be so? */
static bool can_be(struct checker *c, const struct guardrail *g, const feature_list *features,
	const struct course *course, const struct expr *condition, bool holds, const struct guardrail *without)
{
	struct relation *r = c->rel;
	struct step *still = relation_still(r, r->s);
	struct env env = {.r = r, .step = still, .view = &still->mid, .candidate = -1};
	struct question *q = ask_new(SMT_RLIMIT);
	term so = condition ? expr_term(&env, condition) : t_bool(true);
	enum smt_answer answer;

	ask_assert(q, holds ? so : t_not(so)); /* first: it says which other records are read */
	ask_assert(q, lemmas_windows(r, c->known, r->s));
	lemmas_assume_within(q, r, c->known, still);
	for (int e = 0; e < c->policy->hook->events.n; e++)
		for (int i = 0; course->feeds[e] && course->feeds[e]->feed->knobs && i < c->policy->tunables.n; i++)
			ask_assert(q, t_eqi(still->operator_set[i], course->feeds[e]->feed->knobs[i]));
	for (int i = 0; i < features->n; i++)
		assume_reached(c, q, still, features->at[i], course,
			without &&
				(relation_resets(without, features->at[i], true) ||
					relation_resets(without, features->at[i], false)));
	ask_assert(q, r->s[r->guardrail[g->index].tripped]);
	answer = ask_check(q);
	ask_free(q);
	return answer != SMT_UNSAT;
}

/* Another guardrail that empties a window of the evidence must stop doing so: what makes it move does not hold when all
 * the windows but those are as the script makes them. */
static bool disturbed(
	struct checker *c, const struct guardrail *g, const feature_list *features, const struct course *final)
{
	struct course between = *final, *course = &between;

	between.between = true;
	for (int i = 0; i < c->policy->guardrails.n; i++) {
		const struct guardrail *h = c->policy->guardrails.at[i];
		bool trip = false, rearm = false;
		for (int f = 0; f < features->n; f++) {
			trip |= relation_resets(h, features->at[f], true);
			rearm |= relation_resets(h, features->at[f], false);
		}
		if (h == g || (!trip && !rearm))
			continue;
		bool trips = can_be(c, g, features, course, h->trip, true, h);
		bool rearms = !h->latch && can_be(c, g, features, course, h->rearm, true, h);
		if ((trip && trips && !h->latch && rearms) || (rearm && rearms && trips))
			return true; /* it can go round; if it cannot, it moves once at most */
	}
	return false;
}

static bool feeds_some(const feature_list *features, const struct event *e)
{
	for (int i = 0; i < features->n; i++)
		if (features->at[i]->kind != FEATURE_IN_FLIGHT &&
			(features->at[i]->on == e || features->at[i]->until == e))
			return true;
	return false;
}

/* Some entry has the guardrail look at what the script has made: the last feed, or an event that leaves all of it alone. */
static bool looked_at(const struct policy *p, const feature_list *features, const struct course *course)
{
	bool fed = false, spare = false;

	for (int e = 0; e < p->hook->events.n; e++) {
		const struct event *event = p->hook->events.at[e];
		bool moves = !policy_takes(p, event);
		for (int f = 0; f < features->n; f++)
			moves |= features->at[f]->on == event || features->at[f]->until == event;
		fed |= course->feeds[e] && course->looks[e];
		spare |= !moves && course->looks[e];
	}
	return fed || spare;
}

/* One without a key at every entry; one per key where the event is of such a key. */
static bool looks(const struct relation *r, const struct guardrail *g, const struct event *e)
{
	bool is = !g->key || (e->key && e->key->type.key == g->key);

	for (int i = 0; i < r->flights.n; i++)
		is |= r->flights.at[i].close == e && r->flights.at[i].key == g->key;
	return is;
}

/* What a feed opens is an event too: it does what the feed of that event does, or, where it has none, what it does by itself;
 * and what is opened comes back. false: of some it is not known, or two feeds do two things. */
static bool planned(struct checker *c, const struct guardrail *g, const feature_list *features,
	const struct effect **by_event, struct course *course)
{
	int n = c->policy->hook->events.n;

	*course = (struct course){.feeds = by_event,
		.does = arena_alloc(sizeof(struct effect *) * (size_t)(n + 1)),
		.comes = arena_alloc((size_t)n + 1),
		.looks = arena_alloc((size_t)n + 1)};
	memcpy(course->does, by_event, sizeof(struct effect *) * (size_t)n);
	for (int e = 0; e < n; e++) {
		const struct feed *by = by_event[e] ? by_event[e]->feed : NULL;
		struct effect *x;
		struct feed *opened;

		course->looks[e] = looks(c->rel, g, c->policy->hook->events.at[e]);
		if (by)
			course->comes[e] = true;
		course->waits |= by && by->wait > 0;
		if (!by || !by->open || !feeds_some(features, by->open))
			continue;
		course->comes[by->open->index] = true;
		if (course->does[by->open->index]) {
			if (memcmp(course->does[by->open->index]->feed->field, by->open_field,
				    sizeof(num) * (size_t)feed_values(by->open)) != 0)
				return false;
			continue;
		}
		opened = arena_alloc(sizeof *opened);
		x = arena_alloc(sizeof *x);
		*opened = (struct feed){
			.event = by->open, .field = by->open_field, .said = -1, .wait = by->wait, .knobs = by->knobs};
		if (!effect_of(c, g, opened, features, x))
			return false;
		course->does[by->open->index] = x;
	}
	for (int i = 0; i < c->rel->flights.n; i++)
		if (course->comes[c->rel->flights.at[i].open->index])
			course->comes[c->rel->flights.at[i].close->index] = true;
	return true;
}

static bool arrives(
	struct checker *c, const struct guardrail *g, const feature_list *features, const struct effect **by_event)
{
	struct course course;

	return planned(c, g, features, by_event, &course) && looked_at(c->policy, features, &course) &&
		!can_be(c, g, features, &course, g->rearm, false, NULL) && !disturbed(c, g, features, &course);
}

/* A window of W holds nothing else after W repetitions: induction over the length of what was pushed. What leaves is
 * any of what is inside, but not of what was pushed before the window is full of it. */
static bool window_turns(num window)
{
	term n = t_int_var("n"), h = t_int_var("h"), good = t_int_var("good"), i = t_int_var("i"),
	     out = t_bool_var("out");
	term inside = t_and(t_and(t_gei(h, 0), t_le(h, n)),
		t_and(t_lei(n, window), t_and(t_gei(good, 0), t_le(t_add(h, good), n))));
	term so_far = t_and(inside, t_ge(good, t_min(i, t_num(window))));
	term full = t_gei(n, window), before = t_lti(good, window);
	term may = t_and(t_implies(out, t_and(full, t_and(t_gei(h, 1), before))),
		t_implies(t_and(t_and(full, before), t_not(out)), t_lt(t_add(h, good), n)));
	term n2 = t_min(t_addi(n, 1), t_num(window)), h2 = t_sub(h, t_bit(out)),
	     g2 = t_min(t_addi(good, 1), t_num(window));
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

static const char *time_text(num ns)
{
	static const struct type t = {.kind = TYPE_INT, .unit = UNIT_TIME, .hi = INT64_MAX};

	return show_value(&t, ns);
}

static const char *say(struct checker *c, const struct guardrail *g, const feature_list *features,
	const struct effect *const *by_event)
{
	const char *text = NULL;
	num wait = g->hold > g->every ? g->hold : g->every;

	if (wait)
		text = arena_printf("wait %s", time_text(wait));
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
	const struct effect **by_event, const char **script, int *left, const num *knobs)
{
	const struct hook *hook = c->policy->hook;
	bool needed = false;
	feed_list feeds = {0};

	if (event == hook->events.n) {
		if (!arrives(c, g, features, by_event))
			return false;
		*script = say(c, g, features, by_event);
		return true;
	}
	for (int i = 0; i < features->n; i++)
		needed |= (features->at[i]->on == hook->events.at[event] ||
				  features->at[i]->until == hook->events.at[event]) &&
			features->at[i]->kind != FEATURE_IN_FLIGHT;
	by_event[event] = NULL;
	if (some_script(c, g, features, event + 1, by_event, script, left, knobs))
		return true; /* nothing has to be fed here */
	if (!needed)
		return false;
	script_feeds(c, g, hook->events.at[event], &feeds);
	for (int i = 0; i<feeds.n && * left> 0; i++) {
		struct effect *e = arena_alloc(sizeof *e);
		struct feed *feed = arena_alloc(sizeof *feed);
		--*left;
		*feed = feeds.at[i];
		feed->knobs = knobs;
		if (!effect_of(c, g, feed, features, e))
			continue;
		by_event[event] = e;
		if (some_script(c, g, features, event + 1, by_event, script, left, knobs) &&
			script_can(c, g, &feeds.at[i]))
			return true;
	}
	by_event[event] = NULL;
	return false;
}

static term never(struct checker *c, struct step *st, void *user)
{
	(void)c;
	(void)st;
	(void)user;
	return t_bool(false);
}

/* One entry is enough: from every tripped state, after a wait, it rearms. */
static const char *at_once(struct checker *c, const struct guardrail *g, const feature_list *features, const num *knobs)
{
	const struct hook *hook = c->policy->hook;
	num wait = g->hold > g->every ? g->hold : g->every;

	for (int e = 0; e < hook->events.n; e++) {
		feed_list feeds = {0};
		bool any = false;
		for (int f = 0; f < features->n; f++)
			any |= features->at[f]->on == hook->events.at[e] ||
				features->at[f]->until == hook->events.at[e];
		if (!any)
			continue;
		script_feeds(c, g, hook->events.at[e], &feeds);
		for (int i = 0; i < feeds.n; i++) {
			struct feed feed = feeds.at[i];
			feed.wait = wait > feed.wait ? wait : feed.wait;
			feed.knobs = knobs;
			if (script_always(c, g, &feed, never, NULL) == SMT_UNSAT && script_can(c, g, &feed))
				return arena_printf("%s%s", wait ? arena_printf("wait %s, then ", time_text(wait)) : "",
					script_text(c, &feed));
		}
	}
	return NULL;
}

/* ---- a few entries, one by one ---- */

struct chains {
	feed_list feeds; /* that say nothing of the model */
	int left;	 /* chains that may still be tried */
	const char *script;
};

static bool chain(
	struct checker *c, const struct guardrail *g, struct chains *all, const struct feed *const *feeds, int n)
{
	const char *text = NULL;

	if (all->left-- <= 0 || !script_left(c, n) || script_chain(c, g, feeds, n) != SMT_UNSAT)
		return false;
	for (int i = 0; i < n; i++)
		text = arena_printf("%s%s%s%s", text ? text : "", text ? ", then " : "",
			feeds[i]->wait ? arena_printf("wait %s, ", time_text(feeds[i]->wait)) : "",
			script_text(c, feeds[i]));
	all->script = text;
	return true;
}

static void chain_feeds(struct checker *c, const struct guardrail *g, const num *knobs, feed_list *out)
{
	const struct hook *hook = c->policy->hook;

	for (int e = 0; e < hook->events.n; e++) {
		feed_list feeds = {0};
		bool opens =
			false; /* there may be no room for many: what is opened is closed at once, as a feed of what closes */
		for (int i = 0; i < c->rel->flights.n; i++)
			opens |= c->rel->flights.at[i].open == hook->events.at[e];
		if (policy_takes(c->policy, hook->events.at[e]) && !opens)
			script_feeds(c, g, hook->events.at[e], &feeds);
		for (int i = 0, taken = 0; i < feeds.n && taken < CHAINED; i++) {
			if (feeds.at[i].said >= 0 || feeds.at[i].wait)
				continue;
			taken++;
			feeds.at[i].knobs = knobs;
			*list_add(out) = feeds.at[i];
		}
	}
}

/* One feed, and after a while any: what is a time has grown so far and no further. */
static const char *by_pair(struct checker *c, const struct guardrail *g, struct chains *all)
{
	const uint64_t *waits;
	int n = explorer_waits(c->explorer, &waits);

	for (int w = 0; w < n; w++)
		for (int i = 0; i < all->feeds.n; i++)
			for (int k = 0; k < all->feeds.n; k++) {
				struct feed later = all->feeds.at[k];
				const struct feed *two[] = {&all->feeds.at[i], &later};
				later.wait = (num)waits[w];
				if ((!k || all->feeds.at[k - 1].event != later.event) && chain(c, g, all, two, 2))
					return all->script;
			}
	return NULL;
}

/* One feed again and again, as often as a short window has room. */
static const char *by_chain(
	struct checker *c, const struct guardrail *g, const feature_list *evidence, const num *knobs)
{
	struct chains all = {.left = CHAINS};
	num wait = g->hold > g->every ? g->hold : g->every;
	bool timed = false;

	for (int i = 0; i < evidence->n; i++)
		timed |= evidence->at[i]->kind == FEATURE_AGE || evidence->at[i]->kind == FEATURE_HELD;
	chain_feeds(c, g, knobs, &all.feeds);
	if (timed)
		return by_pair(c, g, &all);
	for (int waits = 0; waits <= (wait > 0); waits++) /* each after the guardrail's own times, where it has any */
		for (int k = 2; k <= RING + 1; k += k < 4 ? 1 : 3)
			for (int i = 0; i < all.feeds.n; i++) {
				const struct feed *again[RING + 1];
				struct feed one = all.feeds.at[i];
				one.wait = waits ? wait : one.wait;
				for (int j = 0; j < k; j++)
					again[j] = &one;
				if (chain(c, g, &all, again, k))
					return all.script;
			}
	return NULL;
}

/* W of one feed, then j of another on the same event: a window of which a part hits, or a short one that holds nothing
 * else. Of times, and of what comes near slowly, nothing is known. */
static term mixed(struct relation *r, const struct feature *f, const struct effect *a, const struct effect *b, num j,
	const term *s)
{
	static const struct course none = {0};
	const struct feature_vars *x = &r->feature[f->index];
	num hits;

	if (f->events <= 0)
		return t_bool(true);
	if (!counted(f))
		return j >= f->events ? reached(r, f, &none, b, s) : t_bool(true);
	j = j < f->events ? j : f->events;
	hits = (a->hit[f->index] ? f->events - j : 0) + (b->hit[f->index] ? j : 0);
	return t_and(t_eqi(s[x->fill], f->events), t_eqi(s[x->hits], hits));
}

static bool mix_arrives(struct checker *c, const struct guardrail *g, const feature_list *features,
	const struct effect *a, const struct effect *b, num j)
{
	struct relation *r = c->rel;
	struct step *still = relation_still(r, r->s);
	struct question *q = ask_new(SMT_RLIMIT);
	enum smt_answer answer;

	ask_assert(q, t_not(evidence_holds(r, still, g)));
	ask_assert(q, lemmas_windows(r, c->known, r->s));
	lemmas_assume_within(q, r, c->known, still);
	for (int i = 0; a->feed->knobs && i < c->policy->tunables.n; i++)
		ask_assert(q, t_eqi(still->operator_set[i], a->feed->knobs[i]));
	for (int i = 0; i < features->n; i++)
		if (features->at[i]->on == a->feed->event)
			ask_assert(q, mixed(r, features->at[i], a, b, j, r->s));
	ask_assert(q, r->s[r->guardrail[g->index].tripped]);
	answer = ask_check(q);
	ask_free(q);
	return answer == SMT_UNSAT;
}

static bool reset_by_others(const struct policy *p, const struct guardrail *g, const feature_list *features)
{
	for (int i = 0; i < p->guardrails.n; i++)
		for (int f = 0; f < features->n; f++)
			if (p->guardrails.at[i] != g &&
				(relation_resets(p->guardrails.at[i], features->at[f], true) ||
					relation_resets(p->guardrails.at[i], features->at[f], false)))
				return true;
	return false;
}

static const char *by_mixture(
	struct checker *c, const struct guardrail *g, const feature_list *features, const num *knobs)
{
	const struct hook *hook = c->policy->hook;

	if (reset_by_others(c->policy, g, features))
		return NULL;
	for (int e = 0; e < hook->events.n; e++) {
		feed_list feeds = {0};
		LIST(struct effect *) effects = {0};
		num window = 0;
		for (int f = 0; f < features->n; f++)
			if (features->at[f]->on == hook->events.at[e] && features->at[f]->events > window)
				window = features->at[f]->events;
		if (!window || !looks(c->rel, g, hook->events.at[e]))
			continue;
		script_feeds(c, g, hook->events.at[e], &feeds);
		for (int i = 0; i < feeds.n && effects.n < MIXED; i++) {
			struct effect *x = arena_alloc(sizeof *x);
			struct feed *feed = arena_alloc(sizeof *feed);
			*feed = feeds.at[i];
			feed->knobs = knobs;
			if (effect_of(c, g, feed, features, x))
				*list_add(&effects) = x;
		}
		for (int a = 0; a < effects.n; a++)
			for (int b = 0; b < effects.n; b++)
				for (num j = 1; j < window && a != b; j += j < 4 || window < 16 ? 1 : window / 8)
					if (script_left(c, 1) &&
						mix_arrives(c, g, features, effects.at[a], effects.at[b], j) &&
						script_can(c, g, effects.at[a]->feed) &&
						script_can(c, g, effects.at[b]->feed))
						return arena_printf("%lld x { %s }, then %lld x { %s }",
							(long long)window, script_text(c, effects.at[a]->feed),
							(long long)j, script_text(c, effects.at[b]->feed));
	}
	return NULL;
}

/* The evidence, and what the guardrails read that could empty its windows. */
static void all_features(
	const struct policy *p, const struct guardrail *g, const feature_list *evidence, feature_list *all)
{
	for (int i = 0; i < evidence->n; i++)
		*list_add(all) = evidence->at[i];
	for (int i = 0; i < p->guardrails.n; i++) {
		const struct guardrail *h = p->guardrails.at[i];
		bool empties = false;
		feature_list read = {0};
		for (int f = 0; f < evidence->n; f++)
			empties |= h != g &&
				(relation_resets(h, evidence->at[f], true) ||
					relation_resets(h, evidence->at[f], false));
		if (!empties)
			continue;
		evidence_in(h->trip, &read);
		evidence_in(h->rearm, &read);
		for (int f = 0; f < read.n; f++) {
			bool there = false;
			for (int k = 0; k < all->n; k++)
				there |= all->at[k] == read.at[f];
			if (!there)
				*list_add(all) = read.at[f];
		}
	}
}

static const char *with_knobs(struct checker *c, const struct guardrail *g, const num *knobs)
{
	const struct effect **by_event = arena_alloc(sizeof(struct effect *) * (size_t)(c->policy->hook->events.n + 1));
	feature_list evidence = {0}, all = {0};
	const char *script = NULL;
	int left = CHOICES;

	evidence_of(c->policy, g, &evidence);
	script = at_once(c, g, &evidence, knobs);
	if (script)
		return script;
	for (int i = 0; i < evidence.n; i++)
		if (evidence.at[i]->events > 0 && !window_turns(evidence.at[i]->events))
			return NULL;
	all_features(c->policy, g, &evidence, &all);
	if (some_script(c, g, &all, 0, by_event, &script, &left, knobs))
		return script;
	script = by_mixture(c, g, &evidence, knobs);
	return script ? script : by_chain(c, g, &evidence, knobs);
}

/* Whatever the knobs are; else with the operator's help. */
static const char *with_some_knobs(struct checker *c, const struct guardrail *g)
{
	const struct policy *p = c->policy;
	const char *script;

	c->scripts_left = SCRIPTS;
	script = with_knobs(c, g, NULL);
	for (int way = 0; !script && p->tunables.n && way < 3; way++) {
		num *knobs = arena_alloc(sizeof(num) * (size_t)p->tunables.n);
		for (int i = 0; i < p->tunables.n; i++)
			knobs[i] = way == 0 ? p->tunables.at[i]->initial
				: way == 1  ? p->tunables.at[i]->type.lo
					    : p->tunables.at[i]->type.hi;
		script = with_knobs(c, g, knobs);
	}
	return script;
}

const char *script_back(struct checker *c, const struct guardrail *g)
{
	struct way_back *w;

	for (int i = 0; i < c->ways_back.n; i++)
		if (c->ways_back.at[i].of == g && c->ways_back.at[i].known == c->known)
			return c->ways_back.at[i].script;
	const char *script = with_some_knobs(c, g);
	w = list_add(&c->ways_back);
	*w = (struct way_back){g, c->known, script};
	return script;
}

static bool does_not_trip(void *user, struct machine *m, const struct entry *in, const struct outcome *out)
{
	const struct guardrail *g = user;

	(void)m;
	(void)in;
	return !(out->tripped >> g->index & 1);
}

static struct trace *trip_of(struct checker *c, const struct guardrail *g)
{
	struct hunt h = {.hit = does_not_trip, .user = (void *)g, .anywhere = true};

	*list_add(&h.aims) = (struct aim){.kind = AIM_TRIPPED, .guardrail = g, .want = true};
	return explore(c->explorer, &h);
}

/* By what is known of the states: true: that was enough. */
static bool by_known(struct checker *c, const struct guardrail *g, struct verdict *v)
{
	const char *script = script_back(c, g), *set_text = "it is tripped";
	struct closed *set;

	if (script) {
		v->answer = PROVED;
		v->reason = arena_printf("from every tripped state: %s", script);
		return true;
	}
	if (never_trips_after_all(c, g)) {
		v->answer = PROVED;
		v->reason = "it never trips";
		return true;
	}
	set = closed_find(c, g);
	if (set) {
		v->trace = closed_reach(c, set);
		set_text = closed_text(c, set);
	}
	if (!v->trace && never_rearms(c, g)) {
		v->trace = trip_of(c, g);
		set_text = "it is tripped, and what would rearm it is never so";
	}
	if (!v->trace)
		return false;
	v->answer = REFUTED;
	v->reason = arena_printf("once `%s` has tripped there is no way back", g->name);
	v->label = "never comes true again";
	v->also = g->trip_at;
	v->also_label = "after this";
	v->shown = case_text(c, v->trace, arena_printf("from here on, for ever: %s. Last entry", set_text));
	v->help =
		"let rearm read what goes on being measured while it is tripped, with a bound that can be met; or write `latch`";
	return true;
}

static bool with_strong(struct checker *c, const struct guardrail *g, struct verdict *v)
{
	bool enough;

	c->known = strong_invariant(c);
	enough = by_known(c, g, v);
	c->known = &c->inv;
	return enough;
}

static void one(struct checker *c, const struct guardrail *g)
{
	struct verdict *v = verdict_add(c, g->name, g->rearm_at, UNKNOWN);

	if (never_trips(c, g)) {
		v->answer = PROVED;
		v->reason = "it never trips";
		return;
	}
	if (!by_known(c, g, v) && !with_strong(c, g, v))
		v->reason = arena_printf("no script was found that rearms `%s` from every tripped state", g->name);
}

void check_absorbing(struct checker *c)
{
	for (int i = 0; i < c->policy->guardrails.n; i++)
		if (!c->policy->guardrails.at[i]->latch)
			one(c, c->policy->guardrails.at[i]);
}
