/* init, the entries of events, guardrails and tunables. */
#include "lower.h"

#include <string.h>

/* ---- contracts of functions, as roles: who prints them asks the typed policy ---- */

ROLE(says_init, acsl_init(f, p))
ROLE(says_key_init, acsl_key_init(f, p, r->of))
ROLE(says_carry_init, acsl_carry_init(f, p))
ROLE(says_init_loop, acsl_init_loop(f, p, r->of))
ROLE(says_carry_loop, acsl_carry_loop(f, p))
ROLE(says_event_ok, acsl_event_ok(f, p, r->of))
ROLE(says_list_loop, acsl_list_loop(f, p, r->of))
ROLE(says_features, acsl_event_features(f, p, r->of))
ROLE(says_entry, acsl_event_entry(f, p, r->of))
ROLE(says_quantified, acsl_quantified(f, p, r->of, r->node))
ROLE(says_quantified_loop, acsl_quantified_loop(f, p, r->of, r->node))
ROLE(says_in_force, acsl_in_force(f, p, r->of))
ROLE(says_held, acsl_held(f, p, r->of))
ROLE(says_held_loop, acsl_held_loop(f, p, r->of))
ROLE(says_trip, acsl_guardrail_trip(f, p, r->of))
ROLE(says_rearm, acsl_guardrail_rearm(f, p, r->of))
ROLE(says_once, acsl_guardrail_once(f, p, r->of))
ROLE(says_step, acsl_guardrail_step(f, p, r->of))
ROLE(says_set, acsl_set(f, p, r->of))

/* ---- init ---- */

static void init_feature(struct ir_block *b, const struct feature *f, const char *state)
{
	const char *at = feature_path(f, state, NULL);

	if (f->kind == FEATURE_LAST) {
		for (int i = 0; i < f->columns.n; i++)
			ir_do(b,
				arena_printf("%s_init(&%s, %s)", column_struct(f, i), column_path(f, i, state, NULL),
					c_number(f->columns.at[i].initial)));
		return;
	}
	ir_do(b,
		arena_printf("%s_%s(&%s)", feature_struct(NULL, f), f->kind == FEATURE_SINCE ? "restart" : "init", at));
}

static void init_record(struct ir_block *b, const struct policy *p, const struct key *key, const char *state)
{
	for (int i = 0; i < p->features.n; i++)
		if (p->features.at[i]->state->key == key && p->features.at[i]->kind != FEATURE_IN_FLIGHT)
			init_feature(b, p->features.at[i], state);
	for (int i = 0; i < p->guardrails.n; i++) {
		const struct guardrail *g = p->guardrails.at[i];

		if (g->key != key)
			continue;
		ir_do(b, arena_printf("guardrail_init(&%s)", guardrail_path(g, state, NULL)));
	}
	if (key)
		lower_kept_init(b, p, key, state);
	for (int m = 0; m < p->models.n; m++)
		if (said_kept(p, p->models.at[m], key))
			ir_set(b, said_path(p->models.at[m], key, state, NULL), ir_named(c_unsaid(p), 0));
}

static void init_carry(struct ir *ir, const struct policy *p)
{
	struct ir_function *f = lower_function(ir,
		arena_printf("static void %s_carry_init(struct %s *r)", p->name, c_struct(p, "carry")), NULL, false,
		(struct ir_role){.print = says_carry_init});
	struct ir_stmt *loop = ir_for(&f->body, "t", c_macro(p, "tags"), (struct ir_role){.print = says_carry_loop});

	for (int i = 0; i < p->carry->columns.n; i++) {
		const struct column *c = &p->carry->columns.at[i];

		ir_set(&loop->body, arena_printf("r->%s[t]", c->name),
			c->value->op == EXPR_SAID ? ir_named(c_unsaid(p), 0) : ir_const(c->initial));
	}
}

