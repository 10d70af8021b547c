/* One call of one entry, with everything that goes in and comes out, so that the same bytes can be given to the program
 * in the kernel and to the same C in user space. */
#ifndef CALL_H
#define CALL_H

enum { CALL_INIT, CALL_SENT, CALL_COMPLETE, CALL_ASK, CALL_SETTLE, CALL_SET, CALL_TIMER, CALLS };

struct call {
	u32 entry;
	u64 now;
	u64 value; /* SETTLE: the ticket; SET: slow_cut */
	struct io_route_sent sent;
	struct io_route_complete complete;
	struct io_route_submit submit;
	struct io_route_questions questions;
	struct io_route_answers answers;
	struct io_route_decision decision;
	struct io_route c;
};

static inline void call_run(struct call *k)
{
	if (k->entry == CALL_INIT)
		io_route_init(&k->c, k->now);
	else if (k->entry == CALL_SENT)
		io_route_sent(&k->c, k->now, &k->sent);
	else if (k->entry == CALL_COMPLETE)
		io_route_complete(&k->c, k->now, &k->complete);
	else if (k->entry == CALL_ASK)
		io_route_ask(&k->c, k->now, &k->submit, &k->questions);
	else if (k->entry == CALL_SETTLE)
		io_route_settle(&k->c, k->now, k->value, &k->answers, &k->decision);
	else if (k->entry == CALL_SET)
		io_route_set_slow_cut(&k->c, k->value);
	else if (k->entry == CALL_TIMER)
		io_route_timer(&k->c, k->now);
}

#endif
