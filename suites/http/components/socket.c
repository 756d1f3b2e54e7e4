#include "socket.h"

#define RECEIVE_MOST 16384
#define IPV4 0

static struct {
    bool open;
    uint32_t socket, input, output;
} connection;

bool socket_connected(void) { return connection.open; }

void socket_close(void) {
    if (!connection.open) return;
    connection.open = false;
    // The streams are children of the socket.
    input_drop(connection.input);
    output_drop(connection.output);
    tcp_drop(connection.socket);
}

// A number of decimal digits up to `most`, followed by `end` or, where that is 0, by nothing.
static bool number(struct bytes text, uint32_t *at, uint32_t most, char end, uint32_t *value) {
    uint32_t first = *at;
    *value = 0;
    while (*at < text.length && text.at[*at] >= '0' && text.at[*at] <= '9') {
        *value = *value * 10 + (uint32_t)(text.at[(*at)++] - '0');
        if (*value > most) return false;
    }
    if (*at == first) return false;
    return end ? *at < text.length && text.at[(*at)++] == end : *at == text.length;
}

static bool address(struct bytes text, uint32_t parts[4], uint32_t *port) {
    uint32_t at = 0;
    for (int i = 0; i < 4; i++)
        if (!number(text, &at, 255, i < 3 ? '.' : ':', &parts[i])) return false;
    return number(text, &at, 65535, 0, port);
}

// Says what failed, with the error code's number in wasi:sockets/network.
static bool refused(const char *what, uint32_t length, uint8_t code, struct bytes *why) {
    struct text text = text_begin(128);
    text_add(&text, (struct bytes){what, length});
    text_add(&text, BYTES(": error code "));
    text_number(&text, code);
    text_add(&text, BYTES(" of wasi:sockets/network"));
    *why = text_end(&text);
    return false;
}
#define REFUSED(what, code) refused(what, sizeof what - 1, code, why)

static bool begin_connect(uint32_t socket, const uint32_t parts[4], uint32_t port, struct bytes *why) {
    struct socket_result begun;
    uint32_t network = instance_network();
    tcp_start_connect(
        socket, network, IPV4, port, parts[0], parts[1], parts[2], parts[3], 0, 0, 0, 0, 0, 0, &begun);
    network_drop(network);
    if (begun.failed) return REFUSED("PostgreSQL cannot be connected to", begun.code);
    uint32_t ready = tcp_subscribe(socket);
    pollable_block(ready);
    pollable_drop(ready);
    return true;
}

bool socket_connect(struct bytes where, struct bytes *why) {
    uint32_t parts[4], port;
    if (!address(where, parts, &port)) {
        *why = BYTES("KYMO_POSTGRES must be IPV4:PORT, as 127.0.0.1:5432");
        return false;
    }
    struct created created;
    tcp_create(IPV4, &created);
    if (created.failed) return REFUSED("no socket can be made", created.code);
    struct connected connected;
    bool begun = begin_connect(created.socket, parts, port, why);
    if (begun) tcp_finish_connect(created.socket, &connected);
    if (begun && !connected.failed) {
        connection.open = true;
        connection.socket = created.socket;
        connection.input = connected.input;
        connection.output = connected.output;
        return true;
    }
    tcp_drop(created.socket);
    return begun ? REFUSED("PostgreSQL does not accept the connection", connected.code) : false;
}

bool socket_send(const char *data, uint32_t length) {
    while (length) {
        uint32_t part = length < STREAM_WRITE_MOST ? length : STREAM_WRITE_MOST;
        struct write_result result;
        stream_write(connection.output, data, part, &result);
        if (result.failed) {
            if (!result.closed) error_drop(result.error);
            return false;
        }
        data += part;
        length -= part;
    }
    return true;
}

bool socket_receive(struct bytes *data) {
    struct read_result result;
    stream_read(connection.input, RECEIVE_MOST, &result);
    if (result.failed) {
        if (!result.why.closed) error_drop(result.why.error);
        return false;
    }
    *data = result.data;
    return true;
}
