/** The page's state as text behind `#`: `#/explorer?q=fib&s=…`. Everything that is seen is in it. */

export interface Route {
  /** The page's name, `overview` where there is none. */
  page: string;
  /** What follows it: the name of a benchmark, an incident or a machine. */
  argument: string | null;
  /** Raw values, still encoded: lists are split before they are decoded. */
  params: Record<string, string>;
}

/** Encoded for a fragment: slashes and colons may stand, what separates here may not. */
export function encode(text: string): string {
  return encodeURIComponent(text)
    .replace(/!/g, "%21")
    .replace(/~/g, "%7E")
    .replace(/%2F/g, "/")
    .replace(/%3A/g, ":")
    .replace(/%5B/g, "[")
    .replace(/%5D/g, "]");
}

/** Undoes `encode`; text that no encoder wrote is left as it is. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function encodeList(values: readonly string[]): string {
  return values.map(encode).join(",");
}

export function decodeList(raw: string | undefined): string[] {
  return raw === undefined || raw === "" ? [] : raw.split(",").map(decode);
}

/** Names of several parts, as of a series. */
export function encodeParts(parts: readonly string[]): string {
  return parts.map(encode).join("!");
}

export function decodeParts(raw: string): string[] {
  return raw.split("!").map(decode);
}

export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#\/?/, "");
  const question = text.indexOf("?");
  const path = question < 0 ? text : text.slice(0, question);
  const slash = path.indexOf("/");
  const page = slash < 0 ? path : path.slice(0, slash);
  const argument = slash < 0 ? null : decode(path.slice(slash + 1));
  const params: Record<string, string> = {};
  if (question >= 0) {
    for (const pair of text.slice(question + 1).split("&")) {
      const equals = pair.indexOf("=");
      if (equals > 0) params[pair.slice(0, equals)] = pair.slice(equals + 1);
    }
  }
  return { page: page === "" ? "overview" : page, argument: argument === "" ? null : argument, params };
}

export function formatRoute(route: Route): string {
  const path = `#/${route.page}${route.argument === null ? "" : `/${encode(route.argument)}`}`;
  const pairs = Object.entries(route.params).filter(([, value]) => value !== "");
  return pairs.length === 0 ? path : `${path}?${pairs.map(([name, value]) => `${name}=${value}`).join("&")}`;
}

/** A link to a page. */
export function href(page: string, argument: string | null = null, params: Record<string, string> = {}): string {
  return formatRoute({ page, argument, params });
}
