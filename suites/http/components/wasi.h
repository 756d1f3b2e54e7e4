// The functions of WASI 0.2.0 that the components call, as the canonical ABI lowers them. Handles are owned by whoever
// has them and must be dropped. A function whose result does not fit into one value writes it to `result`.
#ifndef KYMO_WASI_H
#define KYMO_WASI_H

#include <stdbool.h>
#include <stdint.h>

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))

// The bytes of a list or string of the other side; they are in this component's memory.
struct bytes {
    const char *at;
    uint32_t length;
};

// A result that is a handle, where `failed` is 0.
struct handle_result {
    uint8_t failed, _[3];
    uint32_t handle;
};

#define HTTP "wasi:http/types@0.2.0"
struct header {
    struct bytes name, value;
};
IMPORT(HTTP, "[static]fields.from-list")
void fields_from_list(const struct header *headers, uint32_t count, struct handle_result *result);
struct optional_bytes {
    uint8_t some, _[3];
    struct bytes value;
};
IMPORT(HTTP, "[method]incoming-request.path-with-query")
void request_path(uint32_t request, struct optional_bytes *result);
IMPORT(HTTP, "[resource-drop]incoming-request") void request_drop(uint32_t request);
IMPORT(HTTP, "[constructor]outgoing-response") uint32_t response_new(uint32_t fields);
IMPORT(HTTP, "[method]outgoing-response.set-status-code")
uint32_t response_set_status(uint32_t response, uint32_t code);
IMPORT(HTTP, "[method]outgoing-response.body") void response_body(uint32_t response, struct handle_result *result);
IMPORT(HTTP, "[method]outgoing-body.write") void body_write(uint32_t body, struct handle_result *result);
// An error code with whatever belongs to it.
struct finished {
    uint64_t _[5];
};
IMPORT(HTTP, "[static]outgoing-body.finish")
void body_finish(uint32_t body, uint32_t has_trailers, uint32_t trailers, struct finished *result);
// The rest after `response` is of the error that is not set here.
IMPORT(HTTP, "[static]response-outparam.set")
void outparam_set(uint32_t out, uint32_t failed, uint32_t response, uint32_t, uint64_t, uint32_t, uint32_t, uint32_t,
    uint32_t);

#define STREAMS "wasi:io/streams@0.2.0"
// How an operation of a stream failed: `closed` is 1, or there is an error, which must be dropped.
struct write_result {
    uint8_t failed, _[3];
    uint8_t closed, __[3];
    uint32_t error;
};
struct read_result {
    uint8_t failed, _[3];
    union {
        struct bytes data;
        struct {
            uint8_t closed, _[3];
            uint32_t error;
        } why;
    };
};
// At most STREAM_WRITE_MOST bytes at a time.
#define STREAM_WRITE_MOST 4096
IMPORT(STREAMS, "[method]output-stream.blocking-write-and-flush")
void stream_write(uint32_t stream, const char *data, uint32_t length, struct write_result *result);
IMPORT(STREAMS, "[method]input-stream.blocking-read")
void stream_read(uint32_t stream, uint64_t most, struct read_result *result);
IMPORT(STREAMS, "[resource-drop]output-stream") void output_drop(uint32_t stream);
IMPORT(STREAMS, "[resource-drop]input-stream") void input_drop(uint32_t stream);
IMPORT("wasi:io/error@0.2.0", "[resource-drop]error") void error_drop(uint32_t error);
IMPORT("wasi:io/poll@0.2.0", "[method]pollable.block") void pollable_block(uint32_t pollable);
IMPORT("wasi:io/poll@0.2.0", "[resource-drop]pollable") void pollable_drop(uint32_t pollable);

struct variable {
    struct bytes name, value;
};
struct variables {
    const struct variable *at;
    uint32_t count;
};
IMPORT("wasi:cli/environment@0.2.0", "get-environment") void environment_get(struct variables *result);
IMPORT("wasi:random/random@0.2.0", "get-random-u64") uint64_t random_u64(void);

#define TCP "wasi:sockets/tcp@0.2.0"
// `code` is one of wasi:sockets/network's error codes.
struct socket_result {
    uint8_t failed, code;
};
struct created {
    uint8_t failed, _[3];
    union {
        uint32_t socket;
        uint8_t code;
    };
};
struct connected {
    uint8_t failed, _[3];
    union {
        struct {
            uint32_t input, output;
        };
        uint8_t code;
    };
};
IMPORT("wasi:sockets/instance-network@0.2.0", "instance-network") uint32_t instance_network(void);
IMPORT("wasi:sockets/network@0.2.0", "[resource-drop]network") void network_drop(uint32_t network);
IMPORT("wasi:sockets/tcp-create-socket@0.2.0", "create-tcp-socket")
void tcp_create(uint32_t family, struct created *result);
// An address is a variant: 0 for IPv4, then the port and four bytes; the rest is for IPv6.
IMPORT(TCP, "[method]tcp-socket.start-connect")
void tcp_start_connect(uint32_t socket, uint32_t network, uint32_t ipv6, uint32_t port, uint32_t a, uint32_t b,
    uint32_t c, uint32_t d, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, struct socket_result *result);
IMPORT(TCP, "[method]tcp-socket.finish-connect") void tcp_finish_connect(uint32_t socket, struct connected *result);
IMPORT(TCP, "[method]tcp-socket.subscribe") uint32_t tcp_subscribe(uint32_t socket);
IMPORT(TCP, "[resource-drop]tcp-socket") void tcp_drop(uint32_t socket);

#endif
