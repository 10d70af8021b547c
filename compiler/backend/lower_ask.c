/* ask: a ticket is taken, the model's questions are written, time and what stands before a decision moves. */
#include "sight.h"

ROLE(says_encode, acsl_encode(f, p, r->of))
ROLE(says_take, acsl_take(f, p))
ROLE(says_clear_loop, acsl_clear_loop(f, p, r->k))
ROLE(says_shadow, acsl_shadow(f, p, r->of))
ROLE(says_over, acsl_over(f, p))
ROLE(says_over_loop, acsl_over_loop(f, p))
ROLE(says_turn, acsl_turn(f, p))
ROLE(says_whom, acsl_whom(f, p))
ROLE(says_whom_loop, acsl_whom_loop(f, p))
ROLE(says_question, acsl_question(f, p))
ROLE(says_question_loop, acsl_question_loop(f, p))
ROLE(says_move, acsl_move(f, p, r->of))
ROLE(says_asked, acsl_asked(f, p))
ROLE(says_ask, acsl_ask(f, p, true))

/* One number of an input, by its encoder. */
static void encode_numbers(struct ir_block *b, const struct input *in, struct ir_value *x, int *n)
{
	bool wide;

	switch (in->how) {
	case ENCODE_DIGITS:
		ir_set(b, "x", x);
		lower_digits(b, in, *n);
		*n += in->digits;
		break;
	case ENCODE_CLAMP:
		wide = in->lo < 0 || x->lo < 0;
		ir_set(b, arena_printf("v->at[%d]", (*n)++),
			ir_load(arena_printf("(s16)clamp_%s(%s, %s, %s)", wide ? "s64" : "u64",
					ir_text(ir_fit(x, 64, wide)), c_integer(in->lo), c_integer(in->hi)),
				16, in->lo, in->hi));
		break;
	case ENCODE_ZSCORE:
		ir_set(b, arena_printf("v->at[%d]", (*n)++),
			ir_load(arena_printf("zscore(%s, %s, %s)", ir_text(ir_fit(x, 64, true)), c_integer(in->mean),
					c_integer(in->scale)),
				16, -32768, 32767));
		break;
	case ENCODE_PLAIN:
		ir_set(b, arena_printf("v->at[%d]", (*n)++), ir_fit(x, 16, true));
		break;
	}
}

/* Some input needs its value at hand to be encoded when asked. */
static bool encodes(const struct sight *s, const struct model *m)
{
	for (int i = 0; i < m->inputs.n; i++)
		if (!input_kept(s->p, m, &m->inputs.at[i]) && m->inputs.at[i].how == ENCODE_DIGITS)
			return true;
	return false;
}

/* What the copy says already, value by value. */
static void encode_rungs(struct sight *s, struct ir_block *b)
{
	struct scene seen = {.policy = s->p,
		.state = "(*c).",
		.value = "*c",
		.event = arena_printf("(*c).ask[slot].%s.", s->d->on->name),
		.candidate = "i"};

	for (int i = 0; i < s->model->inputs.n; i++) {
		const struct input *in = &s->model->inputs.at[i];

		if (input_kept(s->p, s->model, in))
			acsl_kept_rung(s->model, i,
				column_path(in->value->feature, in->value->column, seen.state,
					acsl_key(&seen, in->value->a)),
				"(*v)", ir_rung, b);
	}
}