void lower_init(struct ir *ir, const struct policy *p)
{
	static const char *const counts[] = {"malformed", "reopened", "orphan", "busy", "stale", "exhausted"};
	const char *section = "init";
	struct ir_function *f;

	for (int i = 0; i < p->hook->keys.n; i++) {
		const struct key *k = p->hook->keys.at[i];

		if (!key_kept(p, k))
			continue;
		f = lower_function(ir,
			arena_printf("static void %s_%s_init(struct %s *d)", p->name, k->name, c_named(p, k->name)),
			section, false, (struct ir_role){.print = says_key_init, .of = k});
		init_record(&f->body, p, k, "d->");
		section = NULL;
	}
	if (carry_kept(p))
		init_carry(ir, p);
	f = lower_function(ir, arena_printf("void %s_init(struct %s *c, u64 now)", p->name, p->name), section, true,
		(struct ir_role){.print = says_init});
	ir_set(&f->body, "c->now", ir_load("now", 64, 0, UINT64_MAX));
	for (int i = 0; i < p->tunables.n; i++) {
		const struct tunable *t = p->tunables.at[i];

		ir_say(&f->body, policy_line(t->at));
		ir_set(&f->body, tunable_path(t, "c->"),
			t->type.unit == UNIT_TIME ? ir_named(c_time(t->initial), t->initial) : ir_const(t->initial));
	}
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		ir_set(&f->body, arena_printf("c->count.%s", counts[i]), ir_const(0));
	for (int i = 0; i < p->features.n; i++)
		if (p->features.at[i]->kind == FEATURE_IN_FLIGHT)
			init_feature(&f->body, p->features.at[i], "c->");
	if (carry_kept(p))
		ir_do(&f->body, arena_printf("%s_carry_init(&c->carry)", p->name));
	init_record(&f->body, p, NULL, "c->");
	for (int i = 0; i < p->guarantees.n; i++) {
		const struct guarantee *g = p->guarantees.at[i];

		if (g->kind != GUARANTEE_POINT)
			ir_do(&f->body, arena_printf("%s_init(&%s)", guarantee_struct(g), guarantee_path(g, "c->")));
		if (clean_kept(g))
			ir_set(&f->body, clean_path(g, "c->"), ir_const(0));
	}
	for (int i = 0; i < p->guardrails.n; i++)
		if (guardrail_keeps_held(p->guardrails.at[i]))
			ir_set(&f->body, held_path(p->guardrails.at[i], "c->"), ir_const(0));
	for (int i = 0; i < p->guardrails.n; i++)
		if (shadow_every(p, p->guardrails.at[i]) && !p->guardrails.at[i]->key)
			ir_set(&f->body, shadow_path(p->guardrails.at[i], "c->", NULL), ir_const(0));
	ir_do(&f->body, arena_printf("tickets_%d_init(&c->tickets)", p->decision->tickets));
	ir_do(&f->body, "report_64_init(&c->report)");
	for (int i = 0; i < p->hook->keys.n; i++) {
		const struct key *k = p->hook->keys.at[i];
		struct ir_stmt *loop;

		if (!key_kept(p, k))
			continue;
		loop = ir_for(&f->body, "k", c_keys(p, k), (struct ir_role){.print = says_init_loop, .of = k});
		ir_do(&loop->body, arena_printf("%s_%s_init(&%s)", p->name, k->name, key_path("c->", k, "k")));
		for (int g = 0; g < p->guardrails.n; g++)
			if (p->guardrails.at[g]->key == k && shadow_every(p, p->guardrails.at[g]))
				ir_set(&loop->body, shadow_path(p->guardrails.at[g], "c->", "k"), ir_const(0));
	}
}

/* The invariant of what events move still holds: said in parts before it is said as a whole. */
static void rungs(struct ir_block *b, const struct policy *p, const struct key *moved)
{
	acsl_rungs(p, moved, ir_rung, b);
	ir_assert(b, "state: StateOk(*c)");
}

void lower_stays_ok(struct ir_block *b, const struct policy *p)
{
	acsl_rungs_alone(p, ir_rung, b);
	ir_assert(b, "state: StateOk(*c)");
}

void lower_ok(struct ir_block *b, const struct policy *p)
{
	rungs(b, p, NULL);
	ir_assert(b, arena_printf("asks: %s", acsl_asks_ok("(*c)")));
	ir_assert(b, "ok: CtxOk(*c)");
}

void lower_later(struct ir_block *b, const struct policy *p)
{
	ir_do(b, "clock_advance(&c->now, now)");
	lower_stays_ok(b, p);
	ir_assert(b, arena_printf("later: %s", acsl_asks_ok("(*c)")));
}

/* ---- guardrails ---- */

static const char *wants(const struct guardrail *g)
{
	const char *all = "";

	for (int i = 0; i < g->actions.n; i++) {
		const struct action *a = &g->actions.at[i];
		const char *one = a->kind == ACT_RETRAIN ? "TRIP_RETRAIN"
			: a->kind == ACT_DEPRIORITIZE	 ? "TRIP_DEPRIORITIZE"
			: a->kind == ACT_SWAP		 ? arena_printf("TRIP_SWAP(%d)", a->model->index)
							 : NULL;

		if (one)
			all = arena_printf("%s%s%s", all, *all ? " + " : "", one);
	}
	return *all ? all : "0";
}

