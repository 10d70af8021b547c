/* ldosc prove: has Frama-C prove the C that compile wrote, and judges what it says. A proof is complete when Frama-C
 * got to its end without a complaint, every goal is proved, by its text and by its report, nothing rests on an
 * assumption, and every clause that the policy implies is there, by name, and proved. */
#include "backend/layout.h"
#include "prove.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool in_words(const words *w, const char *word)
{
	return listed(w->at, (size_t)w->n, word);
}

/* ---- the verdict ---- */

static const struct implied *policy_place(const struct proof *u, const char *function, const char *clause)
{
	for (int i = 0; i < u->implied.n; i++)
		if (!strcmp(u->implied.at[i].function, function) && !strcmp(u->implied.at[i].clause, clause))
			return &u->implied.at[i];
	return NULL;
}

static const char *in_policy(const struct implied *at)
{
	return arena_printf(
		"%s:%d: %s: %s", at->at.source ? at->at.source->path : "", at->at.line, at->what, show_line(at->at));
}

static const char *missing(const struct implied *want)
{
	return arena_printf("%s has no clause %s\n        %s", want->function, want->clause, in_policy(want));
}

/* The closed world takes its entries' arguments from functions without a body, any_..: they write what they may write and
 * promise nothing. */
static bool free_input(const struct proof *u, const struct property *p)
{
	return strcmp(p->kind, "postcondition") && u->inputs_in && !strcmp(p->file, u->inputs_in) &&
		in_words(&u->inputs, p->function);
}

/* One clause that is open: the goals that WP made of it, where it stands, and the policy's line. */
static const char *open_clause(const struct proof *u, struct proof_result *v, const struct property *p)
{
	const struct implied *at = policy_place(u, p->function, p->name);
	const char *head = NULL, *tail = arena_printf("_%s", p->name);
	const char *clause;

	for (int i = 0; i < v->f.open_goals.n && *p->name; i++) {
		const char *goal = v->f.open_goals.at[i], *found;
		if (!goal || strcmp(function_of(&v->f, goal), p->function) || !(found = strstr(goal, tail)))
			continue;
		found += strlen(tail);
		if (*found && *found != '_')
			continue;
		head = head ? arena_printf("%s, %s", head, goal) : goal;
		v->f.open_goals.at[i] = NULL; /* told */
	}
	clause = arena_printf("%s:%d: %s: %s %s", p->file, p->line, p->function, p->kind, p->text);
	if (head)
		clause = arena_printf("%s\n        %s", head, clause);
	return at ? arena_printf("%s\n        %s", clause, in_policy(at)) : clause;
}

static void judge_properties(const struct proof *u, struct proof_result *v)
{
	for (int i = 0; i < v->f.properties.n; i++) {
		const struct property *p = &v->f.properties.at[i];
		if (!strcmp(p->status, "Valid"))
			continue;
		if (strcmp(p->status, "Considered valid")) {
			if (strcmp(p->status, "Partially proven"))
				*list_add(&v->open) = open_clause(u, v, p);
		} else if (!free_input(u, p)) {
			*list_add(&v->assumed) =
				arena_printf("%s:%d: %s: %s %s", p->file, p->line, p->function, p->kind, p->text);
		}
	}
	for (int i = 0; i < v->f.axioms.n; i++)
		*list_add(&v->assumed) = v->f.axioms.at[i];
	for (int i = 0; i < v->f.open_goals.n; i++)
		if (v->f.open_goals.at[i])
			*list_add(&v->open) = v->f.open_goals.at[i];
	/* What rests on an open clause is told only where no open clause was: it then rests on something else. */
	for (int i = 0; i < v->f.properties.n && !v->open.n && !v->assumed.n; i++)
		if (!strcmp(v->f.properties.at[i].status, "Partially proven"))
			*list_add(&v->open) = open_clause(u, v, &v->f.properties.at[i]);
}

/* Names of assertions and invariants are not in the CSV, but goals are called after them. */
static bool is_goal_of(const struct goal *g, const struct implied *want)
{
	return !strcmp(g->name, arena_printf("%s_assert_%s", want->function, want->clause));
}

