/* layout: what things are called in generated code, and where the context keeps them. The printer of code and the printer
 * of contracts share the names, and nothing else.
 *
 * A path takes the context as a prefix with its accessor, "c->" in code or "o." in logic, and the key as text; without a
 * key the prefix is the key's record, seen from inside: "d.". */
#ifndef LDOSC_LAYOUT_H
#define LDOSC_LAYOUT_H

#include "../ldosc.h"

const char *c_upper(const char *name); /* io_route: IO_ROUTE */
const char *c_camel(const char *name); /* io_route: IoRoute */
const char *c_number(num v);	       /* a C and ACSL literal; a U suffix where int does not hold it */
const char *c_integer(num v);	       /* plain decimal, for logic and comments */

const char *c_type(const struct type *t); /* u8 .. u64, s32, s64: the smallest unsigned that holds the range */
int c_bits(const struct type *t);

/* Constants, with the policy's prefix: IO_ROUTE_DEVS, IO_ROUTE_FAST, IO_ROUTE_LEARNED. */
const char *c_keys(const struct policy *p, const struct key *k);
const char *c_list_max(const struct policy *p, const struct field *list);
const char *c_tags(const struct policy *p, const struct field *tag); /* one more than the greatest tag */
const char *c_symbol(const struct policy *p, const struct symbols *s, int i);
const char *c_guardrail(const struct policy *p, const struct guardrail *g); /* as reports name it */
const char *c_unsaid(const struct policy *p);				    /* no class, or no answer */
const char *c_by(const struct policy *p, int source);
const char *c_macro(const struct policy *p, const char *name); /* IO_ROUTE_<NAME> */
const char *c_steps(
	const struct policy *p, const struct part *part); /* of a number's grid, how many; as a step, none */
num part_steps(const struct part *part);

/* Type names: struct io_route_dev, struct window_64. */
const char *c_struct(const struct policy *p, const char *name);
/* What the user named: with a `_` behind where our own names could be meant. */
const char *c_word(const char *name);
const char *c_named(const struct policy *p, const char *name);
const char *feature_struct(const struct policy *p, const struct feature *f);
const char *column_struct(const struct feature *f, int column); /* of a LAST feature */
const char *guarantee_struct(const struct guarantee *g);
/* Statistics are kept of values that are not negative: each has this much added, and what is read of them has it taken
 * off. */
num feature_lift(const struct feature *f);
struct type feature_lifted(const struct feature *f); /* the values as they are kept, what stands for none among them */
int inflight_keys(const struct feature *f);

/* Members. A keyless state lies in the context itself; names that generated code uses get a `_` behind. */
const char *c_member(const char *name);
const char *key_path(const char *c, const struct key *k, const char *key); /* c->dev[dev] */
const char *feature_path(const struct feature *f, const char *c, const char *key);
const char *column_path(const struct feature *f, int column, const char *c, const char *key);
const char *inflight_sum(const struct feature *f, const char *c, const char *key);
const char *guardrail_path(const struct guardrail *g, const char *c, const char *key);
const char *shadow_path(const struct guardrail *g, const char *c, const char *key);
const char *held_path(const struct guardrail *g,
	const char *c); /* of one per key that holds knobs: a key whose is tripped, counted from 1; 0: none */
const char *said_path(const struct model *m, const struct key *k, const char *c, const char *key);
const char *tunable_path(const struct tunable *t, const char *c);
const char *guarantee_path(const struct guarantee *g, const char *c);
const char *clean_path(const struct guarantee *g, const char *c);
const char *carry_path(const struct policy *p, int column, const char *c, const char *tag);
const char *table_path(const struct policy *p, const char *c); /* the in-flight table that says which tags are open */
const struct feature *table_feature(const struct policy *p);

/* A carry needs its table of tags, which knows under which key each was opened, even where nothing is counted in
 * flight, or not by key: the policy with such a feature of our own, `tags`. What a backend is given goes through this
 * first. */
