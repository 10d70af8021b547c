/* The decision: what may be chosen, what the rules choose, what the shield lets through, what is recorded; settle. */
#include "sight.h"

ROLE(says_need, acsl_need(f, p))
ROLE(says_room, acsl_room(f, p, r->of))
ROLE(says_counts, acsl_counts(f, p, r->of))
ROLE(says_under, acsl_under(f, p, r->of))
ROLE(says_may_learn, acsl_may_learn(f, p))
ROLE(says_lawful, acsl_lawful(f, p))
ROLE(says_answered, acsl_answered(f, p))
ROLE(says_answered_loop, acsl_answered_loop(f, p))
ROLE(says_choose, acsl_choose(f, p))
ROLE(says_record, acsl_record_step(f, p))
ROLE(says_said, acsl_said(f, p))
ROLE(says_hear, acsl_hear(f, p))
ROLE(says_hear_loop, acsl_hear_loop(f, p))
ROLE(says_shut, acsl_shut(f, p))
ROLE(says_settle, acsl_settle(f, p))

static struct sight sight_of(struct ir *ir, const struct policy *p)
{
	struct sight s = {.ir = ir, .p = p, .d = p->decision, .part = main_part(p), .record = p->decision->parts.n > 1};

	s.model = p->models.n ? p->models.at[0] : NULL;
	s.name = p->name;
	s.context = arena_printf("struct %s *c", p->name);
	s.answers = arena_printf("const struct %s *a", c_struct(p, "answers"));
	s.decision = arena_printf("struct %s *d", c_struct(p, "decision"));
	s.event = acsl_event_type(p, s.d->on);
	s.max = s.part->kind == PART_CANDIDATE ? c_list_max(p, s.part->list) : NULL;
	s.slots = c_macro(p, "tickets");
	s.choice = s.max ? arena_printf("struct choice_%d *choice", s.part->list->max) : "";
	s.at = (struct place){.policy = p,
		.state = "c->",
		.event = arena_printf("c->ask[slot].%s.", s.d->on->name),
		.candidate = "i",
		.by = -1,
		.asked = "c->ask[slot].asked"};
	if (s.record)
		s.at.choice = "d->";
	if (s.d->on->key && moved_key(p, s.d->on))
		s.at.key = c_bounded(
			arena_printf("%s%s", s.at.event, s.d->on->key->name), c_keys(p, s.d->on->key->type.key));
	return s;
}

bool candidates(const struct sight *s)
{
	return s->part->kind == PART_CANDIDATE;
}

const char *word_function(const struct sight *s, const char *what)
{
	return arena_printf("%s_%s_%s", s->name, decision_word(s->p), what);
}

const char *part_function(const struct sight *s, const char *what)
{
	return arena_printf("%s_%s_%s", s->name, s->part->name, what);
}

/* Nothing happens to a slot that is in range. */
void bound_slot(const struct sight *s, struct ir_block *b)
{
	ir_set(b, "slot", ir_load(arena_printf("(u32)%s", c_bounded("slot", s->slots)), 32, 0, UINT32_MAX));
}

const char *count_of(const struct sight *s, const struct field *list)
{
	return arena_printf("%s%s_n", s->at.event, list->name);
}

/* ---- what may be chosen ---- */

/* Without candidates a decision is always taken. */
static void need(struct sight *s)
{
	struct ir_function *f;
	struct place bounded = s->at;

	if (!candidates(s))
		return;
	f = lower_function(s->ir,
		arena_printf("static bool %s(const struct %s *c, u32 slot, u32 i)", part_function(s, "need"), s->name),
		arena_printf("decide %s on %s", s->part->name, s->d->on->name), false,
		(struct ir_role){.print = says_need});
	bound_slot(s, &f->body);
	if (s->d->need)
		ir_say(&f->body, policy_line(s->d->need_at));
	ir_return(&ir_if(&f->body,
			  ir_binary(IR_GE, ir_load("i", 32, 0, UINT32_MAX),
				  ir_load(arena_printf("%s%s_n", s->at.event, s->part->list->name), 32, 0, UINT32_MAX)))
			   ->body,
		ir_named("false", 0));
	bounded.candidate = "i";
	ir_set(&f->body, "i", ir_load(arena_printf("(u32)%s", c_bounded("i", s->max)), 32, 0, UINT32_MAX));
	ir_return(&f->body, s->d->need ? lower_value(&bounded, s->d->need) : ir_named("true", 1));
}

