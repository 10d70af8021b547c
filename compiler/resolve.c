/* From the tree to the policy's structs: what is declared, under which name, how large. Expressions come later. */
#include "front.h"

#include <string.h>

const struct name *front_name(const struct front *f, const char *text)
{
	for (int i = 0; i < f->names.n; i++) {
		if (strcmp(f->names.at[i].text, text) == 0)
			return &f->names.at[i];
	}
	return NULL;
}

void add_name(struct front *f, const struct tree *name, enum what what, void *thing)
{
	if (f->names.n == NAMES_MAX) {
		if (!f->crowded)
			refuse(name->at, NULL, "a policy declares at most %d names", NAMES_MAX);
		f->crowded = true;
		return;
	}
	const struct name *first = front_name(f, name->text);
	if (first)
		diag_add(&(struct diag){.code = "types",
			.at = name->at,
			.also = first->at,
			.also_label = "first here",
			.cause = arena_printf("`%s` is declared twice", name->text)});
	if (hook_event(f->p->hook, name->text) || hook_key(f->p->hook, name->text))
		refuse(name->at, NULL, "`%s` is %s of hook `%s` already", name->text,
			hook_key(f->p->hook, name->text) ? "a key" : "an event", f->p->hook->name);
	name_allowed(name);
	if (!first)
		*list_add(&f->names) = (struct name){name->text, name->at, what, thing, name};
}

const struct event *find_event(const struct front *f, const struct tree *name)
{
	const struct hook *h = f->p->hook;
	const struct event *e = hook_event(h, name->text);
	if (e)
		return e;
	LIST(const char *) known = {0};
	for (int i = 0; i < h->events.n; i++)
		*list_add(&known) = h->events.at[i]->name;
	const char *near = did_you_mean(name->text, known.at, known.n);
	return refuse(name->at, near ? arena_printf("did you mean `%s`?", near) : NULL, "hook `%s` has no event `%s`",
		h->name, name->text);
}

struct key *find_key(const struct front *f, const struct tree *name)
{
	const struct hook *h = f->p->hook;
	struct key *k = hook_key(h, name->text);
	if (k)
		return k;
	const char *help = h->keys.n ? arena_printf("its keys: %s%s%s", h->keys.at[0]->name, h->keys.n > 1 ? ", " : "",
					       h->keys.n > 1 ? h->keys.at[1]->name : "")
				     : NULL;
	return refuse(name->at, help, "hook `%s` has no key `%s`", h->name, name->text);
}

/* ---- narrowing: what the hook allows, as small as the policy says ---- */

static void narrow_types(struct field *f, const struct key *key, const struct field *list)
{
	if (key && f->type.kind == TYPE_KEY && f->type.key == key)
		f->type.hi = key->max - 1;
	if (list && f->of == list)
		f->type.hi = list->max - 1;
	for (int i = 0; i < f->record.n; i++)
		narrow_types(f->record.at[i], key, list);
}

static void narrow_all(struct front *f, const struct key *key, const struct field *list)
{
	for (int i = 0; i < f->p->hook->events.n; i++) {
		const struct event *e = f->p->hook->events.at[i];
		for (int j = 0; j < e->fields.n; j++)
			narrow_types(e->fields.at[j], key, list);
	}
}

static void narrow_key(struct front *f, struct key *key, const struct tree *max)
{
	num n = 0;
	int index = 0;
	while (f->p->hook->keys.at[index] != key)
		index++;
	if (!constant(max, UNIT_NONE, 1, INT32_MAX, "the number of keys", &n))
		return;
	if (f->key_narrowed.at[index] && n != key->max)
		refuse(max->at, NULL, "another state keeps %d of %s", key->max, key->name);
	else if (n > key->max)
		refuse(max->at, NULL, "hook `%s` has at most %d of %s", f->p->hook->name, key->max, key->name);
	else
		key->max = (int)n;
	f->key_narrowed.at[index] = true;
	narrow_all(f, key, NULL);
}

/* ---- use, tunable ---- */

