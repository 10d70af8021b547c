/* acsl: what the policy's words mean, as ACSL predicates over record values, and the contract of each generated function.
 *
 * Everything here is printed from the typed policy. Nothing is computed from the IR: a lowering that goes wrong meets a
 * contract that did not. */
#ifndef LDOSC_ACSL_H
#define LDOSC_ACSL_H

#include "acsl_term.h"

/* The predicates, in the order of the generated header. */
void acsl_figures(FILE *f, const struct policy *p);    /* Figures */
void acsl_events(FILE *f, const struct policy *p);     /* SubmitOk, LegOk .. */
void acsl_invariant(FILE *f, const struct policy *p);  /* DevStill, DevTimed, CarryOk, CtxOk */
void acsl_features(FILE *f, const struct policy *p);   /* MissedComplete, CompleteRest, CompleteFeatures .. */
void acsl_guardrails(FILE *f, const struct policy *p); /* DriftTrips, DriftRearms, Drift */
void acsl_decision(FILE *f, const struct policy *p);   /* Need, Lawful, LegLearned, LegChosen .. */

/* The contracts: each prints one comment, from its opening to its end. */
void acsl_init(FILE *f, const struct policy *p);
void acsl_key_init(FILE *f, const struct policy *p, const struct key *k);
void acsl_carry_init(FILE *f, const struct policy *p);
void acsl_event_ok(FILE *f, const struct policy *p, const struct event *e);
void acsl_event_features(FILE *f, const struct policy *p, const struct event *e);
void acsl_event_entry(FILE *f, const struct policy *p, const struct event *e);
void acsl_quantified(FILE *f, const struct policy *p, const struct guardrail *g, const struct expr *e);
void acsl_quantified_loop(FILE *f, const struct policy *p, const struct guardrail *g, const struct expr *e);
void acsl_in_force(FILE *f, const struct policy *p, const struct tunable *t);
void acsl_held(FILE *f, const struct policy *p, const struct guardrail *g);
void acsl_held_loop(FILE *f, const struct policy *p, const struct guardrail *g);
void acsl_guardrail_trip(FILE *f, const struct policy *p, const struct guardrail *g);
void acsl_guardrail_rearm(FILE *f, const struct policy *p, const struct guardrail *g);
void acsl_guardrail_once(FILE *f, const struct policy *p, const struct guardrail *g);
void acsl_guardrail_step(FILE *f, const struct policy *p, const struct guardrail *g);
void acsl_set(FILE *f, const struct policy *p, const struct tunable *t);

/* .. of the shield: c the context, slot where the ticket lies. */
void acsl_need(FILE *f, const struct policy *p);
void acsl_room(FILE *f, const struct policy *p, const struct guarantee *g);
void acsl_counts(FILE *f, const struct policy *p, const struct guarantee *g);
void acsl_under(FILE *f, const struct policy *p, const struct guarantee *g);
void acsl_may_learn(FILE *f, const struct policy *p);
void acsl_lawful(FILE *f, const struct policy *p);
const char *acsl_chosen(
	const struct policy *p, bool learned, int k, const char *part);	 /* a rung; part NULL: none was chosen */
const char *acsl_only_learned(const struct policy *p, const char *part); /* the learned rule chooses no other */
void acsl_first(FILE *f, const struct policy *p, bool learned, int k);
void acsl_first_loop(FILE *f, const struct policy *p, bool learned, int k);
void acsl_takes_part(FILE *f, const struct policy *p, bool learned, int k);
void acsl_takes_part_loop(FILE *f, const struct policy *p, bool learned, int k);
void acsl_rule(FILE *f, const struct policy *p, const struct part *part, bool learned);
void acsl_record_lawful(FILE *f, const struct policy *p);
void acsl_record_rule(FILE *f, const struct policy *p, bool learned);
void acsl_answered(FILE *f, const struct policy *p);
void acsl_answered_loop(FILE *f, const struct policy *p);
void acsl_choose(FILE *f, const struct policy *p);
struct through {
	const char *let_through, *only, *not_through;
};
struct through acsl_through(const struct policy *p); /* rungs on the two roads of choose */
void acsl_record_step(FILE *f, const struct policy *p);
void acsl_said(FILE *f, const struct policy *p);
void acsl_hear(FILE *f, const struct policy *p);
void acsl_hear_loop(FILE *f, const struct policy *p);
void acsl_shut(FILE *f, const struct policy *p);
struct heard {
	const char *said, *kept;
};
struct heard acsl_heard(const struct policy
		*p); /* rungs: what the answers left in the keys, of the ticket as settle found it; NULL: nothing */