static const char *choice_parameter(const struct sight *s)
{
	return s->record	? arena_printf("const %s", s->decision)
		: candidates(s) ? "u32 i"
				: arena_printf("%s %s", c_type(&s->part->type), s->part->name);
}

static const char *choice_name(const struct sight *s)
{
	return s->record ? "d" : candidates(s) ? "i" : s->part->name;
}

static void room_and_counts(struct sight *s, const struct guarantee *g)
{
	struct ir_function *f;
	struct place at = s->at;
	struct ir_value *counts;
	const char *path = guarantee_path(g, "c->");

	if (g->kind == GUARANTEE_POINT)
		return;
	if (g->cmp == EXPR_LE) {
		struct ir_value *rest = g->kind == GUARANTEE_COUNT
			? ir_call(arena_printf("window_%s_rest", c_integer(g->events)), 32, 0, g->events - 1,
				  arena_printf("&%s", path))
			: ir_call(arena_printf("%s_read", guarantee_struct(g)), 32, 0, UINT32_MAX - 1,
				  arena_printf("&%s, c->now", path));

		f = lower_function(s->ir,
			arena_printf("static bool %s_%s_room(const struct %s *c)", s->name, g->name, s->name), NULL,
			false, (struct ir_role){.print = says_room, .of = g});
		ir_say(&f->body, policy_line(g->at));
		ir_return(&f->body, ir_binary(IR_LT, rest, ir_const(g->limit)));
	}
	f = lower_function(s->ir,
		arena_printf("static bool %s_%s_counts(const struct %s *c, u32 slot, %s, u32 by)", s->name, g->name,
			s->name, choice_parameter(s)),
		NULL, false, (struct ir_role){.print = says_counts, .of = g});
	at.candidate = choice_name(s);
	at.by = BY_ARGUMENT;
	counts = lower_value(&at, g->holds);
	if (!ir_mentions(counts, "c->"))
		ir_do(&f->body, "(void)c");
	if (!expr_uses(g->holds, EXPR_BY))
		ir_do(&f->body, "(void)by");
	bound_slot(s, &f->body);
	if (candidates(s) && !s->record)
		ir_set(&f->body, "i", ir_load(arena_printf("(u32)%s", c_bounded("i", s->max)), 32, 0, UINT32_MAX));
	ir_say(&f->body, policy_line(g->at));
	ir_return(&f->body, counts);
}

static struct ir_value *rest_of(const struct guarantee *g)
{
	return ir_call(arena_printf("window_%s_rest", c_integer(g->events)), 32, 0, g->events - 1,
		arena_printf("&%s", guarantee_path(g, "c->")));
}

/* A count is at its limit: one more decision that counts (for >=: that does not) would break it. */
struct ir_value *lower_presses(const struct sight *s, const struct guarantee *g)
{
	struct ir_value *full;

	if (g->cmp == EXPR_LE)
		return ir_not(ir_call(arena_printf("%s_%s_room", s->name, g->name), 1, 0, 1, "c"));
	full = ir_binary(IR_GE, ir_load(arena_printf("%s.seen", guarantee_path(g, "c->")), 32, 0, g->events),
		ir_const(g->events - 1));
	return ir_binary(IR_AND, full, ir_binary(IR_LT, rest_of(g), ir_const(g->limit)));
}

/* .. and one more that counts would not do, either; NULL: it always would. */
struct ir_value *lower_lost(const struct sight *s, const struct guarantee *g)
{
	(void)s;
	return g->cmp == EXPR_LE || g->limit <= 1 ? NULL : ir_binary(IR_LT, rest_of(g), ir_const(g->limit - 1));
}

/* The assumptions of g hold. Whoever learns is not asked: only the count of clean decisions is. */
static void under(struct sight *s, const struct guarantee *g)
{
	struct ir_function *f;
	struct ir_value *all = NULL;

	if (!clean_kept(g))
		return;
	f = lower_function(s->ir,
		arena_printf("static bool %s_%s_under(const struct %s *c, u32 slot)", s->name, g->name, s->name), NULL,
		false, (struct ir_role){.print = says_under, .of = g});
	bound_slot(s, &f->body);
	for (int i = 0; i < g->under.n; i++) {
		struct ir_value *one = lower_value(&s->at, g->under.at[i]->holds);

		ir_say(&f->body, policy_line(g->under.at[i]->at));
		all = all ? ir_binary(IR_AND, all, one) : one;
	}
	ir_return(&f->body, all);
}