static bool resolve_hook(struct front *f, const struct tree *items, const char *hook_dir)
{
	struct policy *p = f->p;
	const struct tree *use = NULL;
	for (int i = 0; i < items->kids.n; i++) {
		const struct tree *t = items->kids.at[i];
		if (t->kind == NODE_USE && use)
			refuse(t->at, NULL, "a policy uses one hook");
		else if (t->kind == NODE_USE)
			use = t;
	}
	if (!use)
		return refuse(p->at, "write `use hook block` after the name", "policy `%s` uses no hook", p->name);
	const struct tree *name = use->kids.at[0];
	p->hook = hook_load(name->text, hook_dir, p->dir, name->at);
	for (int i = 0; p->hook && i < p->hook->keys.n; i++)
		*list_add(&f->key_narrowed) = false;
	return p->hook != NULL;
}

static void resolve_tunable(struct front *f, const struct tree *t)
{
	struct tunable *x = arena_alloc(sizeof *x);
	enum unit unit = quantity_unit(t->kids.at[1]->text);
	x->name = t->kids.at[0]->text;
	x->at = t->kids.at[0]->at;
	x->index = f->p->tunables.n;
	if (range_read(t->kids.at[3], unit, &x->type))
		constant(t->kids.at[2], unit, x->type.lo, x->type.hi, "the initial value", &x->initial);
	add_name(f, t->kids.at[0], IS_TUNABLE, x);
	*list_add(&f->p->tunables) = x;
}

/* ---- model ---- */

static void resolve_budget(struct model *m, const struct tree *t)
{
	const struct tree *word = t->kids.at[0], *limit = t->kids.at[1];
	const struct {
		const char *text;
		enum unit unit;
		num *to;
	} budgets[] = {{"memory", UNIT_SIZE, &m->memory}, {"scratch", UNIT_SIZE, &m->scratch},
		{"instructions", UNIT_NONE, &m->instructions}, {"state", UNIT_SIZE, &m->state},
		{"stack", UNIT_SIZE, &m->stack}};
	const char *known[5];
	for (int i = 0; i < 5; i++) {
		known[i] = budgets[i].text;
		if (strcmp(word->text, known[i]) != 0)
			continue;
		if (*budgets[i].to)
			refuse(word->at, NULL, "`%s` is budgeted twice", word->text);
		constant(limit, budgets[i].unit, 1, INT64_MAX, "the budget", budgets[i].to);
		return;
	}
	const char *near = did_you_mean(word->text, known, 5);
	refuse(word->at,
		near ? arena_printf("did you mean `%s`?", near)
		     : "budgets: memory, scratch, instructions, state, stack",
		"there is no budget of `%s`", word->text);
}

static void resolve_output(struct model *m, const struct tree *t)
{
	if (t->kind == NODE_OUTPUT) {
		const struct tree *high = t->kids.at[0]->kids.at[1];
		range_read(t->kids.at[0], high->unit, &m->type);
		return;
	}
	const struct tree *cut = t->kids.at[1];
	if (cut) {
		m->cut_given = true;
		m->cut = cut->value * 65536 / cut->den;
		if (cut->unit != UNIT_NONE || m->cut < INT32_MIN || m->cut > INT32_MAX)
			refuse(cut->at, "as in `above 0.5`", "a net's output is cut by a bare number of at most 32768");
	}
	m->classes = symbols_read(m->name, t->kids.at[0]);
	m->type = type_of(TYPE_CLASS);
	m->type.symbols = m->classes;
	m->type.hi = m->classes->names.n - 1;
	if (m->classes->names.n < 2)
		refuse(t->at, NULL, "a model of one class has nothing to say");
	else if (cut && m->classes->names.n != 2)
		refuse(cut->at, NULL, "`above` parts two classes, and there are %d", m->classes->names.n);
}

static void resolve_share_of(struct model *m, const struct tree *t, int *to)
{
	num one, n = 1;
	if (m->shadow || m->probe)
		refuse(t->at, NULL, "either `shadow` or `probe`, once");
	constant(t->kids.at[0], UNIT_NONE, 1, 1, "the first number of `1 in N`", &one);
	constant(t->kids.at[1], UNIT_NONE, 1, 1 << 20, "N of `1 in N`", &n);
	*to = (int)n;
}

