/* A bytecode interpreter that dispatches by `switch`, which is br_table in WebAssembly: one
 * indirect jump shared by all instructions. What a loop around a jump table becomes (bounds check,
 * table load, spills around the merge) decides. Compare with `indirect`. */
#define CEILING 20000
#include "vm.h"

static NOINLINE u32 interpret(const struct insn *code, u32 *r) {
    for (u32 pc = 0;;) {
        const struct insn i = code[pc++];
        switch (i.op) {
        case MOVE: r[i.to] = r[i.left]; break;
        case ADD: r[i.to] = r[i.left] + r[i.right]; break;
        case MUL: r[i.to] = r[i.left] * r[i.right]; break;
        case AND: r[i.to] = r[i.left] & r[i.right]; break;
        case SHIFT: r[i.to] = r[i.left] >> (r[i.right] & 31); break;
        case LESS: r[i.to] = r[i.left] < r[i.right]; break;
        case JUMP: pc = i.to; break;
        case JUMP_IF: if (r[i.left]) pc = i.to; break;
        case HALT: return r[STEPS];
        default: __builtin_trap();
        }
    }
}
