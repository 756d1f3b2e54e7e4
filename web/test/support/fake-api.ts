/** A server's API as the page sees it, in the shapes of `kymo serve`; tests change what it holds and how it fails. */

import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Account, Job, LogPart, Role } from "../../src/data/live";
import { makeWatch, type Watch } from "../fixtures/watch";

export interface Asked {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: unknown;
  status: number;
}

/** Tokens that the server knows, by the roles of their accounts. */
export const TOKENS: Record<string, [string, Role]> = {
  kymo_viewer: ["vic", "viewer"],
  kymo_requester: ["ann", "requester"],
  kymo_operator: ["olga", "operator"],
};

const CSRF = "csrf-of-this-session";
/** Bytes of a log in one answer, small so that pieces are tested. */
const PIECE_BYTES = 40_000;

const ENDED = ["finished", "failed", "cancelled"];

class Refused extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
  ) {
    super(title);
  }
}

/** A piece of a log, as the server cuts it: never within a character. */
function logPart(log: Buffer, wanted: number): LogPart {
  const isInside = (at: number) => at < log.length && (log[at] & 0xc0) === 0x80;
  let offset = Math.min(wanted, log.length);
  while (isInside(offset)) offset++;
  let end = Math.min(offset + PIECE_BYTES, log.length);
  while (isInside(end)) end--;
  return { offset, total_bytes: log.length, text: log.subarray(offset, end).toString() };
}

export class FakeApi {
  watch: Watch = makeWatch();
  asked: Asked[] = [];
  /** Whether it answers nothing but with this status. */
  failing: number | null = null;
  /** How long it asks to wait when it fails. */
  retryAfterS: number | null = null;
  /** Whether reading needs an account. */
  isPrivate = false;
  /** Which paths are answered late, and by how many milliseconds. */
  slow: { path: RegExp; ms: number } | null = null;
  /** Questions to one path that are under way at once, at most. */
  atOnce = new Map<string, number>();
  atOnceMax = 0;

  /** As at the beginning. */
  reset(): void {
    this.watch = makeWatch();
    this.asked = [];
    this.failing = null;
    this.retryAfterS = null;
    this.isPrivate = false;
    this.slow = null;
    this.atOnce.clear();
    this.atOnceMax = 0;
  }

  of(method: string, path: RegExp): Asked[] {
    return this.asked.filter((one) => one.method === method && path.test(one.path));
  }

  logIn(role: Role): void {
    const name = Object.values(TOKENS).find(([, one]) => one === role)?.[0] ?? role;
    this.watch.session = { ...this.watch.session, account: this.account(name, role), csrf: CSRF };
  }

  private account(name: string, role: Role): Account {
    return { name, role, created_unix_s: 1_700_000_000 };
  }

