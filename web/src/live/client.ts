/** Asking the live server: answers with what they were known by, and errors in words. */

import type { Problem } from "../data/live";
import { API } from "./probe";

/** Shows the server that a change comes from this page. */
const CSRF_HEADER = "x-kymo-csrf";

/** How long an answer may take before it counts as none. */
const PATIENCE_MS = 20_000;

/** Characters of a server's own words that are shown at most. */
const WORDS_MAX = 400;

/** An answer that is an error, or none at all; `status` is 0 then. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Seconds that the server asks to wait. */
    readonly retryAfterS: number | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** How far the server's clock is ahead of the browser's: times are the server's, and browsers' clocks may be anything. */
let aheadMs = 0;

/** Now by the server's clock, as seconds since 1970-01-01 UTC. */
export function serverNow(): number {
  return (Date.now() + aheadMs) / 1000;
}

function learnClock(response: Response): void {
  const said = Date.parse(response.headers.get("date") ?? "");
  // The header has whole seconds and an answer takes a while: less than that is no difference.
  if (Number.isFinite(said)) aheadMs = Math.abs(said - Date.now()) > 5000 ? said - Date.now() : 0;
}

interface Asked {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

async function ask(path: string, { method = "GET", body, headers = {}, signal }: Asked): Promise<Response> {
  const timeout = AbortSignal.timeout(PATIENCE_MS);
  try {
    const response = await fetch(`${API}${path}`, {
      method,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    learnClock(response);
    return response;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(
      0,
      timeout.aborted ? `the server did not answer within ${PATIENCE_MS / 1000} s` : "the server cannot be reached",
    );
  }
}

/** The error that an answer is. */
async function problemOf(response: Response): Promise<ApiError> {
  const waits = Number(response.headers.get("retry-after"));
  const retryAfterS = Number.isFinite(waits) && waits > 0 ? waits : null;
  let said = "";
  try {
    if (/json/.test(response.headers.get("content-type") ?? "")) {
      const { title, detail } = (await response.json()) as Problem;
      const parts = [title, detail].filter((one) => typeof one === "string" && one !== "");
      said = [...new Set(parts)].join(": ").slice(0, WORDS_MAX);
    }
  } catch {
    // Then its number has to do.
  }
  return new ApiError(response.status, said === "" ? `the server answered ${response.status}` : said, retryAfterS);
}

async function json<T>(response: Response): Promise<T> {
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiError(response.status, "the server's answer is no JSON");
  }
}

/** An answer, and the tag by which to ask whether it still holds. */
export interface Tagged<T> {
  tag: string | null;
  value: T;
}

/** A GET that costs the server little where nothing changed: then `before` is the answer. */
export async function get<T>(path: string, before: Tagged<T> | null, signal?: AbortSignal): Promise<Tagged<T>> {
  const headers: Record<string, string> = before?.tag ? { "if-none-match": before.tag } : {};
  const response = await ask(path, { headers, signal });
  if (response.status === 304 && before !== null) return before;
  return { tag: response.headers.get("etag"), value: await json<T>(response) };
}

/** A change; `csrf` shows that it comes from this page and not from another that the reader has open. */
export async function change<T>(method: string, path: string, body: unknown, csrf: string | null): Promise<T> {
  return json<T>(await ask(path, { method, body, headers: csrf === null ? {} : { [CSRF_HEADER]: csrf } }));
}

/** A path of names from data, each encoded. */
export function path(...parts: (string | number)[]): string {
  return `/${parts.map((part) => encodeURIComponent(String(part))).join("/")}`;
}

/** A path with a query; what is empty is left out. */
export function withQuery(base: string, query: Record<string, string | number | null>): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== "");
  const text = pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&");
  return text === "" ? base : `${base}?${text}`;
}
