// Everything that is wrong to do with a fiber, and what comes of it. The faults are said by their names, and each
// implementation has to give the same ones.
#include "fiber.h"
#include "program.h"

static int wrong;

static const char *const names[] = {"none", "none left", "unknown", "finished", "running", "outside", "not stopped"};

static uint32_t length(const char *text) {
    uint32_t n = 0;
    while (text[n]) n++;
    return n;
}

// Says what happened, and counts it where it is not what should.
static void said(const char *what, int failed, enum fiber_fault expected) {
    enum fiber_fault fault = failed ? fiber_fault() : FIBER_NO_FAULT;
    put(what, length(what));
    put(": ", 2);
    put(names[fault], length(names[fault]));
    put("\n", 1);
    wrong += fault != expected;
}

static intptr_t returns(intptr_t value) { return value; }

static intptr_t yields_once(intptr_t value) { return fiber_yield(value); }

static fiber self;

static intptr_t resumes_itself(intptr_t value) {
    enum fiber_status status;
    fiber_resume(self, 0, &status);
    said("resume of the running fiber", status == FIBER_ERROR, FIBER_RUNNING);
    said("free of the running fiber", fiber_free(self) == FIBER_ERROR, FIBER_RUNNING);
    return value;
}

static fiber outer;

static intptr_t resumes_outer(intptr_t value) {
    enum fiber_status status;
    fiber_resume(outer, 0, &status);
    said("resume of a fiber that waits for this one", status == FIBER_ERROR, FIBER_RUNNING);
    return value;
}

static intptr_t resumes_inner(intptr_t value) {
    enum fiber_status status;
    fiber inner = fiber_new(resumes_outer);
    value = fiber_resume(inner, value, &status);
    fiber_free(inner);
    return value;
}

// Goes on although it is to end, once.
static intptr_t stubborn(intptr_t value) {
    fiber_yield(value);
    fiber_yield(value);
    return value;
}

static void finished(void) {
    enum fiber_status status;
    fiber f = fiber_new(returns);
    fiber_resume(f, 0, &status);
    fiber_resume(f, 0, &status);
    said("resume of a finished fiber", status == FIBER_ERROR, FIBER_FINISHED);
    said("cancel of a finished fiber", fiber_cancel(f) == FIBER_ERROR, FIBER_FINISHED);
    said("free of a finished fiber", fiber_free(f) == FIBER_ERROR, FIBER_NO_FAULT);
    said("second free", fiber_free(f) == FIBER_ERROR, FIBER_UNKNOWN);
    fiber_resume(f, 0, &status);
    said("resume after free", status == FIBER_ERROR, FIBER_UNKNOWN);
    // The slot is used again: the old name must not mean the new fiber.
    fiber other = fiber_new(returns);
    said("free of an old name", fiber_free(f) == FIBER_ERROR, FIBER_UNKNOWN);
    fiber_resume(other, 0, &status);
    said("resume of its successor", status == FIBER_ERROR, FIBER_NO_FAULT);
    fiber_free(other);
}

static void unknown(void) {
    enum fiber_status status;
    fiber_resume(0, 0, &status);
    said("resume of no fiber", status == FIBER_ERROR, FIBER_UNKNOWN);
    fiber_resume(77777, 0, &status);
    said("resume of a made up fiber", status == FIBER_ERROR, FIBER_UNKNOWN);
    said("free of no fiber", fiber_free(0) == FIBER_ERROR, FIBER_UNKNOWN);
}

static void outside(void) {
    said("yield outside of a fiber", fiber_yield(7) == 0, FIBER_OUTSIDE);
#ifdef FIBER_SWITCH
    enum fiber_status status;
    fiber f = fiber_new(yields_once);
    fiber_switch(f, 0, &status);
    said("switch outside of a fiber", status == FIBER_ERROR, FIBER_OUTSIDE);
    fiber_free(f);
#endif
}

static void ends(void) {
    enum fiber_status status;
    fiber f = fiber_new(yields_once);
    fiber_resume(f, 0, &status);
    said("free of a suspended fiber", fiber_free(f) == FIBER_ERROR, FIBER_NO_FAULT);
    f = fiber_new(yields_once);
    said("free of a fiber that never ran", fiber_free(f) == FIBER_ERROR, FIBER_NO_FAULT);
    f = fiber_new(stubborn);
    fiber_resume(f, 0, &status);
    said("cancel of a fiber that goes on", fiber_cancel(f) == FIBER_ERROR, FIBER_NOT_STOPPED);
    said("another try", fiber_cancel(f) == FIBER_ERROR, FIBER_NO_FAULT);
    fiber_free(f);
}

static void none_left(void) {
    fiber fibers[3];
    fiber_limit(3);
    for (int i = 0; i < 3; i++) fibers[i] = fiber_new(yields_once);
    said("one more than the limit", fiber_new(yields_once) == 0, FIBER_NONE_LEFT);
    for (int i = 0; i < 3; i++) fiber_free(fibers[i]);
    fiber_limit(1000000);
}

int run(int count, const int64_t *arguments) {
    (void)count, (void)arguments;
    enum fiber_status status;
    bench_start();
    finished();
    unknown();
    outside();
    self = fiber_new(resumes_itself);
    fiber_resume(self, 0, &status);
    fiber_free(self);
    outer = fiber_new(resumes_inner);
    fiber_resume(outer, 0, &status);
    fiber_free(outer);
    ends();
    none_left();
    bench_end();
    return fibers_verdict(wrong, 0);
}