/* Every guarantee would hold of this choice, learned. Returns false at the first that would not. */
void lower_lawful_steps(const struct sight *s, struct ir_block *b, int by)
{
	struct place at = s->at;

	at.candidate = choice_name(s);
	at.by = by;
	for (int i = 0; i < s->p->guarantees.n; i++) {
		const struct guarantee *g = s->p->guarantees.at[i];
		struct ir_value *bad, *counts;

		if (g->kind == GUARANTEE_POINT) {
			struct ir_value *holds = lower_value(&at, g->holds);

			if (holds->op == IR_CONST && holds->value)
				continue;
			ir_say(b, policy_line(g->at));
			ir_return(&ir_if(b, ir_not(holds))->body, ir_named("false", 0));
			continue;
		}
		ir_say(b, policy_line(g->at));
		counts = ir_call(arena_printf("%s_%s_counts", s->name, g->name), 1, 0, 1,
			arena_printf("c, slot, %s, %s", choice_name(s), c_by(s->p, by)));
		bad = g->cmp == EXPR_LE ? counts : ir_not(counts);
		if (lower_lost(s, g))
			bad = ir_binary(IR_OR, bad, lower_lost(s, g));
		bad = ir_binary(IR_AND, bad, lower_presses(s, g));
		ir_return(&ir_if(b, bad)->body, ir_named("false", 0));
	}
	ir_return(b, ir_named("true", 1));
}

static void may_learn(struct sight *s)
{
	struct ir_function *f;

	if (s->part->kind == PART_NUMBER) {
		for (int i = 0; i < s->p->guarantees.n; i++)
			lower_leaves(s, s->p->guarantees.at[i]);
		lower_hold(s);
		return;
	}
	if (!candidates(s)) {
		f = lower_function(s->ir,
			arena_printf("static bool %s(const struct %s *c, u32 slot, %s)", part_function(s, "lawful"),
				s->name, choice_parameter(s)),
			NULL, false, (struct ir_role){.print = says_lawful});
		bound_slot(s, &f->body);
		lower_lawful_steps(s, &f->body, BY_LEARNED);
		return;
	}
	f = lower_function(s->ir,
		arena_printf(
			"static bool %s(const struct %s *c, u32 slot, u32 i)", part_function(s, "may_learn"), s->name),
		NULL, false, (struct ir_role){.print = says_may_learn});
	bound_slot(s, &f->body);
	ir_return(&ir_if(&f->body, ir_not(ir_call(part_function(s, "need"), 1, 0, 1, "c, slot, i")))->body,
		ir_named("false", 0));
	ir_set(&f->body, "i", ir_load(arena_printf("(u32)%s", c_bounded("i", s->max)), 32, 0, UINT32_MAX));
	lower_lawful_steps(s, &f->body, BY_LEARNED);
}

/* ---- answers ---- */

static struct ir_value *not_in_range(const struct sight *s, const char *answer)
{
	struct ir_value *v = ir_load(answer, 32, INT32_MIN, INT32_MAX);
	const struct model *m = s->model;
	struct ir_value *high = m->classes ? ir_binary(IR_GE, v, ir_named(c_unsaid(s->p), m->classes->names.n))
					   : ir_binary(IR_GT, v, ir_const(m->type.hi));

	if (!m->classes && m->type.lo == INT32_MIN) /* gcc warns of a comparison that is always false */
		return high;
	return ir_binary(IR_OR, ir_binary(IR_LT, v, ir_const(m->classes ? 0 : m->type.lo)), high);
}

