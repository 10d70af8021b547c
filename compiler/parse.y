%require "3.8"
%define api.pure full
%define api.value.type {struct tree *}
%define api.location.type {struct span}
%define parse.error detailed
%define parse.lac full
%locations
%param {yyscan_t scanner}
%parse-param {struct reading *r}

%code requires {
#include "tree.h"
#ifndef YY_TYPEDEF_YY_SCANNER_T
#define YY_TYPEDEF_YY_SCANNER_T
typedef void *yyscan_t;
#endif
}

%code {
/* The grammar of policies and of hooks. It builds a tree and knows no meaning; spec/language.md has it in readable form. */
#include "scan.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

/* Parentheses alone make no deeper tree: the parser's own stack is bounded too. */
#define YYINITDEPTH 200
#define YYMAXDEPTH 2000

#define YYLLOC_DEFAULT(at, rhs, n) ((at) = (n) ? join(YYRHSLOC(rhs, 1), YYRHSLOC(rhs, n)) : empty(YYRHSLOC(rhs, 0)))

static struct span join(struct span a, struct span b);
static struct span empty(struct span before);
static struct tree *node(struct reading *r, enum node kind, struct span at, int op, int kids, ...);
static void yyerror(struct span *at, yyscan_t scanner, struct reading *r, const char *text);

#define N(kind, at, op, kids, ...) node(r, NODE_##kind, at, op, kids, ##__VA_ARGS__)
#define NEW_LIST(at) tree_leaf(NODE_LIST, at, NULL)
}

%token END 0 "end of file"
%token START_POLICY "policy file" START_HOOK "hook file"
%token NAME "a name" STRING "a text in quotes" NUMBER "a number" PERCENT "a percentage" DECIMAL "a decimal number"
%token EQ "==" NE "!=" LE "<=" GE ">=" DOTS ".." OR_PASS "or pass"
%token KW_POLICY "policy" KW_USE "use" KW_HOOK "hook" KW_TUNABLE "tunable" KW_STATE "state" KW_PER "per"
%token KW_MAX "max" KW_FEATURE "feature" KW_LAST "last" KW_OF "of" KW_IN_FLIGHT "in_flight" KW_BY "by"
%token KW_COUNT "count" KW_WHERE "where" KW_SHARE "share" KW_AMONG "among" KW_RATE "rate" KW_MEAN "mean"
%token KW_MIN "min" KW_EXPONENTIAL "exponential" KW_WEIGHT "weight" KW_QUANTILE "quantile" KW_AT "at"
%token KW_AGE "age" KW_HELD "held" KW_ON "on" KW_SINCE "since" KW_OVER "over" KW_EVENTS "events" KW_IN "in"
%token KW_BUCKETS "buckets" KW_ELSE "else" KW_AFTER "after" KW_RESET "reset" KW_TRIP "trip" KW_REARM "rearm"
%token KW_CARRY "carry" KW_MODEL "model" KW_FOR "for" KW_FILE "file" KW_INPUT "input" KW_OUTPUT "output"
%token KW_CLASS "class" KW_NUMBER "number" KW_NUMBERS "numbers" KW_SHADOW "shadow" KW_PROBE "probe"
%token KW_WHILE "while" KW_TRIPPED "tripped" KW_BUDGET "budget" KW_DIGITS "digits" KW_CLAMP "clamp"
%token KW_ZSCORE "zscore" KW_DECIDE "decide" KW_ONE "one" KW_STEP "step" KW_NEED "need" KW_LEARNED "learned"
%token KW_FALLBACK "fallback" KW_DEFAULT "default" KW_PASS "pass" KW_TICKETS "tickets" KW_TIMEOUT "timeout"
%token KW_FIRST "first" KW_ARGMIN "argmin" KW_ARGMAX "argmax" KW_CONTRACT "contract" KW_ASSUME "assume"
%token KW_GUARANTEE "guarantee" KW_UNDER "under" KW_GUARDRAIL "guardrail" KW_WHEN "when" KW_THEN "then"
%token KW_ONCE "once" KW_MOST "most" KW_LATCH "latch" KW_REPORT "report" KW_RETRAIN "retrain"
%token KW_DEPRIORITIZE "deprioritize" KW_SET "set" KW_SWAP "swap" KW_TEST "test" KW_GIVEN "given"
%token KW_EXPECT "expect" KW_BECAUSE "because" KW_WAIT "wait" KW_X "x" KW_AND "and" KW_OR "or" KW_NOT "not"
%token KW_IMPLIES "implies" KW_ANY "any" KW_EVERY "every" KW_ROOM "room" KW_TIME "time" KW_SIZE "size"
%token KW_BOOL "bool" KW_LIST "list" KW_TAG "tag" KW_KEY "key" KW_EVENT "event" KW_FOLLOWS "follows"
%token KW_TICK "tick" KW_CONTEXT "context" KW_CPU "cpu" KW_LOCKED "locked" KW_SINGLE "single" KW_ABOVE "above"

