/* Loads io_route.bpf.o into the running kernel and gives random entries, sane and insane ones, to it and to the same C
 * in user space. After each, everything that came out and the whole context must be the same bytes.
 *     harness OBJECT ENTRIES SEED [PLANT]    PLANT: flip one bit of what user space says at that entry; must be noticed */
#include "io_route.c"

#include "call.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* What an entry is called with lies in `here` for user space and in a map for the kernel. */
enum {
#define ENTRY(name, expression) CALL_##name,
	ENTRIES
#undef ENTRY
	CALLS
};
static const char *const names[] = {
#define ENTRY(name, expression) #name,
	ENTRIES
#undef ENTRY
};

static void call_run(int entry, struct call *k)
{
	switch (entry) {
#define ENTRY(name, expression)                                                                            \
	case CALL_##name:                                                                                  \
		expression;                                                                                \
		break;
		ENTRIES
#undef ENTRY
	}
}

static u64 state;

static u64 random64(void) /* xorshift64*: the same sequence everywhere */
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 2685821657736338717ULL;
}

static u64 below(u64 n)
{
	return random64() % n;
}

static bool one_in(u64 n)
{
	return below(n) == 0;
}

enum { DEVS_USED = 3 }; /* so that windows of one device fill */

static struct call here;
static bool slow_now[IO_ROUTE_DEVS]; /* which devices are bad at the moment */
static u64 open_tickets[64];
static u32 open_n;
static u64 seen_by[4], seen_trips, seen_rearms, seen_asks[2];

/* A tag that is open (or, now and then, any), else TAGS. */
static u32 some_tag(bool open)
{
	u32 t = (u32)below(IO_ROUTE_TAGS);

	for (u32 i = 0; i < IO_ROUTE_TAGS; i++, t = (t + 1) % IO_ROUTE_TAGS)
		if ((here.c.pending.tag[t].open != 0) == open)
			return t;
	return IO_ROUTE_TAGS;
}

static void make_submit(struct call *k)
{
	struct io_route_submit *e = &k->submit;

	memset(e, 0, sizeof *e);
	k->questions.ticket = 0;
	e->op = (u8)below(4);
	e->ioprio = (u32)below(65536);
	e->bytes = (u32)below(1 << 20);
	e->legs_n = one_in(50) ? (u32)below(10) : 1 + (u32)below(IO_ROUTE_LEGS);
	for (u32 i = 0; i < IO_ROUTE_LEGS; i++) {
		e->legs[i].dev = one_in(500) ? (u32)below(100) : (u32)below(one_in(10) ? IO_ROUTE_DEVS : DEVS_USED);
		e->legs[i].alive = !one_in(8);
		e->legs[i].in_sync = !one_in(8);
	}
	e->primary = one_in(200) ? (u32)below(12) : (u32)below(e->legs_n ? e->legs_n : 1);
}

static void make_settle(struct call *k)
{
	u32 at = (u32)below(open_n ? open_n : 1);

	k->value = open_n && !one_in(40) ? open_tickets[at] : below(40);
	if (open_n && !one_in(30)) /* else it is settled a second time */
		open_tickets[at] = open_tickets[--open_n];
	k->answers.answered = !one_in(20);
	for (u32 i = 0; i < IO_ROUTE_LEGS; i++)
		k->answers.slow_io[i] = one_in(100) ? (s32)random64() : one_in(5);
}

/* A tripped device that a shadow answer let through for once: only what is sent to it now counts towards its rearm. */
static u32 recovering(void)
{
	for (u32 d = 0; d < DEVS_USED; d++)
		if (here.c.dev[d].drift.tripped && here.c.dev[d].said_slow_io == IO_ROUTE_FAST)
			return d;
	return DEVS_USED;
}