const struct policy *with_table(const struct policy *p);

/* Facts of a policy that both printers need. */
bool event_used(const struct policy *p, const struct event *e);	   /* an entry of its own */
bool event_emitted(const struct policy *p, const struct event *e); /* the C has structs and constants of it */
bool decides_at_once(
	const struct policy *p); /* what a model answers is there to be computed, or nothing is asked: NAME_decide */
bool carry_kept(const struct policy *p); /* a carry without columns is the table of tags and nothing else */
bool carry_writes(const struct policy *p, const struct event *e);
bool event_opens(const struct policy *p, const struct event *e);
bool event_closes(const struct policy *p, const struct event *e);
bool key_kept(const struct policy *p, const struct key *k); /* the context has a record of each such key */
bool said_kept(const struct policy *p, const struct model *m,
	const struct key *k); /* .. with its last answer; k == NULL: the context */
const struct key *moved_key(
	const struct policy *p, const struct event *e); /* whose state and guardrails it moves; NULL: none */
/* The guardrails that stand over what a model is asked about, in file order: how many; `out` may be NULL. */
int standing_guardrails(const struct policy *p, const struct model *m, const struct guardrail **out);
bool over_kept(const struct policy
		*p); /* a ticket notes which of them was tripped over each vector: who counts, or that it probes */
bool shadow_kept(const struct policy *p);
int shadow_every(const struct policy *p, const struct guardrail *g); /* asked one in so many while tripped; 0: never */
const struct guarantee *first_count(const struct policy *p);	     /* that counts; NULL: none does */
bool clean_kept(const struct guarantee *g); /* counts the decisions at which its assumptions have held */
bool guardrail_falls_back(const struct guardrail *g);
bool guardrail_keeps_held(
	const struct guardrail *g); /* per key, and it holds knobs: the context notes whether some key does */
bool guardrail_resets(const struct policy *p, const struct guardrail *g, const struct feature *f, bool on_trip);
const struct field *record_key(const struct field *list, const struct key *k); /* the field of that key; NULL: none */
const struct field *remembered_key(const struct model *m); /* of a candidate: under which its answers are kept */
const struct part *main_part(const struct policy *p);	   /* the one among candidates, else the first */
const char *decision_word(
	const struct policy *p);	    /* what functions and predicates of the whole decision are called after */
bool scores_signed(const struct policy *p); /* what candidates are chosen by may be negative */
bool scores_wide(const struct policy *p);   /* .. may leave 63 bits */
bool class_may_be_none(
	const struct expr *rule); /* what a rule for a class says can be no class: an answer that is not there */
bool policy_floors(const struct policy *p); /* something that may be negative is divided */

/* An input that only an event changes is written when that event comes, into a vector that the candidate's key keeps,
 * and asking copies it: digits of the last values of a feature. */
const struct field *kept_key(const struct policy *p, const struct model *m); /* of a candidate; NULL: nothing is kept */
bool input_kept(const struct policy *p, const struct model *m, const struct input *in);
bool feature_kept(const struct policy *p, const struct feature *f); /* some input reads it that is kept */
int input_place(const struct model *m, int input);		    /* of its first number in the vector */
const char *kept_path(const struct model *m, const struct key *k, const char *c, const char *key);
bool expr_reads(const struct expr *e, const struct feature *f);
bool expr_uses(const struct expr *e, enum op op);

/* `any` and `every` of a guardrail's conditions, in the order of the text, counted from 0: NULL past the last. */
bool trip_seen(const struct policy *p, const struct guardrail *g); /* a guarantee reads the age of its trips */
const struct expr *guardrail_quantified(const struct guardrail *g, int k);
const char *quantified_function(const struct policy *p, const struct guardrail *g, const struct expr *e);
bool expr_reads_own_key(const struct expr *e); /* something kept per key, of the key that is not named */

#endif