static void judge_implied(const struct proof *u, struct proof_result *v)
{
	for (int i = 0; i < u->implied.n; i++) {
		const struct implied *want = &u->implied.at[i];
		bool there = false;
		for (int j = 0; j < v->f.properties.n && !there; j++) {
			const struct property *p = &v->f.properties.at[j];
			there = !strcmp(p->function, want->function) && !strcmp(p->name, want->clause) &&
				!strcmp(p->kind, "postcondition");
		}
		for (int j = 0; j < v->f.goals.n && !there; j++)
			there = is_goal_of(&v->f.goals.at[j], want);
		if (!there)
			*list_add(&v->missing) = missing(want);
	}
}

/* The text's n / m and the report's sum are two counts of one thing. */
static void judge_counts(struct proof_result *v)
{
	int total = 0, valid = 0;

	for (int i = 0; i < v->f.goals.n; i++) {
		total += v->f.goals.at[i].total;
		valid += v->f.goals.at[i].valid;
	}
	if (v->f.finished && (total != v->f.total || valid != v->f.valid))
		complain(&v->f,
			arena_printf("Frama-C's text says %d of %d goals and its report %d of %d", v->f.valid,
				v->f.total, valid, total));
	if (v->f.finished && !v->f.total)
		complain(&v->f, "there is not a single goal");
}

static void judge_smoke(const struct proof *u, struct proof_result *v)
{
	if (u->root && !v->f.smoke)
		complain(&v->f, "not a single smoke test was made");
	if (v->f.smoke_broken > v->f.failed_smoke.n)
		complain(&v->f,
			arena_printf("the prover failed in %d smoke tests: that is no answer",
				v->f.smoke_broken - v->f.failed_smoke.n));
	if (v->f.smoke != v->f.smoke_passed && !v->f.failed_smoke.n)
		complain(&v->f, arena_printf("%d of %d smoke tests passed", v->f.smoke_passed, v->f.smoke));
}

/* Of what was asked to be proved, everything is. */
static bool proof_holds(const struct proof_result *v)
{
	return v->f.finished && v->f.valid == v->f.total && v->f.total > 0 && !v->open.n && !v->missing.n &&
		!v->assumed.n && !v->f.complaints.n && !v->f.failed_smoke.n;
}

bool proof_complete(const struct proof *u, const struct proof_result *v)
{
	return proof_holds(v) && !u->only.n;
}

/* Headers of contracted functions are proved through a file that does nothing but include them. */
static const char *wrap_headers(const struct proof *u, const char *scratch)
{
	const char *path = arena_printf("%s/header.c", scratch);
	FILE *f = fopen(path, "w");

	if (!f)
		return path; /* Frama-C will say that it is not there */
	fprintf(f, "#include \"%s.h\"\n", u->name);
	for (int i = 0; i < u->headers.n; i++)
		fprintf(f, "#include \"%s\"\n", u->headers.at[i]);
	fclose(f);
	return path;
}

/* ---- what lies there, read once ---- */

static void read_written(struct proof *u, const struct output *fresh)
{
	const char *name;

	for (int i = 0; (name = output_name(fresh, i)); i++) {
		struct written *w;
		if (!ends_with(name, ".c") && !ends_with(name, ".h"))
			continue;
		w = list_add(&u->written);
		w->name = name;
		w->text = file_text(arena_printf("%s/%s", u->from, name), &w->size);
		if (w->text && strlen(w->text) != w->size)
			*list_add(&u->missed) = arena_printf("%s holds a byte 0, past which some read on", name);
	}
}

/* Somebody may write into DIR all the while, so what was read is proved in a folder where nobody does. */
static bool lay_out(struct proof *u, const char *scratch)
{
	u->dir = arena_printf("%s/written", scratch); /* of one policy only */
	if (mkdir(u->dir, 0700))
		return false;
	for (int i = 0; i < u->written.n; i++) {
		const struct written *w = &u->written.at[i];
		FILE *f = w->text ? fopen(arena_printf("%s/%s", u->dir, w->name), "w") : NULL;
		if (f)
			fwrite(w->text, 1, w->size, f);
		if (w->text && (!f || fclose(f)))
			return false;
	}
	return true;
}

/* A proof of what lay there once is none of what lies there now. */
static bool still_written(const struct proof *u)
{
	for (int i = 0; i < u->written.n; i++) {
		const struct written *w = &u->written.at[i];
		size_t size = 0;
		const char *is = file_text(arena_printf("%s/%s", u->from, w->name), &size);
		if ((is != NULL) == (w->text != NULL) && size == w->size && (!is || !memcmp(is, w->text, size)))
			continue;
		fprintf(stderr, "ldosc: %s/%s was changed while it was proved; prove it again\n", u->from, w->name);
		return false;
	}
	return true;
}

