// Fibers: functions that can be left in the middle and gone on with later. One interface, several implementations
// beside this file; a program is compiled with one of them.
//
// Asymmetric: `fiber_resume` runs a fiber until it yields or returns, and yields go to whoever resumed. Symmetric:
// `fiber_switch` leaves one fiber for another, which then answers to the resumer of the first.
//
// Every misuse is an error that is returned and can be asked for, in all implementations alike: see `fiber_fault`.
#ifndef KYMO_FIBER_H
#define KYMO_FIBER_H

#include <stdbool.h>
#include <stdint.h>

// A fiber; 0 is none. It names a slot and how often that was used, so that a fiber that is freed stays known as such.
typedef uint32_t fiber;

// What a fiber runs: takes the value of its first resume, returns that of its last.
typedef intptr_t (*fiber_entry)(intptr_t value);

enum fiber_status {
    FIBER_OK,    // it has returned
    FIBER_YIELD, // it has yielded and can be resumed
    FIBER_ERROR, // nothing was done; `fiber_fault` says why
};

enum fiber_fault {
    FIBER_NO_FAULT,
    FIBER_NONE_LEFT,   // the limit is reached, or memory is
    FIBER_UNKNOWN,     // no such fiber: 0, made up, or freed before
    FIBER_FINISHED,    // it has returned already
    FIBER_RUNNING,     // it is running, or waits for one that it resumed
    FIBER_OUTSIDE,     // only a fiber can do this, and none is running
    FIBER_NOT_STOPPED, // it was cancelled and yielded all the same
};

// A fiber that will run `entry` when it is resumed first; 0 where there is none left.
fiber fiber_new(fiber_entry entry);

// Gives the fiber back. One that has not returned is cancelled first.
enum fiber_status fiber_free(fiber f);

// Runs the fiber until it yields or returns; the result is the value of that.
intptr_t fiber_resume(fiber f, intptr_t value, enum fiber_status *status);

// Leaves the running fiber; the result is the value that it is resumed with.
intptr_t fiber_yield(intptr_t value);

// Leaves the running fiber for `f`. The result is the value with which somebody comes back; `status` is FIBER_ERROR
// where there was no way to `f`.
intptr_t fiber_switch(fiber f, intptr_t value, enum fiber_status *status);

// Asks a fiber to end: it is resumed with 0, `fiber_cancelled` is true in it, and it is to return.
enum fiber_status fiber_cancel(fiber f);

// Whether the running fiber is to return.
bool fiber_cancelled(void);

// The running fiber; 0 outside of fibers.
fiber fiber_current(void);

// Why the last call gave FIBER_ERROR, or `fiber_new` 0, or `fiber_yield` returned at once.
enum fiber_fault fiber_fault(void);

// How many fibers were made and have neither returned nor been cancelled.
uint32_t fiber_alive(void);

// At most so many fibers at a time from now on; a million where nobody says.
void fiber_limit(uint32_t most);

#endif
