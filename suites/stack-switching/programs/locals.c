// How many values live across a yield: Asyncify has to write all of them to memory and read them again, an engine's
// stack stays where it is.
#include "fiber.h"
#include "program.h"

#define EACH_4(f) f(0) f(1) f(2) f(3)
#define EACH_16(f) EACH_4(f) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11) f(12) f(13) f(14) f(15)
#define EACH_64(f)                                                                                                     \
    EACH_16(f) f(16) f(17) f(18) f(19) f(20) f(21) f(22) f(23) f(24) f(25) f(26) f(27) f(28) f(29) f(30) f(31) f(32)   \
    f(33) f(34) f(35) f(36) f(37) f(38) f(39) f(40) f(41) f(42) f(43) f(44) f(45) f(46) f(47) f(48) f(49) f(50) f(51)  \
    f(52) f(53) f(54) f(55) f(56) f(57) f(58) f(59) f(60) f(61) f(62) f(63)
#define EACH_1(f) f(0)
#define EACH_0(f)

// Each is changed by its own step between yields, so that none can be computed from another.
#define DEFINE(i) uint32_t local##i = first + i;
#define STEP(i) local##i = local##i * (2 * i + 3) + value;
#define FOLD(i) sum = sum * 31 + local##i;

#define HOLDS(n, each)                                                                                                 \
    static uint32_t plain##n(uint32_t first, int64_t times) {                                                          \
        uint32_t sum = 0;                                                                                              \
        (void)first;                                                                                                   \
        each(DEFINE);                                                                                                  \
        for (uint32_t value = 0; value < (uint64_t)times; value++) { each(STEP) }                                      \
        each(FOLD) return sum;                                                                                         \
    }                                                                                                                  \
    static intptr_t holds##n(intptr_t unused) {                                                                        \
        uint32_t sum = 0, first = 1;                                                                                   \
        (void)first, (void)unused;                                                                                     \
        each(DEFINE);                                                                                                  \
        for (;;) {                                                                                                     \
            uint32_t value = (uint32_t)fiber_yield(0);                                                                 \
            if (fiber_cancelled()) break;                                                                              \
            (void)value;                                                                                               \
            each(STEP)                                                                                                 \
        }                                                                                                              \
        each(FOLD) return (intptr_t)sum;                                                                               \
    }

HOLDS(0, EACH_0)
HOLDS(1, EACH_1)
HOLDS(4, EACH_4)
HOLDS(16, EACH_16)
HOLDS(64, EACH_64)

static intptr_t result;

#define RETURNS(n)                                                                                                     \
    static intptr_t returns##n(intptr_t unused) { return result = holds##n(unused); }
RETURNS(0) RETURNS(1) RETURNS(4) RETURNS(16) RETURNS(64)

int run(int count, const int64_t *arguments) {
    int locals = (int)argument(count, arguments, 0, 16);
    int64_t yields = argument(count, arguments, 1, 1000000);
    fiber_entry entry;
    uint32_t (*plain)(uint32_t, int64_t);
    switch (locals) {
    case 0: entry = returns0, plain = plain0; break;
    case 1: entry = returns1, plain = plain1; break;
    case 4: entry = returns4, plain = plain4; break;
    case 16: entry = returns16, plain = plain16; break;
    case 64: entry = returns64, plain = plain64; break;
    default: return 64;
    }
    enum fiber_status status;
    bench_start();
    fiber holder = fiber_new(entry);
    fiber_resume(holder, 0, &status);
    for (int64_t i = 0; i < yields; i++) fiber_resume(holder, (intptr_t)i, &status);
    fiber_free(holder);
    bench_end();
    return fibers_verdict((uint32_t)result, plain(1, yields));
}
