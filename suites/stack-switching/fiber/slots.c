// The part of the interface that is alike in all implementations: slots, checks, and who runs whom. An implementation
// is a file that includes this one and defines what is declared first here. It is one unit of compilation, so that the
// two functions that matter, `fiber_resume` and `fiber_yield`, are one function each in all of them.
#include "slots.h"

// Called once for each slot, before its first use: false where there is no room for it.
static bool impl_prepare(struct slot *slot);

// Runs `slot`, which is `running` already, from the start of its entry or, where that is not `fresh`, from its yield,
// until the running fiber, whichever that is by then, yields (its state is SUSPENDED then) or returns (RUNNING). Where
// the host has no room for another fiber, the state is READY again.
static intptr_t impl_resume(struct slot *slot, bool fresh, intptr_t value);

// Leaves `slot`, whose state is SUSPENDED already.
static intptr_t impl_yield(struct slot *slot, intptr_t value);

#ifdef FIBER_SWITCH
// Leaves `from` for `to`, which is `running` already.
static intptr_t impl_switch(struct slot *from, struct slot *to, bool fresh, intptr_t value);
#endif

// Where being called is coming back to a yield or a switch, as in Asyncify: true, and the value to return.
static bool impl_comes_back(intptr_t *value);

// What the functions are that hand over control.
#ifndef FIBER_CONTROL
#define FIBER_CONTROL
#endif

// A fiber's name: its slot in the lower bits, how often that was used in the upper ones.
#define SLOT_BITS 20
#define SLOT_MASK ((1u << SLOT_BITS) - 1)
#define CHUNK_BITS 10
#define CHUNK (1u << CHUNK_BITS)
#define PAGE 65536u

static struct slot outside = {.state = RUNNING};
static struct slot *running = &outside;

static struct slot *chunks[1u << (SLOT_BITS - CHUNK_BITS)];
static struct slot *free_slots;
static uint32_t used_slots; // ever; slots are numbered from 1
static uint32_t taken;      // now
static uint32_t alive;
static uint32_t most = 1000000;
static enum fiber_fault fault;

static char *memory_next, *memory_end;

// Zeroed memory, aligned to 16 bytes, never given back; null where there is none.
static void *memory(uint32_t bytes) {
    bytes = (bytes + 15) & ~15u;
    if ((uint32_t)(memory_end - memory_next) < bytes) {
        // By the megabyte, since growing may be dear.
        uint32_t pages = bytes / PAGE + 16;
        uintptr_t at = __builtin_wasm_memory_grow(0, pages);
        if (at == (uintptr_t)-1) {
            pages = (bytes + PAGE - 1) / PAGE;
            at = __builtin_wasm_memory_grow(0, pages);
        }
        if (at == (uintptr_t)-1) return 0;
        memory_next = (char *)(at * PAGE);
        memory_end = memory_next + (uintptr_t)pages * PAGE;
    }
    char *start = memory_next;
    memory_next += bytes;
    return start;
}

static struct slot *slot_at(uint32_t index) { return &chunks[index >> CHUNK_BITS][index & (CHUNK - 1)]; }

static fiber name_of(const struct slot *slot) { return slot->index | slot->uses << SLOT_BITS; }

static struct slot *fail(enum fiber_fault why) {
    fault = why;
    return 0;
}

// The slot of a fiber that is there.
static struct slot *known(fiber f) {
    uint32_t index = f & SLOT_MASK;
    if (index == 0 || index > used_slots) return fail(FIBER_UNKNOWN);
    struct slot *slot = slot_at(index);
    if (slot->state == FREE || name_of(slot) != f) return fail(FIBER_UNKNOWN);
    return slot;
}

// The slot of a fiber that can be gone on with.
static struct slot *waiting(fiber f) {
    struct slot *slot = known(f);
    if (!slot) return 0;
    if (slot->state == FINISHED) return fail(FIBER_FINISHED);
    if (slot->state == RUNNING) return fail(FIBER_RUNNING);
    return slot;
}

static struct slot *fresh_slot(void) {
    uint32_t index = used_slots + 1;
    if (index > SLOT_MASK) return 0;
    struct slot **chunk = &chunks[index >> CHUNK_BITS];
    if (!*chunk && !(*chunk = memory(CHUNK * sizeof **chunk))) return 0;
    struct slot *slot = slot_at(index);
    slot->index = index;
#ifndef FIBER_SHARED_STACK
    if (!slot->stack_top) {
        char *stack = memory(FIBER_STACK_BYTES);
        if (!stack) return 0;
        slot->stack_top = stack + FIBER_STACK_BYTES;
    }
#endif
    if (!impl_prepare(slot)) return 0;
    used_slots = index;
    return slot;
}

