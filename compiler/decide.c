/* The model's inputs, the rules of the decision, the contract, the guardrails. */
#include "front.h"

#include <string.h>

void expr_walk(const struct expr *e, void (*visit)(const struct expr *e, void *with), void *with)
{
	if (!e)
		return;
	visit(e, with);
	expr_walk(e->a, visit, with);
	expr_walk(e->b, visit, with);
	expr_walk(e->c, visit, with);
}

static struct scope deciding(struct front *f, const char *where)
{
	const struct event *on = f->p->decision->on;
	return (struct scope){.f = f, .where = where, .event = on, .key = event_key(on)};
}

/* ---- the model's inputs ---- */

static bool input_unit(const struct tree *t, const struct expr *e, num *divide)
{
	static const struct {
		const char *text;
		enum unit unit;
		num factor;
	} units[] = {{"ns", UNIT_TIME, 1}, {"us", UNIT_TIME, 1000}, {"ms", UNIT_TIME, 1000000},
		{"s", UNIT_TIME, 1000000000}, {"min", UNIT_TIME, 60000000000}, {"B", UNIT_SIZE, 1},
		{"KiB", UNIT_SIZE, 1 << 10}, {"MiB", UNIT_SIZE, 1 << 20}, {"GiB", UNIT_SIZE, 1 << 30}};
	*divide = 1;
	if (!t)
		return true;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (strcmp(units[i].text, t->text) != 0)
			continue;
		*divide = units[i].factor;
		if (e->type.kind == TYPE_INT && e->type.unit == units[i].unit)
			return true;
		return refuse(t->at, NULL, "`%s` is %s, which is not counted in %s", show_expr(e), show_range(&e->type),
			t->text);
	}
	return refuse(t->at, "units: ns us ms s min, B KiB MiB GiB", "`%s` is not a unit", t->text);
}

static num divided(num v, num d)
{
	return v >= 0 ? v / d : -((-v + d - 1) / d);
}

/* Every number of the vector has 16 bits: layers are proved for such. */
static bool input_fits(struct input *in, const struct tree *t, num lo, num hi)
{
	in->lo = lo;
	in->hi = hi;
	if (lo >= INT16_MIN && hi <= INT16_MAX)
		return true;
	return refuse(t->at,
		arena_printf("write `clamp(%s, 0, 1000)`, `digits(%s, 4)`, or count in a larger unit",
			show_expr(in->value), show_expr(in->value)),
		"a number of the vector has 16 bits, and this is %s .. %s", show_num(lo), show_num(hi));
}

static bool input_clamp(struct input *in, const struct tree *t, bool bare)
{
	enum unit unit = bare ? UNIT_NONE : in->value->type.unit;
	if (!constant(t->kids.at[2], unit, INT64_MIN, INT64_MAX, "the lower end", &in->lo) ||
		!constant(t->kids.at[3], unit, INT64_MIN, INT64_MAX, "the upper end", &in->hi))
		return false;
	if (in->lo > in->hi)
		return refuse(t->at, NULL, "this clamps to an empty range");
	return input_fits(in, t, in->lo, in->hi);
}

static bool input_zscore(struct input *in, const struct tree *t, num lo, num hi)
{
	const struct tree *mean = t->kids.at[2], *scale = t->kids.at[3];
	if (mean->unit != UNIT_NONE || scale->unit != UNIT_NONE)
		return refuse(mean->unit ? mean->at : scale->at, "as in `zscore(took in us, 112.5, 40.0)`",
			"mean and deviation are bare numbers, counted in the unit of the value");
	if (scale->value <= 0)
		return refuse(scale->at, NULL, "a standard deviation is above 0");
	/* 16 fraction bits of the mean, 32 of 1 / deviation; the product is shifted down to 12 and held within 16 bits. */
	in->mean = divided(mean->value * 65536, mean->den);
	in->scale = ((num)1 << 32) * scale->den / scale->value;
	num ends[2] = {lo, hi};
	bool fits = in->scale > 0 && in->scale <= UINT32_MAX * (num)65536;
	for (int i = 0; i < 2; i++) {
		num x = ends[i] * 65536 - in->mean, z = 0;
		fits = fits && fits64(-(x < 0 ? -x : x), x < 0 ? -x : x) && !__builtin_mul_overflow(x, in->scale, &z);
		fits = fits && z >= INT64_MIN && z <= INT64_MAX;
		z = divided(z, (num)1 << 36);
		*(i ? &in->hi : &in->lo) = z < INT16_MIN ? INT16_MIN : z > INT16_MAX ? INT16_MAX : z;
	}
	if (!fits)
		return refuse(t->at, "take a coarser unit, as in `in us`, or a clamp",
			"this z-score does not fit 64 bits: the value is %s", show_range(&in->value->type));
	return true;
}

