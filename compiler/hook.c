/* Hook files: what a target offers, as data. */
#include "front.h"

#include <string.h>
#include <unistd.h>

struct key *hook_key(const struct hook *h, const char *name)
{
	for (int i = 0; i < h->keys.n; i++) {
		if (strcmp(h->keys.at[i]->name, name) == 0)
			return h->keys.at[i];
	}
	return NULL;
}

const struct event *hook_event(const struct hook *h, const char *name)
{
	for (int i = 0; i < h->events.n; i++) {
		if (strcmp(h->events.at[i]->name, name) == 0)
			return h->events.at[i];
	}
	return NULL;
}

const struct field *event_field(const struct event *e, const char *name)
{
	for (int i = 0; i < e->fields.n; i++) {
		if (strcmp(e->fields.at[i]->name, name) == 0)
			return e->fields.at[i];
	}
	return NULL;
}

const struct field *record_field(const struct field *list, const char *name)
{
	for (int i = 0; i < list->record.n; i++) {
		if (strcmp(list->record.at[i]->name, name) == 0)
			return list->record.at[i];
	}
	return NULL;
}

const struct key *event_key(const struct event *e)
{
	if (e->key)
		return e->key->type.key;
	return e->by_tag ? event_key(e->follows) : NULL;
}

const struct field *key_field(const struct event *e, const struct key *key)
{
	for (int i = 0; i < e->fields.n; i++) {
		const struct type *t = &e->fields.at[i]->type;
		if (t->kind == TYPE_KEY && t->key == key)
			return e->fields.at[i];
	}
	return NULL;
}

static struct type index_type(
	const struct hook *h, const struct event *e, const struct tree *name, const struct field **of)
{
	(void)h;
	const struct field *list = event_field(e, name->text);
	if (!list || list->type.kind != TYPE_LIST) {
		refuse(name->at, "declare the list before the field that chooses from it", "`%s` is not a list of %s",
			name->text, e->name);
		return type_of(TYPE_BOOL);
	}
	struct type t = type_of(TYPE_CANDIDATE);
	t.hi = list->max - 1;
	t.list = list;
	*of = list;
	return t;
}

static struct type key_field_type(const struct hook *h, const struct tree *name)
{
	const struct key *key = hook_key(h, name->text);
	if (!key) {
		refuse(name->at, "types: `count in`, `time in`, `size in`, bool, { .. }, tag, one of, list, or a key",
			"`%s` is not a key of this hook", name->text);
		return type_of(TYPE_BOOL);
	}
	return type_key(key);
}

struct symbols *symbols_read(const char *name, const struct tree *list)
{
	struct symbols *s = arena_alloc(sizeof *s);
	s->name = name;
	for (int i = 0; i < list->kids.n; i++) {
		const struct tree *t = list->kids.at[i];
		for (int j = 0; j < i; j++) {
			if (strcmp(list->kids.at[j]->text, t->text) == 0)
				refuse(t->at, NULL, "`%s` stands twice in `%s`", t->text, name);
		}
		*list_add(&s->names) = t->text;
	}
	if (s->names.n > CLASSES_MAX)
		refuse(list->at, NULL, "`%s` has %d classes; at most %d are kept", name, s->names.n, CLASSES_MAX);
	return s;
}

bool range_read(const struct tree *t, enum unit unit, struct type *type)
{
	const struct tree *low = t->kids.at[0], *high = t->kids.at[1];
	*type = type_int(unit, 0, 0);
	/* `0 .. 1 GiB`: nothing of nothing needs no unit */
	enum unit low_unit = low->value == 0 && low->unit == UNIT_NONE ? UNIT_NONE : unit;
	if (!constant(low, low_unit, INT64_MIN, UINT64_MAX, "the lower end", &type->lo) ||
		!constant(high, unit, INT64_MIN, UINT64_MAX, "the upper end", &type->hi))
		return false;
	if (type->lo > type->hi)
		return refuse(t->at, NULL, "this range is empty: %s", show_range(type));
	if (!fits64(type->lo, type->hi))
		return refuse(t->at, NULL, "%s does not fit 64 bits", show_range(type));
	return true;
}

static struct type quantity_read(const struct tree *t)
{
	struct type type = type_int(UNIT_NONE, 0, 0);
	range_read(t->kids.at[1], quantity_unit(t->kids.at[0]->text), &type);
	return type;
}

static struct field *field_read(struct hook *h, struct event *e, const struct tree *t, bool inside);

