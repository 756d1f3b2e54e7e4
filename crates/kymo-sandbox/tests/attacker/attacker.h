/* Attacks on the sandbox, one by name. Each says "got" with what it got, or why it was refused. */
#ifndef ATTACKER_H
#define ATTACKER_H

/* Runs the attack of that name with its arguments; -1 where there is none of that name in the file. */
int reach(const char *name, char **arguments);
int exhaust(const char *name, char **arguments);
int calls(const char *name, char **arguments);

/* Says what a call came to: "WHAT: got" or "WHAT: refused: REASON". Returns 0 where it was refused. */
int said(const char *what, long result);

#endif
