// Sockets of the host, none of which ever blocks. A handle is at least 0; what is less is an error of the system,
// negated.
#ifndef KYMO_HOST_H
#define KYMO_HOST_H

#include <stdint.h>

#define HOST(name) __attribute__((import_module("kymo_socket"), import_name(name)))

#define INTERRUPTED (-4)
#define AGAIN (-11)
#define ABORTED (-103)

enum { POLL_IN = 1, POLL_OUT = 4 };

struct pollfd {
    int32_t handle;
    int16_t events;  // to wait for
    int16_t revents; // that are there; errors and hang-ups come unasked
};

// The server's address is the host's to choose.
HOST("listen") int host_listen(int backlog);
HOST("accept") int host_accept(int listener);
// Bytes; 0 at the end.
HOST("recv") int host_recv(int handle, void *to, uint32_t most);
HOST("send") int host_send(int handle, const void *from, uint32_t length);
HOST("close") int host_close(int handle);
// Waits until one is ready, or the server is to end; without a limit of time where that is negative. Gives how many are
// ready.
HOST("poll") int host_poll(struct pollfd *all, uint32_t count, int milliseconds);
// 1 when the server is to end.
HOST("stopping") int host_stopping(void);
// Seconds since the epoch.
HOST("now") int64_t host_now(void);

#endif