/* The lowest first. `of` after `g.tripped` belongs to it. */
%precedence LOWEST
%right "implies"
%left "or"
%left "and"
%precedence "not"
%nonassoc "==" "!=" '<' "<=" '>' ">="
%left '+' '-'
%left '*' '/' '%'
%precedence NEGATE
%precedence WITHOUT_OF
%precedence "of"

%%

file
	: START_POLICY policy { r->root = $policy; }
	| START_HOOK hook { r->root = $hook; }
	;

/* ---- a policy ---- */

policy
	: "policy" name items { $$ = N(POLICY, @$, 0, 2, $name, $items); }
	;

items
	: %empty { $$ = NEW_LIST(@$); }
	| items item { $$ = tree_add($1, $item); }
	| items error { $$ = $1; }
	;

item
	: "use" "hook" name { $$ = N(USE, @$, 0, 1, $name); }
	| "tunable" name ':' quantity '=' const[initial] "in" range { $$ = N(TUNABLE, @$, 0, 4, $name, $quantity, $initial, $range); }
	| state
	| "carry" name '.' word "max" NUMBER '{' '}' { $$ = N(CARRY, @$, 0, 4, $name, $word, $NUMBER, NEW_LIST(@$)); }
	| "carry" name '.' word "max" NUMBER '{' columns '}' { $$ = N(CARRY, @$, 0, 4, $name, $word, $NUMBER, $columns); }
	| model
	| decide
	| "contract" '{' clauses '}' { $$ = N(CONTRACT, @$, 0, 1, $clauses); }
	| guardrail
	| test
	;

quantity: "count" | "time" | "size" ;

number
	: NUMBER
	| '-' NUMBER { $$ = $2; $$->value = -$$->value; $$->at = @$; }
	;

const
	: number
	| PERCENT
	;

range: const[low] ".." const[high] { $$ = N(RANGE, @$, 0, 2, $low, $high); } ;

names
	: name { $$ = tree_add(NEW_LIST(@$), $1); }
	| names ',' name { $$ = tree_add($1, $3); }
	;

/* ---- state ---- */

state
	: "state" sharing '{' features '}' { $$ = N(STATE, @$, 0, 4, NULL, NULL, $sharing, $features); }
	| "state" "per" name "max" NUMBER sharing '{' features '}' {
		$$ = N(STATE, @$, 0, 4, $name, $NUMBER, $sharing, $features);
	}
	;

sharing
	: "locked"
	| "per" "cpu" { $$ = tree_leaf(NODE_NAME, @$, "per cpu"); }
	| "single"
	;

features
	: %empty { $$ = NEW_LIST(@$); }
	| features feature { $$ = tree_add($1, $2); }
	| features error { $$ = $1; }
	;

feature: "feature" name '=' source options { $$ = N(FEATURE, @$, 0, 3, $name, $source, $options); } ;

source
	: "last" NUMBER "of" name '(' column_list ')' {
		$$ = N(SOURCE, @$, FEATURE_LAST, SOURCE_CHILDREN, $name, NULL, NULL, NULL, NULL, NULL, $NUMBER, $column_list);
	}
	| "in_flight" '(' name[a] ',' name[b] ')' summed {
		$$ = N(SOURCE, @$, FEATURE_IN_FLIGHT, SOURCE_CHILDREN, $a, $b, $summed, NULL, NULL, NULL, NULL, NULL);
	}
	| "count" "of" name where window {
		$$ = N(SOURCE, @$, FEATURE_COUNT, SOURCE_CHILDREN, $name, NULL, NULL, $where, NULL, $window, NULL, NULL);
	}
	| "share" "of" name "where" expr among window {
		$$ = N(SOURCE, @$, FEATURE_SHARE, SOURCE_CHILDREN, $name, NULL, NULL, $expr, $among, $window, NULL, NULL);
	}
	| "rate" "of" name where window {
		$$ = N(SOURCE, @$, FEATURE_RATE, SOURCE_CHILDREN, $name, NULL, NULL, $where, NULL, $window, NULL, NULL);
	}
	| "mean" "of" expr "of" name where window {
		$$ = N(SOURCE, @$, FEATURE_MEAN, SOURCE_CHILDREN, $name, NULL, $expr, $where, NULL, $window, NULL, NULL);
	}
	| "min" "of" expr "of" name where window {
		$$ = N(SOURCE, @$, FEATURE_MIN, SOURCE_CHILDREN, $name, NULL, $expr, $where, NULL, $window, NULL, NULL);
	}
	| "max" "of" expr "of" name where window {
		$$ = N(SOURCE, @$, FEATURE_MAX, SOURCE_CHILDREN, $name, NULL, $expr, $where, NULL, $window, NULL, NULL);
	}
	| "exponential" "mean" "of" expr "of" name where "weight" NUMBER[one] '/' NUMBER[parts] {
		if ($one->value != 1)
			yyerror(&@one, scanner, r, "syntax error, the weight is written 1 / 2, 1 / 4, 1 / 8 ..");
		$$ = N(SOURCE, @$, FEATURE_EXP_MEAN, SOURCE_CHILDREN, $name, NULL, $expr, $where, NULL, NULL, $parts, NULL);
	}
	| "quantile" const "of" expr "of" name where window "at" '(' consts ')' {
		$$ = N(SOURCE, @$, FEATURE_QUANTILE, SOURCE_CHILDREN, $name, NULL, $expr, $where, NULL, $window, $const, $consts);
	}
	| "age" "of" name where {
		$$ = N(SOURCE, @$, FEATURE_AGE, SOURCE_CHILDREN, $name, NULL, NULL, $where, NULL, NULL, NULL, NULL);
	}
	| "held" expr "on" name {
		$$ = N(SOURCE, @$, FEATURE_HELD, SOURCE_CHILDREN, $name, NULL, NULL, $expr, NULL, NULL, NULL, NULL);
	}
	| "count" "of" name[a] "since" name[b] where {
		$$ = N(SOURCE, @$, FEATURE_SINCE, SOURCE_CHILDREN, $a, $b, NULL, $where, NULL, NULL, NULL, NULL);
	}
	;

