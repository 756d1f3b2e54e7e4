// Memory that lasts until the request is answered, and texts that are put together in it.
#ifndef KYMO_MEMORY_H
#define KYMO_MEMORY_H

#include "wasi.h"

// Forgets all that was given out.
void memory_reset(void);

// Room, aligned to 8 bytes; not cleared. Traps where the host has no more, which it then says.
void *memory_take(uint32_t bytes);

// A text that grows at its end.
struct text {
    char *at;
    uint32_t length, room;
};
struct text text_begin(uint32_t room);
void text_add(struct text *text, struct bytes part);
void text_number(struct text *text, int32_t number);
struct bytes text_end(const struct text *text);

// The bytes of a literal.
#define BYTES(literal) ((struct bytes){literal, sizeof literal - 1})
bool bytes_equal(struct bytes a, struct bytes b);
// Less than 0, 0, or more than 0, by unsigned bytes; of UTF-8, that is the order of code points.
int bytes_compare(struct bytes a, struct bytes b);

#endif