void acsl_settle(FILE *f, const struct policy *p);

/* .. of a number that is decided: its grid, and the stretch of steps that the guarantees leave. */
const char *acsl_at(const struct part *part, const char *step); /* NAt(step) */
const char *acsl_part_in_range(const struct policy *p, const struct part *part, const char *value, const char *event);
const char *acsl_choices(
	const struct policy *p, const char *before, const char *prefix); /* "integer leg, integer n"; "d->leg, d->n" */
const char *acsl_decision_in_range(const struct policy *p, const char *d, const char *event); /* of all its parts */
void acsl_number_words(FILE *f, const struct policy *p, const struct part *part);	      /* their predicates */
void acsl_number_rule(FILE *f, const struct policy *p, const struct part *part, bool learned);
void acsl_leaves(FILE *f, const struct policy *p, const struct guarantee *g);
void acsl_hold(FILE *f, const struct policy *p);
const char *acsl_interval(const struct policy *p);    /* a rung: the stretch w is what is lawful */
const char *acsl_lawful_step(const struct policy *p); /* .. and so step s is */

/* .. of asking. */
void acsl_asking(FILE *f, const struct policy *p); /* its predicates */
void acsl_encode(FILE *f, const struct policy *p, const struct model *m);
void acsl_kept(
	FILE *f, const struct policy *p); /* what is kept of a vector, as predicates of the feature and the vector */
void acsl_keep(FILE *f, const struct policy *p, const struct model *m, const struct input *in);
void acsl_push(FILE *f, const struct policy *p, const struct feature *feature);
void acsl_take(FILE *f, const struct policy *p);
void acsl_clear_loop(FILE *f, const struct policy *p, bool questions);
void acsl_shadow(FILE *f, const struct policy *p, const struct guardrail *g);
void acsl_over(FILE *f, const struct policy *p);
void acsl_over_loop(FILE *f, const struct policy *p);
void acsl_turn(FILE *f, const struct policy *p);
void acsl_whom(FILE *f, const struct policy *p);
void acsl_whom_loop(FILE *f, const struct policy *p);
void acsl_question(FILE *f, const struct policy *p);
void acsl_question_loop(FILE *f, const struct policy *p);
void acsl_asked(FILE *f, const struct policy *p);
void acsl_ask(FILE *f, const struct policy *p,
	bool all); /* !all: nothing of what moves before the ticket, and of who is asked */

void world_print(FILE *f, const struct policy *p);  /* NAME_world.c */
void decide_print(FILE *f, const struct policy *p); /* NAME_decide.h */

void wrapped(FILE *f, const char *text); /* C, its lines broken where they are too long */

/* Loop invariants, assigns and variant of the loops that generated functions have. */
void acsl_init_loop(FILE *f, const struct policy *p, const struct key *k);
void acsl_carry_loop(FILE *f, const struct policy *p);
void acsl_list_loop(FILE *f, const struct policy *p, const struct field *list);

/* ---- shared by the printers of contracts ---- */

/* `a && b && ...`, one part a call; wraps where the line is full. */
struct conjunction {
	FILE *f;
	int column, indent, parts;
	const char *op; /* " &&" */
};
void conj_open(struct conjunction *c, FILE *f, int column, int indent);
void conj_part(struct conjunction *c, const char *part);
void conj_close(struct conjunction *c, const char *end); /* nothing said is \true */