summed: %empty { $$ = NULL; } | "by" expr { $$ = $2; } ;
where: %empty { $$ = NULL; } | "where" expr { $$ = $2; } ;
among: %empty { $$ = NULL; } | "among" expr { $$ = $2; } ;
window
	: "over" NUMBER "events" { $$ = N(WINDOW, @$, 0, 2, $NUMBER, NULL); }
	| "over" NUMBER { $$ = N(WINDOW, @$, 1, 2, $NUMBER, NULL); }
	;

consts
	: const { $$ = tree_add(NEW_LIST(@$), $1); }
	| consts ',' const { $$ = tree_add($1, $3); }
	;

options
	: %empty { $$ = NEW_LIST(@$); }
	| options option { $$ = tree_add($1, $2); }
	;

option
	: "in" range { $$ = N(IN, @$, 0, 1, $range); }
	| "in" NUMBER "buckets" { $$ = N(BUCKETS, @$, 0, 1, $NUMBER); }
	| "else" const { $$ = N(ELSE, @$, 0, 1, tree_add(NEW_LIST(@const), $const)); }
	| "else" '(' consts ')' { $$ = N(ELSE, @$, 0, 1, $consts); }
	| "after" NUMBER { $$ = N(AFTER, @$, 0, 1, $NUMBER); }
	| ',' "reset" "on" "trip" { $$ = N(RESET, @$, 0, 1, $4); }
	| ',' "reset" "on" "rearm" { $$ = N(RESET, @$, 0, 1, $4); }
	;

column
	: expr { $$ = N(COLUMN, @$, 0, 2, NULL, $expr); }
	| word '=' expr { $$ = N(COLUMN, @$, 0, 2, $word, $expr); }
	;

column_list
	: column { $$ = tree_add(NEW_LIST(@$), $1); }
	| column_list ',' column { $$ = tree_add($1, $3); }
	;

columns
	: column { $$ = tree_add(NEW_LIST(@$), $1); }
	| columns ';' column { $$ = tree_add($1, $3); }
	| error { $$ = NEW_LIST(@$); }
	;

/* ---- the model ---- */

model
	: "model" name model_each '{' model_clauses '}' {
		$$ = N(MODEL, @$, 0, 5, $name, $model_each ? $model_each->kids.at[0] : NULL,
			$model_each ? $model_each->kids.at[1] : NULL, $model_each ? $model_each->kids.at[2] : NULL,
			$model_clauses);
	}
	;

model_each
	: %empty { $$ = NULL; }
	| "for" name[bound] "in" name[event] '.' word { $$ = N(LIST, @$, 0, 3, $bound, $event, $word); }
	;

model_clauses
	: %empty { $$ = NEW_LIST(@$); }
	| model_clauses model_clause { $$ = tree_add($1, $2); }
	| model_clauses error { $$ = $1; }
	;