static void list_read(struct hook *h, struct event *e, struct field *f, const struct tree *t)
{
	num max = 0;
	f->type = type_of(TYPE_LIST);
	if (constant(t->kids.at[0], UNIT_NONE, 1, LIST_MAX, "the length of a list", &max))
		f->max = (int)max;
	const struct tree *fields = t->kids.at[1];
	for (int i = 0; i < fields->kids.n; i++) {
		struct field *r = field_read(h, e, fields->kids.at[i], true);
		if (record_field(f, r->name))
			refuse(r->at, NULL, "`%s` stands twice in `%s`", r->name, f->name);
		r->index = f->record.n;
		*list_add(&f->record) = r;
	}
	if (f->record.n > RECORD_MAX)
		refuse(f->at, NULL, "`%s` has %d fields; at most %d are kept", f->name, f->record.n, RECORD_MAX);
}

static struct field *field_read(struct hook *h, struct event *e, const struct tree *t, bool inside)
{
	struct field *f = arena_alloc(sizeof *f);
	const struct tree *name = t->kids.at[0], *type = t->kids.at[1];
	field_allowed(name);
	f->name = name->text;
	f->at = name->at;
	num max = 0;
	if (type->kind == NODE_NAME) {
		f->type = key_field_type(h, type);
	} else if (type->kind == NODE_BOOL_TYPE) {
		f->type = type_of(TYPE_BOOL);
	} else if (type->kind == NODE_CLASSES) {
		f->type = type_of(TYPE_CLASS);
		f->type.symbols = symbols_read(f->name, type->kids.at[0]);
		f->type.hi = f->type.symbols->names.n - 1;
	} else if (type->kind == NODE_QUANTITY) {
		f->type = quantity_read(type);
	} else if (inside) {
		f->type = type_of(TYPE_BOOL);
		refuse(type->at, NULL, "an element of a list has no tags, lists or candidates of its own");
	} else if (type->kind == NODE_TAG_TYPE) {
		f->type = type_of(TYPE_TAG);
		if (constant(type->kids.at[0], UNIT_NONE, 1, TAG_MAX, "the number of tags", &max))
			f->type.hi = max - 1;
	} else if (type->kind == NODE_INDEX_TYPE) {
		f->type = index_type(h, e, type->kids.at[0], &f->of);
	} else {
		list_read(h, e, f, type);
	}
	f->measurement = f->type.kind == TYPE_BOOL || f->type.kind == TYPE_INT || f->type.kind == TYPE_CLASS;
	return f;
}

static void fields_read(struct hook *h, struct event *e, const struct tree *fields)
{
	for (int i = 0; i < fields->kids.n; i++) {
		struct field *f = field_read(h, e, fields->kids.at[i], false);
		if (event_field(e, f->name))
			refuse(f->at, NULL, "`%s` stands twice in `%s`", f->name, e->name);
		f->index = e->fields.n;
		for (int j = 0; f->type.kind == TYPE_LIST && j < e->fields.n; j++) {
			if (e->fields.at[j]->type.kind == TYPE_LIST)
				refuse(f->at, NULL, "`%s` has two lists", e->name);
		}
		if (f->type.kind == TYPE_KEY && !e->key)
			e->key = f;
		if (f->type.kind == TYPE_TAG && e->tag)
			refuse(f->at, NULL, "`%s` has two tags", e->name);
		if (f->type.kind == TYPE_TAG)
			e->tag = f;
		*list_add(&e->fields) = f;
	}
	if (e->fields.n > FIELDS_MAX)
		refuse(e->at, NULL, "`%s` has %d fields; at most %d are kept", e->name, e->fields.n, FIELDS_MAX);
}

static void follows_read(struct hook *h, struct event *e, const struct tree *name, const struct tree *by)
{
	e->follows = hook_event(h, name->text);
	e->by_tag = by != NULL;
	if (!e->follows) {
		refuse(name->at, "declare the earlier event first", "`%s` is not an event before this one", name->text);
		e->by_tag = false;
		return;
	}
	if (!e->by_tag)
		return;
	if (!e->tag || !e->follows->tag)
		refuse(by->at, NULL, "`%s` has no tag", e->tag ? e->follows->name : e->name);
	else if (e->tag->type.hi != e->follows->tag->type.hi)
		refuse(e->tag->at, NULL, "the tags of `%s` and `%s` differ in number", e->name, e->follows->name);
	if (e->key)
		refuse(e->key->at, "leave it out: the key is the one under which the tag was opened",
			"`%s` follows by tag and has a key of its own", e->name);
	if (e->follows->by_tag)
		refuse(by->at, NULL, "`%s` closes a tag; nothing can follow it by that tag", e->follows->name);
	for (int i = 0; i < h->events.n; i++) {
		if (h->events.at[i] != e && h->events.at[i]->by_tag && h->events.at[i]->follows == e->follows)
			refuse(by->at, NULL, "`%s` closes the tag of `%s` already", h->events.at[i]->name,
				e->follows->name);
	}
}