static void encode(struct sight *s)
{
	const struct model *m = s->model;
	const struct field *kept = kept_key(s->p, m);
	struct ir_function *f = lower_function(s->ir,
		arena_printf("static void %s_%s_encode(const struct %s *c%s, struct vector_%d_s16 *v)", s->name,
			m->name, s->name, m->each ? ", u32 slot, u32 i" : ", u32 slot", m->width),
		"ask", false, (struct ir_role){.print = says_encode, .of = m});
	int n = 0;

	if (encodes(s, m)) {
		ir_local(&f->body, "u64 x", NULL);
		ir_gap(&f->body);
	}
	bound_slot(s, &f->body);
	if (kept) {
		ir_say(&f->body, "what events have written; the rest is written now");
		ir_set(&f->body, "*v",
			ir_load(kept_path(m, kept->type.key, "c->",
					c_bounded(arena_printf("%s%s[i].%s", s->at.event, m->each->name, kept->name),
						c_keys(s->p, kept->type.key))),
				64, 0, 0));
		encode_rungs(s, &f->body);
	}
	for (int i = 0; i < m->inputs.n; i++) {
		const struct input *in = &m->inputs.at[i];

		if (input_kept(s->p, m, in)) {
			n += in->repeat * in->digits;
			continue;
		}
		ir_say(&f->body, policy_line(in->at));
		for (int slot = in->repeat - 1; slot >= 0; slot--) {
			struct expr one = *in->value;

			if (in->repeat > 1)
				one.value = slot;
			encode_numbers(&f->body, in, lower_divided(lower_value(&s->at, &one), in->divide), &n);
		}
	}
}

static void take(struct sight *s)
{
	struct ir_function *f = lower_function(s->ir,
		arena_printf("static u32 %s_take(%s, const %s *e)", s->name, s->context, s->event), NULL, false,
		(struct ir_role){.print = says_take});
	struct ir_stmt *busy;

	ir_say(&f->body,
		arena_printf("tickets %d timeout %s", s->d->tickets,
			show_value(&(struct type){.kind = TYPE_INT, .unit = UNIT_TIME}, s->d->timeout)));
	ir_local(&f->body, "u32 slot",
		ir_call(arena_printf("tickets_%d_open", s->d->tickets), 32, 0, UINT32_MAX,
			arena_printf("&c->tickets, c->now, %s", c_macro(s->p, "timeout"))));
	ir_gap(&f->body);
	busy = ir_if(&f->body, ir_binary(IR_GE, ir_load("slot", 32, 0, UINT32_MAX), ir_named(s->slots, 1)));
	lower_ok(&busy->body, s->p);
	ir_return(&busy->body, ir_named(s->slots, 1));
	bound_slot(s, &f->body);
	ir_set(&f->body, arena_printf("c->ask[slot].%s", s->d->on->name), ir_load("*e", 64, 0, 0));
	if (s->model && s->model->each)
		ir_set(&ir_for(&f->body, "i", c_list_max(s->p, s->model->each),
			       (struct ir_role){.print = says_clear_loop})
				->body,
			"c->ask[slot].asked[i]", ir_const(0));
	else if (s->model)
		ir_set(&f->body, "c->ask[slot].asked", ir_const(0));
	lower_ok(&f->body, s->p);
	ir_return(&f->body, ir_load("slot", 32, 0, UINT32_MAX));
}

/* The key of guardrail g over vector i, as an argument after the context: ", (u32)INDEX(..)"; "" where it has none. */
static const char *rail_key(const struct sight *s, const struct guardrail *g)
{
	const struct field *field = s->model->each ? record_key(s->model->each, g->key) : NULL;

	return field ? c_bounded(arena_printf("%s%s[i].%s", s->at.event, s->model->each->name, field->name),
			       c_keys(s->p, g->key))
		     : NULL;
}

/* One more vector under guardrail g could be asked: every Nth is. */
static void shadow(struct sight *s, const struct guardrail *g)
{
	const char *key = g->key ? g->key->name : NULL, *count = shadow_path(g, "c->", key);
	int every = shadow_every(s->p, g);
	struct ir_function *f = lower_function(s->ir,
		arena_printf("static u8 %s_%s_shadow(%s%s)", s->name, g->name, s->context,
			key ? arena_printf(", u32 %s", key) : ""),
		NULL, false, (struct ir_role){.print = says_shadow, .of = g});
	struct ir_value *next = ir_binary(IR_ADD, ir_load(count, 32, 0, every - 1), ir_const(1));

	if (key)
		ir_set(&f->body, key,
			ir_load(arena_printf("(u32)%s", c_bounded(key, c_keys(s->p, g->key))), 32, 0, UINT32_MAX));
	if (!over_kept(s->p))
		ir_return(&ir_if(&f->body, ir_not(ir_truth(arena_printf("%s.tripped", guardrail_path(g, "c->", key)))))
				   ->body,
			ir_const(1));
	ir_say(&f->body, arena_printf("%s 1 in %d while tripped", s->model->shadow ? "shadow" : "probe", every));
	ir_set(&f->body, count, ir_cond(ir_binary(IR_LT, next, ir_const(every)), next, ir_const(0)));
	lower_stays_ok(&f->body, s->p);
	ir_return(&f->body, ir_binary(IR_EQ, ir_load(count, 32, 0, every - 1), ir_const(0)));
}

