/* Every component as a program of type `syscall`; what it is given and what it makes lie in one map that user space
 * sees. */
#include "call.h"

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__attribute__((visibility("default"))) struct call call;

#define STEP_OF(name)                                                                                       \
	SEC("syscall") __attribute__((visibility("default"))) int name(void *ctx)                           \
	{                                                                                                   \
		(void)ctx;                                                                                  \
		name##_step(&call);                                                                         \
		return 0;                                                                                   \
	}
STEPS_OF_CALL

char of_license[] SEC("license") = "GPL";
