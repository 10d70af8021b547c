/* The rules of the decision: what is chosen, and from what. */
#include "front.h"

#include <string.h>

/* ---- the grid of a number ---- */

struct grid { /* every value is `at` plus a multiple of `by`; by == 0: it is `at` */
	num by, at;
};

static num gcd(num a, num b)
{
	a = a < 0 ? -a : a;
	b = b < 0 ? -b : b;
	while (b) {
		num r = a % b;
		a = b;
		b = r;
	}
	return a;
}

static struct grid grid_of(const struct expr *e)
{
	struct grid a, b;
	if (e->op == EXPR_INT)
		return (struct grid){0, e->value};
	if (e->op == EXPR_IF) {
		a = grid_of(e->b);
		b = grid_of(e->c);
		return (struct grid){gcd(gcd(a.by, b.by), a.at - b.at), a.at};
	}
	if (e->op != EXPR_ADD && e->op != EXPR_SUB && e->op != EXPR_MIN && e->op != EXPR_MAX && e->op != EXPR_MUL)
		return (struct grid){1, 0};
	a = grid_of(e->a);
	b = grid_of(e->b);
	if (e->op == EXPR_ADD)
		return (struct grid){gcd(a.by, b.by), a.at + b.at};
	if (e->op == EXPR_SUB)
		return (struct grid){gcd(a.by, b.by), a.at - b.at};
	if (e->op == EXPR_MIN || e->op == EXPR_MAX)
		return (struct grid){gcd(gcd(a.by, b.by), a.at - b.at), a.at};
	if (a.by == 0)
		return (struct grid){a.at * b.by, a.at * b.at};
	if (b.by == 0)
		return (struct grid){b.at * a.by, b.at * a.at};
	return (struct grid){1, 0};
}

static bool on_grid(const struct part *part, const struct expr *e)
{
	struct grid g = grid_of(e);
	return g.by % part->step == 0 && (g.at - part->type.lo) % part->step == 0;
}

/* ---- the rules ---- */

struct rule { /* learned or fallback, of one part */
	const struct part *part;
	bool learned;
	const struct tree *choices[CHOICES_MAX];
	int n;
};

static bool value_fits(const struct rule *r, const struct expr *e)
{
	const struct part *p = r->part;
	if (p->kind == PART_CLASS) {
		if (e->type.kind == TYPE_CLASS && same_symbols(e->type.symbols, p->symbols))
			return true;
		return refuse(e->at, arena_printf("one of %s", show_range(&p->type)),
			"`%s` is %s, and `%s` is one of %s", show_expr(e), show_range(&e->type), p->name,
			show_range(&p->type));
	}
	if (p->kind == PART_CANDIDATE) {
		if (e->type.kind == TYPE_CANDIDATE && e->type.list == p->list)
			return true;
		return refuse(e->at,
			"as in `argmin pending[c]`, `first c where ..`, or a field of the event that is `one of` them",
			"`%s` is %s, and `%s` is one of `%s`", show_expr(e), show_range(&e->type), p->name,
			p->list->name);
	}
	const char *help = unit_help(e, p->type.unit);
	if (help)
		return refuse(e->at, help, "`%s` has no unit, and `%s` is within %s", show_expr(e), p->name,
			show_range(&p->type));
	if (e->type.kind != TYPE_INT || e->type.unit != p->type.unit)
		return refuse(e->at, NULL, "`%s` is %s, and `%s` is within %s", show_expr(e), show_range(&e->type),
			p->name, show_range(&p->type));
	if (r->learned) /* clamped */
		return true;
	if (e->type.lo < p->type.lo || e->type.hi > p->type.hi)
		return refuse(e->at,
			arena_printf("write `min(max(.., %s), %s)`", show_value(&p->type, p->type.lo),
				show_value(&p->type, p->type.hi)),
			"the fallback `%s` can be %s, and `%s` is within %s", show_expr(e), show_range(&e->type),
			p->name, show_range(&p->type));
	if (!on_grid(p, e))
		return refuse(e->at,
			arena_printf("write `(..) / %s * %s`", show_value(&p->type, p->step), show_num(p->step)),
			"the fallback `%s` can fall between the steps of `%s`", show_expr(e), p->name);
	return true;
}

static struct type hull_of(struct type a, struct type b)
{
	a.lo = b.lo < a.lo ? b.lo : a.lo;
	a.hi = b.hi > a.hi ? b.hi : a.hi;
	return a;
}

