/* NAME.cert.json: what was proved of which bytes. Everything in it follows from the input, so that compiling twice
 * gives the same certificate: what a question cost is told in the solver's resource units and never in seconds. */
#include "ldosc.h"
#include "version.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static void add_file(cJSON *list, const char *role, const char *name, const char *sha256)
{
	cJSON *row = cJSON_CreateObject();

	cJSON_AddStringToObject(row, "role", role);
	cJSON_AddStringToObject(row, "path", name);
	cJSON_AddStringToObject(row, "sha256", sha256 ? sha256 : "");
	cJSON_AddItemToArray(list, row);
}

/* Paths of inputs are kept relative to the policy's folder where they lie beneath it. */
static void add_inputs(const struct policy *p, cJSON *list)
{
	add_file(list, "policy", p->path, sha256_hex(p->source->text, p->source->size));
	if (p->hook && p->hook->path) {
		const char *slash = strrchr(p->hook->path, '/');
		add_file(list, "hook", slash ? slash + 1 : p->hook->path, sha256_file(p->hook->path));
	}
	for (int i = 0; i < p->models.n; i++) {
		const char *file = p->models.at[i]->file;
		if (file)
			add_file(list, "model", file, sha256_file(arena_printf("%s/%s", p->dir, file)));
	}
}

static void add_verdicts(const verdict_list *v, cJSON *list)
{
	for (int i = 0; i < v->n; i++) {
		const struct verdict *one = &v->at[i];
		cJSON *row = cJSON_CreateObject();
		cJSON_AddStringToObject(row, "obligation", one->obligation);
		cJSON_AddStringToObject(row, "subject", one->subject ? one->subject : "");
		cJSON_AddStringToObject(row, "verdict", answer_name(one->answer));
		cJSON_AddStringToObject(row, "engine", one->engine ? one->engine : "");
		cJSON_AddNumberToObject(row, "line", one->at.line);
		cJSON_AddNumberToObject(row, "rlimit", one->rlimit);
		if (one->reason)
			cJSON_AddStringToObject(row, "reason", one->reason);
		cJSON_AddItemToArray(list, row);
	}
}

static void write_pc(const struct policy *p, struct output *o)
{
	FILE *f = output_file(o, arena_printf("%s.pc", p->name));

	fprintf(f,
		"# Compile %s.c with your own flags, for BPF with -fno-builtin (it has no memset); nothing is linked but it.\n",
		p->name);
	fprintf(f, "prefix=${pcfiledir}\n\n");
	fprintf(f, "Name: %s\n", p->name);
	fprintf(f, "Description: %s, a verified policy on hook %s\n", p->name, p->hook ? p->hook->name : "none");
	fprintf(f, "Version: %s\n", LDOSC_VERSION);
	fprintf(f, "Cflags: -I${prefix}\n");
}

void cert_write(const struct policy *p, const verdict_list *v, struct output *o)
{
	const char *name = arena_printf("%s.cert.json", p->name), *out;
	cJSON *root = cJSON_CreateObject(), *list;
	char *text;

	write_pc(p, o);
	cJSON_AddStringToObject(root, "ldosc", LDOSC_VERSION);
	cJSON_AddStringToObject(root, "policy", p->name);
	add_inputs(p, cJSON_AddArrayToObject(root, "inputs"));
	list = cJSON_AddArrayToObject(root, "outputs");
	for (int i = 0; (out = output_name(o, i)); i++) {
		size_t size;
		const char *bytes = output_text(o, out, &size);
		if (strcmp(out, name))
			add_file(list, "output", out, sha256_hex(bytes, size));
	}
	add_verdicts(v, cJSON_AddArrayToObject(root, "obligations"));
	text = cJSON_Print(root);
	fprintf(output_file(o, name), "%s\n", text);
	free(text);
	cJSON_Delete(root);
}

static const char *find_cert(const char *dir)
{
	struct dirent **names;
	const char *found = NULL;
	int n = scandir(dir, &names, NULL, alphasort), many = 0;

	if (n < 0) {
		fprintf(stderr, "ldosc: cannot read folder %s\n", dir);
		return NULL;
	}
	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.' && ends_with(names[i]->d_name, ".cert.json")) {
			found = arena_printf("%s/%s", dir, names[i]->d_name);
			many++;
		}
		free(names[i]);
	}
	free(names);
	if (many == 1)
		return found;
	if (many)
		fprintf(stderr, "ldosc: %s holds %d certificates; compile each policy into a folder of its own\n", dir,
			many);
	else
		fprintf(stderr, "ldosc: no certificate in %s; run `ldosc compile FILE -o %s` first\n", dir, dir);
	return NULL;
}

static const char *member(const cJSON *o, const char *name)
{
	const char *s = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
	return s ? s : "";
}

static void compare(struct cert *c, const char *path, const char *said)
{
	const char *is = sha256_file(path);

	if (c->stale || (is && !strcmp(is, said)))
		return;
	c->stale = path;
	c->stale_why = is ? "differs from what was certified" : "cannot be read";
}

/* One row of what was read. A hook is looked for as the policy does it. */
static void compare_input(struct cert *c, const cJSON *row, const char *hook_dir)
{
	const char *role = member(row, "role"), *path = arena_strdup(member(row, "path"));

	*list_add(&c->files) = path;
	if (!strcmp(role, "hook"))
		path = hook_file(path, hook_dir, folder_of(c->source));
	else if (!strcmp(role, "model"))
		path = arena_printf("%s/%s", folder_of(c->source), path);
	compare(c, path, member(row, "sha256"));
}

void cert_say_stale(const struct cert *c)
{
	fprintf(stderr, "ldosc: %s %s; compile again, or prove what is there with --edited\n", c->stale, c->stale_why);
}

void cert_asks_for(struct cert *c, const char *file)
{
	for (int i = 0; i < c->files.n; i++)
		if (!strcmp(c->files.at[i], file))
			return;
	c->stale = c->stale ? c->stale : file;
	c->stale_why = "is not in the certificate";
}

struct cert *cert_read(const char *dir, const char *hook_dir)
{
	const char *path = find_cert(dir);
	struct source *s = path ? source_read(path) : NULL;
	cJSON *root = s ? cJSON_ParseWithLength(s->text, s->size) : NULL, *row;
	const cJSON *inputs;
	struct cert *c;

	if (!root) {
		if (s)
			fprintf(stderr, "ldosc: %s is not JSON\n", path);
		return NULL;
	}
	c = arena_alloc(sizeof *c);
	c->policy = arena_strdup(member(root, "policy"));
	inputs = cJSON_GetObjectItemCaseSensitive(root, "inputs");
	cJSON_ArrayForEach(row, inputs)
	{
		if (!strcmp(member(row, "role"), "policy"))
			c->source = arena_strdup(member(row, "path"));
	}
	cJSON_ArrayForEach(row, inputs)
	{
		if (c->source)
			compare_input(c, row, hook_dir);
	}
	cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(root, "outputs"))
	{
		*list_add(&c->files) = arena_strdup(member(row, "path"));
		compare(c, arena_printf("%s/%s", dir, member(row, "path")), member(row, "sha256"));
	}
	cJSON_Delete(root);
	if (*c->policy && c->source)
		return c;
	fprintf(stderr, "ldosc: %s is no certificate of ldosc: it names no policy\n", path);
	return NULL;
}