/* With -I DIR gcc finds here what <stdint.h>, <stdbool.h> and <linux/types.h> are and what they include, and what it reads before
 * any file; NAME.h.gch it takes for NAME.h. */
static bool of_the_system(const char *name)
{
	static const char *const outer[] = {"asm", "asm-generic", "bits", "features-time64.h", "features.h", "gnu",
		"linux", "stdbool.h", "stdc-predef.h", "stdint.h", "sys", "uapi"};

	return listed(outer, sizeof outer / sizeof *outer, name) || ends_with(name, ".gch");
}

/* What `#include "last.h"` finds first lies beside the file that says so: gcc would read another header than was proved. */
static const char *header_in_the_way(const char *dir)
{
	const char *found = NULL;
	struct dirent **names;
	int n = scandir(dir, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		const char *path = arena_printf("%s/%s", dir, names[i]->d_name), *is = sha256_file(path);
		const char *ours = sha256_file(home_path(arena_printf("runtime/%s", names[i]->d_name)));
		if (of_the_system(names[i]->d_name) || (ours && (!is || strcmp(is, ours))))
			found = path;
	}
	return found;
}

/* false: said which. */
static bool no_header_in_the_way(const char *dir)
{
	const char *other = header_in_the_way(dir);

	if (other)
		fprintf(stderr, "ldosc: %s would be read in place of the header that is proved; move it elsewhere\n",
			other);
	return !other;
}

/* ---- which runs ---- */

struct share { /* functions of one run, and how much text their contracts have */
	words functions;
	size_t weight;
};

static int by_weight(const void *a, const void *b)
{
	const struct clause *x = a, *y = b;
	size_t n = strlen(x->text), m = strlen(y->text);

	return n == m ? strcmp(x->function, y->function) : n < m ? 1 : -1;
}

static void add_contracts(const struct proof *u, const char *name, clauses *out, words *defined)
{
	const char *text = file_text(arena_printf("%s/%s", u->dir, name), NULL);

	if (text)
		clauses_of(name, text, out, defined);
}

/* One clause a function: all of its contract. */
static void contracts_of(const struct proof *u, clauses *out)
{
	clauses all = {0};
	words defined = {0};

	for (int i = 0; i < u->files.n; i++)
		add_contracts(u, u->files.at[i], &all, &defined);
	for (int i = 0; i < u->headers.n; i++)
		add_contracts(u, u->headers.at[i], &all, &defined);
	for (int i = 0; i < all.n; i++) {
		struct clause *c = NULL;
		if (!in_words(&defined, all.at[i].function))
			continue;
		for (int j = 0; j < out->n; j++)
			if (!strcmp(out->at[j].function, all.at[i].function))
				c = &out->at[j];
		if (c)
			c->text = arena_printf("%s%s", c->text, all.at[i].text);
		else
			*list_add(out) = all.at[i];
	}
	if (out->n)
		qsort(out->at, (size_t)out->n, sizeof *out->at, by_weight);
}

static struct proof_run *add_run(proof_runs *out, const struct proof *u, const char *scratch)
{
	struct proof_run *r = arena_alloc(sizeof *r);

	r->unit = u;
	r->scratch = scratch;
	r->number = out->n;
	*list_add(out) = r;
	return r;
}

/* The functions of the unit's own files in SHARES runs, dealt out by the length of their contracts; all others in one
 * that begins first, since it is the longest; then the smoke tests, whose provers seldom stop before their steps end. */
static void plan(const struct proof *u, const char *scratch, proof_runs *out)
{
	enum { SHARES = 6 };
	struct share share[SHARES] = {0};
	clauses contracts = {0};
	struct proof_run *rest;

	if (u->only.n) {
		add_run(out, u, scratch)->functions = u->only;
		return;
	}
	rest = add_run(out, u, scratch);
	contracts_of(u, &contracts);
	for (int i = 0; i < contracts.n; i++) {
		struct share *least = share;
		for (int j = 1; j < SHARES; j++)
			if (share[j].weight < least->weight)
				least = &share[j];
		*list_add(&least->functions) = contracts.at[i].function;
		least->weight += strlen(contracts.at[i].text);
		*list_add(&rest->functions) = contracts.at[i].function;
	}
	rest->all_but = true;
	add_run(out, u, scratch)->smoke = true;
	for (int j = 0; j < SHARES; j++)
		if (share[j].functions.n)
			add_run(out, u, scratch)->functions = share[j].functions;
	/* With functions named, or left out, WP proves no lemma, and lets every goal use all of them. */
	add_run(out, u, scratch)->lemmas = true;
}

