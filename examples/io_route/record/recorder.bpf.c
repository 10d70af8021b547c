/* Watches requests of some block devices from issue to completion and counts the pages that are in flight on each. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "event.h"

#define OP_MASK 0xff
#define OP_DATA 1 /* read and write carry pages; a flush has none */

struct flight {
	u64 issued;
	u64 sector;
	u32 index;
	u32 op;
	u32 pages;
};

/* A request is known by its address: the kernel does not use it again before it has completed. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, u64);
	__type(value, struct flight);
} flights SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 24);
} events SEC(".maps");

const volatile unsigned int watched[RECORDER_DEVICES]; /* major << 20 | minor; 0 ends the list */
unsigned int pending[RECORDER_DEVICES];		       /* pages in flight */
unsigned long long lost;			       /* events for which the ring had no room */
unsigned long long unknown;			       /* completions of requests issued before the recorder started */

char LICENSE[] SEC("license") = "GPL";

static int index_of(struct request *rq)
{
	struct gendisk *disk = rq->q->disk;

	if (!disk)
		return -1;
	u32 dev = (u32)disk->major << 20 | (u32)disk->first_minor;

	for (int i = 0; i < RECORDER_DEVICES; i++)
		if (watched[i] && watched[i] == dev)
			return i;
	return -1;
}

static void report(const struct flight *f, u64 time, u32 before, u32 complete, int error)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e) {
		__sync_fetch_and_add(&lost, 1);
		return;
	}
	e->time = time;
	e->took = complete ? time - f->issued : 0;
	e->sector = f->sector;
	e->index = f->index;
	e->op = f->op;
	e->pages = f->pages;
	e->pending = before;
	e->complete = complete;
	e->error = error;
	bpf_ringbuf_submit(e, 0);
}

SEC("tp_btf/block_rq_issue")
int BPF_PROG(issue, struct request *rq)
{
	int i = index_of(rq);

	if (i < 0 || i >= RECORDER_DEVICES)
		return 0;
	u64 key = (u64)(unsigned long)rq;

	if (bpf_map_lookup_elem(&flights, &key)) /* requeued: it is in flight since its first issue */
		return 0;
	struct flight f = {
		.issued = bpf_ktime_get_ns(),
		.sector = rq->__sector,
		.index = i,
		.op = rq->cmd_flags & OP_MASK,
	};

	if (f.op <= OP_DATA)
		f.pages = (rq->__data_len + 4095) >> 12;
	if (bpf_map_update_elem(&flights, &key, &f, BPF_NOEXIST)) {
		__sync_fetch_and_add(&lost, 1);
		return 0;
	}
	u32 before = __sync_fetch_and_add(&pending[i], f.pages);

	report(&f, f.issued, before, 0, 0);
	return 0;
}

SEC("tp_btf/block_rq_complete")
int BPF_PROG(complete, struct request *rq, blk_status_t error, unsigned int bytes)
{
	int i = index_of(rq);

	if (i < 0 || i >= RECORDER_DEVICES || bytes < rq->__data_len) /* a part of it: the rest is still in flight */
		return 0;
	u64 key = (u64)(unsigned long)rq;
	struct flight *f = bpf_map_lookup_elem(&flights, &key);

	if (!f) {
		__sync_fetch_and_add(&unknown, 1);
		return 0;
	}
	struct flight was = *f;

	bpf_map_delete_elem(&flights, &key);
	__sync_fetch_and_sub(&pending[i], was.pages);
	report(&was, bpf_ktime_get_ns(), 0, 1, error);
	return 0;
}
