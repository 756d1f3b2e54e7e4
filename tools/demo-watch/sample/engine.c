// A very small engine: an interpreter with a stack, and a program that counts primes by trial division.
#include <stdio.h>
#include <stdlib.h>

enum { PUSH, LOAD, STORE, ADD, MUL, REM, LESS, JUMP_IF_ZERO, JUMP, HALT };

#define STACK 128
#define CHECKS 0

static long stack[STACK], local[8];

#if CHECKS
// Looks at the whole stack, since somebody may have written past its end.
static void __attribute__((noinline)) check(int place) {
  if (place < 0 || place >= STACK) abort();
  for (int i = 0; i < 4; i++) {
    if (((volatile long *)stack)[STACK - 1 - i] == 0x5ca1ab1e) abort();
  }
}
#else
static void check(int place) { (void)place; }
#endif

// local 0: the candidate, 1: the divisor, 2: how many were found.
static const long program[] = {
    /*  0 */ PUSH, 2, STORE, 0,
    /*  4 */ LOAD, 0, PUSH, 7000, LESS, JUMP_IF_ZERO, 52,
    /* 11 */ PUSH, 2, STORE, 1,
    /* 15 */ LOAD, 1, LOAD, 1, MUL, LOAD, 0, PUSH, 1, ADD, LESS, JUMP_IF_ZERO, 38,
    /* 28 */ LOAD, 0, LOAD, 1, REM, JUMP_IF_ZERO, 45, JUMP, 53,
    /* 37 */ HALT,
    /* 38 */ LOAD, 2, PUSH, 1, ADD, STORE, 2,
    /* 45 */ LOAD, 0, PUSH, 1, ADD, JUMP, 62,
    /* 52 */ HALT,
    /* 53 */ LOAD, 1, PUSH, 1, ADD, STORE, 1, JUMP, 15,
    /* 62 */ STORE, 0, JUMP, 4,
};

int main(void) {
  for (int times = 0; times < 12; times++) {
    int pc = 0, top = 0;
    local[2] = 0;
    for (;;) {
      check(top);
      check(pc);
      switch (program[pc]) {
        case PUSH: stack[top++] = program[pc + 1]; pc += 2; break;
        case LOAD: stack[top++] = local[program[pc + 1]]; pc += 2; break;
        case STORE: local[program[pc + 1]] = stack[--top]; pc += 2; break;
        case ADD: top--; stack[top - 1] += stack[top]; pc++; break;
        case MUL: top--; stack[top - 1] *= stack[top]; pc++; break;
        case REM: top--; stack[top - 1] %= stack[top]; pc++; break;
        case LESS: top--; stack[top - 1] = stack[top - 1] < stack[top]; pc++; break;
        case JUMP_IF_ZERO: pc = stack[--top] == 0 ? (int)program[pc + 1] : pc + 2; break;
        case JUMP: pc = (int)program[pc + 1]; break;
        default: goto done;
      }
    }
  done:;
  }
  printf("%ld\n", local[2]);
  return 0;
}