model_clause
	: "file" STRING { $$ = N(FILE, @$, 0, 1, $STRING); }
	| "input" inputs { $$ = N(INPUTS, @$, 0, 1, $inputs); }
	| "output" "class" '{' names '}' { $$ = N(CLASSES, @$, 0, 2, $names, NULL); }
	| "output" "class" '{' names '}' "above" decimal[cut] { $$ = N(CLASSES, @$, 0, 2, $names, $cut); }
	| "output" "number" "in" range { $$ = N(OUTPUT, @$, 0, 1, $range); }
	| "numbers" name { $$ = N(NUMBERS, @$, 0, 1, $name); }
	| "shadow" NUMBER[one] "in" NUMBER[of] "while" "tripped" { $$ = N(SHADOW, @$, 0, 2, $one, $of); }
	| "probe" NUMBER[one] "in" NUMBER[of] "while" "tripped" { $$ = N(PROBE, @$, 0, 2, $one, $of); }
	| "budget" budgets { $$ = N(BUDGETS, @$, 0, 1, $budgets); }
	;

inputs
	: input { $$ = tree_add(NEW_LIST(@$), $1); }
	| inputs ',' input { $$ = tree_add($1, $3); }
	;

input
	: "digits" '(' expr in_unit ',' NUMBER ')' { $$ = N(INPUT, @$, ENCODE_DIGITS, 4, $expr, $in_unit, $NUMBER, NULL); }
	| "clamp" '(' expr in_unit ',' const[low] ',' const[high] ')' {
		$$ = N(INPUT, @$, ENCODE_CLAMP, 4, $expr, $in_unit, $low, $high);
	}
	| "zscore" '(' expr in_unit ',' decimal[mean] ',' decimal[scale] ')' {
		$$ = N(INPUT, @$, ENCODE_ZSCORE, 4, $expr, $in_unit, $mean, $scale);
	}
	| expr in_unit { $$ = N(INPUT, @$, ENCODE_PLAIN, 4, $expr, $in_unit, NULL, NULL); }
	;

in_unit: %empty { $$ = NULL; } | "in" word { $$ = $2; } ;

decimal
	: number
	| DECIMAL
	| '-' DECIMAL { $$ = $2; $$->value = -$$->value; $$->at = @$; }
	;

budgets
	: budget { $$ = tree_add(NEW_LIST(@$), $1); }
	| budgets ',' budget { $$ = tree_add($1, $3); }
	;

budget: word NUMBER { $$ = N(BUDGET, @$, 0, 2, $word, $NUMBER); } ;

/* ---- the decision ---- */

decide
	: "decide" part "on" name ':' domain '{' rules '}' {
		struct tree *part = N(PART, @part, 0, 2, $part, $domain);
		$$ = N(DECIDE, @$, 0, 3, $name, tree_add(NEW_LIST(@part), part), $rules);
	}
	| "decide" "on" name '{' parts rules '}' { $$ = N(DECIDE, @$, 0, 3, $name, $parts, $rules); }
	;

part: name ;

parts
	: name ':' domain { $$ = tree_add(NEW_LIST(@$), N(PART, @$, 0, 2, $name, $domain)); }
	| parts name ':' domain { $$ = tree_add($1, N(PART, @name, 0, 2, $name, $domain)); }
	;

domain
	: '{' names '}' { $$ = N(CLASSES, @$, 0, 1, $names); }
	| "one" "of" name '.' word "max" NUMBER { $$ = N(ONE_OF, @$, 0, 3, $name, $word, $NUMBER); }
	| quantity "in" range { $$ = N(QUANTITY, @$, 0, 3, $quantity, $range, NULL); }
	| quantity "in" range "step" const { $$ = N(QUANTITY, @$, 0, 3, $quantity, $range, $const); }
	;

rules
	: %empty { $$ = NEW_LIST(@$); }
	| rules rule { $$ = tree_add($1, $2); }
	| rules error { $$ = $1; }
	;

rule
	: "need" name ':' expr { $$ = N(NEED, @$, 0, 2, $name, $expr); }
	| "learned" pieces { $$ = N(LEARNED, @$, 0, 1, $pieces); }
	| "fallback" pieces { $$ = N(FALLBACK, @$, 0, 1, $pieces); }
	| "default" "pass" { $$ = N(DEFAULT, @$, 0, 0); }
	| OR_PASS { $$ = N(OR_PASS, @$, 0, 0); }
	| "tickets" NUMBER[count] "timeout" NUMBER[time] { $$ = N(TICKETS, @$, 0, 2, $count, $time); }
	;

pieces
	: piece { $$ = tree_add(NEW_LIST(@$), $1); }
	| pieces ',' piece { $$ = tree_add($1, $3); }
	;

piece
	: choice { $$ = N(PIECE, @$, 0, 2, NULL, $1); }
	| "else" choice { $$ = N(PIECE, @$, 1, 2, NULL, $2); }
	| name '=' choice { $$ = N(PIECE, @$, 0, 2, $name, $3); }
	;

choice
	: one
	| one "while" expr { $$ = $1; $$->kids.at[3] = $expr; $$->depth += $expr->depth; }
	| one "when" expr { $$ = $1; $$->kids.at[4] = $expr; $$->depth += $expr->depth; }
	;

