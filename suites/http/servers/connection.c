#include "connection.h"

#include "answer.h"
#include "host.h"

#define PAGE 65536u
// Memory grows by so many connections at a time.
#define CHUNK 64

static struct connection *free_connections;

static bool more_connections(void) {
    uint32_t pages = (CHUNK * sizeof(struct connection) + PAGE - 1) / PAGE;
    uintptr_t at = __builtin_wasm_memory_grow(0, pages);
    if (at == (uintptr_t)-1) return false;
    struct connection *fresh = (struct connection *)(at * PAGE);
    for (uint32_t i = 0; i < CHUNK; i++) {
        fresh[i].next_free = free_connections;
        free_connections = &fresh[i];
    }
    return true;
}

struct connection *connection_new(int handle) {
    if (!free_connections && !more_connections()) return 0;
    struct connection *connection = free_connections;
    free_connections = connection->next_free;
    connection->handle = handle;
    connection->closing = connection->more = false;
    connection->received = connection->skip = connection->written = connection->sent = 0;
    return connection;
}

void connection_free(struct connection *connection) {
    host_close(connection->handle);
    connection->next_free = free_connections;
    free_connections = connection;
}

int connection_receive(struct connection *connection) {
    int got = host_recv(connection->handle, connection->in + connection->received, IN_BYTES - connection->received);
    if (got > 0) connection->received += (uint32_t)got;
    return got;
}

void connection_answer(struct connection *connection) {
    uint32_t at = 0, upto = connection->received;
    connection->more = false;
    while (at < upto && !connection->closing) {
        uint32_t rest = upto - at, skipped = connection->skip < rest ? connection->skip : rest;
        connection->skip -= skipped;
        at += skipped;
        if (at == upto) break;
        if (OUT_BYTES - connection->written < ANSWER_MOST) {
            connection->more = true;
            break;
        }
        struct request request;
        if (!request_parse(connection->in + at, upto - at, &request)) {
            if (upto - at < IN_BYTES) break;
            request = (struct request){.length = upto - at, .wrong = 431};
        }
        connection->written += answer_write(&request, connection->out + connection->written);
        connection->closing = request.close || request.wrong;
        connection->skip = request.length;
    }
    connection->received = upto - at;
    if (at && at < upto) __builtin_memmove(connection->in, connection->in + at, upto - at);
}

int connection_send(struct connection *connection) {
    while (connection->sent < connection->written) {
        int sent = host_send(
            connection->handle, connection->out + connection->sent, connection->written - connection->sent);
        if (sent < 0) return sent;
        connection->sent += (uint32_t)sent;
    }
    connection->written = connection->sent = 0;
    return 1;
}
