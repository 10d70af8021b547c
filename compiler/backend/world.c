/* The closed world: init, then any entry with any arguments for ever, with a history of its own. */
#include "acsl.h"

void world_print(FILE *f, const struct policy *p)
{
	fprintf(f, "#include \"%s.h\"\n", p->name);
}
