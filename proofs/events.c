/* Proved by `ldosc prove --runtime`: what a state keeps of its events, in sizes that policies use. */
#include "clock.h"
#include "age.h"
#include "held.h"
#include "since.h"

#define WINDOW 64
#include "window.h"

#define WINDOW 1000
#include "window.h"

#define WINDOW 1024
#include "window.h"

#define LAST 4
#define VALUE u32
#include "last.h"

#define LAST 4
#define VALUE u64
#include "last.h"

#define EXTREME 16
#define VALUE u32
#include "extreme.h"