static void resets(struct ir_block *b, const struct policy *p, const struct guardrail *g, bool trip)
{
	for (int i = 0; i < p->features.n; i++) {
		const struct feature *f = p->features.at[i];
		const char *state = g->key ? arena_printf("%s.", key_path("c->", g->key, g->key->name)) : "c->";

		if (!guardrail_resets(p, g, f, trip))
			continue;
		ir_say(b, policy_line(f->at));
		init_feature(b, f, state);
	}
}

static const char *guardrail_head(const struct policy *p, const struct guardrail *g, const char *what)
{
	return arena_printf("static void %s_%s%s(struct %s *c%s)", p->name, *what ? g->name : c_word(g->name), what,
		p->name, g->key ? arena_printf(", u32 %s", g->key->name) : "");
}

static void bound_key(struct ir_block *b, const struct policy *p, const struct key *k)
{
	if (k)
		ir_set(b, k->name,
			ir_load(arena_printf("(u32)%s", c_bounded(k->name, c_keys(p, k))), 32, 0, k->max - 1));
}

static struct ir_value *is_tripped(const struct guardrail *g, const char *key)
{
	return ir_binary(IR_EQ, ir_load(arena_printf("%s.tripped", guardrail_path(g, "c->", key)), 32, 0, UINT32_MAX),
		ir_const(1));
}

static struct ir_value *holds(const struct guardrail *g)
{
	return g->key ? ir_binary(IR_NE, ir_load(held_path(g, "c->"), 32, 0, UINT32_MAX), ir_const(0))
		      : is_tripped(g, NULL);
}

/* The value of a knob in force: the last guardrail in file order that holds it says it, else the operator. */
static void in_force(struct ir *ir, const struct policy *p, const struct tunable *t)
{
	struct ir_function *f = lower_function(ir,
		arena_printf("static %s %s(const struct %s *c)", c_type(&t->type),
			c_struct(p, arena_printf("%s_in_force", t->name)), p->name),
		NULL, false, (struct ir_role){.print = says_in_force, .of = t});

	for (int i = p->guardrails.n - 1; i >= 0; i--) {
		const struct action *a = guardrail_holds(p->guardrails.at[i], t);

		if (!a)
			continue;
		ir_say(&f->body, policy_line(a->at));
		ir_return(&ir_if(&f->body, holds(p->guardrails.at[i]))->body, ir_const(a->value));
	}
	ir_return(&f->body, ir_typed(tunable_path(t, "c->"), &t->type));
}

/* A key whose guardrail is tripped still, counted from 1: the knobs that it holds stay held. */
static void held(struct ir *ir, const struct policy *p, const struct guardrail *g)
{
	struct ir_function *f =
		lower_function(ir, arena_printf("static u32 %s_%s_held(const struct %s *c)", p->name, g->name, p->name),
			NULL, false, (struct ir_role){.print = says_held, .of = g});
	struct ir_stmt *loop =
		ir_for(&f->body, "each", c_keys(p, g->key), (struct ir_role){.print = says_held_loop, .of = g});

	ir_return(&ir_if(&loop->body, is_tripped(g, "each"))->body, ir_load("each + 1", 32, 1, g->key->max));
	ir_return(&f->body, ir_const(0));
}

/* `any KEY: e` and `every KEY: e`: the first key that says so ends the loop. */
static void quantified(struct ir *ir, const struct policy *p, const struct guardrail *g, const struct expr *e)
{
	struct place at = {
		.policy = p, .state = "c->", .key = g->key ? g->key->name : NULL, .keyvar = "each", .by = -1};
	struct ir_role role = {.print = says_quantified, .of = g, .node = e}, loop_role = role;
	struct ir_function *f = lower_function(ir,
		arena_printf("static bool %s(const struct %s *c%s)", quantified_function(p, g, e), p->name,
			g->key ? arena_printf(", u32 %s", g->key->name) : ""),
		NULL, false, role);
	bool any = e->op == EXPR_ANY;
	struct ir_value *holds = lower_value(&at, e->a);
	struct ir_stmt *loop;

	loop_role.print = says_quantified_loop;
	if (expr_reads_own_key(e->a))
		bound_key(&f->body, p, g->key);
	else if (g->key)
		ir_do(&f->body, arena_printf("(void)%s", g->key->name));
	ir_say(&f->body, show_expr(e));
	loop = ir_for(&f->body, "each", c_keys(p, e->type.key), loop_role);
	ir_return(&ir_if(&loop->body, any ? holds : ir_not(holds))->body,
		any ? ir_named("true", 1) : ir_named("false", 0));
	ir_return(&f->body, any ? ir_named("false", 0) : ir_named("true", 1));
}