one
	: "first" name "where" expr { $$ = N(CHOICE, @$, EXPR_FIRST, 5, $name, NULL, $expr, NULL, NULL); }
	| "argmin" expr where { $$ = N(CHOICE, @$, EXPR_ARGMIN, 5, NULL, $expr, $where, NULL, NULL); }
	| "argmax" expr where { $$ = N(CHOICE, @$, EXPR_ARGMAX, 5, NULL, $expr, $where, NULL, NULL); }
	| expr { $$ = N(CHOICE, @$, 0, 5, NULL, $expr, NULL, NULL, NULL); }
	;

/* ---- the contract ---- */

clauses
	: %empty { $$ = NEW_LIST(@$); }
	| clauses clause { $$ = tree_add($1, $2); }
	| clauses error { $$ = $1; }
	;

clause
	: "assume" name ':' expr { $$ = N(ASSUME, @$, 0, 2, $name, $expr); }
	| "guarantee" name under ':' expr { $$ = N(GUARANTEE, @$, 0, 6, $name, $under, $expr, NULL, NULL, NULL); }
	| "guarantee" name under ':' "count" '(' expr ')' counted "of" name[event] limit const {
		$$ = N(GUARANTEE, @$, $limit->op, 6, $2, $under, $expr, $counted, $event, $const);
	}
	;

under: %empty { $$ = NULL; } | "under" names { $$ = $2; } ;

counted
	: window
	| "over" NUMBER[time] "in" NUMBER[buckets] "buckets" { $$ = N(WINDOW, @$, 1, 2, $time, $buckets); }
	;

limit
	: "<=" { $$ = N(LIST, @$, EXPR_LE, 0); }
	| ">=" { $$ = N(LIST, @$, EXPR_GE, 0); }
	;

/* ---- guardrails ---- */

guardrail
	: "guardrail" name per '{' "trip" "when" expr[trip] "then" actions rearms '}' {
		$$ = N(GUARDRAIL, @$, 0, 5, $name, $per, $trip, $actions, $rearms);
	}
	;

per: %empty { $$ = NULL; } | "per" name { $$ = $2; } ;

rearms
	: %empty { $$ = NEW_LIST(@$); }
	| rearms rearm { $$ = tree_add($1, $2); }
	;

rearm
	: "rearm" "when" expr { $$ = N(REARM, @$, 0, 2, $expr, NULL); }
	| "rearm" "when" expr ',' "at" "most" "once" "per" NUMBER { $$ = N(REARM, @$, 0, 2, $expr, $NUMBER); }
	| "latch" { $$ = N(LATCH, @$, 0, 0); }
	;

actions
	: action { $$ = tree_add(NEW_LIST(@$), $1); }
	| actions ',' action { $$ = tree_add($1, $3); }
	;

action
	: "fallback" { $$ = N(ACTION, @$, ACT_FALLBACK, 2, NULL, NULL); }
	| "report" { $$ = N(ACTION, @$, ACT_REPORT, 2, NULL, NULL); }
	| "retrain" { $$ = N(ACTION, @$, ACT_RETRAIN, 2, NULL, NULL); }
	| "deprioritize" { $$ = N(ACTION, @$, ACT_DEPRIORITIZE, 2, NULL, NULL); }
	| "set" name '=' const { $$ = N(ACTION, @$, ACT_SET, 2, $name, $const); }
	| "swap" name { $$ = N(ACTION, @$, ACT_SWAP, 2, $name, NULL); }
	;

/* ---- tests ---- */

test: "test" STRING '{' facts "expect" expectations '}' { $$ = N(TEST, @$, 0, 3, $STRING, $facts, $expectations); } ;

facts
	: "given" fact { $$ = tree_add(NEW_LIST(@$), $2); }
	| facts ',' fact { $$ = tree_add($1, $3); }
	| facts "given" fact { $$ = tree_add($1, $3); }
	;

fact
	: happening { $$ = $1; }
	| NUMBER "x" happening { $$ = $3; $$->kids.at[0] = $NUMBER; }
	| name '=' value { $$ = N(ANSWERS, @$, 0, 2, $name, tree_add(NEW_LIST(@value), $value)); }
	| name '=' '[' values ']' { $$ = N(ANSWERS, @$, 1, 2, $name, $values); }
	| "wait" NUMBER { $$ = N(WAIT, @$, 0, 1, $NUMBER); }
	;

happening
	: name { $$ = N(FACT, @$, 0, 3, NULL, $name, NULL); }
	| name '{' '}' { $$ = N(FACT, @$, 0, 3, NULL, $name, NULL); }
	| name '{' settings '}' { $$ = N(FACT, @$, 0, 3, NULL, $name, $settings); }
	;

