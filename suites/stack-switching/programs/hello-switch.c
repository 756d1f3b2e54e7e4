// As hello, with fibers that switch to each other after each letter.
#include "fiber.h"
#include "program.h"

static fiber fibers[2];
static const char *const texts[2] = {"hlowrd", "el ol"};

static intptr_t spell(intptr_t mine) {
    int letters = 0;
    for (const char *letter = texts[mine]; *letter; letter++, letters++) {
        enum fiber_status status;
        put(letter, 1);
        // The value is the number of the fiber that is switched to, which it needs when it begins.
        fiber_switch(fibers[!mine], !mine, &status);
    }
    return letters;
}

int run(int count, const int64_t *arguments) {
    (void)count, (void)arguments;
    intptr_t letters = 0;
    bench_start();
    fibers[0] = fiber_new(spell);
    fibers[1] = fiber_new(spell);
    // The second has a letter less, so it ends first; the first is gone on with then.
    for (int i = 0; i < 2; i++) {
        enum fiber_status status;
        letters += fiber_resume(fibers[0], 0, &status);
        if (status == FIBER_OK && fiber_alive() == 0) break;
    }
    fiber_free(fibers[0]);
    fiber_free(fibers[1]);
    bench_end();
    put("\n", 1);
    return fibers_verdict(letters, 6 + 5);
}
