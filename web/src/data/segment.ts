/** Decoding a segment: the points of up to 64 series at up to 256 positions, into plain columns. */

import { ByteReader } from "./bytes";
import type { ContextColumns, SegmentContext, SegmentHeader } from "./types";

/** The points of one series in one segment. `low` and `high` are ends of intervals, NaN where there is none. */
export interface SeriesPart {
  position: Float64Array;
  value: Float64Array;
  low: Float64Array;
  high: Float64Array;
  /** Indices into the header's contexts and runs. */
  context: Uint32Array;
  run: Uint32Array;
  failed: { position: number; outcome: number; run: number }[];
}

export interface Segment {
  header: SegmentHeader;
  bytes: Uint8Array;
  /** Where each series begins. */
  starts: number[];
}

const MAGIC = [0x4b, 0x53, 0x45, 0x47];

/** The header of a segment, and where its series lie. */
export function openSegment(bytes: Uint8Array): Segment {
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) throw new Error("it is no segment");
  if (bytes[4] !== 2) throw new Error(`it has version ${bytes[4]}, and this page reads version 2: reload the page`);
  const reader = new ByteReader(bytes);
  reader.at = 5;
  const raw = JSON.parse(new TextDecoder().decode(reader.slice(reader.varint()))) as Raw;
  const header: SegmentHeader = { ...raw, contexts: contextsOf(raw.contexts) };
  const starts: number[] = [];
  let at = reader.at;
  for (const series of header.series) {
    starts.push(at);
    at += series.bytes;
  }
  if (at !== bytes.length) throw new Error("its length is not what its header says");
  return { header, bytes, starts };
}

/** A header as it is written. */
type Raw = Omit<SegmentHeader, "contexts"> & { contexts: ContextColumns };

function contextsOf(columns: ContextColumns): SegmentContext[] {
  const { fingerprint, module, build, code, rows } = columns;
  const found: SegmentContext[] = [];
  for (let i = 0; i + 3 < rows.length; i += 4) {
    found.push({
      fingerprint: fingerprint[rows[i]],
      module: module[rows[i + 1]],
      build: build[rows[i + 2]],
      code: rows[i + 3] === 0 ? null : code[rows[i + 3] - 1],
    });
  }
  return found;
}

/** Half-width of an interval from its byte; NaN for none. */
export function halfWidth(code: number, quantum: number): number {
  return code === 0 ? Number.NaN : quantum * 2 ** ((code - 1) / 16 - 4);
}

/** The points of the series at place `index` of the group. */
export function decodeSeries(segment: Segment, index: number): SeriesPart {
  const { header, bytes, starts } = segment;
  if (index >= header.series.length) throw new Error("it does not hold the series");
  const { quantum, bytes: length } = header.series[index];
  const reader = new ByteReader(bytes, starts[index] + length);
  reader.at = starts[index];
  const n = count(reader, length);
  const position = positions(reader, n, header.first);
  const value = new Float64Array(n);
  let steps = 0;
  for (let i = 0; i < n; i++) {
    steps += reader.zigzag();
    value[i] = steps * quantum;
  }
  const low = new Float64Array(n);
  const high = new Float64Array(n);
  const below = reader.slice(n);
  const above = reader.slice(n);
  for (let i = 0; i < n; i++) {
    low[i] = value[i] - halfWidth(below[i], quantum);
    high[i] = value[i] + halfWidth(above[i], quantum);
  }
  const context = contexts(reader, n, header.contexts.length);
  const run = indices(reader, n, header.runs.length);
  return { position, value, low, high, context, run, failed: failures(reader, length, header) };
}

/** A number of points, each of which takes at least one byte. */
function count(reader: ByteReader, length: number): number {
  const n = reader.varint();
  if (n > length) throw new Error("it has fewer bytes than points");
  return n;
}

function positions(reader: ByteReader, n: number, first: number): Float64Array {
  const found = new Float64Array(n);
  let at = first;
  for (let i = 0; i < n; i++) {
    at += reader.varint();
    found[i] = at;
  }
  return found;
}

function contexts(reader: ByteReader, n: number, known: number): Uint32Array {
  const found = new Uint32Array(n);
  for (let i = 0; i < n; ) {
    const length = reader.varint();
    const context = reader.varint();
    if (length === 0 || i + length > n || context >= known) throw new Error("its contexts do not fit its points");
    found.fill(context, i, i + length);
    i += length;
  }
  return found;
}

function indices(reader: ByteReader, n: number, known: number): Uint32Array {
  const found = new Uint32Array(n);
  let at = 0;
  for (let i = 0; i < n; i++) {
    at += reader.zigzag();
    if (at < 0 || at >= known) throw new Error("it names a run that it does not list");
    found[i] = at;
  }
  return found;
}

function failures(reader: ByteReader, length: number, header: SegmentHeader): SeriesPart["failed"] {
  const m = count(reader, length);
  const at = positions(reader, m, header.first);
  const outcome = reader.slice(m);
  const run = indices(reader, m, header.runs.length);
  return Array.from(at, (position, i) => ({ position, outcome: outcome[i], run: run[i] }));
}