static bool type_input(const struct scope *s, struct model *m, const struct tree *t)
{
	struct input *in = list_add(&m->inputs);
	*in = (struct input){.how = (enum encoder)t->op, .at = t->at, .divide = 1, .repeat = 1};
	struct expr *e = in->value = type_expr(s, t->kids.at[0]);
	if (!e)
		return false;
	bool plain = e->type.kind == TYPE_INT ||
		(in->how == ENCODE_PLAIN && (e->type.kind == TYPE_BOOL || e->type.kind == TYPE_CLASS));
	if (!plain)
		return refuse(e->at, e->type.kind == TYPE_SHARE ? "give it a `count`" : NULL,
			"the model takes numbers, and `%s` is %s", show_expr(e), show_range(&e->type));
	if (!input_unit(t->kids.at[1], e, &in->divide))
		return false;
	if (e->op == EXPR_COLUMN) {
		e->value = -1;
		in->repeat = (int)e->feature->events;
	}
	num lo = divided(e->type.lo, in->divide), hi = divided(e->type.hi, in->divide), digits = 1;
	switch (in->how) {
	case ENCODE_DIGITS:
		if (!constant(t->kids.at[2], UNIT_NONE, 1, 9, "the number of digits", &digits))
			return false;
		if (lo < 0)
			return refuse(e->at, "add an offset or clamp it", "`%s` can be negative, and digits are not",
				show_expr(e));
		in->digits = (int)digits;
		in->hi = 9;
		break;
	case ENCODE_CLAMP:
		if (!input_clamp(in, t, in->divide != 1 || t->kids.at[1]))
			return false;
		break;
	case ENCODE_ZSCORE:
		if (!input_zscore(in, t, lo, hi))
			return false;
		break;
	case ENCODE_PLAIN:
		if (!input_fits(in, t, lo, hi))
			return false;
		break;
	}
	m->width += in->repeat * (int)digits;
	return true;
}

