/* logcheck [-g] [LOG]: reads the log of one replay and checks it against what io_route.ldp promises. It shares no code with the
 * compiler, the generated policy, the runtime or the replay: everything is counted again from the log's rows.
 *
 *	D time primary dev by lawful said	a decision; by: L S F P; lawful: a bit a device; said: f, s or - a device
 *	S time tag dev pages			the read is sent
 *	C time tag took				it is complete
 *	T time dev, R time dev			the guardrail drift of dev trips, rearms
 *
 * Checked: sound_leg, detours, stays_out. With -g also that drift trips and rearms exactly when its conditions hold.
 * Prints violations of each and how often each source, trip and rearm occurred. Exit status: 0 no violation, 1 some, 2 usage or a log
 * that cannot be read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEVS	     8
#define MAX_TAGS     1024
#define CUT	     800000ULL	    /* slow_cut: 800 us */
#define MISSED	     256	    /* missed: over 256 events */
#define MISSED_AFTER 64		    /* after 64 */
#define TRIPS	     10		    /* trip when missed > 10 % */
#define HEALED	     1024	    /* healed: over 1024 events after 1024 */
#define REARMS	     2		    /* rearm when healed < 2 % */
#define COOLS	     10000000000ULL /* 10 s */
#define PERIOD	     60000000000ULL /* 60 s */
#define DECISIONS    1000	    /* detours: over 1000 events, */
#define DETOURS	     400	    /* at most 400 */

typedef unsigned long long number;

struct drift {
	unsigned char missed[MISSED], healed[HEALED]; /* rings: 1 a miss */
	unsigned int missed_n, healed_n;	      /* seen since the start, or since the last trip */
	unsigned int missed_sum, healed_sum;	      /* misses in the rings */
	int tripped, ever_tripped, ever_rearmed;
	number tripped_at, rearmed_at;
};

struct request {
	int open, dev;
	char said;
};

static struct drift drifts[DEVS];
static struct request requests[MAX_TAGS];
static char said[DEVS];		      /* what the model last said of each device */
static unsigned char ring[DECISIONS]; /* of the last decisions: 1 a detour */
static number decisions, detours;
static number sources[4], trips, rearms;
static number bad_leg, bad_detours, bad_stay, bad_guard, bad_log;
static number line_number;
static int expect_trip = -1, expect_rearm = -1; /* the device whose row must come next */
static int guarded;

static void wrong(number *count, const char *what)
{
	if ((*count)++ == 0)
		fprintf(stderr, "logcheck: line %llu: %s\n", line_number, what);
}

/* Counts a miss or not into a ring of the last `size`; what leaves is taken off the sum. */
static void push(unsigned char *at, unsigned int size, unsigned int *n, unsigned int *sum, int miss)
{
	if (*n >= size)
		*sum -= at[*n % size];
	at[*n % size] = (unsigned char)miss;
	*sum += (unsigned int)miss;
	*n += 1;
	if (*n == 2 * size) /* the place is the same, and it stays full */
		*n = size;
}

/* The guardrail of a device, after an event of that device. */
static void judge(int dev, number now)
{
	struct drift *d = &drifts[dev];
	unsigned int seen = d->missed_n < MISSED ? d->missed_n : MISSED;

	if (!d->tripped) {
		if (seen >= MISSED_AFTER && d->missed_sum * 100 > TRIPS * seen) {
			d->tripped = d->ever_tripped = 1;
			d->tripped_at = now;
			d->healed_n = d->healed_sum = 0;
			memset(d->healed, 0, sizeof(d->healed));
			trips++;
			expect_trip = dev;
		}
	} else if (d->healed_n >= HEALED && d->healed_sum * 100 < REARMS * HEALED && now - d->tripped_at >= COOLS &&
		(!d->ever_rearmed || now - d->rearmed_at >= PERIOD)) {
		d->tripped = 0;
		d->ever_rearmed = 1;
		d->rearmed_at = now;
		rearms++;
		expect_rearm = dev;
	}
}