static void guardrail(struct ir *ir, const struct policy *p, const struct guardrail *g)
{
	const char *key = g->key ? g->key->name : NULL, *rail = guardrail_path(g, "c->", key);
	struct place at = {.policy = p, .state = "c->", .key = key, .guardrail = g, .by = -1};
	struct ir_function *f;
	struct ir_stmt *armed, *rearm;
	struct ir_value *evidence;

	f = lower_function(ir, guardrail_head(p, g, "_trip"),
		arena_printf("guardrail %s%s", g->name, key ? arena_printf(" per %s", key) : ""), false,
		(struct ir_role){.print = says_trip, .of = g});
	bound_key(&f->body, p, g->key);
	ir_do(&f->body, arena_printf("guardrail_trip(&%s, c->now)", rail));
	if (acsl_reports(g)) {
		if (g->actions.n)
			ir_say(&f->body, policy_line(g->actions.at[0].at));
		ir_do(&f->body,
			arena_printf("report_64_add(&c->report, %s, %s, c->now, %s)", c_guardrail(p, g),
				key ? key : "0", wants(g)));
	}
	if (guardrail_keeps_held(g))
		ir_set(&f->body, held_path(g, "c->"), ir_load(arena_printf("%s + 1", key), 32, 1, g->key->max));
	resets(&f->body, p, g, true);
	rungs(&f->body, p, g->key);

	if (!g->latch && guardrail_keeps_held(g))
		held(ir, p, g);
	if (!g->latch) {
		f = lower_function(ir, guardrail_head(p, g, "_rearm"), NULL, false,
			(struct ir_role){.print = says_rearm, .of = g});
		bound_key(&f->body, p, g->key);
		ir_do(&f->body, arena_printf("guardrail_rearm(&%s, c->now)", rail));
		if (guardrail_keeps_held(g))
			ir_set(&f->body, held_path(g, "c->"),
				ir_call(arena_printf("%s_%s_held", p->name, g->name), 32, 0, 1, "c"));
		resets(&f->body, p, g, false);
		rungs(&f->body, p, g->key);
	}

	for (int k = 0; guardrail_quantified(g, k); k++)
		quantified(ir, p, g, guardrail_quantified(g, k));
	f = lower_function(ir, guardrail_head(p, g, p->guardrails.n > 1 ? "_once" : ""), NULL, false,
		(struct ir_role){.print = p->guardrails.n > 1 ? says_once : says_step, .of = g});
	bound_key(&f->body, p, g->key);
	armed = ir_if(&f->body, ir_not(ir_truth(arena_printf("%s.tripped", rail))));
	ir_say(&armed->body, policy_line(g->trip_at));
	ir_do(&ir_if(&armed->body, lower_value(&at, g->trip))->body,
		arena_printf("%s_%s_trip(c%s)", p->name, g->name, key ? arena_printf(", %s", key) : ""));
	if (!g->latch) {
		ir_say(&armed->other, policy_line(g->rearm_at));
		evidence = ir_call("guardrail_may_rearm", 1, 0, 1,
			arena_printf("&%s, c->now, %s, %s", rail, c_time(g->hold), c_time(g->every)));
		rearm = ir_if(
			&armed->other, g->rearm ? ir_binary(IR_AND, lower_value(&at, g->rearm), evidence) : evidence);
		ir_do(&rearm->body,
			arena_printf("%s_%s_rearm(c%s)", p->name, g->name, key ? arena_printf(", %s", key) : ""));
	}
	if (p->guardrails.n == 1)
		return;
	/* said once more, for the provers: in parts by the function, as one step by its caller */
	f = lower_function(ir, guardrail_head(p, g, ""), NULL, false, (struct ir_role){.print = says_step, .of = g});
	ir_do(&f->body, arena_printf("%s_%s_once(c%s)", p->name, g->name, key ? arena_printf(", %s", key) : ""));
}

void lower_guardrails(struct ir *ir, const struct policy *p)
{
	for (int i = 0; i < p->tunables.n; i++)
		if (p->tunables.at[i]->held)
			in_force(ir, p, p->tunables.at[i]);
	for (int i = 0; i < p->guardrails.n; i++)
		guardrail(ir, p, p->guardrails.at[i]);
}

/* Between two of them stands what the first made of each trip that is seen: at the end of the row a prover would have
 * to go through all that lies between. */