static void answered(struct sight *s)
{
	struct ir_function *f = lower_function(s->ir,
		arena_printf("static bool %s_answered(const struct %s *c, u32 slot, %s)", s->name, s->name, s->answers),
		NULL, false, (struct ir_role){.print = says_answered});
	struct ir_stmt *loop;

	if (!s->model) {
		ir_do(&f->body, "(void)c");
		ir_do(&f->body, "(void)slot");
		ir_do(&f->body, "(void)a");
		ir_return(&f->body, ir_named("true", 1));
		return;
	}
	bound_slot(s, &f->body);
	ir_return(&ir_if(&f->body, ir_not(ir_truth("a->answered")))->body, ir_named("false", 0));
	ir_say(&f->body, policy_line(s->model->output_at.source ? s->model->output_at : s->model->at));
	if (!s->model->each) {
		ir_return(&f->body,
			ir_not(ir_binary(IR_AND, ir_truth(s->at.asked),
				not_in_range(s, arena_printf("a->%s", s->model->name)))));
		return;
	}
	loop = ir_for_each(&f->body, "i", c_list_max(s->p, s->model->each), count_of(s, s->model->each),
		(struct ir_role){.print = says_answered_loop});
	ir_return(&ir_if(&loop->body,
			  ir_binary(IR_AND, ir_truth(arena_printf("%s[i]", s->at.asked)),
				  not_in_range(s, arena_printf("a->%s[i]", s->model->name))))
			   ->body,
		ir_named("false", 0));
	ir_return(&f->body, ir_named("true", 1));
}

/* ---- the shield ---- */

/* A guardrail that falls back is tripped over the decision, or over the candidate `i`; NULL: none can be. */
static struct ir_value *tripped(const struct sight *s, const char *i)
{
	struct ir_value *any = NULL;

	for (int k = 0; k < s->p->guardrails.n; k++) {
		const struct guardrail *g = s->p->guardrails.at[k];
		const struct field *field = i && candidates(s) ? record_key(s->part->list, g->key) : NULL;
		bool over_all = !g->key;
		struct ir_value *one;

		if (!guardrail_falls_back(g) || (i ? !field : !over_all))
			continue;
		one = ir_truth(arena_printf("%s.tripped",
			guardrail_path(g, "c->",
				i ? c_bounded(arena_printf(
						      "%s%s[%s].%s", s->at.event, s->part->list->name, i, field->name),
					    c_keys(s->p, g->key))
				  : s->at.key)));
		any = any ? ir_binary(IR_OR, any, one) : one;
	}
	return any;
}

static const char *d_part(const struct sight *s)
{
	return arena_printf("d->%s", s->part->name);
}

/* The ticket probes: what is chosen was asked though a guardrail was tripped over it. */
static struct ir_value *probed(const struct sight *s, const char *i)
{
	const char *which = s->model->each ? arena_printf("[%s]", candidates(s) ? i : "0") : "";

	return ir_binary(IR_AND, ir_truth(arena_printf("c->ask[slot].asked%s", which)),
		ir_binary(IR_NE,
			ir_load(s->model->each ? arena_printf("c->ask[slot].over.at%s", which) : "c->ask[slot].over", 8,
				0, 32),
			ir_const(0)));
}

/* Nothing is tripped over the decision, nor over what is chosen. */
static struct ir_value *clear(struct ir_value *all, struct ir_value *over)
{
	return all && over    ? ir_binary(IR_AND, ir_not(all), ir_not(over))
		: all || over ? ir_not(all ? all : over)
			      : ir_named("true", 1);
}

/* Whether learned found one, after the statements that ask it. */
static struct ir_value *learned_found(struct sight *s, struct ir_block *b)
{
	const char *part = d_part(s);
	struct ir_value *lawful;

	if (s->record)
		return ir_call(word_function(s, "learned"), 1, 0, 1, "c, slot, a, d");
	if (s->part->kind == PART_NUMBER) {
		ir_set(b, "s",
			ir_call(part_function(s, "hold"), 64, 0, UINT64_MAX,
				arena_printf("c, slot, %s(c, slot, a)", lower_rule_name(s, true))));
		return ir_binary(
			IR_LT, ir_load("s", 64, 0, UINT64_MAX), ir_named(c_steps(s->p, s->part), part_steps(s->part)));
	}
	if (candidates(s)) {
		ir_set(b, part, ir_call(lower_rule_name(s, true), 32, 0, UINT32_MAX, "c, slot, a, &d->choice"));
		return ir_binary(IR_LT, ir_load(part, 32, 0, UINT32_MAX), ir_named(s->max, 1));
	}
	ir_set(b, part, ir_call(lower_rule_name(s, true), 64, 0, UINT32_MAX, "c, slot, a"));
	lawful = ir_call(part_function(s, "lawful"), 1, 0, 1, arena_printf("c, slot, %s", part));
	if (!class_may_be_none(s->part->learned))
		return lawful;
	return ir_binary(
		IR_AND, ir_binary(IR_LE, ir_load(part, 32, 0, UINT32_MAX), ir_const(s->part->type.hi)), lawful);
}

