/* Every component once as code that is kept, to be compiled as each world compiles it. */
#include "call.h"

#define STEP_OF(name)               \
	void call_##name(struct call *k); \
	void call_##name(struct call *k)  \
	{                           \
		name##_step(k);     \
	}
STEPS_OF_CALL