static void decision(const char *row)
{
	number now;
	int primary, dev, lawful;
	char by, words[8];
	const char *letters = "LSFP", *source;

	if (sscanf(row, "D %llu %d %d %c %d %7s", &now, &primary, &dev, &by, &lawful, words) != 6 || dev < 0 ||
		dev >= DEVS || !(source = strchr(letters, by))) {
		wrong(&bad_log, "not a decision");
		return;
	}
	sources[source - letters]++;
	for (int d = 0; words[d]; d++)
		said[d] = words[d];
	if (by == 'P') {
		if (lawful)
			wrong(&bad_leg, "pass, though a leg could take the read");
		return;
	}
	if (!(lawful >> dev & 1))
		wrong(&bad_leg, "sound_leg: the leg is dead or out of sync");
	if (decisions >= DECISIONS)
		detours -= ring[decisions % DECISIONS];
	ring[decisions % DECISIONS] = dev != primary && (lawful >> primary & 1);
	detours += ring[decisions % DECISIONS];
	decisions++;
	if (detours > DETOURS)
		wrong(&bad_detours, "detours: more than 400 of 1000 reads left a primary that could have served them");
	if (by == 'L' && drifts[dev].ever_tripped && now - drifts[dev].tripped_at < COOLS)
		wrong(&bad_stay, "stays_out: the model chose a device within 10 s of its trip");
}

static void sent(const char *row)
{
	number now;
	int tag, dev, pages;

	if (sscanf(row, "S %llu %d %d %d", &now, &tag, &dev, &pages) != 4 || tag < 0 || tag >= MAX_TAGS || dev < 0 ||
		dev >= DEVS || requests[tag].open) {
		wrong(&bad_log, "not a send, or of a tag that is open");
		return;
	}
	requests[tag] = (struct request){1, dev, said[dev]};
	judge(dev, now);
}

static void complete(const char *row)
{
	number now, took;
	int tag, miss;

	if (sscanf(row, "C %llu %d %llu", &now, &tag, &took) != 3 || tag < 0 || tag >= MAX_TAGS ||
		!requests[tag].open) {
		wrong(&bad_log, "not a completion, or of a tag that is not open");
		return;
	}
	struct drift *d = &drifts[requests[tag].dev];

	requests[tag].open = 0;
	miss = took > CUT;
	if (requests[tag].said == 'f') {
		push(d->missed, MISSED, &d->missed_n, &d->missed_sum, miss);
		push(d->healed, HEALED, &d->healed_n, &d->healed_sum, miss);
	}
	judge(requests[tag].dev, now);
}

static void guard(const char *row)
{
	number now;
	int dev, *expected = row[0] == 'T' ? &expect_trip : &expect_rearm;

	if (sscanf(row + 1, "%llu %d", &now, &dev) != 2 || dev != *expected)
		wrong(&bad_guard, "drift tripped or rearmed when its condition did not hold");
	*expected = -1;
}

int main(int argc, char **argv)
{
	FILE *log = stdin;
	char row[128];

	if (argc > 1 && !strcmp(argv[1], "-g")) {
		guarded = 1;
		argv++;
		argc--;
	}
	if (argc > 2 || (argc == 2 && !(log = fopen(argv[1], "r")))) {
		fprintf(stderr, "usage: logcheck [-g] [LOG]\n");
		return 2;
	}
	while (fgets(row, sizeof(row), log)) {
		line_number++;
		if (guarded && row[0] != 'T' && row[0] != 'R' && (expect_trip >= 0 || expect_rearm >= 0)) {
			wrong(&bad_guard, "drift did not trip or rearm though its condition held");
			expect_trip = expect_rearm = -1;
		}
		if (row[0] == 'D')
			decision(row);
		else if (row[0] == 'S')
			sent(row);
		else if (row[0] == 'C')
			complete(row);
		else if (guarded && (row[0] == 'T' || row[0] == 'R'))
			guard(row);
		else
			wrong(&bad_log, "not a row of a log");
	}
	if (guarded && (expect_trip >= 0 || expect_rearm >= 0))
		wrong(&bad_guard, "drift did not trip or rearm though its condition held");
	if (!decisions)
		wrong(&bad_log, "no decision is in the log");
	printf("sound_leg %llu detours %llu stays_out %llu drift %llu log %llu learned %llu shield %llu fallback %llu pass %llu trips %llu rearms %llu\n",
		bad_leg, bad_detours, bad_stay, bad_guard, bad_log, sources[0], sources[1], sources[2], sources[3],
		trips, rearms);
	return bad_log ? 2 : bad_leg + bad_detours + bad_stay + bad_guard ? 1 : 0;
}
