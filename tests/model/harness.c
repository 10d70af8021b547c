/* The model's files without a policy's text: the declaration is given in words on the command line.
 *
 *	harness load FILE DECLARATION..		model_load; messages to stderr, the layers' shape to stdout; exit 0 or 3
 *	harness agree FILE N DECLARATION..	of N random vectors, how many integers answer as reference.c's float64 net does
 *	harness vectors FILE N SEED DECLARATION..  N random vectors, a line each: the numbers, then the integer answer
 *	harness header|source FILE DECLARATION..   what model_emit_header and model_emit_source write
 *	harness constant FILE DECLARATION..	the verdict of the obligation `constant`
 *	harness fuzz SEED SECONDS FILE.. -- DECLARATION..  mutants of FILEs through model_load; prints how many
 *
 * DECLARATION: digits:N  digits:NxREPEAT  clamp:LO..HI:N  zscore:N  class:NAME,NAME..  number:LO..HI  above:DECIMAL */
#include "check/constant.h"
#include "harness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct source source = {"t.ldp", NULL, 0};

/* A policy's text of one line a clause, so that messages have a place to point to. */
static struct span clause(const char *format, const char *word)
{
	const char *line = arena_printf(format, word);
	int n = 1;

	for (const char *c = source.text; *c; c++)
		n += *c == '\n';
	source.text = arena_printf("%s%s\n", source.text, line);
	source.size = strlen(source.text);
	return (struct span){&source, n, 1, (int)strlen(line) + 1};
}

static void declare_input(struct model *m, const char *kind, const char *rest)
{
	struct input *in = list_add(&m->inputs);
	int lo = INT16_MIN, hi = INT16_MAX, n = 1, repeat = 1;

	if (!strcmp(kind, "digits")) {
		sscanf(rest, "%dx%d", &n, &repeat);
		*in = (struct input){
			.how = ENCODE_DIGITS, .digits = n, .lo = 0, .hi = 9, .divide = 1, .repeat = repeat};
	} else {
		enum encoder how = !strcmp(kind, "zscore") ? ENCODE_ZSCORE : ENCODE_CLAMP;
		if (how == ENCODE_CLAMP)
			sscanf(rest, "%d..%d:%d", &lo, &hi, &n);
		else
			sscanf(rest, "%d", &n);
		*in = (struct input){.how = how, .lo = lo, .hi = hi, .divide = 1, .repeat = n};
	}
	in->at = clause("  input %s", arena_printf("%s(%s)", kind, rest));
}

static void declare_output(struct model *m, const char *kind, char *rest)
{
	int lo, hi;

	if (!strcmp(kind, "class")) {
		struct symbols *s = arena_alloc(sizeof *s);
		m->output_at = clause("  output class { %s }", rest);
		for (char *name = strtok(rest, ","); name; name = strtok(NULL, ","))
			*list_add(&s->names) = arena_strdup(name);
		m->classes = s;
		m->type = (struct type){.kind = TYPE_CLASS, .hi = s->names.n - 1, .symbols = s};
	} else {
		sscanf(rest, "%d..%d", &lo, &hi);
		m->output_at = clause("  output number in %s", rest);
		m->type = (struct type){.kind = TYPE_INT, .lo = lo, .hi = hi};
	}
}

static struct policy *declare(const char *file, char **words)
{
	struct policy *p = arena_alloc(sizeof *p);
	struct model *m = arena_alloc(sizeof *m);
	const char *slash = strrchr(file, '/');

	source.text = "";
	p->name = "t";
	p->path = "t.ldp";
	p->source = &source;
	p->hook = arena_alloc(sizeof *p->hook);
	p->dir = slash ? arena_printf("%.*s", (int)(slash - file), file) : ".";
	m->at = clause("model %s {", "net");
	m->name = "net";
	m->numbers = "int16";
	m->file = slash ? slash + 1 : file;
	m->file_at = clause("  file \"%s\"", m->file);
	for (; *words && strcmp(*words, "--"); words++) {
		char *kind = arena_strdup(*words), *rest = strchr(kind, ':');
		if (!rest)
			exit(2);
		*rest++ = 0;
		if (!strcmp(kind, "above")) {
			m->cut_given = true;
			m->cut = lrint(atof(rest) * 65536);
		} else if (!strcmp(kind, "class") || !strcmp(kind, "number")) {
			declare_output(m, kind, rest);
		} else {
			declare_input(m, kind, rest);
		}
	}
	*list_add(&p->models) = m;
	return p;
}

