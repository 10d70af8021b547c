#include "replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool parse(const char *line, struct read *r)
{
	uint64_t pending[DEVICES], us;
	unsigned int loud;

	if (sscanf(line,
		    "%" SCNu64 ",%" SCNu32 ",%" SCNu32 ",%u,%" SCNu64 ",%" SCNu64 ",%" SCNu64 ",%" SCNu64 ",%" SCNu64
		    ",%" SCNu64,
		    &us, &r->primary, &r->pages, &loud, &pending[0], &r->took[0], &pending[1], &r->took[1], &pending[2],
		    &r->took[2]) != 10)
		return false;
	r->at = us * 1000;
	for (int d = 0; d < DEVICES; d++)
		r->took[d] *= 1000;
	return r->primary < DEVICES && r->pages >= 1 && r->pages <= 256;
}

static bool load(FILE *f, const char *path, struct trace *t)
{
	size_t room = 0, line_number = 1;
	char line[256];

	if (!fgets(line, sizeof(line), f)) {
		fprintf(stderr, "replay: %s: no trace is in it\n", path);
		return false;
	}
	for (; fgets(line, sizeof(line), f); t->n++) {
		line_number++;
		if (t->n == room) {
			room = room ? 2 * room : 1 << 16;
			t->reads = realloc(t->reads, room * sizeof(*t->reads));
			if (!t->reads) {
				fprintf(stderr, "replay: out of memory\n");
				return false;
			}
		}
		struct read *r = &t->reads[t->n];

		if (!parse(line, r) || (t->n && r->at < t->reads[t->n - 1].at)) {
			fprintf(stderr,
				"replay: %s:%zu: not a row of a trace, or out of order; record/README.md names its columns\n",
				path, line_number);
			return false;
		}
	}
	return true;
}

bool trace_held_out(const char *path, struct trace *t)
{
	FILE *f = fopen(path, "r");
	bool ok;

	memset(t, 0, sizeof(*t));
	if (!f) {
		fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
		return false;
	}
	ok = load(f, path, t);
	fclose(f);
	if (!ok)
		return false;
	size_t first = t->n * 6 / 10; /* PART of train.py */

	if (t->n - first < 1000) {
		fprintf(stderr, "replay: %s: %zu reads are too few\n", path, t->n);
		return false;
	}
	uint64_t start = t->reads[first].at;

	t->n -= first;
	memmove(t->reads, t->reads + first, t->n * sizeof(*t->reads));
	for (size_t i = 0; i < t->n; i++)
		t->reads[i].at -= start;
	t->length = t->reads[t->n - 1].at + 1000000;
	return true;
}
