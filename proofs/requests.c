/* Proved by `ldosc prove --runtime`: what is under way, what was asked, what tripped. */
#include "guardrail.h"

#define INFLIGHT pending
#define TAGS 1024
#define KEYS 8
#define AMOUNT u32
#define AMOUNT_MAX 256
#include "inflight.h"

#define TICKETS 8
#include "tickets.h"

#define REPORT 64
#include "report.h"

#define CANDIDATES 8
#define SCORE u64
#include "choice.h"

#define CANDIDATES 4
#define SCORE s64
#include "choice.h"
