#include "replay.h"

void features_sent(struct features *f, uint32_t tag, uint32_t dev, uint32_t pages)
{
	f->flight[tag].dev = dev;
	f->flight[tag].pages = pages;
	f->flight[tag].pend = f->dev[dev].pending;
	f->dev[dev].pending += pages;
}

void features_complete(struct features *f, uint32_t tag, uint64_t took)
{
	uint32_t dev = f->flight[tag].dev;

	f->dev[dev].pending -= f->flight[tag].pages;
	for (int i = 0; i < 3; i++) {
		f->dev[dev].pend[i] = f->dev[dev].pend[i + 1];
		f->dev[dev].took[i] = f->dev[dev].took[i + 1];
	}
	f->dev[dev].pend[3] = f->flight[tag].pend;
	f->dev[dev].took[3] = took;
}

static int16_t *put(int16_t *at, uint64_t value, int digits)
{
	static const uint64_t power[] = {1, 10, 100, 1000, 10000};

	if (value >= power[digits])
		value = power[digits] - 1;
	for (int i = digits - 1; i >= 0; i--)
		*at++ = (int16_t)(value / power[i] % 10);
	return at;
}

void features_vector(const struct features *f, uint32_t dev, int16_t *vector)
{
	for (int i = 0; i < 4; i++)
		vector = put(vector, f->dev[dev].pend[i], 3);
	vector = put(vector, f->dev[dev].pending, 3);
	for (int i = 0; i < 4; i++)
		vector = put(vector, f->dev[dev].took[i] / 1000, 4);
}
