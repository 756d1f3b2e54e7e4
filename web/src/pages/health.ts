/** What a machine's record says of it, in one word. */

import type { Machine } from "../data/types";

export interface Health {
  kind: "good" | "fair" | "poor" | "unknown";
  text: string;
}

/** Noisy runs beyond these shares of the last ones make a machine fair and poor: a twentieth is what chance gives. */
const FAIR_ABOVE = 0.1;
const POOR_ABOVE = 0.3;

/** An A/A rate may lie within the 99 % band of its 5 %: see `aaBand`. */
export function machineHealth(machine: Machine): Health {
  if (machine.noisy_of_last === null || machine.noisy_of_last[1] === 0)
    return { kind: "unknown", text: "not known yet" };
  const [noisy, of] = machine.noisy_of_last;
  const share = noisy / of;
  const noise = noisy === 0 ? "quiet" : `${noisy} of the last ${of} runs noisy`;
  if (share > POOR_ABOVE) return { kind: "poor", text: noise };
  if (share > FAIR_ABOVE || machine.remarks.length > 0) {
    return { kind: "fair", text: share > FAIR_ABOVE ? noise : (machine.remarks[0] ?? noise) };
  }
  return { kind: "good", text: noise };
}

/** The band in which a rate of 5 % lies with 99 % probability over so many comparisons, by the normal approximation. */
export function aaBand(comparisons: number): [number, number] {
  const half = 2.576 * Math.sqrt((0.05 * 0.95) / comparisons);
  return [Math.max(0.05 - half, 0), 0.05 + half];
}