static bool is_precondition(const struct property *p)
{
	return !strcmp(p->kind, "precondition");
}

/* What one run says counts for the functions that are its own. A precondition is a goal of each caller ("precondition
 * of .."), whichever run that falls to. */
static void take_findings(struct findings *to, const struct proof_run *r)
{
	const struct findings *f = &r->f;

	for (int i = 0; i < f->complaints.n; i++)
		if (!in_words(&to->complaints, f->complaints.at[i]))
			*list_add(&to->complaints) = f->complaints.at[i];
	if (r->smoke) {
		to->smoke += f->smoke;
		to->smoke_passed += f->smoke_passed;
		to->smoke_broken += f->smoke_broken;
		to->failed_smoke = f->failed_smoke;
		return;
	}
	to->finished = to->finished && f->finished;
	to->valid += f->valid;
	to->total += f->total;
	for (int i = 0; i < f->goals.n; i++)
		*list_add(&to->goals) = f->goals.at[i];
	for (int i = 0; i < f->timings.n; i++)
		*list_add(&to->timings) = f->timings.at[i];
	for (int i = 0; i < f->open_goals.n; i++)
		*list_add(&to->open_goals) = f->open_goals.at[i];
	for (int i = 0; i < f->axioms.n; i++)
		if (!in_words(&to->axioms, f->axioms.at[i]))
			*list_add(&to->axioms) = f->axioms.at[i];
	for (int i = 0; i < f->properties.n; i++)
		if (!is_precondition(&f->properties.at[i]) &&
			in_words(&r->functions, f->properties.at[i].function) != r->all_but)
			*list_add(&to->properties) = f->properties.at[i];
}

static void judge(const struct proof *u, const proof_runs *runs, struct proof_result *v)
{
	double began = 0, ended = 0;

	if (u->missed.n) { /* proving something else would say nothing */
		v->missing = u->missed;
		return;
	}
	v->f.finished = true;
	for (int i = 0; i < runs->n; i++) {
		const struct proof_run *r = runs->at[i];
		if (r->unit != u)
			continue;
		take_findings(&v->f, r);
		began = began == 0 || r->began < began ? r->began : began;
		ended = r->ended > ended ? r->ended : ended;
	}
	v->seconds = ended - began;
	judge_properties(u, v);
	judge_counts(v);
	if (u->only.n)
		return;
	judge_smoke(u, v);
	if (v->f.finished)
		judge_implied(u, v);
}

/* ---- units ---- */

struct run_of_proofs {
	const char *scratch;
	bool json, all;
	cJSON *list;
	FILE *junit;
};

static void tell(struct run_of_proofs *r, const struct proof *u, const proof_runs *runs)
{
	struct proof_result v = {0};

	judge(u, runs, &v);
	r->all = r->all && proof_holds(&v);
	if (r->json)
		cJSON_AddItemToArray(r->list, proof_json(u, &v));
	else
		proof_say(u, &v);
	proof_junit(r->junit, u, &v);
}

/* The runs of all units side by side, then a verdict a unit. */
static int prove_units(struct run_of_proofs *r, int n, struct proof *units)
{
	proof_runs runs = {0};

	for (int i = 0; i < n; i++) {
		if (units[i].missed.n)
			continue;
		if (units[i].written.n && !lay_out(&units[i], r->scratch)) {
			fprintf(stderr, "ldosc: cannot write in %s: %s\n", r->scratch, strerror(errno));
			return EXIT_USAGE;
		}
		if (units[i].headers.n)
			*list_add(&units[i].files) = wrap_headers(&units[i], r->scratch);
		plan(&units[i], r->scratch, &runs);
	}
	if (runs.n && !prove_answers(r->scratch))
		return EXIT_TOOL;
	prove_runs(&runs);
	for (int i = 0; i < n; i++) {
		if (!still_written(&units[i]) || (units[i].from && !no_header_in_the_way(units[i].from)))
			return EXIT_STALE;
		tell(r, &units[i], &runs);
	}
	return r->all ? EXIT_PROVED : EXIT_OPEN;
}

static void add_names(words *to, const char *names)
{
	for (size_t n; *names; names += n + (names[n] == ',')) {
		n = strcspn(names, ",");
		if (n)
			*list_add(to) = arena_printf("%.*s", (int)n, names);
	}
}

