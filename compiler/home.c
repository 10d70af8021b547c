/* What lies beside the binary. build/ldosc finds runtime/ in the folder above its own; an installed one is told by
 * LDOSC_HOME. */
#include "ldosc.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *home_path(const char *relative)
{
	static char home[PATH_MAX];
	const char *told = getenv("LDOSC_HOME");

	if (!home[0] && told && *told && !realpath(told, home)) /* whole: tools are run in other folders */
		snprintf(home, sizeof home, "%s", told);
	if (!home[0]) {
		ssize_t n = readlink("/proc/self/exe", home, sizeof home - 1);
		home[n > 0 ? n : 0] = '\0';
		for (int up = 0; up < 2; up++) {
			char *slash = strrchr(home, '/');
			if (slash && slash != home)
				*slash = '\0';
		}
		if (!home[0])
			strcpy(home, "."); /* no /proc: the folder that we were started in */
	}
	return arena_printf("%s/%s", home, relative);
}
