/** Where axes are labelled. */

import { date } from "../text/time";
import { decimalsFor, grouped, type Scale, scaleOf, signed } from "../text/units";

const STEPS = [1, 2, 2.5, 5, 10];

/** A step of 1, 2, 2.5 or 5 times a power of ten that gives about `count` ticks. */
export function niceStep(span: number, count: number): number {
  const rough = span / Math.max(count, 1);
  if (!(rough > 0) || !Number.isFinite(rough)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return (STEPS.find((step) => step * power >= rough * 0.999) ?? 10) * power;
}

export function linearTicks(min: number, max: number, count: number): number[] {
  const step = niceStep(max - min, count);
  const ticks: number[] = [];
  for (let i = Math.ceil(min / step - 1e-9); i * step <= max + step * 1e-9; i++) ticks.push(i * step + 0);
  return ticks;
}

/** 1, 2 and 5 of each decade; linear ticks where there is less than a decade. */
export function logTicks(min: number, max: number, count: number): number[] {
  if (!(min > 0) || max / min < 10) return linearTicks(min, max, count).filter((tick) => tick > 0);
  const decades = Math.log10(max / min);
  const digits = decades <= 3 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.log10(max); power++) {
    for (const digit of digits) {
      const tick = digit * 10 ** power;
      if (tick >= min * 0.999 && tick <= max * 1.001) ticks.push(tick);
    }
  }
  return ticks;
}

/** Positions are whole: at least one apart. */
export function positionTicks(min: number, max: number, count: number): number[] {
  const step = Math.max(Math.ceil(niceStep(max - min, count)), 1);
  const ticks: number[] = [];
  for (let tick = Math.ceil(min / step) * step; tick <= max; tick += step) ticks.push(tick);
  return ticks;
}

const DAY = 86400;

/** Days, weeks, or first days of months and years, in UTC. */
export function dateTicks(min: number, max: number, count: number): number[] {
  const wanted = (max - min) / Math.max(count, 1);
  const days = [1, 2, 7, 14].find((step) => step * DAY >= wanted);
  const ticks: number[] = [];
  if (days !== undefined) {
    const step = days * DAY;
    for (let tick = Math.ceil(min / step) * step; tick <= max; tick += step) ticks.push(tick);
    return ticks;
  }
  const months = [1, 2, 3, 6, 12, 24, 60, 120].find((step) => step * 30 * DAY >= wanted) ?? 240;
  const start = new Date(min * 1000);
  let month = Math.floor((start.getUTCFullYear() * 12 + start.getUTCMonth()) / months) * months;
  for (; ; month += months) {
    const tick = Date.UTC(Math.floor(month / 12), month % 12, 1) / 1000;
    if (tick > max) return ticks;
    if (tick >= min) ticks.push(tick);
  }
}

/** One scale and one number of decimals for all labels of an axis. */
export function valueLabels(ticks: readonly number[], unit: string): string[] {
  const largest = ticks.reduce((most, tick) => Math.max(most, Math.abs(tick)), 0);
  const scale: Scale = scaleOf(largest, unit);
  const step = ticks.length > 1 ? Math.min(...ticks.slice(1).map((tick, i) => Math.abs(tick - ticks[i]))) : largest;
  const scaled = step / scale.factor;
  const isRound = (decimals: number) => ticks.every((tick) => near(tick / scale.factor, decimals));
  let decimals = scaled > 0 ? Math.max(-Math.floor(Math.log10(scaled) + 1e-9), 0) : decimalsFor(scaled);
  while (decimals < 12 && !isRound(decimals)) decimals++;
  return ticks.map((tick) => {
    const value = tick / scale.factor;
    const number = unit === "%" ? signed(value, decimals) : grouped(value, decimals);
    return scale.symbol === "" ? number : `${number} ${scale.symbol}`;
  });
}

function near(value: number, decimals: number): boolean {
  const factor = 10 ** decimals;
  return Math.abs(Math.round(value * factor) / factor - value) <= 1e-6 * Math.abs(value) + 1e-15;
}

export function dateLabels(ticks: readonly number[]): string[] {
  const allFirst = ticks.every((tick) => date(tick).endsWith("-01"));
  return ticks.map((tick) => (allFirst ? date(tick).slice(0, 7) : date(tick)));
}
