/* inv: the lemmas hold at init and after every entry. Never refuted: what does not hold is dropped. */
#include "check.h"

static int kept(const struct lemmas *l)
{
	int n = 0;

	for (int i = 0; i < l->all.n; i++)
		n += l->all.at[i].kept;
	return n;
}

static const char *dropped(const struct lemmas *l)
{
	const char *text = NULL;

	for (int i = 0; i < l->all.n; i++)
		if (!l->all.at[i].kept && !lemma_is_guess(&l->all.at[i]))
			text = text ? arena_printf("%s; %s", text, l->all.at[i].text) : l->all.at[i].text;
	return text;
}

/* The entry from a state of Inv ends in one: asked once more of what was kept, each entry by itself. */
void check_inv(struct checker *c)
{
	struct relation *r = c->rel;

	lemmas_collect(r, &c->inv);
	lemmas_settle(r, &c->inv);
	lemmas_collect_real(r, &c->real);
	lemmas_settle(r, &c->real);
	c->known = &c->inv;
	for (int i = 0; i < r->steps.n; i++) {
		const struct step *st = r->steps.at[i];
		bool is = ask(c, st, t_not(lemmas_state(r, &c->inv, st->post)), NULL) == SMT_UNSAT ||
			lemmas_kept(r, &c->inv, st);
		struct verdict *v = verdict_add(c, st->name, st->event->at, is ? PROVED : UNKNOWN);
		v->reason = is ? arena_printf("%d lemmas hold at init and after it", kept(&c->inv))
			       : "the solver's limit is reached before the induction is decided";
		if (dropped(&c->inv))
			v->shown = arena_printf("not inductive, dropped: %s", dropped(&c->inv));
	}
}
