// Fibers of the host: stacks that the engine has for its own asynchronous functions. The host only hands over control
// (its side of this is docs/src/host-fibers.md); values stay in memory, which may belong to several instances of this
// program.
#include "slots.c"

#define HOST(name) __attribute__((import_module("kymo_fiber"), import_name(name)))
HOST("resume") int host_resume(uint32_t slot);
HOST("yield") void host_yield(void);

static struct slot *switch_to;

static bool impl_prepare(struct slot *slot) { return slot != 0; }

// The host calls this, on a stack of its own, when a slot is first resumed.
__attribute__((export_name("kymo_fiber_enter"))) void enter(uint32_t index) {
    struct slot *slot = slot_at(index);
    set_stack_pointer(slot->stack_top);
    slot->value = slot->entry(slot->value);
}

static intptr_t impl_resume(struct slot *slot, bool fresh, intptr_t value) {
    for (;;) {
        slot->value = value;
        if (host_resume(slot->index) < 0) {
            slot->state = fresh ? READY : SUSPENDED;
            return 0;
        }
        if (!switch_to) return running->value;
        value = slot->value;
        slot = switch_to;
        fresh = slot->state == READY;
        slot->state = RUNNING;
        switch_to = 0;
        set_stack_pointer(fresh ? slot->stack_top : slot->stack_pointer);
    }
}

static bool impl_comes_back(intptr_t *value) { return (void)value, false; }

static intptr_t impl_yield(struct slot *slot, intptr_t value) {
    slot->value = value;
    host_yield();
    return slot->value;
}

#ifdef FIBER_SWITCH
// The way to another fiber goes over who resumed this one.
static intptr_t impl_switch(struct slot *from, struct slot *to, bool fresh, intptr_t value) {
    to->state = fresh ? READY : SUSPENDED;
    switch_to = to;
    return impl_yield(from, value);
}
#endif