static void resolve_clause(struct model *m, const struct tree *t)
{
	if (t->kind == NODE_FILE) {
		m->file = t->kids.at[0]->text;
		m->file_at = t->kids.at[0]->at;
	} else if (t->kind == NODE_CLASSES || t->kind == NODE_OUTPUT) {
		m->output_at = t->at;
		resolve_output(m, t);
	} else if (t->kind == NODE_NUMBERS) {
		m->numbers = t->kids.at[0]->text;
		if (strcmp(m->numbers, "int16") != 0)
			refuse(t->kids.at[0]->at, "write `numbers int16`", "weights cannot be kept as `%s`",
				m->numbers);
	} else if (t->kind == NODE_SHADOW) {
		resolve_share_of(m, t, &m->shadow);
	} else if (t->kind == NODE_PROBE) {
		resolve_share_of(m, t, &m->probe);
	} else if (t->kind == NODE_BUDGETS) {
		for (int i = 0; i < t->kids.at[0]->kids.n; i++)
			resolve_budget(m, t->kids.at[0]->kids.at[i]);
	}
}

static void resolve_model(struct front *f, const struct tree *t)
{
	struct model *m = arena_alloc(sizeof *m);
	m->name = t->kids.at[0]->text;
	m->at = t->kids.at[0]->at;
	m->index = f->p->models.n;
	m->numbers = "int16";
	m->type = type_of(TYPE_BOOL);
	add_name(f, t->kids.at[0], IS_MODEL, m);
	*list_add(&f->p->models) = m;
	*list_add(&f->model_trees) = t;
	if (t->kids.at[1]) {
		const struct event *e = find_event(f, t->kids.at[2]);
		m->each = e ? event_field(e, t->kids.at[3]->text) : NULL;
		if (e && (!m->each || m->each->type.kind != TYPE_LIST))
			m->each =
				refuse(t->kids.at[3]->at, NULL, "`%s.%s` is not a list", e->name, t->kids.at[3]->text);
		name_allowed(t->kids.at[1]);
	}
	const struct tree *clauses = t->kids.at[4];
	bool inputs = false, output = false;
	for (int i = 0; i < clauses->kids.n; i++) {
		const struct tree *c = clauses->kids.at[i];
		for (int j = 0; j < i; j++) {
			bool both_output = (c->kind == NODE_CLASSES || c->kind == NODE_OUTPUT) &&
				(clauses->kids.at[j]->kind == NODE_CLASSES || clauses->kids.at[j]->kind == NODE_OUTPUT);
			if (clauses->kids.at[j]->kind == c->kind || both_output)
				refuse(c->at, NULL, "this is said twice of model `%s`", m->name);
		}
		inputs |= c->kind == NODE_INPUTS;
		output |= c->kind == NODE_CLASSES || c->kind == NODE_OUTPUT;
		resolve_clause(m, c);
	}
	const char *missing = !m->file ? "file \"NAME.onnx\""
		: !inputs	       ? "input .."
		: !output	       ? "output class { .. }"
				       : NULL;
	if (missing)
		refuse(m->at, arena_printf("add `%s`", missing), "model `%s` is not complete", m->name);
}

/* ---- decision ---- */

static void resolve_candidates(struct front *f, struct part *part, const struct tree *t)
{
	const struct tree *event = t->kids.at[0], *word = t->kids.at[1];
	const struct event *e = find_event(f, event);
	if (!e)
		return;
	const struct field *list = event_field(e, word->text);
	if (e != f->p->decision->on) {
		refuse(event->at, NULL, "the decision is on `%s`, and its candidates come with it",
			f->p->decision->on->name);
		return;
	}
	if (!list || list->type.kind != TYPE_LIST) {
		refuse(word->at, NULL, "`%s.%s` is not a list", e->name, word->text);
		return;
	}
	num max = list->max;
	struct field *own = e->fields.at[list->index];
	if (constant(t->kids.at[2], UNIT_NONE, 1, list->max, "the number of candidates", &max))
		own->max = (int)max;
	narrow_all(f, NULL, list);
	part->kind = PART_CANDIDATE;
	part->list = list;
	part->type = type_of(TYPE_CANDIDATE);
	part->type.list = list;
	part->type.hi = max - 1;
}

static void resolve_number(struct part *part, const struct tree *t)
{
	enum unit unit = quantity_unit(t->kids.at[0]->text);
	part->kind = PART_NUMBER;
	part->step = 1;
	if (!range_read(t->kids.at[1], unit, &part->type))
		return;
	if (part->type.lo < INT64_MIN || part->type.hi > INT64_MAX) {
		refuse(t->kids.at[1]->at, NULL, "a decided number lies within -2^63 .. 2^63 - 1");
		return;
	}
	const struct tree *step = t->kids.at[2];
	num width = part->type.hi - part->type.lo;
	if (!step || !constant(step, unit, 1, INT64_MAX, "the step", &part->step))
		return;
	if (width % part->step != 0)
		refuse(step->at,
			arena_printf("end it at %s", show_value(&part->type, part->type.hi - width % part->step)),
			"the range is not a whole number of steps");
}