static struct event *event_new(struct hook *h, const struct tree *name)
{
	struct event *e = arena_alloc(sizeof *e);
	name_allowed(name);
	e->name = name->text;
	e->at = name->at;
	e->index = h->events.n;
	e->context = "task";
	if (hook_event(h, e->name))
		refuse(e->at, NULL, "event `%s` is declared twice", e->name);
	return e;
}

static void event_read(struct hook *h, const struct tree *t)
{
	static const char *const contexts[] = {"task", "softirq", "hardirq"};
	struct event *e = event_new(h, t->kids.at[0]);
	fields_read(h, e, t->kids.at[3]);
	if (t->kids.at[1])
		follows_read(h, e, t->kids.at[1], t->kids.at[2]);
	const struct tree *context = t->kids.at[4];
	if (context) {
		e->context = context->text;
		bool known = false;
		for (int i = 0; i < 3; i++)
			known |= strcmp(contexts[i], e->context) == 0;
		if (!known)
			refuse(context->at, "contexts are task, softirq and hardirq", "`%s` is not a context",
				e->context);
	}
	*list_add(&h->events) = e;
}

static void tick_read(struct hook *h, const struct tree *t)
{
	struct event *e = event_new(h, t->kids.at[0]);
	e->tick = true;
	for (int i = 0; i < h->events.n; i++) {
		if (h->events.at[i]->tick)
			refuse(e->at, NULL, "a hook has one tick");
	}
	constant(t->kids.at[1], UNIT_TIME, 1, INT64_MAX, "the tick's grain", &e->grain);
	*list_add(&h->events) = e;
}

static void key_read(struct hook *h, const struct tree *t)
{
	struct key *k = arena_alloc(sizeof *k);
	num max = 1;
	k->name = t->kids.at[0]->text;
	k->at = t->kids.at[0]->at;
	name_allowed(t->kids.at[0]);
	if (hook_key(h, k->name))
		refuse(k->at, NULL, "key `%s` is declared twice", k->name);
	constant(t->kids.at[1], UNIT_NONE, 1, KEY_MAX, "the number of keys", &max);
	k->max = (int)max;
	*list_add(&h->keys) = k;
}

static struct hook *hook_read(const struct tree *root, const char *path)
{
	struct hook *h = arena_alloc(sizeof *h);
	h->name = root->kids.at[0]->text;
	h->path = path;
	const struct tree *items = root->kids.at[1];
	for (int i = 0; i < items->kids.n; i++) {
		const struct tree *t = items->kids.at[i];
		if (t->kind == NODE_KEY)
			key_read(h, t);
		else if (t->kind == NODE_EVENT)
			event_read(h, t);
		else if (t->kind == NODE_TICK)
			tick_read(h, t);
		else
			h->pass = t->kids.at[0]->text;
	}
	if (!h->pass)
		refuse(root->kids.at[0]->at, "add: pass \"what the system does without us\"",
			"hook `%s` does not say what `pass` is", h->name);
	return h;
}

const char *hook_file(const char *file, const char *hook_dir, const char *policy_dir)
{
	const char *path = arena_printf("%s/%s", hook_dir, file);

	return access(path, R_OK) == 0 ? path : arena_printf("%s/%s", policy_dir, file);
}

struct hook *hook_load(const char *name, const char *hook_dir, const char *policy_dir, struct span at)
{
	const char *path = hook_file(arena_printf("%s.hook", name), hook_dir, policy_dir);

	if (access(path, R_OK) != 0)
		return refuse(at, arena_printf("looked for %s/%s.hook and %s", hook_dir, name, path),
			"there is no hook `%s`", name);
	int before = diag_errors();
	const struct source *s = source_read(path);
	const struct tree *t = s ? parse_hook(s) : NULL;
	if (!t)
		return NULL;
	struct hook *h = hook_read(t, path);
	if (strcmp(h->name, name) != 0)
		refuse(t->kids.at[0]->at, NULL, "this file describes hook `%s`, not `%s`", h->name, name);
	return diag_errors() == before ? h : NULL;
}
