/** What range an axis shows. */

import { median } from "../stats/sample";
import { lowerBound } from "./decimate";
import type { Line } from "./scene";

export interface RangeOptions {
  isLog: boolean;
  fromZero: boolean;
  clip: boolean;
  bands: boolean;
}

/** A value farther from the median than so many robust standard deviations is an outlier, if those are to be clipped. */
const CLIP_SDS = 8;
const MAD_TO_SD = 1.4826;

export function xRange(lines: readonly Line[]): [number, number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  const see = (x: number) => {
    if (x < min) min = x;
    if (x > max) max = x;
  };
  for (const line of lines) {
    if (line.x.length > 0) {
      see(line.x[0]);
      see(line.x[line.x.length - 1]);
    }
    for (const failed of line.failed) see(failed.x);
  }
  if (!Number.isFinite(min)) return [0, 1];
  const room = max > min ? (max - min) * 0.015 : 1;
  return [min - room, max + room];
}

/** The y range of what is visible between `x0` and `x1`. */
export function yRange(lines: readonly Line[], x0: number, x1: number, options: RangeOptions): [number, number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const line of lines) {
    const from = lowerBound(line.x, x0);
    const to = lowerBound(line.x, x1 + Number.EPSILON * Math.abs(x1));
    const [least, most] = limits(line, from, to, options);
    if (least < min) min = least;
    if (most > max) max = most;
  }
  if (!Number.isFinite(min)) return [0, 1];
  if (options.isLog) {
    const room = max > min ? (max / min) ** 0.06 : 1.1;
    return [min / room, max * room];
  }
  if (options.fromZero) {
    min = Math.min(min, 0);
    max = Math.max(max, 0);
  }
  const room = max > min ? (max - min) * 0.07 : Math.abs(max) * 0.05 || 1;
  return [options.fromZero && min === 0 ? 0 : min - room, options.fromZero && max === 0 ? 0 : max + room];
}

function limits(line: Line, from: number, to: number, options: RangeOptions): [number, number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    const low = options.bands && line.low[i] < line.y[i] ? line.low[i] : line.y[i];
    const high = options.bands && line.high[i] > line.y[i] ? line.high[i] : line.y[i];
    if (low < min && (!options.isLog || low > 0)) min = low;
    if (options.isLog && line.y[i] < min) min = line.y[i];
    if (high > max) max = high;
  }
  if (!options.clip || to - from < 5) return [min, max];
  const values = Array.from(line.y.subarray(from, to));
  const centre = median(values) as number;
  const spread = MAD_TO_SD * (median(values.map((value) => Math.abs(value - centre))) as number);
  if (spread === 0) return [min, max];
  return [Math.max(min, centre - CLIP_SDS * spread), Math.min(max, centre + CLIP_SDS * spread)];
}

/** Whether a logarithmic axis can show the lines: all values are above zero. */
export function canBeLog(lines: readonly Line[]): boolean {
  return lines.every((line) => line.y.every((value) => value > 0));
}
