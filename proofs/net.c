/* Proved by `ldosc prove --runtime`: a model's inputs and its layers, for every table of weights that passes the check. */
#include "digits.h"
#include "fixed.h"

#define VECTOR 31
#define VALUE u16
#include "vector.h"

#define VECTOR 256
#define VALUE s32
#include "vector.h"

#define VECTOR 2
#define VALUE s32
#include "vector.h"

#define DENSE hidden
#define IN 31
#define OUT 256
#define X u16
#define X_MAX 9
#define RELU 1
#define SHIFT 4
#define Y_MAX 65535
#include "dense.h"

#define DENSE output
#define IN 256
#define OUT 2
#define X s32
#define X_MAX 65535
#define RELU 0
#define SHIFT 0
#define Y_MAX 2147483647
#include "dense.h"