void lower_guardrail_calls(struct ir_block *b, const struct policy *p, const struct key *key, const char *k)
{
	bool after = false;

	for (int i = 0; i < p->guardrails.n; i++) {
		const struct guardrail *g = p->guardrails.at[i];

		if (g->key && g->key != key)
			continue;
		if (after)
			acsl_trips_moved_rungs(p, ir_rung, b);
		ir_do(b,
			g->key ? arena_printf("%s(c, %s)", c_named(p, g->name), k)
			       : arena_printf("%s(c)", c_named(p, g->name)));
		after = true;
	}
}

/* ---- what an event must be ---- */

static num type_top(const struct type *t)
{
	int bits = c_bits(t);

	return t->kind == TYPE_BOOL ? UINT8_MAX : bits == 64 ? (num)UINT64_MAX : ((num)1 << bits) - 1;
}

/* What a member's C type cannot hold is not asked: gcc warns of a comparison that is always false. */
static bool may_exceed(const struct type *t)
{
	return t->hi < (t->lo < 0 ? type_top(t) / 2 : type_top(t));
}

static bool may_be_below(const struct type *t)
{
	return t->lo > 0 || (t->lo < 0 && t->lo > -(type_top(t) / 2) - 1);
}

/* The value of a field is out of range; NULL: it cannot be. */
static struct ir_value *out_of_range(const struct policy *p, const struct field *f, const char *at)
{
	const char *path = arena_printf("%s%s", at, f->name);
	struct ir_value *low, *high,
		*v = ir_load(path, f->type.kind == TYPE_BOOL ? 8 : c_bits(&f->type), f->type.lo < 0 ? f->type.lo : 0,
			type_top(&f->type));

	switch (f->type.kind) {
	case TYPE_KEY:
		return ir_binary(IR_GE, ir_load(path, 32, 0, UINT32_MAX), ir_named(c_keys(p, f->type.key), 1));
	case TYPE_TAG:
		return ir_binary(IR_GE, ir_load(path, 32, 0, UINT32_MAX), ir_named(c_tags(p, f), 1));
	case TYPE_CANDIDATE:
		return ir_binary(IR_GE, ir_load(path, 32, 0, UINT32_MAX),
			ir_load(arena_printf("%s%s_n", at, f->of->name), 32, 0, UINT32_MAX));
	case TYPE_LIST:
		return ir_binary(
			IR_GT, ir_load(arena_printf("%s_n", path), 32, 0, UINT32_MAX), ir_named(c_list_max(p, f), 1));
	case TYPE_BOOL:
		return ir_binary(IR_GT, v, ir_const(1));
	case TYPE_INT:
	case TYPE_CLASS:
	case TYPE_SHARE:
	case TYPE_SOURCE:
		break;
	}
	high = !may_exceed(&f->type)
		? NULL
		: ir_binary(IR_GT, v,
			  f->type.unit == UNIT_TIME ? ir_named(c_time(f->type.hi), f->type.hi) : ir_const(f->type.hi));
	low = !may_be_below(&f->type)
		? NULL
		: ir_binary(IR_LT, v,
			  f->type.unit == UNIT_TIME ? ir_named(c_time(f->type.lo), f->type.lo) : ir_const(f->type.lo));
	return low && high ? ir_binary(IR_OR, low, high) : low ? low : high;
}

static struct ir_value *fields_bad(const struct policy *p, struct field *const *fields, int n, const char *at)
{
	struct ir_value *bad = NULL;

	for (int i = 0; i < n; i++) {
		struct ir_value *one = out_of_range(p, fields[i], at);

		if (one)
			bad = bad ? ir_binary(IR_OR, bad, one) : one;
	}
	return bad;
}

void lower_event_ok(struct ir *ir, const struct policy *p, const struct event *e)
{
	struct ir_function *f = lower_function(ir,
		arena_printf("static bool %s_ok(const %s *e)", c_named(p, e->name), acsl_event_type(p, e)),
		arena_printf("event %s", e->name), false, (struct ir_role){.print = says_event_ok, .of = e});
	struct ir_value *bad = fields_bad(p, e->fields.at, e->fields.n, "e->");

	if (bad)
		ir_return(&ir_if(&f->body, bad)->body, ir_named("false", 0));
	for (int i = 0; i < e->fields.n; i++) {
		const struct field *list = e->fields.at[i];
		struct ir_stmt *loop;

		if (list->type.kind != TYPE_LIST)
			continue;
		bad = fields_bad(p, list->record.at, list->record.n, arena_printf("e->%s[i].", list->name));
		if (!bad)
			continue;
		loop = ir_for_each(&f->body, "i", c_list_max(p, list), arena_printf("e->%s_n", list->name),
			(struct ir_role){.print = says_list_loop, .of = list});
		ir_return(&ir_if(&loop->body, bad)->body, ir_named("false", 0));
	}
	ir_return(&f->body, ir_named("true", 1));
}

