/* Branches nobody can predict: quicksort of random numbers, insertion sort for the short runs.
 * Half of the comparisons go either way, so mispredicted branches set the pace; block layout and
 * the code around the branch are what an engine can change. Recursion is shallow, memory 2 MiB. */
#include "kymo.h"

#define COUNT (512u << 10)
static u32 items[COUNT];

static NOINLINE void sort(u32 *first, u32 *last) {
    while (last - first > 12) {
        u32 pivot = first[(last - first) / 2], *low = first, *high = last;
        do {
            while (*low < pivot) low++;
            while (*high > pivot) high--;
            if (low <= high) {
                u32 t = *low;
                *low++ = *high;
                *high-- = t;
            }
        } while (low <= high);
        /* The shorter part by recursion, so that the stack stays small. */
        if (high - first < last - low) {
            sort(first, high);
            first = low;
        } else {
            sort(low, last);
            last = high;
        }
    }
    for (u32 *at = first + 1; at <= last; at++) {
        u32 value = *at, *gap = at;
        for (; gap > first && gap[-1] > value; gap--) *gap = gap[-1];
        *gap = value;
    }
}

void _start(void) {
    u64 seed = opaque64(11);
    for (u32 i = 0; i < COUNT; i++) items[i] = (u32)mix(seed + i);
    bench_start();
    sort(items, items + COUNT - 1);
    opaque(0);
    bench_end();
    u64 sum = 0;
    for (u32 i = 0; i < COUNT; i++) {
        if (i > 0 && items[i - 1] > items[i]) __builtin_trap();
        sum = mix(sum + items[i]);
    }
    print_result(sum);
}
