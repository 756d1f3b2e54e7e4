// A connection, with its buffers, and the steps that every flavour of server takes with it. What differs is in fibers.c
// and bespoke.c alone: how a connection that has to wait is left, and found again.
#ifndef KYMO_CONNECTION_H
#define KYMO_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#define IN_BYTES 8192
#define OUT_BYTES 8192

struct connection {
    int handle;
    int16_t events;    // what it waits for
    bool closing;      // to be closed once all is sent
    bool more;         // requests are there that their answers had no room for
    uint32_t received; // bytes of `in`
    uint32_t skip;     // of a request's body that is still to come
    uint32_t written, sent;
    uint32_t fiber;
    struct connection *next_free;
    // Never cleared.
    char in[IN_BYTES], out[OUT_BYTES];
};

// A connection for that socket; null where there is no memory for it.
struct connection *connection_new(int handle);
// Closes the socket.
void connection_free(struct connection *connection);

// Takes what has come: how many bytes, AGAIN, or 0 and less when there will be none.
int connection_receive(struct connection *connection);
// Answers all requests that are there, in order, as far as there is room.
void connection_answer(struct connection *connection);
// Sends the answers: 1 when all is sent, AGAIN, or less when that will never be.
int connection_send(struct connection *connection);

// Of each flavour. `begin` says whether there is room for it; `ready` goes on until it has to wait again, and says
// whether it lives; `end` is the last that a connection hears which is still alive when the server ends.
bool connection_begin(struct connection *connection);
bool connection_ready(struct connection *connection);
void connection_end(struct connection *connection);

#endif