/* .. and whether it is let through: no guardrail stands in its way. */
static struct ir_value *learned_stands(struct sight *s, struct ir_block *b, struct ir_value *all, bool probes)
{
	const char *chosen = candidates(s) ? c_bounded(d_part(s), s->max) : NULL;
	struct ir_value *found = learned_found(s, b), *over = chosen ? tripped(s, chosen) : NULL;

	if (over)
		ir_say(b, "a guardrail that falls back stands over the candidates of its key");
	if (probes)
		return ir_binary(IR_AND, found, ir_binary(IR_OR, probed(s, chosen), clear(all, over)));
	return over ? ir_binary(IR_AND, found, ir_not(over)) : found;
}

/* The fallback's; where it finds none, nothing is decided. */
static void fall_back(struct sight *s, struct ir_block *b)
{
	struct ir_value *found = NULL;
	struct ir_block *none;

	if (s->record) {
		found = ir_call(word_function(s, "fallback"), 1, 0, 1, "c, slot, d");
	} else if (s->part->kind == PART_NUMBER) {
		ir_set(b, "s", ir_call(lower_rule_name(s, false), 64, 0, UINT64_MAX, "c, slot"));
		ir_set(b, d_part(s), lower_number_at(s->part, "s"));
	} else {
		ir_set(b, d_part(s),
			ir_call(lower_rule_name(s, false), 32, 0, UINT32_MAX,
				arena_printf("c, slot%s", candidates(s) ? ", &d->choice" : "")));
		if (candidates(s))
			found = ir_binary(IR_LT, ir_load(d_part(s), 32, 0, UINT32_MAX), ir_named(s->max, 1));
	}
	if (s->record && !candidates(s)) {
		ir_do(b, ir_text(found));
		return;
	}
	if (!found)
		return;
	none = &ir_if(b, ir_not(found))->body;
	ir_set(none, "d->by", ir_named(c_by(s->p, BY_PASS), 0));
	ir_return(none, NULL);
}

static void choose(struct sight *s)
{
	struct ir_function *f = lower_function(s->ir,
		arena_printf("static void %s(const struct %s *c, u32 slot, %s, %s)", word_function(s, "choose"),
			s->name, s->answers, s->decision),
		NULL, false, (struct ir_role){.print = says_choose});
	struct ir_value *all = tripped(s, NULL),
			*answered_now = ir_call(arena_printf("%s_answered", s->name), 1, 0, 1, "c, slot, a");
	bool probes = over_kept(s->p) && s->model->probe;
	struct through through = acsl_through(s->p);
	struct ir_stmt *learn, *take;

	if (!s->record && s->part->kind == PART_NUMBER) {
		ir_local(&f->body, "u64 s", NULL);
		ir_gap(&f->body);
	}
	bound_slot(s, &f->body);
	learn = ir_if(&f->body, all && !probes ? ir_binary(IR_AND, ir_not(all), answered_now) : answered_now);
	take = ir_if(&learn->body, learned_stands(s, &learn->body, all, probes));
	if (!s->record && s->part->kind == PART_NUMBER)
		ir_set(&take->body, d_part(s), lower_number_at(s->part, "s"));
	ir_set(&take->body, "d->by", ir_named(c_by(s->p, BY_LEARNED), 0));
	ir_assert(&take->body, through.let_through);
	ir_assert(&take->body, through.only);
	ir_return(&take->body, NULL);
	ir_assert(&f->body, through.not_through);
	fall_back(s, &f->body);
	ir_set(&f->body, "d->by",
		all ? ir_cond(all, ir_named(c_by(s->p, BY_FALLBACK), 0), ir_named(c_by(s->p, BY_SHIELD), 0))
		    : ir_named(c_by(s->p, BY_SHIELD), 0));
}