fiber fiber_new(fiber_entry entry) {
    struct slot *slot = taken < most ? free_slots : 0;
    if (slot) free_slots = slot->next_free;
    else if (taken < most) slot = fresh_slot();
    if (!slot) {
        fault = FIBER_NONE_LEFT;
        return 0;
    }
    slot->entry = entry;
    slot->state = READY;
    slot->cancelled = false;
    taken++;
    alive++;
    return name_of(slot);
}

// Whoever runs by now has yielded or returned: back to who resumed it.
static enum fiber_status come_back(void) {
    struct slot *ran = running;
    running = ran->parent;
    if (ran->state == SUSPENDED) return FIBER_YIELD;
    if (ran->state == READY) {
        fault = FIBER_NONE_LEFT;
        return FIBER_ERROR;
    }
    ran->state = FINISHED;
    alive--;
    return FIBER_OK;
}

FIBER_CONTROL intptr_t fiber_resume(fiber f, intptr_t value, enum fiber_status *status) {
    struct slot *slot = waiting(f);
    if (!slot) {
        *status = FIBER_ERROR;
        return 0;
    }
    bool fresh = slot->state == READY;
    slot->state = RUNNING;
    slot->parent = running;
    running = slot;
    void *mine = stack_pointer();
    set_stack_pointer(fresh ? slot->stack_top : slot->stack_pointer);
    intptr_t result = impl_resume(slot, fresh, value);
    set_stack_pointer(mine);
    *status = come_back();
    return result;
}

FIBER_CONTROL intptr_t fiber_yield(intptr_t value) {
    if (impl_comes_back(&value)) return value;
    struct slot *slot = running;
    if (slot == &outside) {
        fault = FIBER_OUTSIDE;
        return 0;
    }
    slot->state = SUSPENDED;
    slot->stack_pointer = stack_pointer();
    return impl_yield(slot, value);
}

#ifdef FIBER_SWITCH
FIBER_CONTROL intptr_t fiber_switch(fiber f, intptr_t value, enum fiber_status *status) {
    if (impl_comes_back(&value)) {
        *status = FIBER_OK;
        return value;
    }
    struct slot *from = running;
    if (from == &outside) fault = FIBER_OUTSIDE;
    struct slot *to = from == &outside ? 0 : waiting(f);
    if (!to) {
        *status = FIBER_ERROR;
        return 0;
    }
    bool fresh = to->state == READY;
    to->state = RUNNING;
    to->parent = from->parent;
    from->state = SUSPENDED;
    from->stack_pointer = stack_pointer();
    running = to;
    set_stack_pointer(fresh ? to->stack_top : to->stack_pointer);
    value = impl_switch(from, to, fresh, value);
    *status = FIBER_OK;
    return value;
}
#endif

enum fiber_status fiber_cancel(fiber f) {
    struct slot *slot = waiting(f);
    if (!slot) return FIBER_ERROR;
    if (slot->state == READY) {
        // It has nothing to clean up.
        slot->state = FINISHED;
        alive--;
        return FIBER_OK;
    }
    slot->cancelled = true;
    enum fiber_status status;
    fiber_resume(f, 0, &status);
    if (status == FIBER_OK) return FIBER_OK;
    fault = FIBER_NOT_STOPPED;
    return FIBER_ERROR;
}

enum fiber_status fiber_free(fiber f) {
    struct slot *slot = known(f);
    if (!slot) return FIBER_ERROR;
    if (slot->state != FINISHED && fiber_cancel(f) != FIBER_OK) return FIBER_ERROR;
    slot->state = FREE;
    slot->uses++;
    slot->next_free = free_slots;
    free_slots = slot;
    taken--;
    return FIBER_OK;
}

bool fiber_cancelled(void) { return running->cancelled; }

fiber fiber_current(void) { return running == &outside ? 0 : name_of(running); }

enum fiber_fault fiber_fault(void) { return fault; }

uint32_t fiber_alive(void) { return alive; }

void fiber_limit(uint32_t limit) { most = limit; }
