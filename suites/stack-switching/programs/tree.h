// The tree of treesum: always so many leaves, and each as deep as asked: above the branching levels is a chain.
#ifndef KYMO_TREE_H
#define KYMO_TREE_H

// Calls `leaf` for each leaf of a tree that has `depth` levels below here, the lowest `branching` of which branch.
#define TREE_WALK(name, leaf)                                                                                          \
    __attribute__((noinline)) static int name(int depth, int branching, int value) {                                   \
        if (depth == 0) {                                                                                              \
            leaf(value);                                                                                               \
            return 1;                                                                                                  \
        }                                                                                                              \
        int leaves = name(depth - 1, branching, value);                                                                \
        if (depth <= branching) leaves += name(depth - 1, branching, value);                                           \
        return leaves;                                                                                                 \
    }

#endif
