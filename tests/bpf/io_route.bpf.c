/* The generated policy as a program of type `syscall`: what it is given and what it says lie in one map that user space
 * sees. Entries are static (-fvisibility=hidden), so the verifier walks each call with what it knows of its arguments. */
#include "io_route.c"

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "call.h"

struct call call;

SEC("syscall") __attribute__((visibility("default"))) int run(void *ctx)
{
	(void)ctx;
	call_run(&call);
	return 0;
}

char license[] SEC("license") = "GPL";
