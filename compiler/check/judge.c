#include "judge.h"

#include <string.h>

enum { WIDE = 4096 /* steps of a number, of which more are not all tried */ };

/* Of j->m, in which j->in has the ticket: what is decided so much later, and the state in which it is. */
static bool settled(struct judge *j, uint64_t ticket, uint64_t wait)
{
	const struct decision *d = j->m->plan->p->decision;
	struct entry settle = j->in;
	struct machine *then = machine_copy(j->m);
	bool candidates = false;

	settle.kind = ENTRY_SETTLE;
	settle.ticket = ticket;
	settle.now = j->m->now + wait;
	machine_step(then, &settle, &j->settled);
	machine_free(then);
	if (j->settled.refused) {
		judge_close(j);
		return false;
	}
	j->m->now = settle.now;
	step_guardrails(j->m, NULL, 0, &j->settled_moves);
	j->view = (struct view){.m = j->m,
		.in = &j->in,
		.key = entry_key(j->m, &j->in),
		.tag = -1,
		.candidate = -1,
		.among = UINT32_MAX,
		.asked = j->asked.asked,
		.answers = j->in.answers};
	for (int i = 0; i < d->parts.n; i++)
		candidates |= d->parts.at[i].kind == PART_CANDIDATE;
	for (int i = 0; i < (candidates ? (int)j->in.list_n : 1); i++) {
		struct view one = j->view;
		one.candidate = i;
		if (!d->need || value_of(&one, d->need))
			j->need |= UINT32_C(1) << i;
	}
	j->view.among = j->need;
	return true;
}

bool judge_open(struct judge *j, const struct machine *m, const struct entry *in, uint64_t wait)
{
	memset(j, 0, sizeof *j);
	j->in = *in;
	j->in.now += m->now;
	j->in.kind = ENTRY_ASK;
	j->m = machine_copy(m);
	machine_step(j->m, &j->in, &j->asked);
	if (j->asked.refused || !j->asked.ticket) {
		judge_close(j);
		return false;
	}
	return settled(j, j->asked.ticket, wait);
}

bool judge_ticket(struct judge *j, const struct machine *m, const struct entry *in, uint64_t wait)
{
	const struct ticket *t = NULL;

	for (int i = 0; i < m->plan->p->decision->tickets && m->asked > in->ticket; i++)
		if (m->tickets[i].number == m->asked - in->ticket)
			t = &m->tickets[i];
	if (!t)
		return false;
	memset(j, 0, sizeof *j);
	j->m = machine_copy(m);
	j->asked.ticket = t->number;
	j->asked.asked = t->asked;
	j->in = t->entry;
	j->in.kind = ENTRY_ASK;
	j->in.answered = in->answered;
	memcpy(j->in.answers, in->answers, sizeof in->answers);
	return settled(j, t->number, wait);
}

void judge_run_ticket(const struct entry *in, uint64_t wait, struct run *run)
{
	struct entry e = {.kind = ENTRY_SETTLE, .now = wait, .ticket = in->ticket, .answered = in->answered};

	memcpy(e.answers, in->answers, sizeof e.answers);
	run->repeat = 1;
	run->body.n = 0;
	*list_add(&run->body) = e;
}

void judge_run(const struct entry *in, uint64_t wait, struct run *run)
{
	struct entry e = *in;

	run->repeat = 1;
	run->body.n = 0;
	e.kind = wait ? ENTRY_ASK : ENTRY_DECIDE;
	*list_add(&run->body) = e;
	if (!wait)
		return;
	e.kind = ENTRY_SETTLE;
	e.event = NULL;
	e.now = wait;
	e.ticket = 0; /* the last */
	*list_add(&run->body) = e;
}