settings
	: setting { $$ = tree_add(NEW_LIST(@$), $1); }
	| settings ',' setting { $$ = tree_add($1, $3); }
	;

setting
	: word value { $$ = N(SET, @$, 0, 2, $word, $value); }
	| word '[' ']' { $$ = N(SET, @$, 0, 2, $word, NEW_LIST(@2)); }
	| word '[' rows ']' { $$ = N(SET, @$, 0, 2, $word, $rows); }
	;

rows
	: row { $$ = tree_add(NEW_LIST(@$), $1); }
	| rows ',' row { $$ = tree_add($1, $3); }
	;

row
	: '{' '}' { $$ = NEW_LIST(@$); }
	| '{' settings '}' { $$ = $2; }
	;

value: const | word ;

values
	: value { $$ = tree_add(NEW_LIST(@$), $1); }
	| values ',' value { $$ = tree_add($1, $3); }
	;

expectations
	: expectation { $$ = tree_add(NEW_LIST(@$), $1); }
	| expectations ',' expectation { $$ = tree_add($1, $3); }
	;

expectation
	: name "==" value { $$ = N(EXPECT, @$, 0, 3, $name, $value, NULL); }
	| name[part] "==" value "because" name[guarantee] { $$ = N(EXPECT, @$, 0, 3, $part, $value, $guarantee); }
	| "pass" { $$ = N(EXPECT_PASS, @$, 0, 0); }
	| "by" "==" word { $$ = N(EXPECT_BY, @$, 0, 1, $word); }
	;

/* ---- expressions ---- */

expr
	: expr "implies" expr { $$ = N(BINARY, @$, EXPR_IMPLIES, 2, $1, $3); }
	| expr "or" expr { $$ = N(BINARY, @$, EXPR_OR, 2, $1, $3); }
	| expr "and" expr { $$ = N(BINARY, @$, EXPR_AND, 2, $1, $3); }
	| "not" expr { $$ = N(NOT, @$, 0, 1, $2); }
	| expr "==" expr { $$ = N(BINARY, @$, EXPR_EQ, 2, $1, $3); }
	| expr "!=" expr { $$ = N(BINARY, @$, EXPR_NE, 2, $1, $3); }
	| expr '<' expr { $$ = N(BINARY, @$, EXPR_LT, 2, $1, $3); }
	| expr "<=" expr { $$ = N(BINARY, @$, EXPR_LE, 2, $1, $3); }
	| expr '>' expr { $$ = N(BINARY, @$, EXPR_GT, 2, $1, $3); }
	| expr ">=" expr { $$ = N(BINARY, @$, EXPR_GE, 2, $1, $3); }
	| expr '+' expr { $$ = N(BINARY, @$, EXPR_ADD, 2, $1, $3); }
	| expr '-' expr { $$ = N(BINARY, @$, EXPR_SUB, 2, $1, $3); }
	| expr '*' expr { $$ = N(BINARY, @$, EXPR_MUL, 2, $1, $3); }
	| expr '/' expr { $$ = N(BINARY, @$, EXPR_DIV, 2, $1, $3); }
	| expr '%' expr { $$ = N(BINARY, @$, EXPR_MOD, 2, $1, $3); }
	| '-' expr %prec NEGATE { $$ = N(NEGATE, @$, 0, 1, $2); }
	| "any" name ':' expr %prec LOWEST { $$ = N(QUANTIFIED, @$, EXPR_ANY, 2, $name, $4); }
	| "every" name ':' expr %prec LOWEST { $$ = N(QUANTIFIED, @$, EXPR_EVERY, 2, $name, $4); }
	| postfix
	| '(' expr ')' { $$ = $2; }
	| NUMBER
	| PERCENT
	| "min" '(' expr[a] ',' expr[b] ')' { $$ = N(BINARY, @$, EXPR_MIN, 2, $a, $b); }
	| "max" '(' expr[a] ',' expr[b] ')' { $$ = N(BINARY, @$, EXPR_MAX, 2, $a, $b); }
	| "room" '(' name ')' { $$ = N(CALL, @$, EXPR_ROOM, 1, $name); }
	| "count" '(' expr ')' { $$ = N(CALL, @$, EXPR_COUNT, 1, $3); }
	| "age" '(' trip ')' { $$ = $trip; }
	| "tripped" { $$ = N(TRIPPED, @$, 0, 2, NULL, NULL); }
	| "tripped" "for" NUMBER { $$ = N(TRIPPED_FOR, @$, 0, 1, $NUMBER); }
	| postfix[a] '.' "tripped" "of" postfix[b] { $$ = N(TRIPPED, @$, 0, 2, $a, $b); }
	| "by" { $$ = N(BY, @$, 0, 0); }
	;