void type_model(struct front *f, struct model *m, const struct tree *t)
{
	const struct tree *clauses = t->kids.at[4];
	const struct event *on = f->p->decision->on;
	struct scope s = deciding(f, "a model input");
	if (t->kids.at[1]) {
		if (t->kids.at[2] && strcmp(t->kids.at[2]->text, on->name) != 0) {
			refuse(t->kids.at[2]->at,
				arena_printf(
					"write `for %s in %s.%s`", t->kids.at[1]->text, on->name, t->kids.at[3]->text),
				"the decision is on `%s`, and the model is asked then", on->name);
			return;
		}
		s.bound[0] = t->kids.at[1]->text;
		s.list = m->each;
	}
	for (int i = 0; i < clauses->kids.n; i++) {
		const struct tree *inputs = clauses->kids.at[i];
		for (int j = 0; inputs->kind == NODE_INPUTS && j < inputs->kids.at[0]->kids.n; j++)
			type_input(&s, m, inputs->kids.at[0]->kids.at[j]);
	}
	if (m->width > WIDTH_MAX)
		refuse(m->at, NULL, "the vector of `%s` has %d numbers; at most %d are kept", m->name, m->width,
			WIDTH_MAX);
}

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
	const struct tree *choices[32];
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
		if (rules[current].n == 32) {
			refuse(piece->at, NULL, "a rule has at most 32 choices");
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

static const struct part *candidate_part(const struct decision *d)
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

static void finer_than_tick(const struct front *f, const struct tree *t, num time, const char *what)
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
		refuse(need->at, "a rule can say `when` instead",
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
	struct scope s = deciding(f, "`need`");
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

/* ---- the contract ---- */

static bool mentions_choice(const struct expr *e)
{
	return e && (e->op == EXPR_CHOICE || mentions_choice(e->a) || mentions_choice(e->b) || mentions_choice(e->c));
}

/* The constant factor of the choice in a linear expression. False: it is not linear. */
static bool factor(const struct expr *e, num *k)
{
	num a, b;
	*k = 0;
	if (!mentions_choice(e))
		return true;
	if (e->op == EXPR_CHOICE) {
		*k = 1;
		return true;
	}
	if (e->op == EXPR_ADD || e->op == EXPR_SUB) {
		if (!factor(e->a, &a) || !factor(e->b, &b))
			return false;
		*k = e->op == EXPR_ADD ? a + b : a - b;
		return true;
	}
	if (e->op != EXPR_MUL || !factor(e->a, &a) || !factor(e->b, &b))
		return false;
	const struct expr *other = mentions_choice(e->a) ? e->b : e->a;
	*k = other->op == EXPR_INT ? (a + b) * other->value : 0;
	return other->op == EXPR_INT;
}

bool interval_of_choice(const struct expr *e, bool negated, const struct expr **why)
{
	*why = e;
	if (!mentions_choice(e))
		return true;
	bool both = e->op == (negated ? EXPR_OR : EXPR_AND), either = e->op == (negated ? EXPR_AND : EXPR_OR);
	num a, b;
	switch ((int)e->op) {
	case EXPR_NOT:
		return interval_of_choice(e->a, !negated, why);
	case EXPR_AND:
	case EXPR_OR:
		if (both)
			return interval_of_choice(e->a, negated, why) && interval_of_choice(e->b, negated, why);
		if (either && mentions_choice(e->a) && mentions_choice(e->b))
			return false;
		return interval_of_choice(mentions_choice(e->a) ? e->a : e->b, negated, why);
	case EXPR_IMPLIES:
		if (negated)
			return interval_of_choice(e->a, false, why) && interval_of_choice(e->b, true, why);
		if (mentions_choice(e->a) && mentions_choice(e->b))
			return false;
		return mentions_choice(e->a) ? interval_of_choice(e->a, true, why)
					     : interval_of_choice(e->b, false, why);
	case EXPR_EQ:
	case EXPR_NE:
		if ((e->op == EXPR_NE) != negated)
			return false;
		return factor(e->a, &a) && factor(e->b, &b) && a != b;
	case EXPR_LT:
	case EXPR_LE:
	case EXPR_GT:
	case EXPR_GE:
		return factor(e->a, &a) && factor(e->b, &b) && a != b;
	default:
		return false;
	}
}

static void check_interval(const struct front *f, const struct guarantee *g)
{
	const struct decision *d = f->p->decision;
	const struct expr *why;
	if (d->parts.n != 1 || d->parts.at[0].kind != PART_NUMBER)
		return;
	if (!interval_of_choice(g->holds, g->kind != GUARANTEE_POINT && g->cmp == EXPR_LE, &why))
		refuse(why->at,
			arena_printf(
				"say it as `N * %s <= ..` with N a constant: what is decided is clamped into an interval",
				d->parts.at[0].name),
			"guarantee `%s` does not leave an interval of `%s`", g->name, d->parts.at[0].name);
}

static void refuse_per_cpu(const struct expr *e, void *with)
{
	const struct guarantee *g = with;
	if (e->feature && e->feature->state->sharing == SHARING_PER_CPU)
		refuse(e->at, "keep it in a state that is `locked`",
			"guarantee `%s` counts over all CPUs, and `%s` is kept per cpu", g->name, e->feature->name);
}

static void type_under(struct front *f, struct guarantee *g, const struct tree *under)
{
	for (int i = 0; under && i < under->kids.n; i++) {
		const struct tree *t = under->kids.at[i];
		const struct name *n = front_name(f, t->text);
		if (!n || n->what != IS_ASSUMPTION) {
			refuse(t->at, arena_printf("add `assume %s : ..`", t->text), "`%s` is not an assumption",
				t->text);
			continue;
		}
		for (int j = 0; j < g->under.n; j++) {
			if (g->under.at[j] == n->thing)
				refuse(t->at, NULL, "`%s` stands twice", t->text);
		}
		*list_add(&g->under) = n->thing;
	}
}

void type_contract(struct front *f)
{
	struct policy *p = f->p;
	for (int i = 0; i < p->assumptions.n; i++) {
		struct scope s = deciding(f, "an assumption");
		p->assumptions.at[i]->holds = type_condition(&s, f->assumption_trees.at[i]->kids.at[1]);
	}
	for (int i = 0; i < p->guarantees.n; i++) {
		struct guarantee *g = p->guarantees.at[i];
		struct scope s = deciding(f, "a guarantee");
		s.choice = s.said = true;
		type_under(f, g, f->guarantee_trees.at[i]->kids.at[1]);
		g->holds = type_condition(&s, f->guarantee_trees.at[i]->kids.at[2]);
		if (!g->holds)
			continue;
		check_interval(f, g);
		if (g->kind != GUARANTEE_POINT)
			expr_walk(g->holds, refuse_per_cpu, g);
	}
}

/* ---- guardrails ---- */

/* The timers stand among the conjuncts: they are taken out, the rest is evidence. */
static struct expr *type_evidence(
	struct front *f, const struct scope *s, struct guardrail *g, const struct tree *t, bool *good)
{
	if (t->kind == NODE_BINARY && t->op == EXPR_AND) {
		struct expr *a = type_evidence(f, s, g, t->kids.at[0], good),
			    *b = type_evidence(f, s, g, t->kids.at[1], good);
		return a && b ? expr_two(EXPR_AND, type_of(TYPE_BOOL), t->at, a, b) : a ? a : b;
	}
	if (t->kind == NODE_TRIPPED_FOR) {
		const struct tree *time = t->kids.at[0];
		if (g->hold)
			refuse(t->at, NULL, "`tripped for` stands twice");
		if (constant(time, UNIT_TIME, 1, INT64_MAX, "the time", &g->hold))
			finer_than_tick(f, time, g->hold, "a timer");
		return NULL;
	}
	struct expr *e = type_condition(s, t);
	*good &= e != NULL;
	return e;
}

static void type_rearm(struct front *f, const struct scope *s, struct guardrail *g, const struct tree *rearms)
{
	if (rearms->kids.n != 1) {
		diag_add(&(struct diag){.code = "types",
			.at = rearms->kids.n ? rearms->kids.at[1]->at : g->at,
			.cause = rearms->kids.n ? arena_printf("guardrail `%s` says twice how it rearms", g->name)
						: arena_printf("guardrail `%s` does not say when it rearms", g->name),
			.help = "write `rearm when ..`, or `latch`: never"});
		return;
	}
	const struct tree *t = rearms->kids.at[0];
	g->latch = t->kind == NODE_LATCH;
	if (g->latch)
		return;
	bool good = true;
	g->rearm = type_evidence(f, s, g, t->kids.at[0], &good);
	if (!g->rearm && good) { /* timers alone */
		g->rearm = expr_new(EXPR_INT, type_of(TYPE_BOOL), t->at);
		g->rearm->value = 1;
	}
	const struct tree *every = t->kids.at[1];
	if (every && constant(every, UNIT_TIME, 1, INT64_MAX, "the time", &g->every))
		finer_than_tick(f, every, g->every, "a timer");
}

static void type_set(struct front *f, struct guardrail *g, struct action *a, const struct tree *t)
{
	const struct tree *name = t->kids.at[0];
	const struct name *n = front_name(f, name->text);
	if (a->kind == ACT_SWAP) {
		if (n && n->what == IS_MODEL)
			a->model = n->thing;
		else
			refuse(name->at, NULL, "`%s` is not a model", name->text);
		return;
	}
	if (!n || n->what != IS_TUNABLE) {
		refuse(name->at, arena_printf("declare `tunable %s : ..`", name->text), "`%s` is not a tunable",
			name->text);
		return;
	}
	struct tunable *tunable = n->thing;
	tunable->held = true;
	a->tunable = tunable;
	constant(t->kids.at[1], tunable->type.unit, tunable->type.lo, tunable->type.hi,
		arena_printf("`%s`", tunable->name), &a->value);
	for (int i = 0; i < g->actions.n; i++) {
		if (g->actions.at[i].tunable == tunable && &g->actions.at[i] != a)
			refuse(name->at, NULL, "`%s` is set twice", name->text);
	}
}

/* Whose choices a guardrail per key hands to the fallback: candidates of that key, and there must be some. */
static bool chooses_among(const struct front *f, const struct key *key)
{
	const struct part *part = candidate_part(f->p->decision);
	for (int i = 0; part && i < part->list->record.n; i++) {
		if (part->list->record.at[i]->type.kind == TYPE_KEY && part->list->record.at[i]->type.key == key)
			return true;
	}
	return false;
}

static void type_actions(struct front *f, struct guardrail *g, const struct tree *actions)
{
	for (int i = 0; i < actions->kids.n; i++) {
		const struct tree *t = actions->kids.at[i];
		struct action *a = list_add(&g->actions);
		*a = (struct action){.kind = (enum action_kind)t->op, .at = t->at};
		for (int j = 0; j < i && t->op != ACT_SET; j++) {
			if (actions->kids.at[j]->op == t->op)
				refuse(t->at, NULL, "this action stands twice");
		}
		if (a->kind == ACT_SET || a->kind == ACT_SWAP)
			type_set(f, g, a, t);
		if ((a->kind == ACT_FALLBACK || a->kind == ACT_DEPRIORITIZE) && g->key && !chooses_among(f, g->key))
			refuse(t->at, "leave out `per`, and read `any ..` or `every ..` in its conditions",
				"the decision does not choose among %s: a guardrail per %s has no choice to take away",
				g->key->name, g->key->name);
		if (a->kind == ACT_RETRAIN && f->p->models.n == 0)
			refuse(t->at, NULL, "there is no model to train");
	}
}

struct reading_of {
	const struct feature *feature;
	bool found;
};

static void find_feature(const struct expr *e, void *with)
{
	struct reading_of *r = with;
	r->found |= e->feature == r->feature;
}

static void check_resets(const struct front *f)
{
	for (int i = 0; i < f->p->features.n; i++) {
		const struct feature *x = f->p->features.at[i];
		struct reading_of r = {.feature = x};
		for (int j = 0; j < f->p->guardrails.n; j++) {
			const struct guardrail *g = f->p->guardrails.at[j];
			if (g->key != x->state->key)
				continue;
			expr_walk(g->trip, find_feature, &r);
			expr_walk(g->rearm, find_feature, &r);
		}
		if ((x->reset_on_trip || x->reset_on_rearm) && !r.found)
			refuse(x->at, NULL, "`%s` is reset by guardrails that read it, and no guardrail%s%s does",
				x->name, x->state->key ? " per " : "", x->state->key ? x->state->key->name : "");
	}
}

void type_guardrails(struct front *f)
{
	int before = diag_errors();
	for (int i = 0; i < f->p->guardrails.n; i++) {
		struct guardrail *g = f->p->guardrails.at[i];
		const struct tree *t = f->guardrail_trees.at[i];
		struct scope s = {
			.f = f, .where = "a guardrail", .guardrail = g, .key = g->key, .room = true, .said = true};
		g->trip = type_condition(&s, t->kids.at[2]);
		type_actions(f, g, t->kids.at[3]);
		s.rearm = true;
		type_rearm(f, &s, g, t->kids.at[4]);
	}
	if (diag_errors() == before)
		check_resets(f);
}
