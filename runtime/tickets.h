/* Decisions that were asked and are not settled yet. To be included once for each number of them:
 *
 *	#define TICKETS 8
 *	#include "tickets.h"	struct tickets_8, tickets_8_init, _open, _find, _close
 *
 * A ticket is a number that is never given twice: 1, 2, .. in `asked` order. It is live until it is closed or its timeout
 * has passed, and then its slot may go to another. Whatever belongs to a ticket lies with the caller, at its slot. */
#include "base.h"

#define tickets_n LDOSC_CAT(tickets_, TICKETS)
#define tickets_n_init LDOSC_CAT(tickets_n, _init)
#define tickets_n_open LDOSC_CAT(tickets_n, _open)
#define tickets_n_find LDOSC_CAT(tickets_n, _find)
#define tickets_n_close LDOSC_CAT(tickets_n, _close)

struct tickets_n {
	u64 asked;	     /* the last ticket that was given */
	u64 ticket[TICKETS]; /* 0: free */
	u64 at[TICKETS];     /* when it was asked */
};

/*@ predicate TicketsOk(struct tickets_n t, integer now) =
      (\forall integer i; 0 <= i < TICKETS ==> 0 <= t.ticket[i] <= t.asked && 0 <= t.at[i] <= now) &&
      (\forall integer i, j; 0 <= i < j < TICKETS && t.ticket[i] != 0 ==> t.ticket[i] != t.ticket[j]);

    predicate NoTickets(struct tickets_n t) =
      t.asked == 0 && (\forall integer i; 0 <= i < TICKETS ==> t.ticket[i] == 0);

    predicate Live(struct tickets_n t, integer i, integer now, integer timeout) =
      t.ticket[i] != 0 && now - t.at[i] <= timeout;

    predicate Same(struct tickets_n a, struct tickets_n b) =
      a.asked == b.asked && (\forall integer i; 0 <= i < TICKETS ==> a.ticket[i] == b.ticket[i] && a.at[i] == b.at[i]);

    predicate Opened(struct tickets_n old, struct tickets_n new, integer i, integer now) =
      new.asked == old.asked + 1 && new.ticket[i] == new.asked && new.at[i] == now &&
      (\forall integer k; 0 <= k < TICKETS && k != i ==> new.ticket[k] == old.ticket[k] && new.at[k] == old.at[k]);

    predicate Closed(struct tickets_n old, struct tickets_n new, integer i) =
      new.asked == old.asked && new.ticket[i] == 0 &&
      (\forall integer k; 0 <= k < TICKETS && k != i ==> new.ticket[k] == old.ticket[k] && new.at[k] == old.at[k]);
*/

/*@ requires valid: \valid(t);
    assigns *t;
    ensures ok: \forall integer now; 0 <= now ==> TicketsOk(*t, now);
    ensures none: NoTickets(*t);
*/
static inline void tickets_n_init(struct tickets_n *t)
{
	t->asked = 0;
	/*@ loop invariant range: 0 <= i <= TICKETS;
	    loop invariant free: \forall integer k; 0 <= k < i ==> t->ticket[k] == 0 && t->at[k] == 0;
	    loop assigns i, t->ticket[0 .. TICKETS - 1], t->at[0 .. TICKETS - 1];
	    loop variant TICKETS - i; */
	for (u32 i = 0; i < TICKETS; i++) {
		t->ticket[i] = 0;
		t->at[i] = 0;
	}
}

/* Gives the ticket `asked`, and its slot; TICKETS when every slot is live. */
/*@ requires valid: \valid(t);
    requires ok: TicketsOk(*t, now);
    assigns *t;
    ensures ok: TicketsOk(*t, now);
    ensures opened: \result < TICKETS ==> !Live(\old(*t), \result, now, timeout) && Opened(\old(*t), *t, \result, now);
    ensures busy: \result >= TICKETS ==> \result == TICKETS && Same(*t, \old(*t)) &&
      (\old(t->asked) == U64_TOP || \forall integer i; 0 <= i < TICKETS ==> Live(\old(*t), i, now, timeout));
*/
static inline u32 tickets_n_open(struct tickets_n *t, u64 now, u64 timeout)
{
	if (t->asked == U64_TOP)
		return TICKETS;
	/*@ loop invariant range: 0 <= i <= TICKETS;
	    loop invariant live: \forall integer k; 0 <= k < i ==> Live(*t, k, now, timeout);
	    loop assigns i;
	    loop variant TICKETS - i; */
	for (u32 i = 0; i < TICKETS; i++) {
		if (t->ticket[i] == 0 || now - t->at[i] > timeout) {
			t->asked += 1;
			t->ticket[i] = t->asked;
			t->at[i] = now;
			return i;
		}
	}
	return TICKETS;
}

/* The slot of a live ticket; TICKETS when it is not live: unknown, closed, or too old. */
/*@ requires valid: \valid_read(t);
    requires ok: TicketsOk(*t, now);
    assigns \nothing;
    ensures found: \result < TICKETS ==> ticket != 0 && t->ticket[\result] == ticket && Live(*t, \result, now, timeout);
    ensures stale: \result >= TICKETS ==> \result == TICKETS &&
      \forall integer i; 0 <= i < TICKETS && t->ticket[i] == ticket ==> !Live(*t, i, now, timeout);
*/
static inline u32 tickets_n_find(const struct tickets_n *t, u64 ticket, u64 now, u64 timeout)
{
	/*@ loop invariant range: 0 <= i <= TICKETS;
	    loop invariant stale: \forall integer k; 0 <= k < i && t->ticket[k] == ticket ==> !Live(*t, k, now, timeout);
	    loop assigns i;
	    loop variant TICKETS - i; */
	for (u32 i = 0; i < TICKETS; i++) {
		if (ticket != 0 && t->ticket[i] == ticket && now - t->at[i] <= timeout)
			return i;
	}
	return TICKETS;
}

/*@ requires valid: \valid(t);
    requires slot: i < TICKETS;
    assigns *t;
    ensures ok: \forall integer now; TicketsOk(\old(*t), now) ==> TicketsOk(*t, now);
    ensures closed: Closed(\old(*t), *t, i);
*/
static inline void tickets_n_close(struct tickets_n *t, u32 i)
{
	t->ticket[INDEX(i, TICKETS)] = 0;
}

#undef tickets_n
#undef tickets_n_init
#undef tickets_n_open
#undef tickets_n_find
#undef tickets_n_close
#undef TICKETS
