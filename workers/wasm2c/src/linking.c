/* Joins the C that wasm2c made of a module to the worker. What depends on the module follows below this file's text:
 * the macros INSTANCE, PREPARE(), INSTANTIATE(), RELEASE(), MEMORY() come before it. */

#include <stdint.h>
#include <string.h>

#include "wasm-rt-impl.h"

/* Calls a function of the host by its number. Gives 0 to return to the guest, anything else to leave it. */
typedef int32_t (*kymo_host_t)(void* world, uint32_t function, const uint64_t* arguments, uint32_t* result,
                               uint8_t* memory, uint64_t memory_bytes);

static INSTANCE instance;
static kymo_host_t host;
static void* world;
static int32_t left_by_host;

static uint32_t call_host(uint32_t function, const uint64_t* arguments) {
  uint32_t result = 0;
  wasm_rt_memory_t* memory = MEMORY();
  uint8_t* bytes = memory ? memory->data : 0;
  if (host(world, function, arguments, &result, bytes, memory ? memory->size : 0)) {
    left_by_host = 1;
    wasm_rt_trap(WASM_RT_TRAP_UNREACHABLE);
  }
  return result;
}

static f32 f32_of(uint64_t bits) {
  uint32_t low = (uint32_t)bits;
  f32 value;
  memcpy(&value, &low, sizeof value);
  return value;
}

static f64 f64_of(uint64_t bits) {
  f64 value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static uint64_t of_u32(u32 value) { return value; }

static uint64_t of_u64(u64 value) { return value; }

static uint64_t of_f32(f32 value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static uint64_t of_f64(f64 value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/* What the entries below give: 0 for a return, -1 where the host left, else the number of the trap. */
#define GUARDED(call)                      \
  do {                                     \
    int trap = wasm_rt_impl_try();         \
    if (trap) return left_by_host ? -1 : trap; \
    call;                                  \
    return 0;                              \
  } while (0)

void kymo_prepare(void) {
  wasm_rt_init();
  PREPARE();
}

int32_t kymo_instantiate(void* new_world, kymo_host_t new_host) {
  memset(&instance, 0, sizeof instance);
  world = new_world;
  host = new_host;
  left_by_host = 0;
  GUARDED(INSTANTIATE());
}

void kymo_release(void) { RELEASE(); }

void kymo_finish(void) { wasm_rt_free(); }

const char* kymo_trap(int32_t trap) { return wasm_rt_strerror((wasm_rt_trap_t)trap); }