static struct expr *type_search(const struct scope *s, const struct rule *r, const struct tree *t)
{
	struct scope inner = *s;
	const struct tree *bound = t->kids.at[0], *value = t->kids.at[1], *where = t->kids.at[2];
	if (r->part->kind != PART_CANDIDATE)
		return refuse(t->at, NULL, "`%s` is not chosen among candidates", r->part->name);
	if (bound) {
		inner.bound[0] = bound->text;
		inner.bound[1] = NULL;
	}
	struct expr *e = expr_new((enum op)t->op, r->part->type, t->at);
	if (value) {
		e->a = type_expr(&inner, value);
		if (!e->a)
			return NULL;
		if (e->a->type.kind != TYPE_INT)
			return refuse(e->a->at, NULL, "the least and the greatest are of numbers, and `%s` is %s",
				show_expr(e->a), show_range(&e->a->type));
	}
	if (where) {
		e->b = type_condition(&inner, where);
		if (!e->b)
			return NULL;
	}
	return e;
}

/* From the i-th choice on: `x while p, else y` is (p ? x : y); what finds none goes on to y as well. */
static struct expr *type_choice(const struct scope *s, const struct rule *r, int i)
{
	const struct tree *t = r->choices[i];
	const struct tree *cond = t->kids.at[3] ? t->kids.at[3] : t->kids.at[4];
	bool last = i == r->n - 1, search = t->op != 0;
	const char *word = r->part->kind == PART_CLASS ? "when" : "while";
	if (cond && (t->kids.at[3] != NULL) == (r->part->kind == PART_CLASS))
		return refuse(cond->at, NULL, "a condition on %s is written `%s`",
			r->part->kind == PART_CLASS	       ? "a class"
				: r->part->kind == PART_NUMBER ? "a number"
							       : "a candidate",
			word);
	if (cond && last)
		return refuse(cond->at, "add `, else ..`", "nothing is chosen when this does not hold");
	struct expr *e = search ? type_search(s, r, t) : type_against(s, t->kids.at[1], &r->part->type);
	struct expr *p = cond ? type_condition(s, cond) : NULL;
	struct expr *rest = last ? NULL : type_choice(s, r, i + 1);
	if (!e || (cond && !p) || (!last && !rest) || !value_fits(r, e))
		return NULL;
	bool may_fail = search && (e->b || r->learned);
	if (!last && !cond && !may_fail) {
		diag_add(&(struct diag){.code = "types",
			.at = e->at,
			.label = "this is always there",
			.also = rest->at,
			.also_label = "so this is never reached",
			.cause = "nothing can come after this choice",
			.help = arena_printf("add a condition: `%s ..`", word)});
		return NULL;
	}
	if (may_fail)
		e->c = rest;
	if (!cond)
		return e;
	struct expr *either = expr_new(EXPR_IF, hull_of(e->type, rest->type), e->at);
	either->a = p;
	either->b = e;
	either->c = rest;
	return either;
}

static int part_index(const struct decision *d, const char *name)
{
	for (int i = 0; i < d->parts.n; i++) {
		if (strcmp(d->parts.at[i].name, name) == 0)
			return i;
	}
	return -1;
}

static void type_rule(const struct scope *s, struct decision *d, const struct tree *t)
{
	const struct tree *pieces = t->kids.at[0];
	bool learned = t->kind == NODE_LEARNED;
	struct rule rules[PARTS_MAX] = {0};
	int current = -1;
	for (int i = 0; i < pieces->kids.n; i++) {
		const struct tree *piece = pieces->kids.at[i], *name = piece->kids.at[0];
		if (name) {
			current = part_index(d, name->text);
			if (current < 0 || rules[current].n) {
				refuse(name->at, NULL,
					current < 0 ? "`%s` is not a part of the decision" : "`%s` is chosen twice",
					name->text);
				return;
			}
		} else if (i == 0 && d->parts.n == 1 && piece->op == 0) {
			current = 0;
		} else if (piece->op == 0 || current < 0) {
			refuse(piece->at, d->parts.n > 1 ? "write `NAME = ..` for each part" : "write `, else ..`",
				"this choice belongs to no part of the decision");
			return;
		}
		if (rules[current].n == CHOICES_MAX) {
			refuse(piece->at, NULL, "a rule has at most %d choices", CHOICES_MAX);
			return;
		}
		rules[current].choices[rules[current].n++] = piece->kids.at[1];
	}
	for (int i = 0; i < d->parts.n; i++) {
		struct part *part = &d->parts.at[i];
		struct rule *r = &rules[i];
		r->part = part;
		r->learned = learned;
		if (!r->n) {
			refuse(t->at, arena_printf("add `%s = ..`", part->name), "this rule does not choose `%s`",
				part->name);
			continue;
		}
		*(learned ? &part->learned : &part->fallback) = type_choice(s, r, 0);
	}
}