/* ---- what is recorded ---- */

static void record(struct sight *s)
{
	struct ir_function *f = lower_function(s->ir,
		arena_printf("static void %s_record(%s, u32 slot, const %s)", s->name, s->context, s->decision), NULL,
		false, (struct ir_role){.print = says_record});
	struct ir_stmt *passed;
	bool cleans = false;

	for (int i = 0; i < s->p->guarantees.n; i++)
		cleans |= clean_kept(s->p->guarantees.at[i]);
	if (cleans) {
		ir_local(&f->body, "u32 clean", NULL);
		ir_gap(&f->body);
	}
	bound_slot(s, &f->body);
	passed = ir_if(&f->body, ir_binary(IR_EQ, ir_load("d->by", 32, 0, BY_PASS), ir_named(c_by(s->p, BY_PASS), 0)));
	ir_do(&passed->body, "counter_add(&c->count.exhausted)");
	lower_ok(&passed->body, s->p);
	ir_return(&passed->body, NULL);
	for (int i = 0; i < s->p->guarantees.n; i++) {
		const struct guarantee *g = s->p->guarantees.at[i];
		struct ir_value *counts;

		if (g->kind == GUARANTEE_POINT)
			continue;
		counts = ir_call(arena_printf("%s_%s_counts", s->name, g->name), 1, 0, 1,
			arena_printf("c, slot, %s, d->by", s->record ? "d" : d_part(s)));
		ir_say(&f->body, policy_line(g->at));
		if (clean_kept(
			    g)) { /* asked before the window moves: with the one and not the other the state holds no invariant */
			struct ir_value *held =
				ir_call(arena_printf("%s_%s_under", s->name, g->name), 1, 0, 1, "c, slot");

			ir_set(&f->body, "clean",
				ir_cond(held,
					ir_call("(u32)at_most", 32, 0, g->events,
						arena_printf(
							"(u64)%s + 1, %s", clean_path(g, "c->"), c_number(g->events))),
					ir_const(0)));
		}
		ir_do(&f->body,
			arena_printf("%s_push(&%s, %s%s)", guarantee_struct(g), guarantee_path(g, "c->"),
				g->kind == GUARANTEE_COUNT ? "" : "c->now, ", ir_text(counts)));
		if (clean_kept(g))
			ir_set(&f->body, clean_path(g, "c->"), ir_load("clean", 32, 0, g->events));
	}
	lower_ok(&f->body, s->p);
}

/* What the model is remembered to have said, of candidate i where it is asked of each: a class, or none of them. */
static void said(struct sight *s)
{
	const struct model *m = s->model;
	const char *head = arena_printf("static inline u8 %s_%s_said(const struct %s *c, u32 slot, %s%s)", s->name,
		m->name, s->name, s->answers, m->each ? ", u32 i" : "");
	struct ir_function *f = lower_function(s->ir, head, NULL, false, (struct ir_role){.print = says_said});
	const char *which = m->each ? "[i]" : "", *answer = arena_printf("a->%s%s", m->name, which);
	struct ir_value *asked =
		ir_binary(IR_AND, ir_truth("a->answered"), ir_truth(arena_printf("%s%s", s->at.asked, which)));

	bound_slot(s, &f->body);
	if (m->each)
		ir_set(&f->body, "i",
			ir_load(arena_printf("(u32)%s", c_bounded("i", c_list_max(s->p, m->each))), 32, 0, UINT32_MAX));
	ir_return(&ir_if(&f->body, ir_binary(IR_AND, asked, ir_not(not_in_range(s, answer))))->body,
		ir_load(arena_printf("(u8)%s", answer), 8, 0, UINT8_MAX));
	ir_return(&f->body, ir_named(c_unsaid(s->p), 0));
}

