/* The runtime in sizes that tests use; small ones, so that rings go round often. */
#include "age.h"
#include "clock.h"
#include "counter.h"
#include "digits.h"
#include "fixed.h"
#include "guardrail.h"
#include "held.h"
#include "since.h"

#define WINDOW 1
#include "window.h"

#define WINDOW 7
#include "window.h"

#define WINDOW 64
#include "window.h"

#define LAST 4
#define VALUE u64
#include "last.h"

#define INFLIGHT pending
#define TAGS 16
#define KEYS 4
#define AMOUNT u32
#define AMOUNT_MAX 256
#include "inflight.h"

#define TICKETS 4
#include "tickets.h"

#define REPORT 8
#include "report.h"

#define CANDIDATES 8
#define SCORE u64
#include "choice.h"

#define MEAN took
#define EVENTS 16
#define VALUE u64
#define VALUE_MAX 60000000000
#include "mean.h"

#define EXPMEAN took
#define SHIFT 3
#define VALUE_MAX 60000000000
#include "expmean.h"

#define EXTREME 16
#define VALUE u64
#include "extreme.h"

#define QUANTILE took
#define EVENTS 32
#define EDGES 4
#define EDGE(i) ((i) == 0 ? 100 : (i) == 1 ? 500 : (i) == 2 ? 1000 : 60000)
#define RANK_NUM 90
#define RANK_DEN 100
#include "quantile.h"

#define BUCKETS errors
#define SLOTS 8
#define SPAN 800
#include "buckets.h"

#define VECTOR 5
#define VALUE u16
#include "vector.h"

#define VECTOR 6
#define VALUE s32
#include "vector.h"

#define VECTOR 3
#define VALUE s32
#include "vector.h"

#define DENSE hidden
#define IN 5
#define OUT 6
#define X u16
#define X_MAX 999
#define RELU 1
#define SHIFT 4
#define Y_MAX 65535
#include "dense.h"

#define DENSE output
#define IN 6
#define OUT 3
#define X s32
#define X_MAX 65535
#define RELU 0
#define SHIFT 0
#define Y_MAX 2147483647
#include "dense.h"
