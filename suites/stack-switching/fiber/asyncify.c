// Fibers by Asyncify: binaryen rewrites the program so that functions can note where they are and return, and be
// called again later to find back there. Nothing but plain WebAssembly is needed.
//
// The functions that begin and end this must not be rewritten themselves, nor become part of others: that is why they
// are not inlined, here or by binaryen.
#define FIBER_CONTROL __attribute__((noinline))
#include "slots.c"

// Room for the locals of the frames between an entry and its yield.
#ifndef FIBER_FRAMES_BYTES
#define FIBER_FRAMES_BYTES 8192
#endif

#define ASYNCIFY(name) __attribute__((import_module("asyncify"), import_name(name)))
ASYNCIFY("start_unwind") void start_unwind(void *frames);
ASYNCIFY("stop_unwind") void stop_unwind(void);
ASYNCIFY("start_rewind") void start_rewind(void *frames);
ASYNCIFY("stop_rewind") void stop_rewind(void);

// As binaryen wants it: where the next frame goes, and where the room ends.
struct frames {
    char *next, *end;
    char room[];
};

// Frames are being found back to: binaryen's own state is no import of programs.
static bool rewinding;

// Where a fiber that is left goes on: null for who resumed it.
static struct slot *switch_to;

static bool impl_prepare(struct slot *slot) {
    struct frames *frames = slot->own;
    if (!frames && !(frames = memory(sizeof *frames + FIBER_FRAMES_BYTES))) return false;
    frames->end = frames->room + FIBER_FRAMES_BYTES;
    slot->own = frames;
    return true;
}

static inline intptr_t impl_resume(struct slot *slot, bool fresh, intptr_t value) {
    for (;;) {
        slot->value = value;
        if (!fresh) {
            rewinding = true;
            start_rewind(slot->own);
        }
        intptr_t result = slot->entry(value);
        if (slot->state == RUNNING) return result;
        stop_unwind();
        if (!switch_to) return slot->value;
        value = slot->value;
        slot = switch_to;
        fresh = slot->state == READY;
        slot->state = RUNNING;
        switch_to = 0;
        set_stack_pointer(fresh ? slot->stack_top : slot->stack_pointer);
    }
}

static inline bool impl_comes_back(intptr_t *value) {
    if (!rewinding) return false;
    rewinding = false;
    stop_rewind();
    *value = running->value;
    return true;
}

static inline intptr_t impl_yield(struct slot *slot, intptr_t value) {
    struct frames *frames = slot->own;
    frames->next = frames->room;
    slot->value = value;
    start_unwind(frames);
    return 0;
}

#ifdef FIBER_SWITCH
// The way to another fiber goes over who resumed this one: frames can only be left for where they were called from.
static inline intptr_t impl_switch(struct slot *from, struct slot *to, bool fresh, intptr_t value) {
    to->state = fresh ? READY : SUSPENDED;
    switch_to = to;
    return impl_yield(from, value);
}
#endif
