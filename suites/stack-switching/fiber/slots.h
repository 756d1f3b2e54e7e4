// What all implementations share: the slots of fibers.
#ifndef KYMO_FIBER_SLOTS_H
#define KYMO_FIBER_SLOTS_H

#include "fiber.h"

// C keeps what has an address on a stack of its own in linear memory. Each fiber has one, so that such variables
// outlive a yield. With FIBER_SHARED_STACK there is but one for all, as in the older suites: right only for programs
// that keep no address over a yield.
#ifndef FIBER_STACK_BYTES
#define FIBER_STACK_BYTES 65536
#endif

enum state { FREE, READY, SUSPENDED, RUNNING, FINISHED };

struct slot {
    uint32_t index; // 1 and up; 0 is the program itself
    uint32_t uses;
    enum state state;
    bool cancelled;
    fiber_entry entry;
    struct slot *parent; // who resumed it
    struct slot *next_free;
    void *stack_pointer; // while it does not run
    void *stack_top;
    intptr_t value; // what is handed over, where an implementation has no other way
    void *own;      // of the implementation
};

#ifdef FIBER_SHARED_STACK
static inline void *stack_pointer(void) { return 0; }
static inline void set_stack_pointer(void *to) { (void)to; }
#else
__asm__(".globaltype __stack_pointer, i32\n");

static inline void *stack_pointer(void) {
    void *now;
    __asm__ volatile("global.get __stack_pointer\n local.set %0" : "=r"(now));
    return now;
}

static inline void set_stack_pointer(void *to) {
    __asm__ volatile("local.get %0\n global.set __stack_pointer" ::"r"(to));
}
#endif

#endif