/* ---- features ---- */

static bool feeds(const struct feature *f, const struct event *e)
{
	return f->on == e || f->until == e;
}

static struct ir_value *truth_or_true(const struct place *at, const struct expr *e)
{
	return e ? lower_value(at, e) : ir_named("true", 1);
}

static const char *value_text(struct ir_value *v)
{
	return ir_text(v);
}

static struct ir_value *lifted(const struct feature *f, struct ir_value *v)
{
	struct type kept = feature_lifted(f);

	return feature_lift(f) ? ir_fit(ir_binary(IR_ADD, v, ir_const(feature_lift(f))), c_bits(&kept), false) : v;
}

/* What only some events pass: into the branch just before, where that asks the same. */
static struct ir_block *passing(struct ir_block *b, struct ir_value *v)
{
	struct ir_stmt *last = b->stmts.n ? b->stmts.at[b->stmts.n - 1] : NULL;

	if (last && last->kind == IR_IF && !last->other.stmts.n && !strcmp(ir_text(last->value), ir_text(v)))
		return &last->body;
	return &ir_if(b, v)->body;
}

static void push_last(struct ir_block *b, const struct place *at, const struct feature *f)
{
	const char *values = "";

	for (int i = 0; i < f->columns.n; i++) {
		const char *x = value_text(ir_fit(lower_value(at, f->columns.at[i].value),
			c_bits(&f->columns.at[i].value->type), f->columns.at[i].value->type.lo < 0));

		if (feature_kept(at->policy, f))
			values = arena_printf("%s, %s", values, x);
		else
			ir_do(b,
				arena_printf(
					"%s_push(&%s, %s)", column_struct(f, i), column_path(f, i, "c->", at->key), x));
	}
	if (feature_kept(at->policy, f))
		ir_do(b,
			arena_printf("%s_push(&%s%s)", feature_struct(at->policy, f),
				key_path("c->", f->state->key, at->key), values));
}

static void feed(struct ir_block *b, const struct place *at, const struct feature *f, const struct event *e)
{
	const char *path = feature_path(f, "c->", at->key), *type = feature_struct(NULL, f);
	bool filters = f->where && f->kind != FEATURE_COUNT && f->kind != FEATURE_SHARE && f->kind != FEATURE_RATE &&
		f->kind != FEATURE_HELD && (f->kind != FEATURE_SINCE || f->until == e);

	if (f->among)
		b = passing(b, lower_value(at, f->among));
	if (filters)
		b = passing(b, lower_value(at, f->where));
	ir_say(b, policy_line(f->at));
	switch (f->kind) {
	case FEATURE_LAST:
		push_last(b, at, f);
		break;
	case FEATURE_IN_FLIGHT:
		if (f->until == e)
			ir_do(b, arena_printf("%s_close(&%s, %s)", type, path, at->tag));
		else
			ir_do(b,
				arena_printf("%s_open(&%s, %s, %s, %s)", type, path, at->tag,
					f->state->key ? at->key : "0",
					f->value ? value_text(lower_value(at, f->value)) : "1"));
		break;
	case FEATURE_COUNT:
	case FEATURE_SHARE:
	case FEATURE_RATE:
		ir_do(b,
			arena_printf("%s_push(&%s, %s%s)", type, path, f->span ? "c->now, " : "",
				value_text(truth_or_true(at, f->where))));
		break;
	case FEATURE_MEAN:
	case FEATURE_EXP_MEAN:
	case FEATURE_MIN:
	case FEATURE_MAX:
	case FEATURE_QUANTILE:
		ir_do(b,
			arena_printf("%s_push(&%s, %s)", type, path, value_text(lifted(f, lower_value(at, f->value)))));
		break;
	case FEATURE_AGE:
		ir_do(b, arena_printf("age_seen(&%s, c->now)", path));
		break;
	case FEATURE_HELD:
		ir_do(b, arena_printf("held_see(&%s, c->now, %s)", path, value_text(truth_or_true(at, f->where))));
		break;
	case FEATURE_SINCE:
		ir_do(b, arena_printf("since_%s(&%s)", f->until == e ? "restart" : "add", path));
		break;
	case FEATURE_KINDS:
		break;
	}
}