trip
	: name '.' "trip" { $$ = N(TRIP, @$, 0, 2, $name, NULL); }
	| name '.' "trip" "of" postfix { $$ = N(TRIP, @$, 0, 2, $name, $postfix); }
	;

postfix
	: reference { $$ = $1; }
	| postfix '.' word { $$ = N(DOT, @$, 0, 2, $1, $word); }
	| postfix '[' expr ']' { $$ = N(INDEX, @$, 0, 2, $1, $expr); }
	| "carry" '.' word { $$ = N(CARRIED, @$, 0, 1, $word); }
	;

reference: name | "learned" | "fallback" ;

/* ---- hooks ---- */

hook: "hook" word hook_items { $$ = N(HOOK, @$, 0, 2, $word, $hook_items); } ;

hook_items
	: %empty { $$ = NEW_LIST(@$); }
	| hook_items hook_item { $$ = tree_add($1, $2); }
	| hook_items error { $$ = $1; }
	;

hook_item
	: "key" key "max" NUMBER { $$ = N(KEY, @$, 0, 2, $key, $NUMBER); }
	| "event" name[event] follows '{' fields context '}' {
		$$ = N(EVENT, @$, 0, 5, $event, $follows ? $follows->kids.at[0] : NULL, $follows ? $follows->kids.at[1] : NULL,
			$fields, $context);
	}
	| "tick" name "every" NUMBER { $$ = N(TICK, @$, 0, 2, $name, $NUMBER); }
	| "pass" STRING { $$ = N(PASS, @$, 0, 1, $STRING); }
	;

follows
	: %empty { $$ = NULL; }
	| "follows" name { $$ = N(LIST, @$, 0, 2, $name, NULL); }
	| "follows" name "by" "tag" { $$ = N(LIST, @$, 0, 2, $name, $4); }
	;

fields
	: %empty { $$ = NEW_LIST(@$); }
	| fields field { $$ = tree_add($1, $2); }
	| fields error { $$ = $1; }
	;

context: %empty { $$ = NULL; } | "context" word { $$ = $2; } ;

field: word ':' field_type { $$ = N(FIELD, @word, 0, 2, $word, $field_type); } ;

field_type
	: '{' names '}' { $$ = N(CLASSES, @$, 0, 1, $names); }
	| quantity "in" range { $$ = N(QUANTITY, @$, 0, 3, $quantity, $range, NULL); }
	| "bool" { $$ = N(BOOL_TYPE, @$, 0, 0); }
	| "tag" "max" NUMBER { $$ = N(TAG_TYPE, @$, 0, 1, $NUMBER); }
	| "one" "of" word { $$ = N(INDEX_TYPE, @$, 0, 1, $word); }
	| "list" "max" NUMBER "of" '{' record '}' { $$ = N(LIST_TYPE, @$, 0, 2, $NUMBER, $record); }
	| key
	;

record
	: field { $$ = tree_add(NEW_LIST(@$), $1); }
	| record ',' field { $$ = tree_add($1, $3); }
	;

/* ---- names: a keyword is one wherever the grammar has no use for it ---- */

name: key | "one" | "bool" | "list" | "tag" | "time" | "size" ;

/* What a field is of: these stand where the other types of fields stand. */
key: NAME | "last" | "in_flight" | "among" | "rate" | "mean" | "exponential" | "weight" | "quantile" | "at"
	| "since" | "over" | "events" | "buckets" | "after" | "reset" | "class" | "number" | "numbers" | "shadow"
	| "probe" | "budget" | "digits" | "clamp" | "zscore" | "timeout" | "under" | "once" | "most"
	| "report" | "retrain" | "deprioritize" | "set" | "swap" | "because" | "wait" | "x" | "key" | "follows" | "tick" | "context" | "locked" | "single" | "above"
	| "share" | "file" | "input" | "output" | "event" | "cpu" | "age" | "held" ;

word: name | "policy" | "use" | "hook" | "tunable" | "state" | "per" | "max" | "feature" | "of" | "by"
	| "count" | "where" | "min" | "on" | "in" | "else" | "rearm" | "carry" | "model" | "for" | "while"
	| "decide" | "step" | "need" | "learned" | "fallback" | "default" | "pass" | "tickets" | "first" | "argmin"
	| "argmax" | "contract" | "assume" | "guarantee" | "guardrail" | "when" | "then" | "latch" | "test"
	| "given" | "expect" | "and" | "or" | "not" | "implies" | "any" | "every" | "room" | "trip"
	| "tripped" %prec WITHOUT_OF ;

%%

static struct span join(struct span a, struct span b)
{
	if (a.line == b.line && b.to > a.to)
		a.to = b.to;
	return a;
}

static struct span empty(struct span before)
{
	before.col = before.to;
	return before;
}

