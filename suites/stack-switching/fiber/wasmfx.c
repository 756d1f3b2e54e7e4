// Fibers by the instructions of the stack-switching proposal, which C has no words for: they are in the glue beside
// this file, WebAssembly text that is merged with the program. Each slot has its continuation in a table there.
#include "slots.c"

#define GLUE(name) __attribute__((import_module("kymo_glue"), import_name(name)))
GLUE("prepare") int glue_prepare(uint32_t index);
GLUE("start") intptr_t glue_start(uint32_t index, fiber_entry entry, intptr_t value);
GLUE("resume") intptr_t glue_resume(uint32_t index, intptr_t value);
GLUE("yield") intptr_t glue_yield(uint32_t index, intptr_t value);
GLUE("switch_start") intptr_t glue_switch_start(uint32_t from, uint32_t to, fiber_entry entry, intptr_t value);
GLUE("switch") intptr_t glue_switch(uint32_t from, uint32_t to, intptr_t value);

static bool impl_prepare(struct slot *slot) { return glue_prepare(slot->index); }

static inline intptr_t impl_resume(struct slot *slot, bool fresh, intptr_t value) {
    return fresh ? glue_start(slot->index, slot->entry, value) : glue_resume(slot->index, value);
}

static inline bool impl_comes_back(intptr_t *value) { return (void)value, false; }

static inline intptr_t impl_yield(struct slot *slot, intptr_t value) { return glue_yield(slot->index, value); }

#ifdef FIBER_SWITCH
static inline intptr_t impl_switch(struct slot *from, struct slot *to, bool fresh, intptr_t value) {
    if (fresh) return glue_switch_start(from->index, to->index, to->entry, value);
    return glue_switch(from->index, to->index, value);
}
#endif
