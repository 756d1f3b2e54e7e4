/* What can be used up: memory, processes, disk, output, time; and who stays behind. */
#define _GNU_SOURCE
#include "attacker.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

/* Children that sleep, until no more can be had; then fails, having said how many there were. */
static int processes(long most) {
    long count = 0;
    for (; count < most; count++) {
        pid_t pid = fork();
        if (pid == 0) for (;;) pause();
        if (pid < 0) break;
    }
    printf("%ld processes, then: %s\n", count, count < most ? strerror(errno) : "as many as were wanted");
    return count < most;
}

/* Each makes two, which make two. Never ends by itself. */
static void bomb(void) {
    for (;;) {
        fork();
        fork();
    }
}

static int memory(long mib) {
    for (long at = 0; at < mib; at++) {
        char *piece = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (piece == MAP_FAILED) return said("memory", -1), 1;
        memset(piece, 1, MIB);
    }
    return !said("memory", 0);
}

/* Memory that has no name and belongs to no process. */
static int nameless(long mib) {
    int fd = memfd_create("nameless", 0);
    static char piece[MIB];
    memset(piece, 1, MIB);
    for (long at = 0; at < mib; at++) {
        if (write(fd, piece, MIB) != MIB) return said("memory without a name", -1), 1;
    }
    return !said("memory without a name", 0);
}

static int fill(const char *path, long mib) {
    static char piece[4096];
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    long written = 0;
    while (written < mib * MIB) {
        ssize_t now = write(fd, piece, sizeof piece);
        if (now < 0) break;
        written += now;
    }
    fprintf(stderr, "%ld bytes\n", written);
    return !said("fill", written < mib * MIB ? -1 : 0);
}

static int files(const char *folder, long most) {
    char path[4096];
    for (long at = 0; at < most; at++) {
        snprintf(path, sizeof path, "%s/%ld", folder, at);
        int fd = open(path, O_WRONLY | O_CREAT, 0644);
        if (fd < 0) return !said("files", -1);
        close(fd);
    }
    return !said("files", 0);
}

static int output(long mib) {
    static char piece[MIB];
    memset(piece, 'x', MIB);
    for (long at = 0; at < mib; at++) {
        if (write(at % 2 + 1, piece, MIB) < 0) return 1;
    }
    return 0;
}

/* Leaves one behind that has its own session, no parent and no ear for polite signals, and counts in a file. */
static int orphan(const char *path) {
    if (fork() == 0) {
        setsid();
        for (int number = 1; number < 32; number++) signal(number, SIG_IGN);
        if (fork() == 0) {
            for (long count = 0;; count++) {
                int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
                dprintf(fd, "%ld\n", count);
                close(fd);
                usleep(10000);
            }
        }
        _exit(0);
    }
    while (access(path, F_OK)) usleep(1000);
    return !said("orphan", 0);
}

int exhaust(const char *name, char **arguments) {
    if (!strcmp(name, "processes")) return processes(atol(arguments[0]));
    if (!strcmp(name, "bomb")) return bomb(), 0;
    if (!strcmp(name, "memory")) return memory(atol(arguments[0]));
    if (!strcmp(name, "nameless")) return nameless(atol(arguments[0]));
    if (!strcmp(name, "fill")) return fill(arguments[0], atol(arguments[1]));
    if (!strcmp(name, "files")) return files(arguments[0], atol(arguments[1]));
    if (!strcmp(name, "output")) return output(atol(arguments[0]));
    if (!strcmp(name, "orphan")) return orphan(arguments[0]);
    return -1;
}