static void resolve_part(struct front *f, const struct tree *t)
{
	struct decision *d = f->p->decision;
	const struct tree *domain = t->kids.at[1];
	struct part *part = list_add(&d->parts);
	*part = (struct part){.name = t->kids.at[0]->text, .at = t->kids.at[0]->at, .type = type_of(TYPE_BOOL)};
	add_name(f, t->kids.at[0], IS_PART, NULL);
	if (domain->kind == NODE_ONE_OF) {
		resolve_candidates(f, part, domain);
	} else if (domain->kind == NODE_QUANTITY) {
		resolve_number(part, domain);
	} else {
		part->kind = PART_CLASS;
		part->symbols = symbols_read(part->name, domain->kids.at[0]);
		part->type = type_of(TYPE_CLASS);
		part->type.symbols = part->symbols;
		part->type.hi = part->symbols->names.n - 1;
	}
	for (int i = 0; i + 1 < d->parts.n; i++) {
		if (part->kind == PART_CANDIDATE && d->parts.at[i].kind == PART_CANDIDATE)
			refuse(part->at, NULL, "a decision chooses one candidate");
	}
	if (d->parts.n > PARTS_MAX)
		refuse(part->at, NULL, "a decision has at most %d parts", PARTS_MAX);
}

static void resolve_decide(struct front *f, const struct tree *t)
{
	if (f->decide_tree) {
		diag_add(&(struct diag){.code = "types",
			.at = t->at,
			.also = f->decide_tree->at,
			.also_label = "first here",
			.cause = "a policy decides once: several parts make one `decide on EVENT { .. }`"});
		return;
	}
	f->decide_tree = t;
	const struct event *on = find_event(f, t->kids.at[0]);
	if (!on)
		return;
	struct decision *d = f->p->decision = arena_alloc(sizeof *d);
	d->at = t->kids.at[1]->kids.at[0]->at;
	d->on = on;
	d->tickets = 8;
	d->timeout = 1000000000;
	if (on->by_tag)
		refuse(t->kids.at[0]->at, NULL, "`%s` closes a tag: nothing is decided then", on->name);
	for (int i = 0; i < t->kids.at[1]->kids.n; i++)
		resolve_part(f, t->kids.at[1]->kids.at[i]);
}

/* ---- contract, guardrails ---- */

static void resolve_guarantee(struct front *f, const struct tree *t)
{
	struct guarantee *g = arena_alloc(sizeof *g);
	const struct tree *window = t->kids.at[3], *event = t->kids.at[4], *limit = t->kids.at[5];
	g->name = t->kids.at[0]->text;
	g->at = t->kids.at[0]->at;
	g->index = f->p->guarantees.n;
	add_name(f, t->kids.at[0], IS_GUARANTEE, g);
	*list_add(&f->p->guarantees) = g;
	*list_add(&f->guarantee_trees) = t;
	if (!window)
		return;
	g->cmp = (enum op)t->op;
	const struct event *e = find_event(f, event);
	if (e && f->p->decision && e != f->p->decision->on)
		refuse(event->at, arena_printf("write `of %s`", f->p->decision->on->name),
			"a guarantee counts decisions, and those are made on `%s`", f->p->decision->on->name);
	if (!window_read(f, window, window->kids.at[1], &g->events, &g->span, &g->buckets))
		return;
	g->kind = g->span ? GUARANTEE_COUNT_TIME : GUARANTEE_COUNT;
	if (g->kind == GUARANTEE_COUNT_TIME && g->cmp == EXPR_GE)
		refuse(limit->at, "count over events: `over 100 events of ..`",
			"nothing makes decisions come: at least so many in a time cannot be kept");
	constant(limit, UNIT_NONE, 0, g->events ? g->events : INT32_MAX, "the limit", &g->limit);
}

