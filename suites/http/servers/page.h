// What `/` answers: as many bytes as the page of the talk "Benchmarking WasmFX", and words of our own.
#define ROOT_PAGE \
    "Kymograph: an instrument for WebAssembly\n" \
    "\n" \
    "This page is served by a program that runs in WebAssembly. It listens on a socket that its host gives " \
    "it, waits until one or more of its connections are ready, and has each of them go on from where it " \
    "stopped. There are several such programs, and they differ in one thing alone: how a connection that has " \
    "to wait is left, and how it is found again.\n" \
    "\n" \
    "The first keeps a fiber for each connection. The program reads as if every connection had a thread of " \
    "its own: receive, answer, send, and so on until the other side has gone. Where nothing is there to be " \
    "received, the fiber yields to the loop, and the loop resumes it when something is. How a fiber is made " \
    "is a matter of its own. With Asyncify, the compiled program is rewritten so that each function can note " \
    "down where it is and return, and find back there when it is called again. With stack switching, the " \
    "engine does this itself, and leaves the stack where it is.\n" \
    "\n" \
    "The second has no fibers. It is a machine with a state for each connection, written by hand, which is " \
    "what programs had to be before there were fibers, and still have to be where each instruction counts. It" \
    " is the lower bound of what is measured here.\n" \
    "\n" \
    "All of them have the same parser, the same buffers, which are never cleared, the same answers, and the " \
    "same calls of the host in the same order. Requests that come together are answered together, with one " \
    "call. What is sent in part is sent in full later on. A connection that ends is no concern of the others.\n" \
    "\n" \
    "What can be compared, then, is the price of leaving and of coming back, beside all that a server has to " \
    "do anyway: copy a request from the kernel, look at it, put an answer together, and copy that to the " \
    "kernel. This price is often small, and it is good to know how small. Look at the tail of the latencies, " \
    "too, at a rate that the server can bear, and at one that is close to where it can no longer.\n" \
    "\n" \
    "The page has exactly as many bytes as that of the talk on this subject, so that sizes agree. The words " \
    "are new ones, though.\n"
