/* How many events since the last restart: `count of A since B where p`. Saturates. */
#ifndef LDOSC_SINCE_H
#define LDOSC_SINCE_H

#include "counter.h"

struct since {
	u32 count;
};

/*@ predicate Restarted(struct since s) = s.count == 0;

    predicate Another(struct since old, struct since new) = new.count == Counted(old.count);
*/

/*@ requires valid: \valid(s);
    assigns *s;
    ensures restarted: Restarted(*s);
*/
static inline void since_restart(struct since *s)
{
	s->count = 0;
}

/*@ requires valid: \valid(s);
    assigns *s;
    ensures another: Another(\old(*s), *s);
*/
static inline void since_add(struct since *s)
{
	counter_add(&s->count);
}

#endif
