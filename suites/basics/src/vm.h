/* A register machine and a program for it, run by switch.c and by indirect.c: the same bytecode
 * and the same work, dispatched in two ways. The program adds up the lengths of the Collatz
 * sequences that start below a limit; limits up to 100000 keep within 32 bits. */
#ifndef VM_H
#define VM_H
#include "kymo.h"

enum op { MOVE, ADD, MUL, AND, SHIFT, LESS, JUMP, JUMP_IF, HALT };
enum reg { START, X, FLAG, STEPS, ONE, THREE, LIMIT, REGS };

struct insn {
    u8 op, to, left, right; /* jumps: `to` is the target, `left` the condition */
};

static struct insn program[] = {
    /* 0 */ {MOVE, X, START, 0},
    /* 1 */ {AND, FLAG, X, ONE},
    /* 2 */ {JUMP_IF, 5, FLAG, 0},
    /* 3 */ {SHIFT, X, X, ONE},
    /* 4 */ {JUMP, 7, 0, 0},
    /* 5 */ {MUL, X, X, THREE},
    /* 6 */ {ADD, X, X, ONE},
    /* 7 */ {ADD, STEPS, STEPS, ONE},
    /* 8 */ {LESS, FLAG, ONE, X},
    /* 9 */ {JUMP_IF, 1, FLAG, 0},
    /* 10 */ {ADD, START, START, ONE},
    /* 11 */ {LESS, FLAG, START, LIMIT},
    /* 12 */ {JUMP_IF, 0, FLAG, 0},
    /* 13 */ {HALT, 0, 0, 0},
};

static u32 regs[REGS];

static u32 interpret(const struct insn *code, u32 *r);

void _start(void) {
    regs[START] = regs[ONE] = 1, regs[THREE] = 3;
    regs[LIMIT] = opaque(CEILING);
    const struct insn *code = opaque_address(program);
    bench_start();
    u32 result = opaque(interpret(code, regs));
    bench_end();
    print_result(result);
}
#endif
