// treesum as a state machine: the place in the tree is a path of choices, gone on with by counting.
#include "program.h"

#define DEPTH_MOST 4096

struct walker {
    int (*next)(struct walker *);
    int depth, branching, times, at;
    // For each level whether its first child is done.
    char second[DEPTH_MOST];
};

static struct walker walker;

// The next leaf: false where there is none.
static int next(struct walker *self) {
    if (self->at < 0) {
        self->at = 0;
    } else {
        // Up from the leaf to the lowest node that has a second child left, and to that.
        int level = self->depth;
        for (;;) {
            if (level == 0) {
                if (--self->times == 0) return 0;
                break;
            }
            int branches = self->depth - level + 1 <= self->branching;
            level--;
            if (branches && !self->second[level]) {
                self->second[level++] = 1;
                break;
            }
            self->second[level] = 0;
        }
        self->at = level;
    }
    while (self->at < self->depth) self->second[self->at++] = 0;
    return 1;
}

int run(int count, const int64_t *arguments) {
    int depth = (int)argument(count, arguments, 0, 10), log2 = (int)argument(count, arguments, 1, 20);
    if (depth < 0 || depth > DEPTH_MOST) return 64;
    int branching = depth < log2 ? depth : log2;
    int64_t sum = 0;
    bench_start();
    walker = (struct walker){.next = next, .depth = depth, .branching = branching, .times = 1 << (log2 - branching)};
    walker.at = -1;
    while (walker.next(&walker)) sum += 3;
    bench_end();
    return verdict(sum, (int64_t)3 << log2);
}
