/* What the kernel half of the recorder tells the user half. */
#pragma once

#define RECORDER_DEVICES 16

struct event {
	unsigned long long time;   /* ns, CLOCK_MONOTONIC */
	unsigned long long took;   /* ns from issue to completion; of a completion only */
	unsigned long long sector; /* where the request begins */
	unsigned int index;	   /* which of the watched devices */
	unsigned int op;	   /* enum req_op: 0 read, 1 write, 2 flush, 3 discard */
	unsigned int pages;
	unsigned int pending;  /* pages in flight on the device before this submit; of a submit only */
	unsigned int complete; /* 0 submit, 1 completion */
	int error;
};
