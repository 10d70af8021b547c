/* recorder [-t SECONDS] [-o FILE] DEVICE...
 * Writes one CSV row for every submit and every completion of a request on the given block devices, as the kernel's own
 * tracepoints see them, until SECONDS are over or SIGINT or SIGTERM arrives. Exit status: 0; 2 usage; 4 cannot observe; 5 rows were
 * lost; 6 cannot write. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "event.h"
#include "recorder.skel.h"

static volatile sig_atomic_t stop;
static char *const *names;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static const char *op_name(unsigned int op)
{
	static const char *const known[] = {"read", "write", "flush", "discard"};

	return op < sizeof(known) / sizeof(known[0]) ? known[op] : "other";
}

static int on_event(void *out, void *data, size_t size)
{
	const struct event *e = data;

	(void)size;
	if (e->complete)
		fprintf(out, "complete,%llu,%s,%s,%llu,%u,,%llu,%d\n", e->time, names[e->index], op_name(e->op),
			e->sector, e->pages, e->took, e->error);
	else
		fprintf(out, "submit,%llu,%s,%s,%llu,%u,%u,,\n", e->time, names[e->index], op_name(e->op), e->sector,
			e->pages, e->pending);
	return 0;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int record(struct recorder *skel, FILE *out, double limit)
{
	struct ring_buffer *ring = ring_buffer__new(bpf_map__fd(skel->maps.events), on_event, out, NULL);
	double end = seconds() + limit;

	if (!ring) {
		fprintf(stderr, "recorder: cannot read the ring buffer: %s\n", strerror(errno));
		return 4;
	}
	fprintf(out, "event,time_ns,device,op,sector,pages,pending,took_ns,error\n");
	fprintf(stderr, "recorder: ready\n");
	while (!stop && (limit <= 0 || seconds() < end))
		if (ring_buffer__poll(ring, 50) < 0 && errno != EINTR)
			break;
	recorder__detach(skel);
	ring_buffer__consume(ring);
	ring_buffer__free(ring);
	if (skel->bss->unknown)
		fprintf(stderr, "recorder: %llu requests were in flight before the start and are left out\n",
			(unsigned long long)skel->bss->unknown);
	if (skel->bss->lost) {
		fprintf(stderr, "recorder: %llu rows were lost: the ring buffer was full\n",
			(unsigned long long)skel->bss->lost);
		return 5;
	}
	return 0;
}

static int watch(struct recorder *skel, int count, char **devices)
{
	for (int i = 0; i < count; i++) {
		struct stat st;

		if (stat(devices[i], &st) || !S_ISBLK(st.st_mode)) {
			fprintf(stderr, "recorder: %s is not a block device; name one as in /dev/loop0\n", devices[i]);
			return 2;
		}
		skel->rodata->watched[i] = (unsigned int)major(st.st_rdev) << 20 | (unsigned int)minor(st.st_rdev);
	}
	return 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: recorder [-t SECONDS] [-o FILE] DEVICE... (at most %d devices)\n", RECORDER_DEVICES);
	return 2;
}

int main(int argc, char **argv)
{
	FILE *out = stdout;
	const char *path = NULL;
	double limit = 0;
	int option, status;

	while ((option = getopt(argc, argv, "t:o:")) != -1) {
		if (option == 't')
			limit = atof(optarg);
		else if (option == 'o')
			path = optarg;
		else
			return usage();
	}
	if (optind == argc || argc - optind > RECORDER_DEVICES)
		return usage();
	names = argv + optind;

	struct recorder *skel = recorder__open();

	if (!skel) {
		fprintf(stderr, "recorder: cannot open the BPF object: %s\n", strerror(errno));
		return 4;
	}
	status = watch(skel, argc - optind, argv + optind);
	if (!status && (recorder__load(skel) || recorder__attach(skel))) {
		fprintf(stderr, "recorder: cannot load or attach: %s; it needs root and a kernel with BTF\n",
			strerror(errno));
		status = 4;
	}
	if (!status && path && !(out = fopen(path, "w"))) {
		fprintf(stderr, "recorder: %s: %s\n", path, strerror(errno));
		status = 6;
	}
	if (!status) {
		signal(SIGINT, on_signal);
		signal(SIGTERM, on_signal);
		status = record(skel, out, limit);
		if (fflush(out) || ferror(out)) {
			fprintf(stderr, "recorder: cannot write: %s\n", strerror(errno));
			status = 6;
		}
	}
	recorder__destroy(skel);
	return status;
}