/* A folder for all that is made; NULL: said why not. */
static const char *scratch_folder(void)
{
	const char *why, *scratch = leftover_scratch("ldosc-prove", &why);

	if (scratch && !strpbrk(scratch, " \t\n\"'\\"))
		return scratch;
	if (scratch)
		why = arena_printf("Why3 cannot work in %s: set TMPDIR to a folder without blanks and quotes", scratch);
	fprintf(stderr, "ldosc: %s\n", why);
	return NULL;
}

/* Whether the verdict can be written is asked before it takes minutes to come to it. */
static bool junit_fits(const char *path)
{
	struct stat st;
	bool there = stat(path, &st) == 0;

	if (there && S_ISDIR(st.st_mode))
		errno = EISDIR;
	else if (access(there ? path : folder_of(path), W_OK) == 0)
		return true;
	fprintf(stderr, "ldosc: cannot write %s: %s\n", path, strerror(errno));
	return false;
}

static bool write_junit(const char *path, const char *suites)
{
	const char *all =
		arena_printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n%s</testsuites>\n", suites);

	return output_to(path, all, strlen(all));
}

/* Everything that is made lies in one folder that goes at the end. */
static int prove_all(int n, struct proof *units, const struct prove_how *how)
{
	const struct leftover *mark = leftover_mark();
	struct run_of_proofs r = {.json = how->json, .all = n > 0, .list = cJSON_CreateArray()};
	int status = EXIT_TOOL;
	char *suites;
	size_t size;

	if (!prove_tools_there())
		return EXIT_TOOL;
	for (int i = 0; i < n && how->functions; i++)
		add_names(&units[i].only, how->functions);
	if (how->junit && !junit_fits(how->junit))
		return EXIT_USAGE;
	r.scratch = scratch_folder();
	if (!r.scratch) {
		leftover_remove(mark);
		return EXIT_USAGE;
	}
	leftover_stop_first(prove_stop);
	r.junit = open_memstream(&suites, &size);
	if (prove_configure(r.scratch))
		status = prove_units(&r, n, units);
	fclose(r.junit);
	leftover_remove(mark);
	if (how->junit && (status == EXIT_PROVED || status == EXIT_OPEN) && !write_junit(how->junit, suites))
		status = status ? status : EXIT_USAGE;
	if (how->json)
		diag_json("proofs", cJSON_Print(r.list));
	cJSON_Delete(r.list);
	return status;
}

/* ---- what the policy gives, before anything is proved ---- */

/* The functions of `file` whose names begin so and that have a contract and no body. */
static void find_inputs(struct proof *u, const char *file, const char *prefix, const clauses *of, const words *defined)
{
	u->inputs_in = file;
	for (int i = 0; i < of->n; i++) {
		const char *function = of->at[i].function;
		if (*function && !strcmp(of->at[i].file, file) && !strncmp(function, prefix, strlen(prefix)) &&
			!in_words(defined, function) && !in_words(&u->inputs, function))
			*list_add(&u->inputs) = function;
	}
}

/* The tables of a model are read by no proof. */
static void read_clauses(struct proof *u, struct output *fresh, clauses *want, clauses *is)
{
	const char *tables = arena_printf("%s_model.c", u->name);
	words defined = {0}, bodies = {0};
	size_t size;

	for (int i = 0; i < u->written.n; i++) {
		const struct written *w = &u->written.at[i];
		if (!strcmp(w->name, tables))
			continue;
		clauses_of(w->name, output_text(fresh, w->name, &size), want, &defined);
		if (w->text)
			clauses_of(w->name, w->text, is, &bodies);
	}
	find_inputs(u, arena_printf("%s_world.c", u->name), "", want, &defined);
}

static bool stands(const clauses *in, const struct implied *want)
{
	for (int i = 0; i < in->n; i++) {
		const struct clause *c = &in->at[i];
		if (!strcmp(c->function, want->function) && !strcmp(c->name, want->clause) &&
			(!strcmp(c->kind, "ensures") || !strcmp(c->kind, "assert")))
			return true;
	}
	return false;
}

/* The clauses that the policy implies are in the text, and the promises of the text are those that the policy gives. */
static void compare_promises(struct proof *u, struct output *fresh)
{
	clauses want = {0}, is = {0};

	read_clauses(u, fresh, &want, &is);
	for (int i = 0; i < u->implied.n; i++)
		if (!stands(&is, &u->implied.at[i]))
			*list_add(&u->missed) = missing(&u->implied.at[i]);
	clauses_differ(&want, &is, &u->missed);
}

