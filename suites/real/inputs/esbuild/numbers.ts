/** Adds up what can be added up. */
export function total(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += Number.isFinite(value) ? value : 0;
  return sum;
}

export enum Scale { Linear = 1, Log = "log".length, Square = Linear << 1 }

export abstract class Axis<T extends { at: number }> {
  static #made = 0;
  protected readonly name = `axis ${++Axis.#made}`;
  constructor(protected scale: Scale, private readonly marks: T[] = []) {}
  abstract place(mark: T): number;
  get places(): Map<string, number> {
    return new Map(this.marks.map((mark, i) => [`${this.name}:${i}`, this.place(mark)] as const));
  }
}

export function unused(): never {
  throw new Error("nobody calls this");
}
