// A connection over TCP: what is sent and received through it.
#ifndef KYMO_SOCKET_H
#define KYMO_SOCKET_H

#include "memory.h"

// Connects to an address as "127.0.0.1:5432"; false, and why, where that fails.
bool socket_connect(struct bytes address, struct bytes *why);

bool socket_connected(void);
void socket_close(void);

// Sends all of it.
bool socket_send(const char *data, uint32_t length);

// Waits for something and gives it, in the request's memory; false at the end of the connection.
bool socket_receive(struct bytes *data);

#endif
