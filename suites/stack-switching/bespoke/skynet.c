// skynet as a state machine: a node is the number of its child that is next, and a stack of nodes is the path to it.
#include "program.h"

#define CHILDREN 10
#define HEIGHT_MOST 18

struct node {
    int64_t first, size, sum;
    int next;
};

static struct node path[HEIGHT_MOST + 1];

// Runs until the next leaf, or to the end: false there.
static int step(int *depth) {
    while (*depth >= 0) {
        struct node *node = &path[*depth];
        if (node->size == 1 && node->next == 0) {
            node->sum = node->first;
            node->next = CHILDREN;
            return 1;
        }
        if (node->next == CHILDREN) {
            if ((*depth)-- > 0) node[-1].sum += node->sum;
            continue;
        }
        int64_t size = node->size / CHILDREN;
        node[1] = (struct node){node->first + node->next++ * size, size, 0, 0};
        ++*depth;
    }
    return 0;
}

int run(int count, const int64_t *arguments) {
    int height = (int)argument(count, arguments, 0, 7), depth = 0;
    if (height < 0 || height > HEIGHT_MOST) return 64;
    int64_t leaves = 1;
    for (int i = 0; i < height; i++) leaves *= CHILDREN;
    bench_start();
    path[0] = (struct node){0, leaves, 0, 0};
    while (step(&depth)) {}
    bench_end();
    return verdict(path[0].sum, leaves * (leaves - 1) / 2);
}
