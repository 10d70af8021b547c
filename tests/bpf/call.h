/* One call of one entry, with everything that goes in and comes out, so that the same bytes can be given to the program
 * in the kernel and to the same C in user space. */
#ifndef CALL_H
#define CALL_H

struct call {
	u64 now;
	u64 value; /* settle: the ticket; set: slow_cut */
	struct io_route_sent sent;
	struct io_route_complete complete;
	struct io_route_submit submit;
	struct io_route_questions questions;
	struct io_route_answers answers;
	struct io_route_decision decision;
	struct io_route c;
};

/* ENTRY(name, call): each is a program of its own, as each hook would have its own. */
#define ENTRIES                                                                                            \
	ENTRY(init, io_route_init(&k->c, k->now))                                                          \
	ENTRY(sent, io_route_sent(&k->c, k->now, &k->sent))                                                \
	ENTRY(complete, io_route_complete(&k->c, k->now, &k->complete))                                    \
	ENTRY(ask, io_route_ask(&k->c, k->now, &k->submit, &k->questions))                                 \
	ENTRY(settle, io_route_settle(&k->c, k->now, k->value, &k->answers, &k->decision))                 \
	ENTRY(set, io_route_set_slow_cut(&k->c, k->value))                                                 \
	ENTRY(timer, io_route_timer(&k->c, k->now))

#endif