  handle = (path: string, request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? "/", "http://x");
    const key = path + url.search;
    const here = (this.atOnce.get(key) ?? 0) + 1;
    this.atOnce.set(key, here);
    this.atOnceMax = Math.max(this.atOnceMax, here);
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const asked: Asked = {
        method: request.method ?? "",
        path: key,
        headers: request.headers,
        body: text === "" ? null : JSON.parse(text),
        status: 0,
      };
      this.asked.push(asked);
      const waitMs = this.slow?.path.test(key) ? this.slow.ms : 0;
      setTimeout(() => {
        this.atOnce.set(key, (this.atOnce.get(key) ?? 1) - 1);
        this.answer(path, url.searchParams, asked, response);
      }, waitMs);
    });
  };

  private answer(path: string, query: URLSearchParams, asked: Asked, response: ServerResponse): void {
    const send = (status: number, type: string, body: unknown, headers: Record<string, string> = {}) => {
      asked.status = status;
      response.writeHead(status, { "content-type": type, ...headers });
      response.end(status === 304 || status === 204 ? undefined : JSON.stringify(body));
    };
    try {
      if (this.failing !== null && path !== "v1") throw new Refused(this.failing, "The server failed", "for the test");
      const body = this.route(asked.method, path.split("/").slice(1).map(decodeURIComponent), query, asked);
      const tag = `"${createHash("sha256").update(JSON.stringify(body)).digest("hex").slice(0, 16)}"`;
      if (asked.method !== "GET") send(body === null ? 204 : 200, "application/json", body);
      else if (asked.headers["if-none-match"] === tag) send(304, "application/json", null, { etag: tag });
      else send(200, "application/json", body, { etag: tag });
    } catch (error) {
      const { status, title, detail } = error instanceof Refused ? error : new Refused(500, "bug", String(error));
      const waits: Record<string, string> =
        this.retryAfterS === null ? {} : { "retry-after": String(this.retryAfterS) };
      send(status, "application/problem+json", { type: "about:blank", title, detail, status }, waits);
    }
  }

  private route(method: string, parts: string[], query: URLSearchParams, asked: Asked): unknown {
    const [what, name, act] = parts;
    if (what === undefined) return { kymo: "0.7.0", openapi: "/api/v1/openapi.json", routes: [], name: "kymograph" };
    if (what === "session") return this.session(method, asked);
    if (this.isPrivate && this.watch.session.account === null)
      throw new Refused(401, "A valid token is needed", "log in");
    if (method === "GET") return this.read(what, name, act, query);
    if (asked.headers["x-kymo-csrf"] !== CSRF) throw new Refused(403, "Cross-site", "the CSRF token is missing");
    if (what === "jobs") return this.changeJob(method, this.job(name), act, asked.body as { priority: number });
    const machine = this.watch.machines.find((one) => one.name === name);
    if (what !== "machines" || machine === undefined) throw new Refused(404, "There is no such thing", name ?? "");
    if (act === "pause") {
      machine.paused_by_operator = (asked.body as { because: string }).because;
      machine.state = "paused";
    } else {
      machine.paused_by_operator = null;
      machine.state = "idle";
    }
    return machine;
  }

  private session(method: string, asked: Asked): unknown {
    const { watch } = this;
    if (method === "POST") {
      const known = TOKENS[(asked.body as { token: string }).token];
      if (known === undefined) throw new Refused(401, "A valid token is needed", "this one is not known");
      watch.session = { ...watch.session, account: this.account(...known), csrf: CSRF };
    }
    if (method === "DELETE") {
      if (asked.headers["x-kymo-csrf"] !== CSRF) throw new Refused(403, "Cross-site", "the CSRF token is missing");
      watch.session = { ...watch.session, account: null, csrf: null };
      return null;
    }
    // As serde leaves out what is nothing.
    return JSON.parse(JSON.stringify(watch.session, (_, value) => (value === null ? undefined : value)));
  }

  private job(id: string): Job {
    const job = this.watch.jobs.find((one) => String(one.id) === id);
    if (job === undefined) throw new Refused(404, "There is no such thing", `job ${id}`);
    return job;
  }

  private read(what: string, id: string | undefined, act: string | undefined, query: URLSearchParams): unknown {
    const { jobs, machines, logs } = this.watch;
    const machine = query.get("machine");
    const limit = Number(query.get("limit") ?? 50);
    if (what === "machines") return { items: machines };
    if (what === "queue") {
      const items = jobs.filter((job) => !ENDED.includes(job.state) && (machine === null || job.machine === machine));
      return { items: items.slice(0, limit) };
    }
    if (what !== "jobs") throw new Refused(404, "There is no such thing", what);
    if (id === undefined) {
      const after = Number(query.get("after") ?? Number.POSITIVE_INFINITY);
      const found = jobs
        .filter((job) =>
          ["project", "state", "machine"].every(
            (key) => (query.get(key) ?? job[key as "state"]) === job[key as "state"],
          ),
        )
        .filter((job) => job.id < after)
        .sort((a, b) => b.id - a.id);
      const items = found.slice(0, limit);
      return found.length > limit ? { items, next: String(items[limit - 1].id) } : { items };
    }
    const job = this.job(id);
    if (act === undefined) return job;
    return logPart(Buffer.from(logs.get(job.id) ?? ""), Number(query.get("offset") ?? 0));
  }

  private changeJob(method: string, job: Job, act: string | undefined, body: { priority: number }): Job {
    if (method === "PATCH") {
      if (Math.abs(body.priority) > 1000) throw new Refused(422, "It cannot be", "priority goes from -1000 to 1000");
      job.priority = body.priority;
      return job;
    }
    const isOver = ENDED.includes(job.state);
    if (act === "cancel" && isOver)
      throw new Refused(409, "It cannot be done as things are", `job ${job.id} has ended`);
    if (act === "cancel" && job.state === "queued") {
      Object.assign(job, {
        state: "cancelled",
        end: { kind: "cancelled" },
        ended_unix_s: Math.floor(Date.now() / 1000),
      });
    }
    if (act === "retry") {
      Object.assign(job, { state: "queued", end: null, ended_unix_s: null, started_unix_s: null, attempts: 0 });
    }
    return job;
  }
}
