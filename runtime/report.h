/* The last trips, for the agent outside. To be included once for each size:
 *
 *	#define REPORT 64
 *	#include "report.h"	struct report_64, report_64_init, _add, _take
 *
 * Ago(r, j) is the trip j trips ago; the last `unread` of them wait to be taken, oldest first. When nobody takes them the
 * oldest is written over and counted in `lost`, which saturates: a reader always learns that it missed some. */
#include "base.h"

#ifndef LDOSC_REPORT_H
#define LDOSC_REPORT_H

/* What the agent is asked to do about a trip. */
#define TRIP_RETRAIN 1U
#define TRIP_DEPRIORITIZE 2U /* whom the key stands for, without a key the policy's whole load, is to get less */
#define TRIP_SWAP(model) (4U << (model))

struct trip {
	u64 at;
	u32 guardrail; /* by file order in the policy */
	u32 key;       /* 0 when it has none */
	u32 wants;     /* a sum of TRIP_.. */
};

/*@ predicate IsTrip(struct trip t, integer guardrail, integer key, integer at, integer wants) =
      t.guardrail == guardrail && t.key == key && t.at == at && t.wants == wants;

    predicate SameTrip(struct trip a, struct trip b) = IsTrip(a, b.guardrail, b.key, b.at, b.wants);
*/
#endif

#define report_n LDOSC_CAT(report_, REPORT)
#define report_n_init LDOSC_CAT(report_n, _init)
#define report_n_add LDOSC_CAT(report_n, _add)
#define report_n_take LDOSC_CAT(report_n, _take)

struct report_n {
	u32 next;   /* where the next trip goes, over the oldest */
	u32 unread; /* at most REPORT */
	u32 lost;
	struct trip trip[REPORT];
};

/*@ logic struct trip Ago(struct report_n r, integer j) = r.trip[r.next > j ? r.next - 1 - j : r.next - 1 - j + REPORT];

    predicate ReportOk(struct report_n r) = r.next < REPORT && r.unread <= REPORT;

    predicate NoTrips(struct report_n r) = r.unread == 0 && r.lost == 0;

    predicate Added(struct report_n old, struct report_n new, integer guardrail, integer key, integer at, integer wants) =
      IsTrip(Ago(new, 0), guardrail, key, at, wants) &&
      (\forall integer j; 0 < j < REPORT ==> SameTrip(Ago(new, j), Ago(old, j - 1))) &&
      new.unread == (old.unread < REPORT ? old.unread + 1 : REPORT) &&
      new.lost == (old.unread == REPORT && old.lost < U32_TOP ? old.lost + 1 : old.lost);

    predicate Taken(struct report_n old, struct report_n new) =
      (\forall integer j; 0 <= j < REPORT ==> SameTrip(Ago(new, j), Ago(old, j))) &&
      new.unread == old.unread - 1 && new.lost == old.lost;
*/

/*@ requires valid: \valid(r);
    assigns *r;
    ensures ok: ReportOk(*r);
    ensures none: NoTrips(*r);
*/
static inline void report_n_init(struct report_n *r)
{
	r->next = 0;
	r->unread = 0;
	r->lost = 0;
}

/*@ requires valid: \valid(r);
    requires ok: ReportOk(*r);
    assigns *r;
    ensures ok: ReportOk(*r);
    ensures added: Added(\old(*r), *r, guardrail, key, now, wants);
*/
static inline void report_n_add(struct report_n *r, u32 guardrail, u32 key, u64 now, u32 wants)
{
	r->trip[INDEX(r->next, REPORT)].guardrail = guardrail;
	r->trip[INDEX(r->next, REPORT)].key = key;
	r->trip[INDEX(r->next, REPORT)].at = now;
	r->trip[INDEX(r->next, REPORT)].wants = wants;
	r->next = r->next + 1 < REPORT ? r->next + 1 : 0;
	if (r->unread < REPORT)
		r->unread += 1;
	else if (r->lost < U32_TOP)
		r->lost += 1;
}

/* Takes the oldest trip that nobody has read; false when there is none. */
/*@ requires valid: \valid(r) && \valid(out);
    requires apart: \separated(r, out);
    requires ok: ReportOk(*r);
    assigns *r, *out;
    ensures ok: ReportOk(*r);
    ensures taken: \result ==> \old(r->unread) > 0 && SameTrip(*out, Ago(\old(*r), \old(r->unread) - 1)) &&
      Taken(\old(*r), *r);
    ensures none: !\result ==> \old(r->unread) == 0 && r->unread == 0 && r->lost == \old(r->lost);
*/
static inline bool report_n_take(struct report_n *r, struct trip *out)
{
	u32 at;

	if (r->unread == 0)
		return false;
	at = r->next >= r->unread ? r->next - r->unread : r->next + (REPORT - r->unread);
	out->guardrail = r->trip[INDEX(at, REPORT)].guardrail;
	out->key = r->trip[INDEX(at, REPORT)].key;
	out->at = r->trip[INDEX(at, REPORT)].at;
	out->wants = r->trip[INDEX(at, REPORT)].wants;
	r->unread -= 1;
	return true;
}

#undef report_n
#undef report_n_init
#undef report_n_add
#undef report_n_take
#undef REPORT
