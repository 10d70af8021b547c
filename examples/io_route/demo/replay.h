/* The replay of a recorded trace under one way of choosing. Every read was recorded on every device, so a choice costs what that
 * device took; that our own choice would have loaded the device differently is not replayed. */
#ifndef REPLAY_H
#define REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { DEVICES = 3, TAGS = 1024, VECTOR_LENGTH = 31 };

/* ---- trace.c ---- */

struct read {
	uint64_t at; /* ns */
	uint32_t primary, pages;
	uint64_t took[DEVICES]; /* ns */
};

struct trace {
	struct read *reads;
	size_t n;
	uint64_t length; /* ns, to the next lap */
};

/* The part of a trace that train.py left alone, with its first read at time 0. False: said why on stderr. */
bool trace_held_out(const char *path, struct trace *t);

/* ---- model.c ---- */

enum model { MODEL_GOOD, MODEL_STUCK, MODEL_INVERTED, MODEL_RANDOM, MODEL_ZERO, MODELS };
enum answer { ANSWER_FAST, ANSWER_SLOW, ANSWER_NONE };

extern const char *const model_names[MODELS];

enum answer model_answer(enum model m, const int16_t *vector);
uint64_t draw(uint64_t *state);

/* ---- features.c: what the policy's `input` declares, kept apart from the generated code ---- */

struct features {
	struct {
		uint32_t pending, pend[4]; /* oldest first */
		uint64_t took[4];
	} dev[DEVICES];
	struct {
		uint32_t dev, pages, pend;
	} flight[TAGS];
};

void features_sent(struct features *f, uint32_t tag, uint32_t dev, uint32_t pages);
void features_complete(struct features *f, uint32_t tag, uint64_t took);
void features_vector(const struct features *f, uint32_t dev, int16_t *vector);

/* ---- routers.c, guarded.c: ways of choosing ---- */

enum by { BY_LEARNED, BY_SHIELD, BY_FALLBACK, BY_PASS, SOURCES };

struct situation { /* of one read */
	uint64_t now;
	const struct read *read;
	bool alive[DEVICES], in_sync[DEVICES];
	bool late; /* the model's answers do not come in time */
	enum model model;
};

struct choice {
	uint32_t dev;
	enum by by;
	enum answer said[DEVICES];
};

struct moved { /* what a guardrail did at an entry */
	bool tripped, rearmed;
};

struct router {
	const char *name;
	void *(*start)(const struct trace *t);
	struct choice (*choose)(void *state, const struct situation *s);
	struct moved (*sent)(void *state, uint64_t now, uint32_t tag, uint32_t dev, uint32_t pages);
	struct moved (*complete)(void *state, uint64_t now, uint32_t tag, uint32_t dev, uint64_t took);
	bool learned; /* asks the model */
	bool guarded; /* is the generated policy */
};

extern const struct router router_primary, router_static, router_pending, router_mean, router_oracle,
	router_learned;					    /* routers.c */
extern const struct router router_fallback, router_guarded; /* guarded.c */

/* The i-th leg of a read: its primary first, then the others in turn. */
static inline uint32_t leg(const struct read *r, uint32_t i)
{
	return (r->primary + i) % DEVICES;
}

/* ---- replay.c ---- */

struct run {
	const struct router *router;
	enum model model;
	bool mended;  /* of every four laps the model has the second; in the others it is the good one */
	bool late;    /* the model misses one read in 50 */
	bool failing; /* legs die and go out of sync in turn; now and then all of them */
	unsigned int laps;
};

struct result {
	uint64_t reads;
	double mean, p50, p99, p999; /* us */
	uint64_t by[SOURCES];
	uint64_t trips, rearms;
	/* Seconds, medians; negative where there was none. */
	double to_trip;	 /* from the coming of a model that is not good */
	double to_rearm; /* from the trip or the coming back of the good model, whichever is later */
};

struct result replay(const struct trace *t, const struct run *run, FILE *log);

#endif