static bool feature_reads(const struct feature *f, const struct feature *other)
{
	for (int i = 0; i < f->columns.n; i++)
		if (reads_feature(f->columns.at[i].value, other))
			return true;
	return reads_feature(f->where, other) || reads_feature(f->among, other) || reads_feature(f->value, other);
}

/* Some other feature that e feeds and that `fed` does not say is done reads f. */
static bool awaited(const struct policy *p, const struct event *e, const struct feature *f, const bool *fed)
{
	for (int i = 0; i < p->features.n; i++)
		if (p->features.at[i] != f && !fed[i] && feeds(p->features.at[i], e) &&
			feature_reads(p->features.at[i], f))
			return true;
	return false;
}

/* The next feature to be fed by e: in the order of the file, but sums of what is in flight last, and none before those
 * that read it, unless what is left reads each other. NULL: nothing is left. */
static const struct feature *next_fed(const struct policy *p, const struct event *e, bool *fed)
{
	for (int circle = 0; circle < 2; circle++)
		for (int last = 0; last < 2; last++)
			for (int i = 0; i < p->features.n; i++) {
				const struct feature *f = p->features.at[i];

				if (fed[i] || !feeds(f, e) || (f->kind == FEATURE_IN_FLIGHT) != (last == 1) ||
					(!circle && awaited(p, e, f, fed)))
					continue;
				fed[i] = true;
				return f;
			}
	return NULL;
}

static bool reads_any(const struct expr *e, const struct policy *p, const bool *fed)
{
	for (int i = 0; i < p->features.n; i++)
		if (fed[i] && reads_feature(e, p->features.at[i]))
			return true;
	return false;
}

/* x of the feature f, before what it reads is moved. */
static void take(struct ir_block *b, struct place *at, const struct feature *f, const char *what, const struct expr *x,
	const bool *fed)
{
	const char *name = arena_printf("%s_%s", f->name, what);
	struct taken *t;

	if (!reads_any(x, at->policy, fed))
		return;
	if (!at->taken)
		ir_say(b, "what these read moves before what they decide");
	t = arena_alloc(sizeof *t);
	*t = (struct taken){.of = x, .value = ir_typed(name, &x->type), .before = at->taken};
	ir_local(b, arena_printf("%s %s", x->type.kind == TYPE_BOOL ? "bool" : c_type(&x->type), name),
		ir_fit(lower_value(at, x), c_bits(&x->type), x->type.lo < 0));
	at->taken = t;
}

/* Features that read each other have no order: what reads one that is moved before is taken first. */
static void take_circles(struct ir_block *b, struct place *at, const struct event *e)
{
	size_t n = (size_t)at->policy->features.n + 1;
	bool *fed = arena_alloc(n), *moved = arena_alloc(n);

	for (const struct feature *f = next_fed(at->policy, e, fed); f; f = next_fed(at->policy, e, fed)) {
		if (f->kind != FEATURE_SINCE || f->until == e)
			take(b, at, f, "where", f->where, moved);
		take(b, at, f, "among", f->among, moved);
		if (f->kind != FEATURE_IN_FLIGHT || f->until != e)
			take(b, at, f, "value", f->value, moved);
		for (int i = 0; i < f->columns.n; i++)
			take(b, at, f, f->columns.at[i].name, f->columns.at[i].value, moved);
		moved[f->index] = true;
	}
}

/* Every expression reads the state as it was: what reads a feature comes before what moves it, or is taken first. The carry
 * is written first. */
void lower_event_features(struct ir *ir, const struct policy *p, const struct event *e)
{
	const struct key *key = moved_key(p, e);
	const char *k = key ? key->name : NULL;
	struct place at = {
		.policy = p, .state = "c->", .event = "e->", .key = k, .tag = e->tag ? "tag" : NULL, .by = -1};
	bool *fed = arena_alloc((size_t)p->features.n + 1);
	struct ir_function *f;

	f = lower_function(ir,
		arena_printf("static void %s_features(struct %s *c%s%s)", c_named(p, e->name), p->name,
			e->tick ? "" : arena_printf(", const %s *e", acsl_event_type(p, e)),
			k ? arena_printf(", u32 %s", k) : ""),
		NULL, false, (struct ir_role){.print = says_features, .of = e});
	if (e->tag && (event_opens(p, e) || event_closes(p, e)))
		ir_local(&f->body, "u32 tag",
			ir_load(arena_printf(
					"(u32)%s", c_bounded(arena_printf("e->%s", e->tag->name), c_macro(p, "tags"))),
				32, 0, UINT32_MAX));
	if (e->tag && (event_opens(p, e) || event_closes(p, e)))
		ir_gap(&f->body);
	bound_key(&f->body, p, key);
	if (carry_writes(p, e)) {
		ir_say(&f->body, policy_line(p->carry->at));
		for (int i = 0; i < p->carry->columns.n; i++) {
			const struct column *c = &p->carry->columns.at[i];

			ir_set(&f->body, carry_path(p, i, "c->", "tag"),
				ir_fit(lower_value(&at, c->value), c_bits(&c->value->type), c->value->type.lo < 0));
		}
	}
	take_circles(&f->body, &at, e);
	for (const struct feature *one = next_fed(p, e, fed); one; one = next_fed(p, e, fed))
		feed(&f->body, &at, one, e);
	rungs(&f->body, p, key);
	acsl_feature_rungs(p, e, ir_rung, &f->body);
}

