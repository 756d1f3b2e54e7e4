// The loop around all connections: waits until some are ready and has each go on.
#include "answer.h"
#include "connection.h"
#include "host.h"

#define CONNECTIONS_MOST 16384
#define BACKLOG 4096

// The listener is the first, a connection has the same place in both.
static struct pollfd polled[1 + CONNECTIONS_MOST];
static struct connection *connections[1 + CONNECTIONS_MOST];
static uint32_t count = 1;

// Takes new connections. Where there is room for no more, the listener is left alone until a connection ends.
static void accept_all(void) {
    while (count <= CONNECTIONS_MOST) {
        int handle = host_accept(polled[0].handle);
        // A client that went away before it was accepted is not the end of the others.
        if (handle == ABORTED || handle == INTERRUPTED) continue;
        if (handle == AGAIN) return;
        if (handle < 0) break;
        struct connection *connection = connection_new(handle);
        if (!connection) {
            host_close(handle);
            break;
        }
        if (!connection_begin(connection)) {
            connection_free(connection);
            break;
        }
        connections[count] = connection;
        polled[count++] = (struct pollfd){handle, connection->events, 0};
    }
    // With no connection whose end could be waited for, it is tried again at once.
    if (count > 1) polled[0].events = 0;
}

// The last one takes the place of the one that ended.
static void forget(uint32_t at) {
    connection_free(connections[at]);
    count--;
    connections[at] = connections[count];
    polled[at] = polled[count];
    polled[0].events = POLL_IN;
}

static void serve(int64_t now) {
    while (!host_stopping()) {
        int ready = host_poll(polled, count, -1);
        if (ready == INTERRUPTED) continue;
        if (ready < 0) return;
        int64_t then = host_now();
        if (then != now) answer_date(now = then);
        // From the last to the first, so that whoever takes the place of one that ends has been looked at.
        for (uint32_t at = count - 1; at > 0; at--) {
            if (!polled[at].revents) continue;
            if (connection_ready(connections[at])) polled[at].events = connections[at]->events;
            else forget(at);
        }
        if (polled[0].revents) accept_all();
    }
}

void _start(void) {
    int listener = host_listen(BACKLOG);
    // A command has no other way to say that it failed.
    if (listener < 0) __builtin_trap();
    polled[0] = (struct pollfd){listener, POLL_IN, 0};
    int64_t now = host_now();
    answer_date(now);
    serve(now);
    for (uint32_t at = count - 1; at > 0; at--) {
        connection_end(connections[at]);
        connection_free(connections[at]);
    }
    host_close(listener);
}
