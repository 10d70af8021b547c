/* What a guardrail's rearm rests on: the features it reads, which entries feed them, and whether what an entry measures
 * can make a difference there. */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include "case.h"

typedef LIST(const struct feature *) feature_list;

/* The features of g's rearm, and of the guardrails that it waits for; timers are none. */
void evidence_of(const struct policy *p, const struct guardrail *g, feature_list *out);
/* What is told of f tells g of its own key only: not where any or every one is asked, or f is kept of something else. */
bool evidence_own(const struct policy *p, const struct guardrail *g, const struct feature *f);
void evidence_in(const struct expr *e, feature_list *out); /* the features that a condition reads */
bool evidence_measures(const struct expr *e);		   /* it reads what the event measures */
/* In this entry a measurement entered f (in the record of the event's own key): with other values of the measurement
 * fields, f would have become something else; or the event's mere coming is what f counts. */
term evidence_enters(struct relation *r, struct step *st, const struct feature *f);
/* The same, of a machine and an entry that is about to be made; `in` has the machine's time. */
bool evidence_entering(const struct machine *m, const struct entry *in, const struct feature *f);
/* g's evidence for rearm in a state, of the followed key; *still collects what else it reads. */
term evidence_holds(struct relation *r, struct step *still, const struct guardrail *g);

#endif