static void hear(struct sight *s)
{
	const struct field *field;
	struct ir_function *f;
	struct ir_stmt *loop;
	const char *where, *call;

	if (!s->model || !s->model->remembered)
		return;
	field = remembered_key(s->model);
	said(s);
	f = lower_function(s->ir,
		arena_printf("static void %s_hear(%s, u32 slot, %s)", s->name, s->context, s->answers), NULL, false,
		(struct ir_role){.print = says_hear});
	call = arena_printf("%s_%s_said", s->name, s->model->name);
	if (!field) {
		ir_set(&f->body, said_path(s->model, NULL, "c->", NULL), ir_call(call, 8, 0, UINT8_MAX, "c, slot, a"));
		return;
	}
	bound_slot(s, &f->body);
	loop = ir_for_each(&f->body, "i", c_list_max(s->p, s->model->each), count_of(s, s->model->each),
		(struct ir_role){.print = says_hear_loop});
	where = said_path(s->model, field->type.key, "c->",
		c_bounded(arena_printf("%s%s[i].%s", s->at.event, s->model->each->name, field->name),
			c_keys(s->p, field->type.key)));
	ir_set(&loop->body, where, ir_call(call, 8, 0, UINT8_MAX, "c, slot, a, i"));
}

static void shut(struct sight *s)
{
	struct ir_function *f =
		lower_function(s->ir, arena_printf("static void %s_shut(%s, u32 slot)", s->name, s->context), NULL,
			false, (struct ir_role){.print = says_shut});

	ir_do(&f->body, arena_printf("tickets_%d_close(&c->tickets, slot)", s->d->tickets));
}

static void heard(struct ir_block *b, const struct policy *p)
{
	struct heard h = acsl_heard(p);

	if (!h.said)
		return;
	ir_assert(b, arena_printf("said: %s", h.said));
	ir_assert(b, arena_printf("kept: %s", h.kept));
}

static void settle(struct sight *s)
{
	struct ir_function *f = lower_function(s->ir,
		arena_printf("void %s_settle(%s, u64 now, u64 ticket, %s, %s)", s->name, s->context, s->answers,
			s->decision),
		"settle", true, (struct ir_role){.print = says_settle});
	struct ir_stmt *stale;

	ir_local(&f->body, "u32 slot",
		ir_call(arena_printf("tickets_%d_find", s->d->tickets), 32, 0, UINT32_MAX,
			arena_printf(
				"&c->tickets, ticket, now > c->now ? now : c->now, %s", c_macro(s->p, "timeout"))));
	ir_gap(&f->body);
	for (int i = 0; i < s->d->parts.n; i++)
		ir_set(&f->body, arena_printf("d->%s", s->d->parts.at[i].name), ir_const(0));
	ir_set(&f->body, "d->by", ir_named(c_by(s->p, BY_PASS), 0));
	stale = ir_if(&f->body, ir_binary(IR_GE, ir_load("slot", 32, 0, UINT32_MAX), ir_named(s->slots, 1)));
	ir_assert(&stale->body, "stale: Stale(*c, ticket, now)");
	ir_do(&stale->body, "counter_add(&c->count.stale)");
	lower_ok(&stale->body, s->p);
	ir_return(&stale->body, NULL);
	ir_assert(&f->body, "named: Named(*c, slot, ticket, now)");
	ir_assert(&f->body, "only: \\forall integer s; Named(*c, s, ticket, now) ==> s == slot");
	if (acsl_moves(s->p, NULL))
		ir_do(&f->body, arena_printf("%s_moved(c, now)", s->name));
	else
		lower_later(&f->body, s->p);
	ir_do(&f->body, arena_printf("%s(c, slot, a, d)", word_function(s, "choose")));
	ir_do(&f->body, arena_printf("%s_record(c, slot, d)", s->name));
	if (s->model && s->model->remembered) {
		ir_do(&f->body, arena_printf("%s_hear(c, slot, a)", s->name));
		heard(&f->body, s->p);
	}
	ir_do(&f->body, arena_printf("%s_shut(c, slot)", s->name));
	heard(&f->body, s->p);
}

void lower_decision(struct ir *ir, const struct policy *p)
{
	struct sight s = sight_of(ir, p);

	need(&s);
	for (int i = 0; i < p->guarantees.n; i++) {
		room_and_counts(&s, p->guarantees.at[i]);
		under(&s, p->guarantees.at[i]);
	}
	if (s.record) {
		lower_record(&s);
	} else {
		may_learn(&s);
		lower_rule(&s, true);
		lower_rule(&s, false);
	}
	answered(&s);
	choose(&s);
	record(&s);
	hear(&s);
	shut(&s);
	lower_ask(&s);
	settle(&s);
}