bool judge_names(struct judge *j)
{
	const struct decision *d = j->m->plan->p->decision;
	struct view v = j->view;

	v.by = BY_SHIELD;
	for (int i = 0; i < d->parts.n; i++) {
		const struct part *part = &d->parts.at[i];
		num x = value_of(&v, part->fallback);
		if (x == NONE || (part->kind == PART_CANDIDATE && (x < 0 || x >= (num)j->in.list_n)) ||
			(part->kind == PART_CLASS && (x < 0 || x >= part->symbols->names.n)))
			return false;
	}
	return true;
}

void judge_close(struct judge *j)
{
	machine_free(j->m);
	j->m = NULL;
}

/* As interp_decide.c has it. */
static bool allows(const struct view *v, const struct guarantee *g)
{
	const struct place *at = &v->m->plan->guarantee[g->index];
	bool holds = value_of(v, g->holds);

	if (g->kind == GUARANTEE_POINT)
		return holds;
	if (g->cmp == EXPR_LE)
		return !holds || room_left(v->m, g);
	if (g->kind == GUARANTEE_COUNT && (num)past_of(v->m, at, 0)->seen + 1 < g->events)
		return true;
	return (num)past_hits_but_oldest(v->m, at, 0) + holds >= g->limit;
}

bool judge_lawful(struct judge *j, const int64_t *choice, enum source_of by, const struct guarantee *g)
{
	const struct policy *p = j->m->plan->p;
	struct view v = j->view;

	v.choice = choice;
	v.by = by;
	for (int i = 0; i < p->guarantees.n; i++)
		if ((!g || g == p->guarantees.at[i]) && !allows(&v, p->guarantees.at[i]))
			return false;
	return true;
}

bool judge_owed(struct judge *j, const struct guarantee *g)
{
	const struct log *l = &j->m->log;
	size_t from = window_start(l, g, l->n, j->m->now);

	for (int i = 0; i < g->under.n; i++)
		if (!value_of(&j->view, g->under.at[i]->holds) || l->clean_from[g->under.at[i]->index] > from)
			return false;
	return true;
}

bool judge_wide(const struct judge *j)
{
	const struct decision *d = j->m->plan->p->decision;

	for (int i = 0; i < d->parts.n; i++) {
		const struct part *x = &d->parts.at[i];
		if (x->kind == PART_NUMBER && (x->type.hi - x->type.lo) / (x->step > 0 ? x->step : 1) > WIDE)
			return true;
	}
	return false;
}

static bool some(struct judge *j, int part, int64_t *choice, bool needed, accept_fn *accept, void *user)
{
	const struct decision *d = j->m->plan->p->decision;

	if (part == d->parts.n)
		return accept(j, choice, user);
	const struct part *x = &d->parts.at[part];
	num lo = x->kind == PART_NUMBER ? x->type.lo : 0, step = x->kind == PART_NUMBER && x->step > 0 ? x->step : 1;
	num hi = x->kind == PART_NUMBER ? x->type.hi
		: x->kind == PART_CLASS ? x->symbols->names.n - 1
					: (num)j->in.list_n - 1;
	if ((hi - lo) / step > WIDE) /* its ends and what is between them, coarsely */
		step *= (hi - lo) / step / WIDE;
	for (num at = lo; at <= hi; at += step) {
		choice[part] = (int64_t)at;
		if (x->kind == PART_CANDIDATE && needed && !(j->need >> at & 1))
			continue;
		if (some(j, part + 1, choice, needed, accept, user))
			return true;
	}
	return false;
}

bool judge_some(struct judge *j, bool needed, accept_fn *accept, void *user)
{
	int64_t choice[8] = {0};

	return some(j, 0, choice, needed, accept, user);
}

uint32_t judge_learned_mask(struct judge *j)
{
	const struct decision *d = j->m->plan->p->decision;
	uint32_t mask = 0;

	if (d->parts.n != 1 || d->parts.at[0].kind != PART_CANDIDATE)
		return j->need;
	for (int i = 0; i < (int)j->in.list_n; i++) {
		int64_t choice[8] = {i};
		if (j->need >> i & 1 && judge_lawful(j, choice, BY_LEARNED, NULL))
			mask |= UINT32_C(1) << i;
	}
	return mask;
}
