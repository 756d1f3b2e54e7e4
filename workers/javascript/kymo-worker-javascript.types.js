// Part of kymo-worker-javascript: what JavaScript does not tell of a module, read from its bytes; and values as text.
'use strict'

const NUMBERS = { 0x7f: 'i32', 0x7e: 'i64', 0x7d: 'f32', 0x7c: 'f64', 0x7b: 'v128' }

/** The sections that count here: types of functions, the limits of imported memories, whether there are continuations. */
function read(bytes) {
  const found = { types: [], functions: [], exports: [], memories: [], hasContinuations: false }
  let at = 8
  const byte = () => bytes[at++]
  const leb = () => { const b = byte(); return b < 128 ? b : b - 128 + 128 * leb() }
  const list = (item) => Array.from({ length: leb() }, item)
  const text = () => { const length = leb(); at += length; return bytes.toString('utf8', at - length, at) }
  const valueType = () => {
    const code = byte()
    return NUMBERS[code] ?? ((code === 0x63 || code === 0x64) && leb(), 'reference')
  }
  const field = () => { valueType(); byte() }
  const composite = () => {
    const form = byte()
    if (form === 0x50 || form === 0x4f) { list(leb); return composite() }
    if (form === 0x60) return { params: list(valueType), results: list(valueType) }
    if (form === 0x5d) found.hasContinuations = true
    if (form === 0x5f) list(field); else if (form === 0x5e) field(); else leb()
    return null
  }
  const limits = () => {
    const flags = byte(), initial = leb(), maximum = flags & 1 ? leb() : undefined
    if (flags & 8) leb()
    return { initial, maximum, shared: (flags & 2) !== 0 }
  }
  const define = () => found.types.push(composite())
  const table = () => { valueType(); limits() }, tag = () => { byte(); leb() }
  const memory = (module, name) => found.memories.push({ module, name, ...limits() })
  const imported = [() => found.functions.push(leb()), table, memory, field, tag]
  while (at < bytes.length) {
    const section = byte(), end = leb() + at
    if (section === 1) list(() => bytes[at] === 0x4e ? (byte(), list(define)) : define())
    if (section === 2) list(() => { const module = text(), name = text(); imported[byte()](module, name) })
    if (section === 3) found.functions.push(...list(leb))
    if (section === 7) found.exports = list(() => ({ name: text(), kind: byte(), index: leb() }))
    at = end
  }
  return found
}

/** What can be asked of a module's bytes. */
class Types {
  constructor(bytes) { this.found = read(bytes) }

  /** The type of an exported function: is a 1 that it returns an i32 or an f64? Undefined where there is none. */
  exported(name) {
    const { types, functions, exports } = this.found
    return types[functions[exports.find((it) => it.name === name && it.kind === 0)?.index]]
  }

  /** Size of an imported memory in pages, and whether it is shared. */
  importedMemory(module, name) { return this.found.memories.find((it) => it.module === module && it.name === name) }

  get hasContinuations() { return this.found.hasContinuations }
}

/** An argument of this type; undefined where the text is none. */
function parse(type, text) {
  const isWhole = /^[+-]?\d+$/.test(text)
  const bits = { i32: 32, i64: 64 }[type]
  if (bits && isWhole) {
    const value = BigInt(text.replace('+', '')), wrapped = BigInt.asIntN(bits, value)
    if (value === wrapped || value === BigInt.asUintN(bits, value)) return bits === 32 ? Number(wrapped) : wrapped
  }
  if (!bits && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text)
  if (!bits && /^[+-]?nan$/i.test(text)) return NaN
  if (!bits && /^[+-]?inf(inity)?$/i.test(text)) return text[0] === '-' ? -Infinity : Infinity
}

/** Integers as signed decimals, floats as bit patterns, as in every worker. */
function resultText(types, value) {
  const view = new DataView(new ArrayBuffer(8))
  const one = (type, value) => {
    if (type === 'f32') view.setFloat32(0, value)
    else if (type === 'f64') view.setFloat64(0, value)
    else return String(value)
    return `${type}:0x${Buffer.from(view.buffer, 0, type === 'f32' ? 4 : 8).toString('hex')}`
  }
  return types.map((type, i) => one(type, types.length === 1 ? value : value[i])).join(' ')
}

module.exports = { Types, parse, resultText }
