/** Quantities as people read them, in the same words as the command line. */

const MINUS = "−";
const NOTHING = "—";

export interface Scale {
  /** One of it, in the base unit. */
  factor: number;
  symbol: string;
}

const SCALES: Record<string, Scale[]> = {
  s: [
    { factor: 1e-9, symbol: "ns" },
    { factor: 1e-6, symbol: "µs" },
    { factor: 1e-3, symbol: "ms" },
    { factor: 1, symbol: "s" },
  ],
  B: [
    { factor: 1, symbol: "B" },
    { factor: 1024, symbol: "KiB" },
    { factor: 1048576, symbol: "MiB" },
    { factor: 1073741824, symbol: "GiB" },
    { factor: 1099511627776, symbol: "TiB" },
  ],
  "1": [
    { factor: 1, symbol: "" },
    { factor: 1e6, symbol: "M" },
    { factor: 1e9, symbol: "G" },
    { factor: 1e12, symbol: "T" },
  ],
  ratio: [{ factor: 1, symbol: "" }],
  "%": [{ factor: 1, symbol: "%" }],
};

/** The scale in which `value`, in the base unit, is read best. */
export function scaleOf(value: number, unit: string): Scale {
  const scales = SCALES[unit] ?? [{ factor: 1, symbol: unit }];
  const size = Math.abs(value);
  if (size === 0 && unit === "s") return scales[scales.length - 1];
  for (let i = scales.length - 1; i >= 0; i--) {
    if (size / scales[i].factor >= 0.9995) return scales[i];
  }
  return scales[0];
}

/** Decimals that give `value` three significant digits. */
export function decimalsFor(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return 0;
  const size = Number(Math.abs(value).toPrecision(3));
  return Math.min(Math.max(2 - Math.floor(Math.log10(size)), 0), 12);
}

/** With a comma between thousands and, where negative, a minus sign. */
export function grouped(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return NOTHING;
  const plain = Math.abs(value).toFixed(decimals);
  const [integer, fraction] = plain.split(".");
  const sign = value < 0 && /[1-9]/.test(plain) ? MINUS : "";
  const thousands = integer.replace(/\B(?=(\d{3})+$)/g, ",");
  return sign + thousands + (fraction === undefined ? "" : `.${fraction}`);
}

export function signed(value: number, decimals: number): string {
  const text = grouped(value, decimals);
  return value > 0 && Number.isFinite(value) && /[1-9]/.test(text) ? `+${text}` : text;
}

/** `value` in a scale, three significant digits; what can be counted is not measured to a tenth. */
export function show(value: number, scale: Scale): string {
  const scaled = value / scale.factor;
  const countable = scale.factor === 1 && scale.symbol !== "s" && scale.symbol !== "%" && Number.isInteger(scaled);
  const number = grouped(scaled, countable || scaled === 0 ? 0 : decimalsFor(scaled));
  return scale.symbol === "" ? number : `${number} ${scale.symbol}`;
}

/** A quantity in its base unit: `85.1 ms`, `1.20 MiB`, `12,345`. */
export function quantity(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
  return show(value, scaleOf(value, unit));
}

/** A difference with its sign: `+1.20 ms`. */
export function signedQuantity(value: number, unit: string): string {
  const text = quantity(value, unit);
  return value > 0 ? `+${text}` : text;
}

/** A relative difference (0.01 = 1 %) with its sign; beyond a factor of two it is said as one. */
export function percent(fraction: number | null | undefined): string {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return NOTHING;
  const value = 100 * fraction;
  if (value >= 1000) return `${grouped(1 + fraction, 1)}×`;
  return `${signed(value, value !== 0 && Math.abs(value) < 0.05 ? 2 : 1)} %`;
}

/** A share without a sign and without needless decimals: `1 %`, `2.35 %`. */
export function share(fraction: number): string {
  return `${(100 * fraction).toFixed(2).replace(/\.?0+$/, "")} %`;
}

/** A relative half-width: `±0.6 %`. */
export function plusMinus(fraction: number | null): string {
  if (fraction === null || !Number.isFinite(fraction)) return NOTHING;
  const value = 100 * fraction;
  return value > 0 && value < 0.05 ? "<0.1 %" : `±${grouped(value, 1)} %`;
}

/** Three decimals about 1, and no digits that nobody needs far from it. */
export function ratioDecimals(ratio: number): number {
  const size = Math.abs(ratio);
  if (size >= 999.95) return 0;
  if (size >= 99.995) return 1;
  if (size >= 9.9995) return 2;
  return size >= 0.1 ? 3 : decimalsFor(size);
}

export function ratioText(ratio: number): string {
  return grouped(ratio, ratioDecimals(ratio));
}

/** An interval with the percentages of its ends: `[+1.2, +2.3] %`. */
export function percentInterval(low: number | null, high: number | null): string {
  if (low === null || high === null) return "";
  return `[${signed(100 * low, 1)}, ${signed(100 * high, 1)}] %`;
}

/** A number of things by the English plural: commits, branches, epochs. */
export function counted(number: number, thing: string): string {
  const ending = number === 1 || thing === "series" ? "" : /(s|[^o]ch)$/.test(thing) ? "es" : "s";
  return `${grouped(number, 0)} ${thing}${ending}`;
}

/** What a unit is called beside an axis. */
export function directionText(direction: string): string {
  return direction === "higher" ? "higher is better" : "lower is better";
}
