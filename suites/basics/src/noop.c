/* Nothing between bench.start and bench.end. Its execute phase is the cost of measuring itself:
 * two calls out of the guest and whatever the clocks and counters cost. No other result of this
 * suite means much when it is not far above this one. */
#include "kymo.h"

void _start(void) {
    bench_start();
    bench_end();
    print("noop\n", 5);
}