static void resolve_contract(struct front *f, const struct tree *clauses)
{
	for (int i = 0; i < clauses->kids.n; i++) {
		const struct tree *t = clauses->kids.at[i];
		if (t->kind == NODE_GUARANTEE) {
			resolve_guarantee(f, t);
			continue;
		}
		struct assumption *a = arena_alloc(sizeof *a);
		a->name = t->kids.at[0]->text;
		a->at = t->kids.at[0]->at;
		a->index = f->p->assumptions.n;
		add_name(f, t->kids.at[0], IS_ASSUMPTION, a);
		*list_add(&f->p->assumptions) = a;
		*list_add(&f->assumption_trees) = t;
	}
}

static void resolve_guardrail(struct front *f, const struct tree *t)
{
	struct guardrail *g = arena_alloc(sizeof *g);
	g->name = t->kids.at[0]->text;
	g->at = t->kids.at[0]->at;
	g->trip_at = t->kids.at[2]->at;
	g->rearm_at = t->kids.at[4]->kids.n ? t->kids.at[4]->kids.at[0]->at : t->at;
	g->index = f->p->guardrails.n;
	g->key = t->kids.at[1] ? find_key(f, t->kids.at[1]) : NULL;
	add_name(f, t->kids.at[0], IS_GUARDRAIL, g);
	*list_add(&f->p->guardrails) = g;
	*list_add(&f->guardrail_trees) = t;
	if (f->p->guardrails.n == GUARDRAILS_MAX + 1)
		refuse(g->at, NULL, "a policy has at most %d guardrails", GUARDRAILS_MAX);
}

/* ---- all of it ---- */

/* Two rounds, so that the order in the file does not matter: what narrows the hook's ranges, then what reads them. */
static void resolve_narrowing(struct front *f, const struct tree *t)
{
	if (t->kind == NODE_STATE && t->kids.at[0]) {
		struct key *key = find_key(f, t->kids.at[0]);
		if (key)
			narrow_key(f, key, t->kids.at[1]);
	} else if (t->kind == NODE_CARRY) {
		resolve_carry(f, t);
	} else if (t->kind == NODE_DECIDE) {
		resolve_decide(f, t);
	}
}

static void resolve_item(struct front *f, const struct tree *t)
{
	switch ((int)t->kind) {
	case NODE_TUNABLE:
		resolve_tunable(f, t);
		break;
	case NODE_STATE:
		if (!t->kids.at[0] || hook_key(f->p->hook, t->kids.at[0]->text))
			resolve_state(f, t);
		break;
	case NODE_MODEL:
		resolve_model(f, t);
		break;
	case NODE_CONTRACT:
		resolve_contract(f, t->kids.at[0]);
		break;
	case NODE_GUARDRAIL:
		resolve_guardrail(f, t);
		break;
	case NODE_TEST:
		*list_add(&f->test_trees) = t;
		break;
	default:
		break;
	}
}

static bool resolve_all(struct front *f, const struct tree *root, const char *hook_dir)
{
	const struct tree *items = root->kids.at[1];
	f->p->name = root->kids.at[0]->text;
	f->p->at = root->kids.at[0]->at;
	name_allowed(root->kids.at[0]);
	if (!resolve_hook(f, items, hook_dir))
		return false;
	for (int i = 0; i < items->kids.n; i++)
		resolve_narrowing(f, items->kids.at[i]);
	if (!f->decide_tree)
		refuse(f->p->at, "write `decide NAME on EVENT : .. { .. }`", "policy `%s` decides nothing", f->p->name);
	for (int i = 0; i < items->kids.n; i++)
		resolve_item(f, items->kids.at[i]);
	for (int i = 0; i < f->p->states.n; i++) {
		const struct tree *features = f->state_trees.at[i]->kids.at[3];
		for (int j = 0; j < features->kids.n; j++)
			resolve_feature(f, f->p->states.at[i], features->kids.at[j]);
	}
	return diag_errors() == 0;
}

const char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? arena_printf("%.*s", slash == path ? 1 : (int)(slash - path), path) : arena_strdup(".");
}

struct policy *policy_load(const char *path, const char *hook_dir)
{
	const struct source *s = source_read(path);
	const struct tree *root = s ? parse(s) : NULL;
	if (!root)
		return NULL;
	struct policy *p = arena_alloc(sizeof *p);
	struct front f = {.p = p};
	p->path = arena_strdup(path);
	p->dir = folder_of(path);
	p->source = s;
	return resolve_all(&f, root, hook_dir) && typecheck(&f) && names_fit(&f) ? p : NULL;
}
