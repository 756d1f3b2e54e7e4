/** The points of one series over all segments that could be read. */

import { LoadError, messageOf } from "./load";
import { decodeSeries, openSegment, type Segment, type SeriesPart } from "./segment";
import { OUTCOMES, type SegmentContext } from "./types";

/** Why a line is broken before a point. */
export interface Break {
  /** Index of the first point after it. */
  index: number;
  kind: "epoch" | "module";
  text: string;
}

/** A stretch of positions whose segment could not be read. */
export interface Gap {
  first: number;
  end: number;
  message: string;
}

export interface History {
  position: Float64Array;
  value: Float64Array;
  low: Float64Array;
  high: Float64Array;
  context: SegmentContext[];
  run: string[];
  failed: { position: number; outcome: string; run: string }[];
  breaks: Break[];
  gaps: Gap[];
}

export const EMPTY_HISTORY: History = {
  position: new Float64Array(),
  value: new Float64Array(),
  low: new Float64Array(),
  high: new Float64Array(),
  context: [],
  run: [],
  failed: [],
  breaks: [],
  gaps: [],
};

/** Joins the parts of a series, which may come in any order. */
export function joinParts(parts: { segment: Segment; part: SeriesPart }[], gaps: Gap[]): History {
  const sorted = [...parts].sort((a, b) => a.segment.header.first - b.segment.header.first);
  const n = sorted.reduce((sum, one) => sum + one.part.position.length, 0);
  const joined: History = {
    position: new Float64Array(n),
    value: new Float64Array(n),
    low: new Float64Array(n),
    high: new Float64Array(n),
    context: new Array(n),
    run: new Array(n),
    failed: [],
    breaks: [],
    gaps: [...gaps].sort((a, b) => a.first - b.first),
  };
  let at = 0;
  for (const { segment, part } of sorted) {
    for (const column of ["position", "value", "low", "high"] as const) joined[column].set(part[column], at);
    for (let i = 0; i < part.position.length; i++) {
      joined.context[at + i] = segment.header.contexts[part.context[i]];
      joined.run[at + i] = segment.header.runs[part.run[i]];
    }
    for (const one of part.failed) {
      const outcome = OUTCOMES[one.outcome] ?? `outcome ${one.outcome}`;
      joined.failed.push({ position: one.position, outcome, run: segment.header.runs[one.run] });
    }
    at += part.position.length;
  }
  joined.breaks = breaksOf(joined.context);
  return joined;
}

/** A new fingerprint is a machine's epoch, a new module another program; neither may look like a change of the engine. */
export function breaksOf(contexts: readonly SegmentContext[]): Break[] {
  const breaks: Break[] = [];
  for (let i = 1; i < contexts.length; i++) {
    const before = contexts[i - 1];
    const now = contexts[i];
    if (before === now) continue;
    if (before.fingerprint !== now.fingerprint) {
      breaks.push({ index: i, kind: "epoch", text: `machine changed: ${short(now.fingerprint)}` });
    } else if (before.module !== now.module) {
      breaks.push({ index: i, kind: "module", text: `other module: ${short(now.module)}` });
    }
  }
  return breaks;
}

function short(hash: string | null): string {
  return hash === null ? "unknown" : hash.slice(0, 8);
}

/** Opens a segment and names the file where it cannot be read. */
export function openNamed(reference: string, bytes: Uint8Array): Segment {
  try {
    return openSegment(bytes);
  } catch (error) {
    throw new LoadError(`data/${reference}.kz`, `the file is damaged: ${messageOf(error)}`);
  }
}

export function decodeNamed(reference: string, segment: Segment, index: number): SeriesPart {
  try {
    return decodeSeries(segment, index);
  } catch (error) {
    throw new LoadError(`data/${reference}.kz`, `the file is damaged: ${messageOf(error)}`);
  }
}