const struct part *candidate_part(const struct decision *d)
{
	for (int i = 0; i < d->parts.n; i++) {
		if (d->parts.at[i].kind == PART_CANDIDATE)
			return &d->parts.at[i];
	}
	return NULL;
}

static const struct tree *rule_of(const struct tree *rules, enum node kind)
{
	const struct tree *found = NULL;
	for (int i = 0; i < rules->kids.n; i++) {
		const struct tree *t = rules->kids.at[i];
		if (t->kind != kind)
			continue;
		if (found)
			diag_add(&(struct diag){.code = "types",
				.at = t->at,
				.also = found->at,
				.also_label = "first here",
				.cause = "this is said twice of the decision"});
		else
			found = t;
	}
	return found;
}

void finer_than_tick(const struct front *f, const struct tree *t, num time, const char *what)
{
	for (int i = 0; i < f->p->hook->events.n; i++) {
		const struct event *e = f->p->hook->events.at[i];
		struct type type = type_int(UNIT_TIME, 0, time);
		if (e->tick && time < e->grain)
			refuse(t->at, arena_printf("at least %s", show_value(&type, e->grain)),
				"%s of %s is finer than the hook's tick, every %s", what, show_value(&type, time),
				show_value(&type, e->grain));
	}
}

static void type_need(struct front *f, struct decision *d, const struct tree *need, struct scope *s)
{
	const struct part *part = candidate_part(d);
	if (need && !part) {
		refuse(need->at,
			arena_printf(
				"a rule can say `%s` instead", d->parts.at[0].kind == PART_NUMBER ? "while" : "when"),
			"there are no candidates here that could need anything");
		return;
	}
	if (!part)
		return;
	s->list = part->list;
	int n = 0;
	if (need) {
		name_allowed(need->kids.at[0]);
		s->bound[n++] = need->kids.at[0]->text;
	}
	for (int i = 0; i < f->model_trees.n && n < 2; i++) {
		const struct tree *each = f->model_trees.at[i]->kids.at[1];
		if (each && f->p->models.at[i]->each == part->list && (n == 0 || strcmp(s->bound[0], each->text) != 0))
			s->bound[n++] = each->text;
	}
	if (!need)
		return;
	d->need_at = need->at;
	struct scope own = *s;
	own.bound[0] = need->kids.at[0]->text;
	own.bound[1] = NULL;
	d->need = type_condition(&own, need->kids.at[1]);
}

void type_decision(struct front *f)
{
	struct decision *d = f->p->decision;
	const struct tree *rules = f->decide_tree->kids.at[2];
	const struct tree *need = rule_of(rules, NODE_NEED), *tickets = rule_of(rules, NODE_TICKETS);
	const struct tree *learned = rule_of(rules, NODE_LEARNED), *fallback = rule_of(rules, NODE_FALLBACK);
	struct scope s = scope_deciding(f, "`need`");
	rule_of(rules, NODE_DEFAULT);
	d->or_pass = rule_of(rules, NODE_OR_PASS) != NULL;
	type_need(f, d, need, &s);
	s.room = true;
	if (learned) {
		d->learned_at = learned->at;
		s.where = "the learned rule";
		s.answers = true;
		type_rule(&s, d, learned);
	} else {
		refuse(d->at, "add `learned ..`", "the decision has no learned rule");
	}
	if (fallback) {
		d->fallback_at = fallback->at;
		s.where = "the fallback";
		s.answers = false;
		type_rule(&s, d, fallback);
	} else {
		refuse(d->at, "add `fallback ..`: what is done when the model is not to be trusted",
			"the decision has no fallback");
	}
	num n;
	if (tickets && constant(tickets->kids.at[0], UNIT_NONE, 1, TICKETS_MAX, "the number of tickets", &n))
		d->tickets = (int)n;
	if (tickets && constant(tickets->kids.at[1], UNIT_TIME, 1, INT64_MAX, "the timeout", &d->timeout))
		finer_than_tick(f, tickets->kids.at[1], d->timeout, "a timeout");
}
