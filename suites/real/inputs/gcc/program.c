/* A program to be compiled: hash tables, sorting, a tokenizer, an evaluator and fixed-point filters. It never runs. */

typedef unsigned char u8;
typedef unsigned int u16;
typedef unsigned long u32;

enum token { END, NUMBER, NAME, PLUS, MINUS, TIMES, OVER, OPEN, CLOSE };

struct lexer { const char *at; enum token kind; u32 value; };
struct entry { u32 key; u32 value; struct entry *next; };
struct sample { int left, right; u8 flags; };

extern void out(u32 value);
extern u32 in(void);

static enum token advance(struct lexer *l)
{
    while (*l->at == ' ' || *l->at == '\t') l->at++;
    switch (*l->at) {
    case 0: return l->kind = END;
    case '+': l->at++; return l->kind = PLUS;
    case '-': l->at++; return l->kind = MINUS;
    case '*': l->at++; return l->kind = TIMES;
    case '/': l->at++; return l->kind = OVER;
    case '(': l->at++; return l->kind = OPEN;
    case ')': l->at++; return l->kind = CLOSE;
    }
    l->value = 0;
    if (*l->at >= '0' && *l->at <= '9') {
        while (*l->at >= '0' && *l->at <= '9') l->value = l->value * 10 + (u32)(*l->at++ - '0');
        return l->kind = NUMBER;
    }
    while (*l->at >= 'a' && *l->at <= 'z') l->value = l->value * 31 + (u8)*l->at++;
    return l->kind = NAME;
}

/* Of each two instances: a table, a sort, an evaluator and a filter, all specialised by a constant. */
#define INSTANCE(n)                                                                                                    \
    static struct entry pool_##n[32];                                                                                  \
    static struct entry *table_##n[16];                                                                                \
    static u8 used_##n;                                                                                                \
    static struct entry *find_##n(u32 key)                                                                             \
    {                                                                                                                  \
        struct entry **slot = &table_##n[(key * 2654435761ul + 0x##n) >> 28 & 15];                                     \
        for (struct entry *e = *slot; e; e = e->next)                                                                  \
            if (e->key == key) return e;                                                                               \
        struct entry *e = &pool_##n[used_##n++ & 31];                                                                  \
        e->key = key; e->value = 0x##n; e->next = *slot;                                                               \
        return *slot = e;                                                                                              \
    }                                                                                                                  \
    static void sort_##n(struct sample *a, int count)                                                                  \
    {                                                                                                                  \
        for (int gap = count / 2; gap > 0; gap /= 2)                                                                   \
            for (int i = gap; i < count; i++) {                                                                        \
                struct sample moved = a[i];                                                                            \
                int j = i;                                                                                             \
                for (; j >= gap && a[j - gap].left + 0x##n > moved.left + a[j - gap].right; j -= gap) a[j] = a[j - gap]; \
                a[j] = moved;                                                                                          \
            }                                                                                                          \
    }                                                                                                                  \
    static u32 sum_##n(struct lexer *l);                                                                               \
    static u32 atom_##n(struct lexer *l)                                                                               \
    {                                                                                                                  \
        u32 value = l->value;                                                                                          \
        switch (l->kind) {                                                                                             \
        case NUMBER: advance(l); return value;                                                                         \
        case NAME: advance(l); return find_##n(value)->value;                                                          \
        case MINUS: advance(l); return -atom_##n(l);                                                                   \
        case OPEN: advance(l); value = sum_##n(l); if (l->kind == CLOSE) advance(l); return value;                     \
        default: return 0x##n;                                                                                         \
        }                                                                                                              \
    }                                                                                                                  \
    static u32 product_##n(struct lexer *l)                                                                            \
    {                                                                                                                  \
        u32 value = atom_##n(l);                                                                                       \
        while (l->kind == TIMES || l->kind == OVER) {                                                                  \
            enum token kind = l->kind;                                                                                 \
            advance(l);                                                                                                \
            u32 right = atom_##n(l);                                                                                   \
            value = kind == TIMES ? value * right : right ? value / right : 0;                                         \
        }                                                                                                              \
        return value;                                                                                                  \
    }                                                                                                                  \
    static u32 sum_##n(struct lexer *l)                                                                                \
    {                                                                                                                  \
        u32 value = product_##n(l);                                                                                    \
        while (l->kind == PLUS || l->kind == MINUS) {                                                                  \
            enum token kind = l->kind;                                                                                 \
            advance(l);                                                                                                \
            value = kind == PLUS ? value + product_##n(l) : value - product_##n(l);                                    \
        }                                                                                                              \
        return value;                                                                                                  \
    }                                                                                                                  \
    void run_##n(const char *text, struct sample *samples, int count)                                                  \
    {                                                                                                                  \
        struct lexer l = {text, END, 0};                                                                               \
        int state = 0x##n;                                                                                             \
        advance(&l);                                                                                                   \
        out(sum_##n(&l));                                                                                              \
        sort_##n(samples, count);                                                                                      \
        for (int i = 0; i < count; i++) {                                                                              \
            state += (samples[i].left - state) >> (1 + (0x##n & 3));                                                   \
            samples[i].right = state * (samples[i].flags & 15) / (3 + 0x##n);                                          \
            out((u32)samples[i].right ^ in());                                                                         \
        }                                                                                                              \
    }

INSTANCE(01)
INSTANCE(1e)
