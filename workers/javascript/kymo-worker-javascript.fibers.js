// Part of kymo-worker-javascript: host-side fibers, the imports of kymo_fiber, by JavaScript Promise Integration; and what
// there is to know of V8's own stacks, those of continuations.
//
// A fiber is a call of the guest's entry on a stack of its own, which V8 makes for exports that are `promising`; a
// function that is `Suspending` takes it off the processor until its promise settles. One instance has all fibers.
// docs/src/host-fibers.md describes what the guest sees.
'use strict'

const fs = require('node:fs')

const MODULE = 'kymo_fiber', ENTER = 'kymo_fiber_enter'

/** Whether this program has what it takes; earlier ones had it under other names, which is another interface. */
const AVAILABLE = typeof WebAssembly.Suspending === 'function' && typeof WebAssembly.promising === 'function'

/** Mappings of the process that are left to V8 and node for all else than stacks. */
const OTHER_MAPPINGS = 2048

/** How many mappings the kernel allows a process; undefined where it has no such bound. */
const MAPPINGS_ALLOWED = (() => {
  try { return Number(fs.readFileSync('/proc/sys/vm/max_map_count', 'utf8')) } catch { return undefined }
})()

/**
 * How many fibers there may be at a time: each stack takes two mappings, and V8 gives up the whole process when it is
 * refused one. Found before there are any.
 */
const MOST = MAPPINGS_ALLOWED === undefined ? Infinity
  : Math.max(0, Math.floor((MAPPINGS_ALLOWED - mappings() - OTHER_MAPPINGS) / 2))

function mappings() { return fs.readFileSync('/proc/self/maps', 'utf8').split('\n').length }

// V8 14.6 ends with a failed check when it optimizes loads in code that switches stacks. So it is not to, where a module
// has continuations; code of other modules stays as it is.
const CONTINUATIONS_ONLY = '--no-turboshaft-wasm-load-elimination'

// V8 ends the process when it gets no stack, and says only that. This is shown with whatever it says when it ends.
const CONTINUATIONS_NOTE = `Should V8 be refused a stack here: each continuation takes two memory mappings, of which vm.max_map_count allows a process ` +
  `${MAPPINGS_ALLOWED ?? 'some'}. V8 gives them back when the continuation has returned, and not before the ` +
  'process ends if it never does: use continuations again in the guest (a pool), or raise vm.max_map_count.\n'

const ENDED = 0, YIELDED = 1, NONE_LEFT = -1
const SLOT_MAX = 1 << 24

/** A use of fibers that has no meaning; the guest's fault. */
class Misuse extends Error {}

/** What a forgotten fiber is left by. */
const FORGOTTEN = new Error('a fiber was dropped')

class Fibers {
  constructor() {
    this.alive = 0
    this.slots = []
    this.running = null
  }

  imports() {
    return {
      resume: new WebAssembly.Suspending((slot) => this.resume(slot)),
      yield: new WebAssembly.Suspending(() => this.yield()),
      drop: (slot) => this.drop(slot),
    }
  }

  bind(instance) { this.enter = WebAssembly.promising(instance.exports[ENTER]) }

  at(slot) {
    if (slot < 1 || slot > SLOT_MAX) throw new Misuse(`kymo_fiber: slots are 1 to ${SLOT_MAX}, not ${slot}`)
    return this.slots[slot]
  }

  /** Runs a fiber until it yields or ends, from the start where it is not suspended. */
  resume(slot) {
    let fiber = this.at(slot)
    if (fiber && !fiber.wake) throw new Misuse(`kymo_fiber.resume(${slot}): this fiber is running`)
    if (!fiber && this.alive >= MOST) return NONE_LEFT
    return new Promise((settle, fail) => {
      const isNew = !fiber
      if (isNew) {
        fiber = this.slots[slot] = { slot, parent: null, settle, fail, wake: null, leave: null }
        this.alive++
      }
      Object.assign(fiber, { parent: this.running, settle, fail })
      this.running = fiber
      if (!isNew) {
        const { wake } = fiber
        fiber.wake = fiber.leave = null
        wake()
        return
      }
      // Runs here and now, until the guest yields for the first time.
      this.enter(slot).then(() => this.ended(fiber, settled), (error) => this.ended(fiber, failed, error))
    })
  }

  ended(fiber, how, error) {
    if (error === FORGOTTEN) return
    this.alive--
    this.slots[fiber.slot] = undefined
    this.running = fiber.parent
    how(fiber, error)
  }

  yield() {
    const fiber = this.running
    if (!fiber) throw new Misuse('kymo_fiber.yield was called outside of a fiber')
    this.running = fiber.parent
    return new Promise((wake, leave) => {
      Object.assign(fiber, { wake, leave })
      fiber.settle(YIELDED)
    })
  }

  /** Forgets a suspended fiber: it is left by an exception, so that its stack can be had again at once. */
  drop(slot) {
    const fiber = this.at(slot)
    if (!fiber) return
    if (!fiber.wake) throw new Misuse(`kymo_fiber.drop(${slot}): this fiber is running`)
    this.alive--
    this.slots[slot] = undefined
    fiber.leave(FORGOTTEN)
  }

  /** Forgets those that the program left suspended; V8 does not collect their stacks. */
  async clear() {
    for (const fiber of this.slots) if (fiber?.wake) this.drop(fiber.slot)
    // Until all of them are left.
    await new Promise(setImmediate)
  }
}

const settled = (fiber) => fiber.settle(ENDED)
const failed = (fiber, error) => fiber.fail(error)

module.exports = { AVAILABLE, CONTINUATIONS_NOTE, CONTINUATIONS_ONLY, ENTER, Fibers, MODULE, Misuse }
