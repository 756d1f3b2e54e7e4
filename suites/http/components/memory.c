#include "memory.h"

#define PAGE 65536u

extern char __heap_base;
static uintptr_t next = (uintptr_t)&__heap_base;

void memory_reset(void) { next = (uintptr_t)&__heap_base; }

void *memory_take(uint32_t bytes) {
    uintptr_t start = (next + 7) & ~(uintptr_t)7;
    uintptr_t end = start + bytes, had = __builtin_wasm_memory_size(0) * PAGE;
    if (end < start) __builtin_trap();
    if (end > had && __builtin_wasm_memory_grow(0, (end - had + PAGE - 1) / PAGE) == (uintptr_t)-1) __builtin_trap();
    next = end;
    return (void *)start;
}

// How the host asks for room for what it hands over.
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(
    void *old, uint32_t had, uint32_t align, uint32_t size) {
    (void)align;
    char *fresh = memory_take(size);
    if (old) __builtin_memcpy(fresh, old, had < size ? had : size);
    return fresh;
}

struct text text_begin(uint32_t room) { return (struct text){memory_take(room), 0, room}; }

void text_add(struct text *text, struct bytes part) {
    if (part.length > text->room - text->length) {
        uint32_t room = 2 * (text->length + part.length);
        char *fresh = memory_take(room);
        __builtin_memcpy(fresh, text->at, text->length);
        text->at = fresh;
        text->room = room;
    }
    __builtin_memcpy(text->at + text->length, part.at, part.length);
    text->length += part.length;
}

void text_number(struct text *text, int32_t number) {
    char digits[12];
    uint32_t at = sizeof digits, rest = number < 0 ? -(uint32_t)number : (uint32_t)number;
    do digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0) digits[--at] = '-';
    text_add(text, (struct bytes){digits + at, sizeof digits - at});
}

struct bytes text_end(const struct text *text) { return (struct bytes){text->at, text->length}; }

bool bytes_equal(struct bytes a, struct bytes b) { return a.length == b.length && bytes_compare(a, b) == 0; }

int bytes_compare(struct bytes a, struct bytes b) {
    for (uint32_t i = 0; i < a.length && i < b.length; i++)
        if (a.at[i] != b.at[i]) return (int)(uint8_t)a.at[i] - (int)(uint8_t)b.at[i];
    return a.length < b.length ? -1 : a.length > b.length;
}