static int make_entry(struct call *k)
{
	u32 healing = recovering();
	u64 kind = below(healing < DEVS_USED && !one_in(200) ? 70 : 100);
	int entry;

	k->now += one_in(2000) ? below(20 * 1000000000ULL) : below(200000);
	if (one_in(8000))
		slow_now[below(DEVS_USED)] ^= 1;
	if (kind < 35) {
		entry = CALL_sent;
		k->sent.tag = one_in(100) ? (u32)below(1100) : some_tag(false);
		k->sent.dev = one_in(300) ? (u32)below(100) : healing < DEVS_USED ? healing : (u32)below(DEVS_USED);
		k->sent.pages = one_in(200) ? (u32)below(1000) : 1 + (u32)below(256);
	} else if (kind < 70) {
		entry = CALL_complete;
		k->complete.tag = one_in(100) ? (u32)below(1100) : some_tag(true);
		u32 dev = k->complete.tag < IO_ROUTE_TAGS ? here.c.pending.tag[k->complete.tag].key : 0;
		k->complete.took = one_in(500) ? random64() : below(slow_now[dev % IO_ROUTE_DEVS] ? 3000000 : 190000);
		k->complete.failed = one_in(100) ? (u8)below(256) : (u8)one_in(50);
	} else if (kind < 83) {
		entry = CALL_ask;
		make_submit(k);
	} else if (kind < 97) {
		entry = CALL_settle;
		make_settle(k);
	} else if (kind < 98 && one_in(30)) {
		entry = CALL_set;
		k->value = below(6000000);
	} else {
		entry = CALL_timer;
	}
	return entry;
}

/* What the run has been through, so that agreement on nothing cannot pass for agreement. */
static void look(int entry, const struct call *before, const struct call *after)
{
	for (u32 d = 0; d < IO_ROUTE_DEVS; d++) {
		seen_trips += !before->c.dev[d].drift.tripped && after->c.dev[d].drift.tripped;
		seen_rearms += before->c.dev[d].drift.tripped && !after->c.dev[d].drift.tripped;
	}
	if (entry == CALL_settle)
		seen_by[after->decision.by & 3]++;
	if (entry == CALL_ask) {
		seen_asks[after->questions.ticket != 0]++;
		if (after->questions.ticket && open_n < 64)
			open_tickets[open_n++] = after->questions.ticket;
	}
}

static struct call *load(const char *path, int *fd)
{
	struct bpf_object *o = bpf_object__open_file(path, NULL);
	struct bpf_map *map;

	if (!o || bpf_object__load(o))
		return NULL;
	for (int i = 0; i < CALLS; i++) {
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

static int differ(u64 n, int entry, const struct call *kernel)
{
	const unsigned char *a = (const unsigned char *)&here, *b = (const unsigned char *)kernel;
	size_t at = 0;

	while (at < sizeof here && a[at] == b[at])
		at++;
	printf("entry %llu (%s): byte %zu of the call differs: user space %02x, kernel %02x\n", (unsigned long long)n,
		names[entry], at, a[at], b[at]);
	return 1;
}

int main(int argc, char **argv)
{
	static struct call before;
	u64 entries, plant;
	struct call *kernel;
	int fd[CALLS], entry;

	if (argc < 4)
		return 2;
	entries = strtoull(argv[2], NULL, 0);
	state = strtoull(argv[3], NULL, 0) * 2 + 1;
	plant = argc > 4 ? strtoull(argv[4], NULL, 0) : entries;
	kernel = load(argv[1], fd);
	if (!kernel) {
		printf("the kernel refuses %s\n", argv[1]);
		return 1;
	}
	for (u64 n = 0; n < entries; n++) {
		LIBBPF_OPTS(bpf_test_run_opts, opts);
		before = here;
		entry = n ? make_entry(&here) : CALL_init;
		memcpy(kernel, &here, sizeof here);
		call_run(entry, &here);
		if (bpf_prog_test_run_opts(fd[entry], &opts)) {
			printf("BPF_PROG_TEST_RUN failed at entry %llu (%s)\n", (unsigned long long)n, names[entry]);
			return 1;
		}
		if (n == plant)
			here.c.now ^= 1;
		if (memcmp(kernel, &here, sizeof here))
			return differ(n, entry, kernel);
		look(entry, &before, &here);
	}
	printf("%llu entries: by learned %llu, shield %llu, fallback %llu, pass %llu; trips %llu, rearms %llu; asked %llu, busy or refused %llu\n",
		(unsigned long long)entries, (unsigned long long)seen_by[0], (unsigned long long)seen_by[1],
		(unsigned long long)seen_by[2], (unsigned long long)seen_by[3], (unsigned long long)seen_trips,
		(unsigned long long)seen_rearms, (unsigned long long)seen_asks[1], (unsigned long long)seen_asks[0]);
	return !(seen_by[0] && seen_by[1] && seen_by[3] && seen_trips && seen_rearms);
}