/* What compile would write now; NULL: it takes no such policy. */
static struct output *written_now(const struct policy *p, const char *dir, words *missed)
{
	struct output *fresh = output_open(dir);

	if (backend_c.supports && backend_c.supports(p))
		*list_add(missed) = backend_c.supports(p);
	else if (backend_c.emit(p, lower(p), fresh))
		*list_add(missed) = "no C can be written of this policy";
	return missed->n ? NULL : fresh;
}

/* A certificate is of everything that compile reads and writes. */
static bool certified(struct cert *c, const struct policy *p, const struct output *fresh)
{
	const char *name;

	if (p->hook)
		cert_asks_for(c, arena_printf("%s.hook", p->hook->name));
	for (int i = 0; i < p->models.n; i++)
		if (p->models.at[i]->file)
			cert_asks_for(c, p->models.at[i]->file);
	for (int i = 0; fresh && (name = output_name(fresh, i)); i++)
		cert_asks_for(c, name);
	if (c->stale)
		cert_say_stale(c);
	return !c->stale;
}

int prove_run(const struct policy *p, const char *dir, const struct prove_how *how)
{
	struct proof u = {.name = p->name};
	static const char *const headers[] = {"model", "decide"};
	struct output *fresh;

	u.from = realpath(dir, NULL);
	if (!u.from) {
		fprintf(stderr, "ldosc: no folder %s: %s\n", dir, strerror(errno));
		return EXIT_USAGE;
	}
	if (!no_header_in_the_way(dir))
		return EXIT_STALE;
	fresh = written_now(p, dir, &u.missed);
	if (how->cert && !certified(how->cert, p, fresh))
		return EXIT_STALE;
	*list_add(&u.files) = arena_printf("%s.c", p->name);
	*list_add(&u.files) = arena_printf("%s_world.c", p->name);
	u.root = arena_printf("%s_world,%s_world_any", p->name, p->name);
	for (int i = 0; i < p->guarantees.n; i++)
		if (p->guarantees.at[i]->kind != GUARANTEE_POINT && p->guarantees.at[i] != first_count(p))
			u.root = arena_printf("%s,%s_world_%s", u.root, p->name, p->guarantees.at[i]->name);
	implied_clauses(p, &u.implied);
	if (fresh) {
		size_t size;
		for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
			if (output_text(fresh, arena_printf("%s_%s.h", p->name, headers[i]), &size))
				*list_add(&u.headers) = arena_printf("%s_%s.h", p->name, headers[i]);
		read_written(&u, fresh);
		compare_promises(&u, fresh);
	}
	return prove_all(1, &u, how);
}

/* C that was written by hand says by its name what is an input. */
static void find_own_inputs(struct proof *u)
{
	const char *text = file_text(arena_printf("%s/%s", u->dir, u->name), NULL);
	clauses all = {0};
	words defined = {0};

	if (text)
		clauses_of(u->name, text, &all, &defined);
	find_inputs(u, u->name, "any_", &all, &defined);
}

/* prove --c FILE...: one unit, nothing implied; for hand-written C in the same idiom. */
int prove_c(const char *path, const struct prove_how *how)
{
	const char *slash = strrchr(path, '/');
	struct proof u = {.name = slash ? slash + 1 : path, .dir = realpath(folder_of(path), NULL)};

	if (!u.dir) {
		fprintf(stderr, "ldosc: no folder of %s: %s\n", path, strerror(errno));
		return EXIT_USAGE;
	}
	*list_add(&u.files) = u.name;
	find_own_inputs(&u);
	return prove_all(1, &u, how);
}

/* Each file of proofs/ includes runtime headers in the sizes and types that it wants proved, and is one proof. */
int prove_runtime(const struct prove_how *how)
{
	const char *dir = home_path("proofs");
	struct dirent **names;
	LIST(struct proof) all = {0};
	int n = scandir(dir, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		if (name[0] != '.' && ends_with(name, ".c")) {
			struct proof *u = list_add(&all);
			u->name = arena_strdup(name);
			u->dir = dir;
			*list_add(&u->files) = u->name;
			find_own_inputs(u);
		}
	}
	if (!all.n) {
		fprintf(stderr, "ldosc: no proofs in %s\n", dir);
		return EXIT_USAGE;
	}
	return prove_all(all.n, all.at, how);
}
