// Requests of HTTP/1.1, as far as a server must understand them that takes no bodies.
#ifndef KYMO_REQUEST_H
#define KYMO_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

struct request {
    uint32_t length; // with its body, which may not be there yet
    const char *path;
    uint32_t path_length; // without what follows a question mark
    uint32_t wrong;       // the status to answer if it cannot be taken, after which nothing can be understood; else 0
    bool get;
    bool head;
    bool close;      // the client wants no further answer
    bool keep_alive; // an old client wants one, and to be told
};

// Takes apart the request at the start of `text`. False where its header has not ended yet.
bool request_parse(const char *text, uint32_t length, struct request *request);

#endif
