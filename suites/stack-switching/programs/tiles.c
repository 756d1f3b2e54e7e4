// A task graph as in dense linear algebra on many cores: an LU decomposition by tiles, each step of each tile a task
// that waits for the tiles it needs. Waiting is a yield; a ready queue is gone through in turns. It is done modulo a
// prime, so that the result can be compared exactly.
#include "fiber.h"
#include "program.h"

#define TILES_MOST 24
#define TILE 16
#define SIDE (TILES_MOST * TILE)
#define PRIME 1000003u

typedef uint32_t tile[TILE][TILE];

static tile tiles[TILES_MOST][TILES_MOST];
// How many steps a tile has behind it.
static int done[TILES_MOST][TILES_MOST];
static uint32_t plain[SIDE][SIDE];
static int side;

static uint32_t times(uint32_t a, uint32_t b) { return (uint32_t)((uint64_t)a * b % PRIME); }
static uint32_t minus(uint32_t a, uint32_t b) { return a >= b ? a - b : a + PRIME - b; }

// By Fermat's little theorem.
static uint32_t inverse(uint32_t a) {
    uint32_t result = 1;
    for (uint32_t power = PRIME - 2; power; power >>= 1, a = times(a, a))
        if (power & 1) result = times(result, a);
    return result;
}

static void factor(tile a) {
    for (int k = 0; k < TILE; k++) {
        uint32_t pivot = inverse(a[k][k]);
        for (int i = k + 1; i < TILE; i++) {
            a[i][k] = times(a[i][k], pivot);
            for (int j = k + 1; j < TILE; j++) a[i][j] = minus(a[i][j], times(a[i][k], a[k][j]));
        }
    }
}

// Right of the diagonal: by the lower triangle, whose diagonal is 1.
static void solve_row(tile diagonal, tile a) {
    for (int k = 0; k < TILE; k++)
        for (int i = k + 1; i < TILE; i++)
            for (int j = 0; j < TILE; j++) a[i][j] = minus(a[i][j], times(diagonal[i][k], a[k][j]));
}

// Below the diagonal: by the upper triangle.
static void solve_column(tile diagonal, tile a) {
    for (int k = 0; k < TILE; k++) {
        uint32_t pivot = inverse(diagonal[k][k]);
        for (int i = 0; i < TILE; i++) {
            a[i][k] = times(a[i][k], pivot);
            for (int j = k + 1; j < TILE; j++) a[i][j] = minus(a[i][j], times(a[i][k], diagonal[k][j]));
        }
    }
}

static void update(tile left, tile up, tile a) {
    for (int i = 0; i < TILE; i++)
        for (int k = 0; k < TILE; k++)
            for (int j = 0; j < TILE; j++) a[i][j] = minus(a[i][j], times(left[i][k], up[k][j]));
}

static void await(int i, int j, int steps) {
    while (done[i][j] < steps) fiber_yield(0);
}

// All steps of one tile, in their order; each waits for the tiles that it reads.
static intptr_t do_tile(intptr_t number) {
    int i = (int)number / side, j = (int)number % side, steps = i < j ? i : j;
    for (int k = 0; k < steps; k++) {
        await(i, k, k + 1);
        await(k, j, k + 1);
        update(tiles[i][k], tiles[k][j], tiles[i][j]);
        done[i][j]++;
    }
    if (i == j) factor(tiles[i][j]);
    else await(steps, steps, steps + 1);
    if (i < j) solve_row(tiles[i][i], tiles[i][j]);
    if (i > j) solve_column(tiles[j][j], tiles[i][j]);
    done[i][j]++;
    return done[i][j];
}

static int64_t factor_plain(int n) {
    int64_t sum = 0;
    for (int k = 0; k < n; k++) {
        uint32_t pivot = inverse(plain[k][k]);
        for (int i = k + 1; i < n; i++) {
            plain[i][k] = times(plain[i][k], pivot);
            for (int j = k + 1; j < n; j++) plain[i][j] = minus(plain[i][j], times(plain[i][k], plain[k][j]));
        }
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) sum = sum * 31 + plain[i][j];
    return sum;
}

int run(int count, const int64_t *arguments) {
    static fiber fibers[TILES_MOST * TILES_MOST];
    side = (int)argument(count, arguments, 0, 12);
    if (side < 1 || side > TILES_MOST) return 64;
    int n = side * TILE, tasks = side * side;
    uint32_t draw = 2463534242;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            draw ^= draw << 13, draw ^= draw >> 17, draw ^= draw << 5;
            plain[i][j] = tiles[i / TILE][j / TILE][i % TILE][j % TILE] = draw % PRIME;
        }
    }
    bench_start();
    // Backwards, so that most have to wait.
    for (int i = 0; i < tasks; i++) fibers[i] = fiber_new(do_tile);
    int left = tasks;
    while (left) {
        for (int i = tasks - 1; i >= 0; i--) {
            enum fiber_status status;
            if (!fibers[i]) continue;
            fiber_resume(fibers[i], i, &status);
            if (status != FIBER_OK) continue;
            fiber_free(fibers[i]);
            fibers[i] = 0;
            left--;
        }
    }
    bench_end();
    int64_t sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) sum = sum * 31 + tiles[i / TILE][j / TILE][i % TILE][j % TILE];
    return fibers_verdict(sum, factor_plain(n));
}