static struct policy *load(const char *file, char **words)
{
	struct policy *p = declare(file, words);

	if (!model_load(p, p->models.at[0]))
		exit(diag_errors() ? (diag_flush(false), EXIT_TYPES) : EXIT_DEFECT);
	if (diag_errors())
		exit(EXIT_DEFECT);
	return p;
}

static void show_layers(const struct model *m)
{
	for (int k = 0; k < m->layers.n; k++) {
		const struct layer *l = &m->layers.at[k];
		printf("layer %d: %d to %d, frac %d, shift %d, reach %d, cap %d, acc_max %lld\n", k + 1, l->in, l->out,
			l->frac, l->shift, l->reach, l->cap, (long long)l->acc_max);
	}
}

static uint64_t state;
static uint64_t draw(void)
{
	state += 0x9e3779b97f4a7c15; /* splitmix64 */
	uint64_t z = state;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* Vectors as an encoder would give them; every eighth at random ends of the box. */
static void random_vector(const struct model *m, int32_t *v)
{
	bool ends = draw() % 8 == 0;
	for (int i = 0, k = 0; i < m->inputs.n; i++) {
		const struct input *in = &m->inputs.at[i];
		for (int r = 0; r < in->repeat * (in->how == ENCODE_DIGITS ? in->digits : 1); r++)
			v[k++] = (int32_t)(ends ? (draw() & 1 ? in->hi : in->lo)
						: in->lo + (num)(draw() % (uint64_t)(in->hi - in->lo + 1)));
	}
}

static int agree(const char *file, int n, char **words)
{
	const struct model *m = load(file, words)->models.at[0];
	struct reference *ref = reference_read(file);
	int same = 0;
	double x[256], y[64];
	int32_t v[256];

	state = 7;
	for (int k = 0; k < n; k++) {
		random_vector(m, v);
		for (int i = 0, j = 0; i < m->inputs.n; i++) {
			for (int r = 0; r < m->inputs.at[i].repeat *
					(m->inputs.at[i].how == ENCODE_DIGITS ? m->inputs.at[i].digits : 1);
				r++, j++)
				x[j] = m->inputs.at[i].how == ENCODE_ZSCORE ? v[j] / 4096.0 : v[j];
		}
		int outs = reference_run(ref, x, y);
		if (!m->classes) {
			same += fabs(model_infer(m, v) - y[0]) <= fmax(1, (double)(m->type.hi - m->type.lo) / 200);
		} else if (outs == 1) {
			same += model_infer(m, v) == (y[0] > (double)m->cut / 65536);
		} else {
			int best = 0;
			for (int o = 1; o < outs; o++)
				best = y[o] > y[best] ? o : best;
			same += model_infer(m, v) == best;
		}
	}
	show_layers(m);
	printf("%d of %d agree: %.2f %%\n", same, n, 100.0 * same / n);
	return same * 1000.0 >= n * 995.0 ? 0 : 1;
}

static int vectors(const char *file, int n, uint64_t seed, char **words)
{
	const struct model *m = load(file, words)->models.at[0];
	int32_t v[256];

	state = seed;
	for (int k = 0; k < n; k++) {
		random_vector(m, v);
		for (int i = 0; i < m->width; i++)
			printf("%d ", v[i]);
		printf("%d\n", model_infer(m, v));
	}
	return 0;
}

static int constant(const char *file, char **words)
{
	static const char *const names[] = {"proved", "refuted", "unknown", "over", "skipped"};
	verdict_list v = {0};

	check_constant(load(file, words), &v);
	for (int i = 0; i < v.n; i++)
		printf("%s %s.%s: %s%s%s\n", names[v.at[i].answer], v.at[i].obligation, v.at[i].subject, v.at[i].reason,
			v.at[i].help ? "; help: " : "", v.at[i].help ? v.at[i].help : "");
	fflush(stdout);
	diag_flush(false);
	return 0;
}

/* ---- fuzz ---- */

static size_t mutate(uint8_t *b, size_t n, size_t room)
{
	static const uint8_t odd[] = {0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x12, 0x22, 0x2a, 0x3a, 0x42, 0x4a};

	for (uint64_t k = draw() % 6 + 1; k > 0 && n > 0; k--) {
		size_t at = draw() % n, len = draw() % 32 + 1, to;
		if (draw() & 1 && n > 4096) /* weights are most of a file: half of the mutations near its ends */
			at = draw() & 1 ? draw() % 256 : n - 1 - draw() % 1024;
		switch (draw() % 7) {
		case 0:
			b[at] ^= (uint8_t)(1 << draw() % 8);
			break;
		case 1:
			b[at] = odd[draw() % sizeof odd];
			break;
		case 2:
			b[at] = (uint8_t)draw();
			break;
		case 3:
			n = at;
			break;
		case 4: /* a piece twice */
			len = len < n - at ? len : n - at;
			if (n + len <= room) {
				memmove(b + at + len, b + at, n - at);
				n += len;
			}
			break;
		case 5: /* a piece out */
			len = len < n - at ? len : n - at;
			memmove(b + at, b + at + len, n - at - len);
			n -= len;
			break;
		default: /* a piece elsewhere */
			to = draw() % n;
			len = len < n - at ? len : n - at;
			len = len < n - to ? len : n - to;
			memmove(b + to, b + at, len);
		}
	}
	return n;
}

/* The arena is never freed, so a child does a batch. */
static long batch(const char *path, const uint8_t *seed, size_t size, int runs, char **words)
{
	uint8_t *b = malloc(2 * size + 64);
	long accepted = 0;

	for (int i = 0; i < runs; i++) {
		memcpy(b, seed, size);
		size_t n = mutate(b, size, 2 * size + 64);
		FILE *f = fopen(path, "wb");
		fwrite(b, 1, n, f);
		fclose(f);
		struct policy *p = declare(path, words);
		int before = diag_errors();
		bool ok = model_load(p, p->models.at[0]);
		if (ok == (diag_errors() > before))
			abort(); /* accepted with an error, or refused without one */
		accepted += ok;
	}
	free(b);
	return accepted;
}

static int fuzz(uint64_t seed, int seconds, char **words)
{
	char **files = words, path[] = "/tmp/ldosc-fuzz.XXXXXX";
	long runs = 0, accepted = 0;
	time_t end = time(NULL) + seconds;

	while (*words && strcmp(*words, "--"))
		words++;
	if (!*words || close(mkstemp(path)))
		return 2;
	while (time(NULL) < end) {
		for (char **f = files; f < words; f++) {
			long got = fuzz_in_child(*f, path, ++seed, 200, words + 1);
			if (got < 0) {
				printf("fuzz: crash; seed %llu of %s, mutant kept in %s\n", (unsigned long long)seed,
					*f, path);
				return 1;
			}
			runs += 200;
			accepted += got;
		}
	}
	unlink(path);
	printf("fuzz: %ld executions, %ld accepted, no crash\n", runs, accepted);
	return 0;
}

long fuzz_batch(const char *file, const char *path, uint64_t seed, int runs, char **words)
{
	static uint8_t b[1 << 20];
	FILE *f = fopen(file, "rb");
	size_t n = f ? fread(b, 1, sizeof b, f) : 0;

	if (!n)
		exit(2);
	fclose(f);
	state = seed;
	return batch(path, b, n, runs, words);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	if (!strcmp(argv[1], "load")) {
		show_layers(load(argv[2], argv + 3)->models.at[0]);
		diag_flush(false);
		return 0;
	}
	if (!strcmp(argv[1], "agree"))
		return agree(argv[2], atoi(argv[3]), argv + 4);
	if (!strcmp(argv[1], "vectors"))
		return vectors(argv[2], atoi(argv[3]), strtoull(argv[4], NULL, 10), argv + 5);
	if (!strcmp(argv[1], "header"))
		return model_emit_header(stdout, load(argv[2], argv + 3)), 0;
	if (!strcmp(argv[1], "source"))
		return model_emit_source(stdout, load(argv[2], argv + 3)), 0;
	if (!strcmp(argv[1], "constant"))
		return constant(argv[2], argv + 3);
	if (!strcmp(argv[1], "fuzz"))
		return fuzz(strtoull(argv[2], NULL, 10), atoi(argv[3]), argv + 4);
	return 2;
}
