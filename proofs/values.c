/* Proved by `ldosc prove --runtime`: means, quantiles, and windows over a time. */
#define MEAN took
#define EVENTS 16
#define VALUE u64
#define VALUE_MAX 60000000000
#include "mean.h"

#define EXPMEAN took
#define SHIFT 3
#define VALUE_MAX 60000000000
#include "expmean.h"

#define QUANTILE took
#define EVENTS 256
#define EDGES 8
#define EDGE(i)                                                                                                     \
	((i) == 0 ? 100 : (i) == 1 ? 200 : (i) == 2 ? 500 : (i) == 3 ? 1000 : (i) == 4 ? 2000 : (i) == 5 ? 5000 : \
	 (i) == 6 ? 10000 : 60000)
#define RANK_NUM 99
#define RANK_DEN 100
#include "quantile.h"

#define BUCKETS failed
#define SLOTS 8
#define SPAN 10000000000
#include "buckets.h"

#include "floor.h"
#include "stretch.h"