/* Where a ticket notes which guardrail stands over vector i. */
static const char *over_path(const struct sight *s, const char *i)
{
	return s->model->each ? arena_printf("c->ask[slot].over.at[%s]", i) : "c->ask[slot].over";
}

/* Which guardrail stands over vector i: the first that is tripped, counted from 1; 0: none. */
static struct ir_value *stands(const struct sight *s)
{
	const struct guardrail *standing[32];
	struct ir_value *over = ir_const(0);

	for (int k = standing_guardrails(s->p, s->model, standing) - 1; k >= 0; k--)
		over = ir_cond(ir_truth(arena_printf(
				       "%s.tripped", guardrail_path(standing[k], "c->", rail_key(s, standing[k])))),
			ir_const(k + 1), over);
	return over;
}

/* Noted for all of them before any count moves. */
static void over(struct sight *s)
{
	struct ir_function *f =
		lower_function(s->ir, arena_printf("static void %s_over(%s, u32 slot)", s->name, s->context), NULL,
			false, (struct ir_role){.print = says_over});
	struct ir_stmt *loop;
	struct ir_value *inside;

	bound_slot(s, &f->body);
	if (!s->model->each) {
		ir_set(&f->body, over_path(s, "i"), stands(s));
		return;
	}
	loop = ir_for(&f->body, "i", c_list_max(s->p, s->model->each), (struct ir_role){.print = says_over_loop});
	ir_set(&loop->body, over_path(s, "i"), ir_const(0));
	inside = ir_binary(
		IR_LT, ir_load("i", 32, 0, UINT32_MAX), ir_load(count_of(s, s->model->each), 32, 0, UINT32_MAX));
	ir_set(&ir_if(&loop->body, inside)->body, over_path(s, "i"), stands(s));
}

/* Whether guardrail g lets a vector be asked: it is not tripped, or this is the Nth. */
static struct ir_value *lets_ask(const struct sight *s, const struct guardrail *g)
{
	const char *key = rail_key(s, g);

	if (!shadow_every(s->p, g))
		return ir_not(ir_truth(arena_printf("%s.tripped", guardrail_path(g, "c->", key))));
	return ir_call(
		arena_printf("%s_%s_shadow", s->name, g->name), 8, 0, 1, key ? arena_printf("c, (u32)%s", key) : "c");
}

/* Whether it is the turn of vector i, by the count of who stands over it: a function of its own, whose every road moves
 * one count. */
static void turn(struct sight *s)
{
	struct ir_function *f =
		lower_function(s->ir, arena_printf("static u8 %s_turn(%s, u32 slot, u32 i)", s->name, s->context), NULL,
			false, (struct ir_role){.print = says_turn});
	const struct guardrail *standing[32];
	int n = standing_guardrails(s->p, s->model, standing);

	bound_slot(s, &f->body);
	ir_set(&f->body, "i",
		ir_load(arena_printf("(u32)%s", c_bounded("i", c_list_max(s->p, s->model->each))), 32, 0, UINT32_MAX));
	for (int k = 0; k < n; k++)
		ir_return(
			&ir_if(&f->body, ir_binary(IR_EQ, ir_load(over_path(s, "i"), 8, 0, n), ir_const(k + 1)))->body,
			lets_ask(s, standing[k]));
	ir_return(&f->body, ir_const(1));
}

/* Whether vector i is asked. */
static struct ir_value *asks(const struct sight *s)
{
	const struct guardrail *standing[32];
	int n = standing_guardrails(s->p, s->model, standing);
	struct ir_value *ask = NULL;

