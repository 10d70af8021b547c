/* Loads steps.bpf.o into the running kernel and gives the same random calls to it and to the same C in user space; after
 * each, every byte must be the same.
 *     kernel OBJECT CALLS SEED [PLANT]    PLANT: flip one bit at that call; must be noticed */
#include "call.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void (*const steps[])(struct call *k) = {
#define STEP_OF(name) name##_step,
	STEPS_OF_CALL
#undef STEP_OF
};
static const char *const names[] = {
#define STEP_OF(name) #name,
	STEPS_OF_CALL
#undef STEP_OF
};
enum { STEPS = sizeof names / sizeof *names };

static u64 state;

static u64 any(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static struct call *load(const char *path, int *fd)
{
	struct bpf_object *o = bpf_object__open_file(path, NULL);
	struct bpf_map *map;

	if (!o || bpf_object__load(o))
		return NULL;
	for (int i = 0; i < STEPS; i++) {
		struct bpf_program *p = bpf_object__find_program_by_name(o, names[i]);

		fd[i] = p ? bpf_program__fd(p) : -1;
		if (fd[i] < 0)
			return NULL;
	}
	bpf_object__for_each_map(map, o) {
		size_t size = (bpf_map__value_size(map) + 4095) & ~(size_t)4095;
		void *at;

		if (!strstr(bpf_map__name(map), ".bss") || size < sizeof(struct call))
			continue;
		at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
		return at == MAP_FAILED ? NULL : at;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	static struct call here;
	struct call *kernel;
	u64 calls, plant;
	int fd[STEPS];

	if (argc < 4)
		return 2;
	calls = strtoull(argv[2], NULL, 0);
	state = strtoull(argv[3], NULL, 0) * 2 + 1;
	plant = argc > 4 ? strtoull(argv[4], NULL, 0) : calls;
	kernel = load(argv[1], fd);
	if (!kernel) {
		printf("the kernel refuses %s\n", argv[1]);
		return 1;
	}
	for (int o = 0; o < 256; o++)
		for (int i = 0; i < 31; i++)
			here.wide.w[o][i] = (s16)(any() % 401 - 200);
	for (int i = 0; i < 30; i++)
		here.hidden.w[i / 5][i % 5] = (s16)(any() % 401 - 200);
	for (int i = 0; i < 256; i++)
		here.narrow.w[i % 2][i] = (s16)(any() % 13 - 6);
	for (u64 n = 0; n < calls; n++) {
		LIBBPF_OPTS(bpf_test_run_opts, opts);
		/* the long one is called seldom */
		int step = n == 0 ? 0 : 1 + (int)(any() % (any() % 100 ? STEPS - 2 : STEPS - 1));

		here.a = any() >> any() % 64;
		here.b = any() >> any() % 64;
		here.c = any() >> any() % 64;
		here.now += any() % 64;
		memcpy(kernel, &here, sizeof here);
		steps[step](&here);
		if (bpf_prog_test_run_opts(fd[step], &opts)) {
			printf("BPF_PROG_TEST_RUN failed at call %llu (%s)\n", (unsigned long long)n, names[step]);
			return 1;
		}
		here.c ^= n == plant;
		if (memcmp(kernel, &here, sizeof here)) {
			printf("call %llu (%s): user space and the kernel differ\n", (unsigned long long)n, names[step]);
			return 1;
		}
	}
	printf("%llu calls of %d programs agree\n", (unsigned long long)calls, STEPS);
	return 0;
}