struct tree *tree_leaf(enum node kind, struct span at, const char *text)
{
	struct tree *t = arena_alloc(sizeof *t);
	*t = (struct tree){ .kind = kind, .at = at, .text = text, .den = 1, .depth = 1 };
	return t;
}

struct tree *tree_add(struct tree *list, struct tree *kid)
{
	*list_add(&list->kids) = kid;
	if (kid && kid->depth >= list->depth)
		list->depth = kid->depth + 1;
	return list;
}

static struct tree *node(struct reading *r, enum node kind, struct span at, int op, int kids, ...)
{
	struct tree *t = tree_leaf(kind, at, NULL);
	t->op = op;
	va_list ap;
	va_start(ap, kids);
	for (int i = 0; i < kids; i++)
		tree_add(t, va_arg(ap, struct tree *));
	va_end(ap);
	if (t->depth > TREE_DEPTH) {
		if (!r->deep)
			diag_add(&(struct diag){ .code = "syntax", .at = at,
				.cause = arena_printf("this is nested more than %d deep", TREE_DEPTH),
				.help = "each operator of a row nests what stands before it: bracket parts of a long one, "
					"`(a or b) or (c or d)`" });
		r->deep = true;
		t->depth = 1;
	}
	return t;
}

/* The word itself where bison says what kind of word it is. */
static const char *text_at(const struct span *at, const struct reading *r)
{
	const char *p = r->source->text, *end = p + r->source->size;
	for (int line = 1; line < at->line; line++) {
		const char *next = memchr(p, '\n', (size_t)(end - p));
		if (!next)
			return NULL;
		p = next + 1;
	}
	if (at->to <= at->col || end - p < at->to - 1)
		return NULL;
	return arena_printf("%.*s", at->to - at->col, p + at->col - 1);
}

/* `x * 2 % 3`: the scanner took `2 %` for a percentage, and what stands behind it is the divisor that was meant. */
static const char *remainder_meant(const struct span *at, const struct reading *r, const char *word)
{
	struct span percent = r->percent, gap = { at->source, at->line, percent.to, at->col };
	if (!word || is_keyword(word) || !(isalnum((unsigned char)*word) || *word == '_' || *word == '('))
		return NULL;
	if (percent.line != at->line || (gap.to > gap.col && strspn(text_at(&gap, r), " \t") != (size_t)(gap.to - gap.col)))
		return NULL;
	const char *text = text_at(&percent, r);
	return arena_printf("`%s` is a percentage: for a remainder put what is divided in brackets, `(.. %.*s) %% ..`", text,
		(int)strcspn(text, " \t%"), text);
}

static void yyerror(struct span *at, yyscan_t scanner, struct reading *r, const char *text)
{
	(void)scanner;
	static const char preamble[] = "syntax error, ", unexpected[] = "unexpected ", eof[] = "unexpected end of file";
	if (r->errors++ >= 20)
		return;
	if (strcmp(text, "memory exhausted") == 0) {
		if (!r->deep)
			diag_error(*at, "syntax", "this is nested too deeply to be read");
		r->deep = true;
		return;
	}
	if (strncmp(text, preamble, sizeof preamble - 1) == 0)
		text += sizeof preamble - 1;
	const char *word = text_at(at, r), *rest = strstr(text, ", expecting ");
	const char *help = word && is_keyword(word) && (!rest || strstr(rest, "a name")) ?
		arena_printf("if `%s` is meant as a name: it is a word of the language, take another", word) :
		remainder_meant(at, r, word);
	if (strncmp(text, eof, sizeof eof - 1) == 0)
		diag_add(&(struct diag){ .code = "syntax", .at = *at, .cause = "the file ends too early", .label = "after this",
			.help = "a `{` may not be closed" });
	else if (word && strncmp(text, unexpected, sizeof unexpected - 1) == 0)
		diag_add(&(struct diag){ .code = "syntax", .at = *at, .help = help,
			.cause = arena_printf("unexpected `%s`%s", word, rest ? rest : "") });
	else
		diag_error(*at, "syntax", "%s", text);
}

static struct tree *read_as(const struct source *s, bool hook)
{
	struct reading r = { .source = s, .line = 1, .col = 1, .hook = hook };
	int before = diag_errors();
	yyscan_t scanner;
	if (yylex_init_extra(&r, &scanner) != 0) {
		diag_error((struct span){ .source = s }, "syntax", "cannot be read: out of memory");
		return NULL;
	}
	yy_scan_bytes(s->text, (int)s->size, scanner);
	yyparse(scanner, &r);
	yylex_destroy(scanner);
	return diag_errors() == before ? r.root : NULL;
}

struct tree *parse(const struct source *s)
{
	return read_as(s, false);
}

struct tree *parse_hook(const struct source *s)
{
	return read_as(s, true);
}
