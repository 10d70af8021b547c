/* What Frama-C said, read back. Two of its reports and its text are read, and they have to agree: the exit status of
 * Frama-C is not the verdict (0 with 15 of 16 goals proved; 1 with all proved and one prover missing). */
#ifndef PROVE_H
#define PROVE_H

#include "ldosc.h"

typedef LIST(const char *) words;

struct goal { /* -wp-report-json: one property of one function; a property may split into several goals */
	const char *function, *name;
	int total, valid;
};

struct property { /* -report-csv: one clause of the C, after consolidation over what it rests on */
	const char *file, *function, *kind, *status, *text;
	const char *name; /* before the colon of the text; "" when the clause has none */
	int line;
};

struct timing { /* [wp] lines: the goal's whole name, its prover time */
	const char *goal;
	double ms;
};

struct findings {
	bool finished; /* it came to `Proved goals: valid / total` */
	int valid, total;
	LIST(struct goal) goals;
	LIST(struct property) properties;
	LIST(struct timing) timings;
	words open_goals; /* [wp] [Failed] Goal .. */
	words axioms;
	words failed_smoke;
	int smoke, smoke_passed; /* tests that were made; they are no goals */
	int smoke_broken; /* of them, those of which the prover said nothing that is an answer, or found the contradiction */
	words complaints; /* errors, and warnings under which a verdict means less than it says */
};

void complain(struct findings *f, const char *what);
void findings_text(struct findings *f, const char *text);
bool findings_json(struct findings *f, const char *text, size_t size);
void findings_csv(struct findings *f, const char *text);

/* A clause that has to be there and proved: the policy implies it. */
struct implied {
	const char *function, *clause;
	struct span at;
	const char *what; /* "guarantee detours" */
};
typedef LIST(struct implied) implied_list;
void implied_clauses(const struct policy *p, implied_list *out);

/* prove_text.c: clauses as they stand in the text */
struct clause {
	const char *file;
	const char *function; /* "" for a predicate, a logic function, a lemma */
	const char *kind;     /* "ensures", "requires", "assert", .. */
	const char *name;     /* "" when it has none */
	const char *text;     /* one space for each run of blanks */
};
typedef LIST(struct clause) clauses;
void clauses_of(
	const char *file, const char *text, clauses *out, words *defined); /* defined: functions that have a body */
void clauses_differ(const clauses *want, const clauses *is, words *out);   /* sentences */

/* A file of DIR as it was read: what is compared is what is proved. */
struct written {
	const char *name, *text; /* NULL: it cannot be read */
	size_t size;
};

/* What is proved at a time: some C files and what they include. */
struct proof {
	const char *name;
	const char *dir;
	const char *from;	      /* where `written` was read; it is proved in a folder of ours */
	LIST(struct written) written; /* empty: `dir` is proved as it lies there */
	LIST(const char *) files;     /* in `dir` */
	words inputs;		      /* functions that write what they may and promise nothing: they have no body */
	const char *inputs_in;	      /* where they are declared */
	words headers;		      /* of more contracted functions; each includes nothing of ours */
	const char *
		root; /* where smoke tests are made, with commas: the world, and what takes one entry for it; or NULL */
	words only;   /* just these functions are to be proved: never complete */
	implied_list implied;
	words missed; /* what the text does not promise; nothing is proved then */
};

/* prove_run.c: one run of Frama-C over some functions of a unit */
struct proof_run {
	const struct proof *unit;
	const char *scratch;
	int number;
	words functions; /* these, or all but these */
	bool all_but, smoke, lemmas;
	int pid;
	double began, ended; /* s */
	struct findings f;
};
typedef LIST(struct proof_run *) proof_runs;
bool prove_tools_there(void);
bool prove_configure(const char *scratch); /* why3.conf of our own */
bool prove_answers(const char *scratch);   /* each prover, asked as it will be; false: said which does not */
void prove_runs(proof_runs *all);	   /* side by side; each with its findings */
void prove_stop(void);			   /* kills them: a signal's handler calls it */

/* prove_trim.c: the command that stands between Why3 and a prover */
char *prove_trimmed(
	const char *text, size_t *size); /* the goal without what cannot matter to it; NULL: not understood */
int prove_trim(char **argv);		 /* PROVER ARGUMENT.. FILE; comes back only where PROVER cannot be started */

struct proof_result {
	struct findings f;
	words open;    /* a goal or clause that is not proved */
	words missing; /* a clause that the policy implies */
	words assumed; /* taken for true by Frama-C: axioms, contracts without a body */
	double seconds;
};

bool proof_complete(const struct proof *u, const struct proof_result *v);

/* prove_say.c */
const char *function_of(const struct findings *f, const char *goal);
void proof_say(const struct proof *u, const struct proof_result *v);
struct cJSON *proof_json(const struct proof *u, const struct proof_result *v);
void proof_junit(FILE *f, const struct proof *u, const struct proof_result *v);

#endif