	if (over_kept(s->p) && s->model->each)
		return ir_call(arena_printf("%s_turn", s->name), 8, 0, 1, "c, slot, i");
	for (int k = n - 1; k >= 0; k--) {
		struct ir_value *one = lets_ask(s, standing[k]);

		if (over_kept(s->p))
			ask = ir_cond(ir_binary(IR_EQ, ir_load(over_path(s, "i"), 8, 0, n), ir_const(k + 1)), one,
				ask ? ask : ir_const(1));
		else
			ask = ask ? ir_binary(IR_AND, one, ask) : one;
	}
	return ask ? ask : ir_const(1);
}

static void whom(struct sight *s)
{
	struct ir_function *f =
		lower_function(s->ir, arena_printf("static void %s_whom(%s, u32 slot)", s->name, s->context), NULL,
			false, (struct ir_role){.print = says_whom});
	struct ir_stmt *loop;

	bound_slot(s, &f->body);
	if (!s->model->each) {
		ir_set(&f->body, "c->ask[slot].asked", asks(s));
		return;
	}
	loop = ir_for_each(&f->body, "i", c_list_max(s->p, s->model->each), count_of(s, s->model->each),
		(struct ir_role){.print = says_whom_loop});
	ir_set(&loop->body, "c->ask[slot].asked[i]", asks(s));
	if (over_kept(s->p)) {
		lower_stays_ok(&loop->body, s->p);
		ir_assert(&loop->body, arena_printf("asks: %s", acsl_asks_ok("(*c)")));
	}
}

static void question(struct sight *s)
{
	struct ir_function *f = lower_function(s->ir,
		arena_printf("static void %s_question(const struct %s *c, u32 slot, struct %s *q)", s->name, s->name,
			c_struct(s->p, "questions")),
		NULL, false, (struct ir_role){.print = says_question});
	const struct model *m = s->model;
	struct ir_stmt *loop, *asked;

	bound_slot(s, &f->body);
	ir_set(&f->body, "q->ticket", ir_load("c->tickets.ticket[slot]", 64, 0, UINT64_MAX));
	if (!m)
		return;
	if (!m->each) {
		ir_set(&f->body, "q->asked", ir_load("c->ask[slot].asked", 8, 0, 1));
		ir_do(&ir_if(&f->body, ir_truth("q->asked"))->body,
			arena_printf("%s_%s_encode(c, slot, &q->%s)", s->name, m->name, m->name));
		return;
	}
	ir_set(&f->body, arena_printf("q->%s_n", m->each->name),
		ir_load(arena_printf("%s%s_n", s->at.event, m->each->name), 32, 0, UINT32_MAX));
	ir_set(&ir_for(&f->body, "i", c_list_max(s->p, m->each), (struct ir_role){.print = says_clear_loop, .k = true})
			->body,
		"q->asked[i]", ir_const(0));
	loop = ir_for_each(&f->body, "i", c_list_max(s->p, m->each), count_of(s, m->each),
		(struct ir_role){.print = says_question_loop});
	ir_set(&loop->body, "q->asked[i]", ir_load("c->ask[slot].asked[i]", 8, 0, 1));
	asked = ir_if(&loop->body, ir_truth("q->asked[i]"));
	ir_do(&asked->body, arena_printf("%s_%s_encode(c, slot, i, &q->%s[i])", s->name, m->name, m->name));
}

/* Time, features and guardrails: what ask (e) and settle (NULL) do before they decide. */
static void move(struct sight *s, const struct event *e)
{
	const struct key *key = e ? moved_key(s->p, e) : NULL;
	const char *k =
		key ? arena_printf("(u32)%s", c_bounded(arena_printf("e->%s", e->key->name), c_keys(s->p, key))) : NULL;
	struct ir_function *f;

	if (!acsl_moves(s->p, e))
		return;
	f = lower_function(s->ir,
		arena_printf("static void %s_moved(%s, u64 now%s)", e ? c_named(s->p, e->name) : s->name, s->context,
			e && !e->tick ? arena_printf(", const %s *e", s->event) : ""),
		NULL, false, (struct ir_role){.print = says_move, .of = e});
	lower_later(&f->body, s->p);
	if (e && acsl_has_features(s->p, e))
		ir_do(&f->body,
			arena_printf("%s_features(c%s%s)", c_named(s->p, e->name), e->tick ? "" : ", e",
				k ? arena_printf(", %s", k) : ""));
	lower_guardrail_calls(&f->body, s->p, key, k);
	lower_ok(&f->body, s->p);
}

