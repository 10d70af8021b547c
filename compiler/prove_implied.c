#include "prove.h"
void implied_clauses(const struct policy *p, implied_list *out)
{
	(void)p, (void)out;
}
