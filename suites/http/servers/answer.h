// What the server answers.
#ifndef KYMO_ANSWER_H
#define KYMO_ANSWER_H

#include "request.h"

// No answer is longer.
#define ANSWER_MOST 2560

// Tells the time, once for all answers until the next call.
void answer_date(int64_t seconds);

// Writes the answer to `to`, which has room for ANSWER_MOST, and gives its length.
uint32_t answer_write(const struct request *request, char *to);

#endif