/* Takes a ticket and asks, once the features and guardrails are behind it. */
static void ask_steps(struct sight *s, struct ir_function *f, const char *event)
{
	struct ir_stmt *busy;

	ir_set(&f->body, "slot",
		ir_call(arena_printf("%s_take", s->name), 32, 0, UINT32_MAX, arena_printf("c, %s", event)));
	busy = ir_if(&f->body, ir_binary(IR_GE, ir_load("slot", 32, 0, UINT32_MAX), ir_named(s->slots, 1)));
	ir_do(&busy->body, "counter_add(&c->count.busy)");
	lower_ok(&busy->body, s->p);
	ir_return(&busy->body, ir_named("false", 0));
	if (over_kept(s->p))
		ir_do(&f->body, arena_printf("%s_over(c, slot)", s->name));
	if (s->model)
		ir_do(&f->body, arena_printf("%s_whom(c, slot)", s->name));
	ir_do(&f->body, arena_printf("%s_question(c, slot, q)", s->name));
	ir_assert(&f->body, "only: \\forall integer s; Slot(*c, s, q->ticket) ==> s == slot");
	ir_return(&f->body, ir_named("true", 1));
}

static void ask(struct sight *s)
{
	const char *q = arena_printf("struct %s *q", c_struct(s->p, "questions")),
		   *event = c_named(s->p, s->d->on->name);
	bool moves = acsl_moves(s->p, s->d->on), tick = s->d->on->tick;
	const char *e = tick ? "&e" : "e", *given = tick ? "" : arena_printf("const %s *e, ", s->event);
	struct ir_function *f, *steps;
	struct ir_stmt *bad;

	if (moves) {
		steps = lower_function(s->ir,
			arena_printf("static bool %s_asked(%s, const %s *e, %s)", s->name, s->context, s->event, q),
			NULL, false, (struct ir_role){.print = says_asked});
		ir_local(&steps->body, "u32 slot", NULL);
		ir_gap(&steps->body);
		ask_steps(s, steps, "e");
	}
	f = lower_function(s->ir, arena_printf("bool %s_ask(%s, u64 now, %s%s)", s->name, s->context, given, q), NULL,
		true, (struct ir_role){.print = says_ask});
	if (tick)
		ir_local(&f->body, arena_printf("%s e", s->event), ir_load("{0}", 32, 0, 0));
	if (!moves)
		ir_local(&f->body, "u32 slot", NULL);
	if (tick || !moves)
		ir_gap(&f->body);
	if (!tick) {
		bad = ir_if(&f->body, ir_not(ir_call(arena_printf("%s_ok", event), 1, 0, 1, "e")));
		ir_do(&bad->body, "counter_add(&c->count.malformed)");
		lower_ok(&bad->body, s->p);
		ir_return(&bad->body, ir_named("false", 0));
	}
	if (moves) {
		ir_do(&f->body, arena_printf("%s_moved(c, now%s)", event, tick ? "" : ", e"));
		ir_return(&f->body, ir_call(arena_printf("%s_asked", s->name), 1, 0, 1, arena_printf("c, %s, q", e)));
		return;
	}
	lower_later(&f->body, s->p);
	ask_steps(s, f, e);
}

void lower_ask(struct sight *s)
{
	const struct policy *p = s->p;

	if (!s->d->on->tick)
		lower_event_ok(s->ir, p, s->d->on);
	if (acsl_has_features(p, s->d->on))
		lower_event_features(s->ir, p, s->d->on);
	if (s->model)
		encode(s);
	take(s);
	for (int i = 0; s->model && i < p->guardrails.n; i++)
		if (shadow_every(p, p->guardrails.at[i]))
			shadow(s, p->guardrails.at[i]);
	if (over_kept(p))
		over(s);
	if (over_kept(p) && s->model->each)
		turn(s);
	if (s->model)
		whom(s);
	question(s);
	move(s, s->d->on);
	ask(s);
	move(s, NULL);
}
