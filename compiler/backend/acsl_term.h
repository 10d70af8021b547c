/* acsl_term: expressions of the typed policy as ACSL terms over record values. */
#ifndef LDOSC_ACSL_TERM_H
#define LDOSC_ACSL_TERM_H

#include "layout.h"

/* What the words of an expression stand for where the term is printed. Prefixes carry their accessor: "o.", "e.". */
struct scene {
	const struct policy *policy;
	const char *state;     /* the context as a value: "o." */
	const char *value;     /* the same, as an argument of a predicate: "o" */
	const char *event;     /* the event: "e." */
	const char *key;       /* the event's own key: "dev" */
	const char *candidate; /* the bound candidate: "i" */
	const char *choice;    /* the decision: "d." */
	const char *by;	       /* its source; NULL: a member of the choice */
	const char *keyvar;    /* bound by any, every */
	bool in_term;	       /* no predicate may stand here: what it says is spelt out */
	const char *trips;     /* where the closed world keeps the trips it saw: "h->"; NULL: in the state */
};

const char *acsl_term(const struct scene *s, const struct expr *e);	 /* an integer */
const char *acsl_cast_term(const struct scene *s, const struct expr *e); /* .. as a member of the state holds it */
const char *acsl_truth(const struct scene *s, const struct expr *e);	 /* a predicate; binds as tight as && */
const char *acsl_atom(const struct scene *s, const struct expr *e);	 /* the same, in parentheses where not atomic */

/* The guardrail of the key that expression a names (NULL: the event's own, or none). */
const char *acsl_key(const struct scene *s, const struct expr *a);

#endif
