#include "attacker.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

int said(const char *what, long result) {
    if (result >= 0) {
        printf("%s: got\n", what);
    } else {
        printf("%s: refused: %s\n", what, strerror(errno));
    }
    fflush(stdout);
    return result >= 0;
}

int main(int count, char **arguments) {
    int (*const all[])(const char *, char **) = {reach, exhaust, calls};
    for (unsigned at = 0; count > 1 && at < sizeof all / sizeof *all; at++) {
        int result = all[at](arguments[1], arguments + 2);
        if (result != -1) return result;
    }
    fprintf(stderr, "no such attack\n");
    return 2;
}