static void refuse(struct ir_block *b, const struct policy *p, const char *counter)
{
	ir_do(b, arena_printf("counter_add(&c->count.%s)", counter));
	lower_ok(b, p);
	ir_return(b, NULL);
}

static void event_entry(struct ir *ir, const struct policy *p, const struct event *e)
{
	const struct key *key = moved_key(p, e);
	struct ir_function *f;
	const char *table = e->tag ? table_path(p, "c->") : NULL, *of_key, *k = key ? key->name : NULL;

	f = lower_function(ir,
		arena_printf("void %s(struct %s *c, u64 now%s)", c_named(p, e->name), p->name,
			e->tick ? "" : arena_printf(", const %s *e", acsl_event_type(p, e))),
		e->tick ? arena_printf("tick %s", e->name) : NULL, true,
		(struct ir_role){.print = says_entry, .of = e});
	if (key) {
		ir_local(&f->body, arena_printf("u32 %s", k), NULL);
		ir_gap(&f->body);
	}
	if (!e->tick)
		refuse(&ir_if(&f->body, ir_not(ir_call(arena_printf("%s_ok", c_named(p, e->name)), 1, 0, 1, "e")))
				->body,
			p, "malformed");
	if (e->tag && (event_opens(p, e) || event_closes(p, e))) {
		const char *tag = c_bounded(arena_printf("e->%s", e->tag->name), c_macro(p, "tags"));
		struct ir_value *open = ir_truth(arena_printf("%s.tag[%s].open", table, tag));

		refuse(&ir_if(&f->body, event_opens(p, e) ? open : ir_not(open))->body, p,
			event_opens(p, e) ? "reopened" : "orphan");
		of_key = e->key ? arena_printf("e->%s", e->key->name) : arena_printf("%s.tag[%s].key", table, tag);
	} else {
		of_key = e->key ? arena_printf("e->%s", e->key->name) : "0";
	}
	if (key)
		ir_set(&f->body, k,
			ir_load(arena_printf("(u32)%s", c_bounded(of_key, c_keys(p, key))), 32, 0, UINT32_MAX));
	lower_later(&f->body, p);
	if (acsl_has_features(p, e))
		ir_do(&f->body,
			arena_printf("%s_features(c%s%s)", c_named(p, e->name), e->tick ? "" : ", e",
				k ? arena_printf(", %s", k) : ""));
	lower_guardrail_calls(&f->body, p, key, k);
	lower_ok(&f->body, p);
}

void lower_events(struct ir *ir, const struct policy *p)
{
	for (int i = 0; i < p->hook->events.n; i++) {
		const struct event *e = p->hook->events.at[i];

		if (e == p->decision->on || !event_used(p, e))
			continue;
		if (!e->tick)
			lower_event_ok(ir, p, e);
		if (acsl_has_features(p, e))
			lower_event_features(ir, p, e);
		event_entry(ir, p, e);
	}
}

/* ---- tunables ---- */

void lower_tunables(struct ir *ir, const struct policy *p)
{
	for (int i = 0; i < p->tunables.n; i++) {
		const struct tunable *t = p->tunables.at[i];
		struct ir_function *f = lower_function(ir,
			arena_printf("void %s_set_%s(struct %s *c, %s %s)", p->name, t->name, p->name, c_type(&t->type),
				t->name),
			policy_line(t->at), true, (struct ir_role){.print = says_set, .of = t});
		struct field like = {.name = t->name, .type = t->type};
		struct ir_value *bad = out_of_range(p, &like, "");

		if (bad)
			refuse(&ir_if(&f->body, bad)->body, p, "malformed");
		ir_set(&f->body, tunable_path(t, "c->"), ir_typed(t->name, &t->type));
		lower_ok(&f->body, p);
	}
}
