// No fibers: what a connection waits for says where it is to be gone on with.
#include "connection.h"
#include "host.h"

bool connection_begin(struct connection *connection) {
    connection->events = POLL_IN;
    return true;
}

bool connection_ready(struct connection *connection) {
    if (connection->events == POLL_IN) {
        int got = connection_receive(connection);
        if (got == AGAIN) return true;
        if (got <= 0) return false;
        connection_answer(connection);
    }
    for (;;) {
        int sent = connection_send(connection);
        if (sent == AGAIN) {
            connection->events = POLL_OUT;
            return true;
        }
        if (sent < 0) return false;
        if (!connection->more) break;
        connection_answer(connection);
    }
    connection->events = POLL_IN;
    return !connection->closing;
}

void connection_end(struct connection *connection) { (void)connection; }
