/* emit POLICY HOOKS DIR: the C of a policy, checked or not: the tests' policies need not meet every obligation. Exit
 * status 0: written; 3: the policy is refused by types; 20: the backend does not take it, and says why on the standard
 * output. */
#include "ldosc.h"

enum { EXIT_UNTAKEN = 20 };

int main(int argc, char **argv)
{
	struct policy *p = argc == 4 ? policy_load(argv[1], argv[2]) : NULL;
	struct output *out;
	const char *why;
	int status;

	for (int i = 0; p && i < p->models.n; i++)
		model_load(p, p->models.at[i]);
	if (!p || diag_errors()) {
		diag_flush(false);
		return EXIT_TYPES;
	}
	why = backend_c.supports(p);
	if (why) {
		printf("%s\n", why);
		return EXIT_UNTAKEN;
	}
	out = output_open(argv[3]);
	status = backend_c.emit(p, lower(p), out);
	return status ? status : output_commit(out) ? 0 : EXIT_USAGE;
}
