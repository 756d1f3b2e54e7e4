/* The same bytecode as `switch`, dispatched through a table of functions: every instruction is
 * a call_indirect, with its bounds, null and signature checks. Shows what these checks and the
 * indirect call cost; divide by `switch` to see the price of the call alone. */
#define CEILING 20000
#include "vm.h"

#define STEP(name) static u32 name(const struct insn *i, u32 *r, u32 pc)
STEP(move) { r[i->to] = r[i->left]; return pc; }
STEP(add) { r[i->to] = r[i->left] + r[i->right]; return pc; }
STEP(mul) { r[i->to] = r[i->left] * r[i->right]; return pc; }
STEP(and) { r[i->to] = r[i->left] & r[i->right]; return pc; }
STEP(shift) { r[i->to] = r[i->left] >> (r[i->right] & 31); return pc; }
STEP(less) { r[i->to] = r[i->left] < r[i->right]; return pc; }
STEP(jump) { (void)r, (void)pc; return i->to; }
STEP(jump_if) { return r[i->left] ? i->to : pc; }
STEP(halt) { (void)i, (void)r, (void)pc; return ~0u; }

static u32 (*const steps[])(const struct insn *, u32 *, u32) = {
    [MOVE] = move, [ADD] = add, [MUL] = mul, [AND] = and, [SHIFT] = shift,
    [LESS] = less, [JUMP] = jump, [JUMP_IF] = jump_if, [HALT] = halt,
};

static NOINLINE u32 interpret(const struct insn *code, u32 *r) {
    for (u32 pc = 0; pc != ~0u;) {
        const struct insn *i = &code[pc];
        pc = steps[i->op](i, r, pc + 1);
    }
    return r[STEPS];
}
