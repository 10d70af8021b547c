/* The generated policy as programs of type `syscall`, one an entry: what they are given and what they say lie in one
 * map that user space sees. Entries are static (-fvisibility=hidden), so the verifier walks each call with what it
 * knows of its arguments. */
#include "io_route.c"

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "call.h"

__attribute__((visibility("default"))) struct call call;

#define ENTRY(name, expression)                                                                            \
	SEC("syscall") __attribute__((visibility("default"))) int name(void *ctx)                          \
	{                                                                                                  \
		struct call *k = &call;                                                                    \
		(void)ctx;                                                                                 \
		expression;                                                                                \
		return 0;                                                                                  \
	}
ENTRIES
#undef ENTRY

char of_license[] SEC("license") = "GPL";
