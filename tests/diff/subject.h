/* One compiled policy, behind one face: adapter.c writes the other side for each policy. */
#ifndef SUBJECT_H
#define SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

enum { COUNTS = 6 }; /* malformed, reopened, orphan, busy, stale, exhausted */

enum call_kind { CALL_EVENT, CALL_ASK, CALL_DECIDE, CALL_SETTLE, CALL_SET };

struct call { /* one entry, as plain data: the generated header and the compiler's do not meet in one file */
	enum call_kind kind;
	const char *event;
	uint64_t now, ticket; /* the C's own ticket */
	uint64_t fields[32];
	uint32_t list_n;
	uint64_t list[16][16];
	bool answered, infer; /* infer: the policy's own net answers */
	int32_t answers[16];
	int tunable;
	uint64_t value;
};

struct seen {		 /* what the C said */
	uint64_t ticket; /* as the C numbers them; 0: none */
	uint32_t asked;
	int32_t vector[16][256]; /* of those asked */
	int by;			 /* learned, shield, fallback, pass */
	int64_t choice[8];
	int32_t answers[16]; /* of the net, where it was asked to infer */
	const char *one_call; /* what a decision in one call does differently; NULL: nothing */
	bool in_one_call;     /* it was compared */
};

extern const char *const subject_name;
void subject_init(uint64_t now);
/* Makes the call; false: a value does not fit the type of its parameter, so nobody could. */
bool subject_step(const struct call *in, struct seen *out);
/* Another table of the net, a bad one, and the first again: what is wrong, or NULL. *changed: how many answers were
 * others' */
const char *subject_swap(uint64_t *changed);
bool subject_tripped(int guardrail, int key);
struct reported {
	uint64_t at;
	uint32_t guardrail, key;
	bool retrain, deprioritize;
	uint32_t swap; /* a bit a model */
};
bool subject_reported(struct reported *out); /* the oldest trip that nobody took; false: there is none */
uint64_t subject_count(int i);
uint64_t subject_now(void);

#endif
