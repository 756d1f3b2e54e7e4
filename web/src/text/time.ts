/** Dates and stretches of time, in UTC so that all readers see the same. */

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** `2026-11-22`; a dash where the time is not known. */
export function date(unixS: number | null | undefined): string {
  if (!unixS || !Number.isFinite(unixS)) return "—";
  const at = new Date(unixS * 1000);
  return `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
}

/** `2026-11-22 10:41 UTC`. */
export function dateTime(unixS: number | null | undefined): string {
  if (!unixS || !Number.isFinite(unixS)) return "—";
  const at = new Date(unixS * 1000);
  return `${date(unixS)} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())} UTC`;
}

/** How long `seconds` is: `42 s`, `1 min 20 s`, `3 h 5 min`, `12 days`. */
export function duration(seconds: number): string {
  const whole = Math.max(Math.round(seconds), 0);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return parts(Math.floor(whole / 60), "min", whole % 60, "s");
  if (whole < 172800) return parts(Math.floor(whole / 3600), "h", Math.floor((whole % 3600) / 60), "min");
  return `${Math.floor(whole / 86400)} days`;
}

function parts(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** How long ago something was, seen from the site's own time: a page that is opened later must not call it broken. */
export function ago(unixS: number | null | undefined, nowUnixS: number): string {
  if (!unixS) return "never";
  const seconds = nowUnixS - unixS;
  return seconds < 60 ? "just now" : `${duration(seconds)} ago`;
}
