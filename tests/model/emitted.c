/* The emitted layers and tables against the integers of struct layer: `harness vectors` on stdin, WIDTH numbers and the
 * answer a line. Exit 0: all the same. 1: some differ. 2: the table's own check refuses it. */
#include "t.h"
#include "t_model.h"

#include <stdio.h>

int main(void)
{
	static struct t_net_scratch scratch;
	static struct LDOSC_CAT4(vector_, WIDTH, _, s16) x;
	long n = 0, wrong = 0;
	int v;

	if (!t_net_check(&t_net_table)) {
		puts("t_net_check: refused");
		return 2;
	}
	while (scanf("%d", &v) == 1) {
		for (int i = 0; i < WIDTH; i++) {
			x.at[i] = (s16)v;
			if (scanf("%d", &v) != 1)
				return 3;
		}
		wrong += t_net_infer(&t_net_table, &x, &scratch) != v;
		n++;
	}
	printf("%ld of %ld differ\n", wrong, n);
	return wrong ? 1 : n ? 0 : 3;
}
