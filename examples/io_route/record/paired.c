/* paired [-t SECONDS] [-r READS_PER_SECOND] [-z SEED] [-m MIB] -o FILE DEVICE DEVICE DEVICE
 * Sends every read to all three devices at once, so that the trace says what each choice would have cost. Gaps are exponential, sizes
 * lognormal, places uniform over the first MIB of the device. FILE gets one row a read; how long each copy took is the recorder's to
 * say. One thread a device: a device that blocks its thread must not delay the others. Exit status: 0; 2 usage; 6 input or output. */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { DEVICES = 3, SLOTS = 1024, MAX_PAGES = 32 };

struct arrival {
	double at; /* seconds since the start */
	uint64_t page;
	unsigned int pages;
	unsigned int primary;
};

/* Every thread draws the same arrivals from a generator of its own. */
struct arrivals {
	uint64_t state;
	double at;
	double rate;
	uint64_t span; /* pages */
};

struct worker {
	pthread_t thread;
	struct arrivals arrivals;
	struct timespec start;
	double seconds;
	int fd;
	FILE *log;	    /* of the first only */
	unsigned long late; /* found all its slots in use */
	unsigned long failed;
};

/* splitmix64, as in its public-domain reference. */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static double uniform(uint64_t *state)
{
	return ((double)(draw(state) >> 11) + 0.5) / 9007199254740992.0;
}

static struct arrival next(struct arrivals *a)
{
	struct arrival r;
	double normal = sqrt(-2 * log(uniform(&a->state))) * cos(2 * M_PI * uniform(&a->state));
	double pages = exp(1.0 + 0.8 * normal); /* median 2.7 pages, mean 3.7 */

	a->at += -log(uniform(&a->state)) / a->rate;
	r.at = a->at;
	r.pages = pages < 1 ? 1 : pages > MAX_PAGES ? MAX_PAGES : (unsigned int)pages;
	r.page = draw(&a->state) % (a->span - MAX_PAGES);
	r.primary = (unsigned int)(draw(&a->state) % DEVICES);
	return r;
}

static void sleep_until(const struct timespec *start, double at)
{
	struct timespec t = {start->tv_sec + (time_t)at, start->tv_nsec + (long)((at - floor(at)) * 1e9)};

	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

/* Takes back the slots of finished reads; waits for at least `least` of them. */
static void reap(struct worker *w, aio_context_t ctx, unsigned int *stack, unsigned int *depth, long least)
{
	struct io_event done[64];
	struct timespec none = {0, 0};
	long n;

	do {
		n = syscall(SYS_io_getevents, ctx, least, 64L, done, least ? NULL : &none);
		for (long i = 0; i < n; i++) {
			w->failed += done[i].res < 0;
			stack[(*depth)++] = (unsigned int)done[i].data;
		}
		least = 0;
	} while (n == 64);
}

static void *work(void *argument)
{
	struct worker *w = argument;
	unsigned int stack[SLOTS], depth = SLOTS;
	aio_context_t ctx = 0;
	char *buffers;
	unsigned long id = 0;

	if (syscall(SYS_io_setup, SLOTS, &ctx) ||
		posix_memalign((void **)&buffers, 4096, (size_t)SLOTS * MAX_PAGES * 4096)) {
		fprintf(stderr, "paired: cannot set up %d reads in flight: %s\n", SLOTS, strerror(errno));
		exit(6);
	}
	for (unsigned int i = 0; i < SLOTS; i++)
		stack[i] = i;
	for (struct arrival r = next(&w->arrivals); r.at < w->seconds; r = next(&w->arrivals), id++) {
		sleep_until(&w->start, r.at);
		w->late += depth == 0;
		reap(w, ctx, stack, &depth, depth == 0);
		unsigned int slot = stack[--depth];
		struct iocb cb = {
			.aio_data = slot,
			.aio_lio_opcode = IOCB_CMD_PREAD,
			.aio_fildes = (uint32_t)w->fd,
			.aio_buf = (uint64_t)(uintptr_t)(buffers + (size_t)slot * MAX_PAGES * 4096),
			.aio_nbytes = (uint64_t)r.pages * 4096,
			.aio_offset = (int64_t)(r.page * 4096),
		};
		struct iocb *list = &cb;

		if (syscall(SYS_io_submit, ctx, 1L, &list) != 1) {
			fprintf(stderr, "paired: cannot submit: %s\n", strerror(errno));
			exit(6);
		}
		if (w->log)
			fprintf(w->log, "%lu,%.0f,%u,%llu,%u\n", id,
				(double)w->start.tv_sec * 1e9 + (double)w->start.tv_nsec + r.at * 1e9, r.primary,
				(unsigned long long)r.page * 8, r.pages);
	}
	while (depth < SLOTS)
		reap(w, ctx, stack, &depth, 1);
	syscall(SYS_io_destroy, ctx);
	free(buffers);
	return NULL;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: paired [-t SECONDS] [-r READS_PER_SECOND] [-z SEED] [-m MIB] -o FILE DEVICE DEVICE DEVICE\n");
	return 2;
}

static int run(struct worker *w, FILE *log)
{
	int status = 0;

	fprintf(log, "id,time_ns,primary,sector,pages\n");
	w[0].log = log;
	clock_gettime(CLOCK_MONOTONIC, &w[0].start);
	w[0].start.tv_sec++; /* all threads are there before the first read */
	for (int i = 0; i < DEVICES; i++) {
		w[i].start = w[0].start;
		if (pthread_create(&w[i].thread, NULL, work, &w[i])) {
			fprintf(stderr, "paired: cannot start a thread\n");
			return 6;
		}
	}
	for (int i = 0; i < DEVICES; i++) {
		pthread_join(w[i].thread, NULL);
		if (w[i].late || w[i].failed) {
			fprintf(stderr, "paired: device %d: %lu reads waited for a slot, %lu failed\n", i, w[i].late,
				w[i].failed);
			status = w[i].failed ? 6 : status;
		}
	}
	if (fclose(log)) {
		fprintf(stderr, "paired: cannot write the log: %s\n", strerror(errno));
		status = 6;
	}
	return status;
}

int main(int argc, char **argv)
{
	struct worker w[DEVICES] = {0};
	struct arrivals arrivals = {.state = 1, .rate = 500};
	const char *path = NULL;
	double limit = 10;
	uint64_t mib = 256;
	int option;

	while ((option = getopt(argc, argv, "t:r:z:m:o:")) != -1) {
		if (option == 't')
			limit = atof(optarg);
		else if (option == 'r')
			arrivals.rate = atof(optarg);
		else if (option == 'z')
			arrivals.state = strtoull(optarg, NULL, 10);
		else if (option == 'm')
			mib = strtoull(optarg, NULL, 10);
		else if (option == 'o')
			path = optarg;
		else
			return usage();
	}
	if (argc - optind != DEVICES || !path || !(arrivals.rate > 0) || mib < 1)
		return usage();
	arrivals.span = mib * 256;
	for (int i = 0; i < DEVICES; i++) {
		w[i].arrivals = arrivals;
		w[i].seconds = limit;
		w[i].fd = open(argv[optind + i], O_RDONLY | O_DIRECT);
		if (w[i].fd < 0) {
			fprintf(stderr, "paired: %s: %s\n", argv[optind + i], strerror(errno));
			return 6;
		}
	}
	FILE *log = fopen(path, "w");

	if (!log) {
		fprintf(stderr, "paired: %s: %s\n", path, strerror(errno));
		return 6;
	}
	return run(w, log);
}
