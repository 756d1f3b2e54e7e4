/* A small program as people write them, on wasi-libc: splits a text into words, counts them in a
 * hash table of malloc'ed strings, sorts with qsort and strcmp, prints the ten most frequent.
 * Mixes what the others keep apart (bytes, allocation, hashing, calls through pointers) and is
 * the only one whose compile time is that of a C library. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __wasm__
__attribute__((import_module("bench"), import_name("start"))) void bench_start(void);
__attribute__((import_module("bench"), import_name("end"))) void bench_end(void);
#else
void bench_start(void);
void bench_end(void);
#define main native_entry
int main(void);
#endif

#define BUCKETS 4096
struct word {
    struct word *next;
    unsigned count;
    char letters[];
};
static struct word *buckets[BUCKETS];
static unsigned distinct;

static uint32_t state = 17;
static uint32_t rnd(uint32_t below) {
    state ^= state << 13, state ^= state >> 17, state ^= state << 5;
    return state % below;
}

/* Words of one to four syllables; a draw below a draw makes some far commoner than others. */
static char *text_of(unsigned words) {
    static const char *const syllables[] = {"ka", "lo", "mi", "ren", "tas", "u", "vor", "shi", "pel", "na", "dor", "e"};
    char *text = malloc(words * 14 + 1), *at = text;
    if (!text) abort();
    while (words--) {
        for (unsigned n = 1 + rnd(1 + rnd(4)); n > 0; n--) at = stpcpy(at, syllables[rnd(1 + rnd(12))]);
        *at++ = rnd(9) ? ' ' : '\n';
    }
    *at = 0;
    return text;
}

static void count(char *letters) {
    uint32_t hash = 2166136261u;
    for (const char *c = letters; *c; c++) hash = (hash ^ (unsigned char)*c) * 16777619u;
    struct word **slot = &buckets[(hash ^ hash >> 15) % BUCKETS];
    while (*slot && strcmp((*slot)->letters, letters) != 0) slot = &(*slot)->next;
    if (!*slot) {
        *slot = calloc(1, sizeof(struct word) + strlen(letters) + 1);
        if (!*slot) abort();
        strcpy((*slot)->letters, letters);
        distinct++;
    }
    (*slot)->count++;
}

static int by_count(const void *a, const void *b) {
    const struct word *v = *(struct word *const *)a, *w = *(struct word *const *)b;
    if (v->count != w->count) return v->count < w->count ? 1 : -1;
    return strcmp(v->letters, w->letters);
}

int main(void) {
    char *text = text_of(900000);
    bench_start();
    for (char *word = strtok(text, " \n"); word; word = strtok(NULL, " \n")) count(word);
    struct word **sorted = malloc(distinct * sizeof *sorted);
    if (!sorted) abort();
    unsigned n = 0;
    for (unsigned b = 0; b < BUCKETS; b++)
        for (struct word *w = buckets[b]; w; w = w->next) sorted[n++] = w;
    qsort(sorted, n, sizeof *sorted, by_count);
    bench_end();
    printf("%u words\n", n);
    for (unsigned i = 0; i < 10 && i < n; i++) printf("%7u %s\n", sorted[i]->count, sorted[i]->letters);
#ifndef __wasm__
    /* An instance takes its memory with it; a library has to give it back. */
    while (n) free(sorted[--n]);
    free(sorted), free(text);
#endif
    return 0;
}