/* `SlowIoKept1(d.hist.pend, d.kept_slow_io)` for each input that key k keeps, or only for those that read a feature. */
void acsl_kept_parts(struct conjunction *c, const struct policy *p, const struct model *m, const struct key *k,
	const struct feature *of, const char *state);
/* .. the same, value by value: it names each, so that provers look inside */
void acsl_kept_values(struct conjunction *c, const struct model *m, int input, const char *last, const char *v);
void acsl_kept_rung(const struct model *m, int input, const char *last, const char *v,
	void (*say)(void *to, const char *what), void *to);
void acsl_kept_rungs(const struct policy *p, const struct key *k, const struct feature *of, const char *state,
	void (*say)(void *to, const char *what), void *to);
const char *acsl_digit(const struct input *in, const char *x, int digit); /* Digit(x, 100, 999) */

const char *policy_line(struct span at);
void acsl_says(FILE *f, const struct span *at, int count); /* `    // the policy's line`, for each distinct line */
const char *acsl_context(const struct policy *p);	   /* "struct io_route" */
const char *acsl_event_type(const struct policy *p, const struct event *e);
const char *acsl_record(const struct policy *p, const struct field *list);   /* "Leg": the name of an element's type */
const char *record_struct(const struct policy *p, const struct field *list); /* io_route_leg */
const char *acsl_column_ok(const struct feature *f, int column, const char *state); /* the invariant of last values */
const char *acsl_feature_init(const struct feature *f, const char *state, const char *key); /* as init leaves it */
bool acsl_has_features(const struct policy *p, const struct event *e);			    /* a step of its own */
bool acsl_timed(const struct policy *p, const struct key *k); /* the time as it goes bears on what its record holds */
bool acsl_reports(const struct guardrail *g);		      /* a trip goes into the report */
void acsl_transition(const struct policy *p, const struct guardrail *g, bool trip, const char *o, const char *n,
	void (*say)(void *to, const char *name, const char *what), void *to);
/* ask and settle (e == NULL) have a step that does features and guardrails, where there are any: */
bool acsl_moves(const struct policy *p, const struct event *e);
void acsl_move(FILE *f, const struct policy *p, const struct event *e);
/* What the world's own record of trips rests on, where a guarantee reads one: as clauses, and as rungs between two
 * guardrails. */
void acsl_trips_moved(FILE *f, const struct policy *p);
void acsl_trips_moved_rungs(const struct policy *p, void (*say)(void *to, const char *what), void *to);
const char *acsl_moved(
	const struct policy *p, const struct event *e); /* the state that it leaves, as the entry's end has it */
const char *acsl_moved_from(
	const struct policy *p, const struct event *e, const char *o); /* .. where o is the state before */
const char *acsl_moved_members(
	const struct policy *p, const struct event *e, const char *n); /* ".now = n.now, .dev = n.dev" */
const char *acsl_steps(const struct policy *p, const struct event *e); /* how that comes from the state before */
void acsl_feature_rungs(const struct policy *p, const struct event *e, void (*say)(void *to, const char *what),
	void *to);			 /* .. of its step */
const char *acsl_asks_ok(const char *c); /* what always holds of the tickets of context c, and of what was asked */
/* Parts of StateOk that provers get lost in. `moved`: the key whose record was written, or NULL. */
void acsl_rungs(const struct policy *p, const struct key *moved, void (*say)(void *to, const char *what), void *to);
void acsl_rungs_alone(const struct policy *p, void (*say)(void *to, const char *what),
	void *to); /* .. where no record was written, key by key of those that keep any */
const char *acsl_counted_members(
	const struct guarantee *g, const char *n);		     /* ".few = n.few, ": what recording g writes */
const char *acsl_counted(const char *which);			     /* ensures text: one counter moves, nothing else */
bool event_moves_key(const struct policy *p, const struct event *e); /* its steps take the key as an argument */

#endif
