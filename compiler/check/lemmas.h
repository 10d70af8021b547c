/* The invariant: lemmas that the components bring, of which those are kept that init establishes and every entry keeps.
 * What stands here in C is printed into CtxOk and proved again of the C code. */
#ifndef LEMMAS_H
#define LEMMAS_H

#include "relation.h"

enum lemma_kind {
	LEMMA_RANGE,   /* lo <= var <= hi; hi < lo: only lo */
	LEMMA_HITS,    /* 0 <= hits <= seen, of a feature or a guarantee */
	LEMMA_LIMIT,   /* hits <= bound, of a guarantee */
	LEMMA_FLOOR,   /* seen == its window (and no assumption failed in it) ==> hits >= bound, of a guarantee */
	LEMMA_PAST,    /* a time is not ahead of now: age, held, trip, rearm */
	LEMMA_EVER,    /* tripped ==> ever tripped */
	LEMMA_HOLD,    /* armed and ever tripped ==> the last trip is at least `bound` ago */
	LEMMA_LATCH,   /* ever tripped ==> tripped */
	LEMMA_REARMED, /* armed and ever tripped ==> rearmed, at least `bound` after the trip */
	LEMMA_TRIPPED, /* tripped and ever rearmed ==> rearmed before the trip */
	LEMMA_SEGMENT, /* two windows over one stream: the longer's rest beyond the shorter holds the rest of its hits */
	LEMMA_RING,    /* hits is how many of the elements that were seen hit */
	LEMMA_SEEN,    /* of two windows over decisions: the shorter is as full as the longer, or full */
	LEMMA_BOTH,    /* of two windows over one stream: an element of the one hits iff that of the other does */
	LEMMA_EITHER,  /* no element hits in both */
	LEMMA_WHERE,   /* where the one hits, the other does */
	LEMMA_KNOWN,   /* ever tripped ==> so many seen: the condition could be read */
	LEMMA_VALUE,   /* seen > 0 ==> value is what its elements make */
	LEMMA_LINK, /* an element of the one hits, or does not ==> that of the other is at least, or at most, `bound` */
	LEMMA_SAME, /* the elements of both are the same */
	LEMMA_ORDER,   /* while the one runs, the other counts from no later */
	LEMMA_RUNS,    /* while the one runs, so does the other */
	LEMMA_CALM,    /* armed ==> the condition to trip does not hold, or nothing has happened yet */
	LEMMA_SICK,    /* tripped, its times over ==> the condition to rearm does not hold */
	LEMMA_ONE,     /* of two guardrails one has tripped, or nothing has happened yet */
	LEMMA_APART,   /* they are never both tripped */
	LEMMA_WITH,    /* while the one is tripped the other is */
	LEMMA_AMOUNT,  /* lo * open <= in_flight <= hi * open */
	LEMMA_CARRIED, /* requests of a kind, or opened since one closed <= open requests <= requests of all keys */
	LEMMA_CLOSED,  /* closed since one opened + open requests <= bound, the most that may be open */
	LEMMA_ALL,     /* hits == seen: what enters hits */
	LEMMA_NONE,    /* hits == 0 */
	LEMMA_NEVER,   /* the guardrail has never tripped */
	LEMMA_FRESH,   /* the guardrail has tripped, or nothing has happened yet */
	LEMMA_EMPTY    /* nothing was seen ==> the value is the initial one */
};

struct lemma {
	enum lemma_kind kind;
	bool kept;
	int var, of; /* variables of the relation: what is bounded, by which */
	const struct feature *feature, *other;
	const struct guarantee *guarantee;
	const struct guardrail *guardrail;
	const struct key *key; /* holds of each; NULL: of the policy */
	num lo, hi, bound;
	const int *ring, *other_ring; /* the elements, n of them */
	int n;
	const char *text; /* "detours.hits <= 400" */
};

struct combinations;
struct lemmas {
	LIST(struct lemma) all;
	int rounds;				 /* of dropping */
	unsigned spent;				 /* resource units */
	const struct combinations *combinations; /* predicates.c: more that is so, or NULL */
	bool real; /* of the system whose decisions are what the rules say, not any lawful ones */
};

/* The candidates, from the policy alone. */
void lemmas_collect(const struct relation *r, struct lemmas *l);
/* More of them, for the system that decides by the policy's own rules: what it in fact never does. */
void lemmas_collect_real(const struct relation *r, struct lemmas *l);
/* Drops what init does not establish or an entry does not keep. */
void lemmas_settle(struct relation *r, struct lemmas *l);
/* Every one that is left is kept by the entry: asked one by one. */
bool lemmas_kept(struct relation *r, const struct lemmas *l, const struct step *st);
/* One more record, with the policy-wide variables of the entry's start. */
term *lemmas_record(const struct relation *r, const struct step *st, const struct other *o);
term combinations_term(const struct relation *r, const struct combinations *x, const term *v);
bool lemma_is_guess(const struct lemma *l); /* it is tried because it is sometimes so: that it is not says nothing */
term lemma_term(const struct relation *r, const struct lemma *l, const term *v);
/* Inv of a state whose variables are v. */
term lemmas_state(const struct relation *r, const struct lemmas *l, const term *v);
/* Of it, what windows and values are by themselves. */
term lemmas_windows(const struct relation *r, const struct lemmas *l, const term *v);
/* Inv of everything that the entry reads, and its inputs allowed. */
void lemmas_assume(struct question *q, const struct relation *r, const struct lemmas *l, const struct step *st);
void lemmas_assume_still(
	struct question *q, const struct relation *r, const struct lemmas *l, const struct step *still);
/* The same within an entry, once features are fed and before guardrails move: what is so between entries of conditions and
 * of what is tripped need not be so there. */
void lemmas_assume_within(
	struct question *q, const struct relation *r, const struct lemmas *l, const struct step *still);
bool lemma_holds(const struct lemmas *l, enum lemma_kind kind,
	const void *of); /* a kept one, of this feature, guarantee or guardrail */

/* For the backend: the invariant of a policy, as `check_policy` found it. */
const struct lemmas *policy_invariant(const struct policy *p);

#endif
