// The way in and out of each program.
#include "program.h"

#define MOST_ARGUMENTS 8

static int64_t number(const char *text) {
    int64_t value = 0;
    int negative = *text == '-';
    for (text += negative; *text >= '0' && *text <= '9'; text++) value = value * 10 + (*text - '0');
    return negative ? -value : value;
}

struct piece {
    const char *text;
    uint32_t length;
};

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(name)))
WASI("fd_write") int wasi_fd_write(int descriptor, const struct piece *pieces, uint32_t count, uint32_t *written);

void put(const char *text, uint32_t length) {
    struct piece piece = {text, length};
    uint32_t written;
    wasi_fd_write(1, &piece, 1, &written);
}

#ifdef WITH_LIBC

#include <stdio.h>

int verdict(int64_t got, int64_t expected) {
    if (got == expected) return printf("right\n") < 0;
    return printf("got %lld, expected %lld\n", (long long)got, (long long)expected) < 0;
}

int main(int count, char **texts) {
    int64_t numbers[MOST_ARGUMENTS];
    for (int i = 1; i < count && i <= MOST_ARGUMENTS; i++) numbers[i - 1] = number(texts[i]);
    return run(count - 1, numbers);
}

#else

static void put_number(int64_t value) {
    char digits[24];
    int at = sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0) digits[--at] = '-';
    put(digits + at, (uint32_t)(sizeof digits) - (uint32_t)at);
}

int verdict(int64_t got, int64_t expected) {
    if (got == expected) {
        put("right\n", 6);
        return 0;
    }
    put("got ", 4);
    put_number(got);
    put(", expected ", 11);
    put_number(expected);
    put("\n", 1);
    return 0;
}

WASI("args_sizes_get") int wasi_args_sizes_get(uint32_t *count, uint32_t *bytes);
WASI("args_get") int wasi_args_get(char **texts, char *bytes);
WASI("proc_exit") _Noreturn void wasi_proc_exit(int code);

void _start(void) {
    static char *texts[MOST_ARGUMENTS + 1];
    static char bytes[1024];
    int64_t numbers[MOST_ARGUMENTS];
    uint32_t count, size;
    wasi_args_sizes_get(&count, &size);
    if (count > MOST_ARGUMENTS + 1 || size > sizeof bytes) wasi_proc_exit(64);
    wasi_args_get(texts, bytes);
    for (uint32_t i = 1; i < count; i++) numbers[i - 1] = number(texts[i]);
    int code = run((int)count - 1, numbers);
    if (code) wasi_proc_exit(code);
}

#endif
