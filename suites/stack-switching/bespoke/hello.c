// hello as a state machine: what was a fiber is a place in a text.
#include "program.h"

struct speller {
    const char *next;
};

// One letter; 0 where there is none left.
static int spell(struct speller *speller) {
    if (!*speller->next) return 0;
    put(speller->next++, 1);
    return 1;
}

int run(int count, const int64_t *arguments) {
    (void)count, (void)arguments;
    bench_start();
    struct speller spellers[2] = {{"hlowrd"}, {"el ol"}};
    int going[2] = {1, 1}, turns = 0;
    for (int turn = 0; going[0] || going[1]; turn = !turn) {
        if (!going[turn]) continue;
        going[turn] = spell(&spellers[turn]);
        turns++;
    }
    bench_end();
    put("\n", 1);
    return verdict(turns, 11 + 2);
}
