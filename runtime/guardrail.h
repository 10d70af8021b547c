/* A guardrail is armed, or tripped since a time. It rearms after a hold, and at most once a period; whether the evidence
 * is there is the caller's question. The invariant: whoever finds it armed knows that the last trip is `hold` ago. */
#ifndef LDOSC_GUARDRAIL_H
#define LDOSC_GUARDRAIL_H

#include "base.h"

struct guardrail {
	u32 tripped;
	u32 ever_tripped;
	u32 ever_rearmed;
	u64 tripped_at; /* the last time, as rearmed_at */
	u64 rearmed_at;
};

/*@ predicate GuardrailOk(struct guardrail g, integer now, integer hold) =
      g.tripped <= 1 && g.ever_tripped <= 1 && g.ever_rearmed <= 1 && 0 <= g.tripped_at <= now && 0 <= g.rearmed_at <= now &&
      (g.tripped == 1 ==> g.ever_tripped == 1) &&
      (g.ever_rearmed == 1 ==> g.ever_tripped == 1) &&
      (g.tripped == 1 && g.ever_rearmed == 1 ==> g.rearmed_at <= g.tripped_at) &&
      (g.tripped == 0 && g.ever_tripped == 1 ==> g.ever_rearmed == 1 && g.rearmed_at - g.tripped_at >= hold);

    predicate Armed(struct guardrail g) = g.tripped == 0;

    predicate NeverTripped(struct guardrail g) = g.tripped == 0 && g.ever_tripped == 0 && g.ever_rearmed == 0;

    // age(NAME.trip)
    logic integer TripAge(struct guardrail g, integer now) = g.ever_tripped == 1 ? now - g.tripped_at : NEVER;

    predicate MayRearm(struct guardrail g, integer now, integer hold, integer every) =
      g.tripped == 1 && now - g.tripped_at >= hold && (g.ever_rearmed == 1 ==> now - g.rearmed_at >= every);

    predicate Tripped(struct guardrail old, struct guardrail new, integer now) =
      new.tripped == 1 && new.ever_tripped == 1 && new.tripped_at == now &&
      new.ever_rearmed == old.ever_rearmed && new.rearmed_at == old.rearmed_at;

    predicate Rearmed(struct guardrail old, struct guardrail new, integer now) =
      new.tripped == 0 && new.ever_rearmed == 1 && new.rearmed_at == now &&
      new.ever_tripped == old.ever_tripped && new.tripped_at == old.tripped_at;
*/

/*@ requires valid: \valid(g);
    assigns *g;
    ensures ok: \forall integer now, hold; now >= 0 ==> GuardrailOk(*g, now, hold);
    ensures never: NeverTripped(*g);
*/
static inline void guardrail_init(struct guardrail *g)
{
	g->tripped = 0;
	g->ever_tripped = 0;
	g->ever_rearmed = 0;
	g->tripped_at = 0;
	g->rearmed_at = 0;
}

/*@ requires valid: \valid(g);
    requires armed: Armed(*g);
    assigns *g;
    ensures ok: \forall integer hold; GuardrailOk(\old(*g), now, hold) ==> GuardrailOk(*g, now, hold);
    ensures tripped: Tripped(\old(*g), *g, now);
*/
static inline void guardrail_trip(struct guardrail *g, u64 now)
{
	g->tripped = 1;
	g->ever_tripped = 1;
	g->tripped_at = now;
}

/*@ requires valid: \valid_read(g);
    requires ok: GuardrailOk(*g, now, 0);
    assigns \nothing;
    ensures may: \result <==> MayRearm(*g, now, hold, every);
*/
static inline bool guardrail_may_rearm(const struct guardrail *g, u64 now, u64 hold, u64 every)
{
	if (!g->tripped || now - g->tripped_at < hold)
		return false;
	return !g->ever_rearmed || now - g->rearmed_at >= every;
}

/*@ requires valid: \valid(g);
    requires tripped: g->tripped == 1;
    assigns *g;
    ensures ok: \forall integer hold; GuardrailOk(\old(*g), now, hold) && now - g->tripped_at >= hold ==>
      GuardrailOk(*g, now, hold);
    ensures rearmed: Rearmed(\old(*g), *g, now);
*/
static inline void guardrail_rearm(struct guardrail *g, u64 now)
{
	g->tripped = 0;
	g->ever_rearmed = 1;
	g->rearmed_at = now;
}

/*@ requires valid: \valid_read(g);
    requires past: g->tripped_at <= now && g->ever_tripped <= 1;
    assigns \nothing;
    ensures age: \result == TripAge(*g, now);
*/
static inline u64 guardrail_age(const struct guardrail *g, u64 now)
{
	return g->ever_tripped ? now - g->tripped_at : NEVER;
}

#endif
