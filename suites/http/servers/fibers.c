// A fiber for each connection, which reads as if it had a thread to itself.
#include "fiber.h"

#include "connection.h"
#include "host.h"

// Whether to go on.
static bool wait(struct connection *connection, int16_t events) {
    connection->events = events;
    fiber_yield(0);
    return !fiber_cancelled();
}

static intptr_t converse(intptr_t value) {
    struct connection *connection = (struct connection *)value;
    while (!connection->closing && wait(connection, POLL_IN)) {
        int got = connection_receive(connection);
        if (got == AGAIN) continue;
        if (got <= 0) return 0;
        do {
            connection_answer(connection);
            int sent;
            while ((sent = connection_send(connection)) == AGAIN)
                if (!wait(connection, POLL_OUT)) return 0;
            if (sent < 0) return 0;
        } while (connection->more);
    }
    return 0;
}

bool connection_begin(struct connection *connection) {
    enum fiber_status status;
    connection->fiber = fiber_new(converse);
    if (!connection->fiber) return false;
    fiber_resume(connection->fiber, (intptr_t)connection, &status);
    if (status == FIBER_YIELD) return true;
    fiber_free(connection->fiber);
    return false;
}

bool connection_ready(struct connection *connection) {
    enum fiber_status status;
    fiber_resume(connection->fiber, 0, &status);
    if (status == FIBER_YIELD) return true;
    fiber_free(connection->fiber);
    return false;
}

void connection_end(struct connection *connection) { fiber_free(connection->fiber); }
