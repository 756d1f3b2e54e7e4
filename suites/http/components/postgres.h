// PostgreSQL by its wire protocol, version 3, over TCP: the two questions of TechEmpower's tests.
#ifndef KYMO_POSTGRES_H
#define KYMO_POSTGRES_H

#include "memory.h"

// A row of `world`.
struct world {
    int32_t id, random_number;
};

// A row of `fortune`. The text is in the request's memory.
struct fortune {
    int32_t id;
    struct bytes message;
};

// Both give false where the answer could not be had, and say why in `why`. The connection is kept for the instance's
// next request, unless something failed.
bool postgres_world(int32_t id, struct world *row, struct bytes *why);

// At most `most` rows; their number is in `count`.
bool postgres_fortunes(struct fortune *rows, uint32_t most, uint32_t *count, struct bytes *why);

#endif
