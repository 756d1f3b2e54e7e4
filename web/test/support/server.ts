/** Serves the built app with a folder of data, below a path, as a plain static host does. */

import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".xml": "application/atom+xml",
  ".kz": "application/octet-stream",
};

/** What `kymo serve` sends: nothing inline, nothing from elsewhere. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

export interface StaticSite {
  url: string;
  /** Paths asked for, in order. */
  asked: string[];
  /** Paths that are answered with 404, or with other bytes. */
  missing: Set<string>;
  damaged: Set<string>;
  /** Paths that are answered with other content. */
  replaced: Map<string, string>;
  close: () => Promise<void>;
}

/** `KYMO_TEST_DELAY=300`: each answer is sent 0 to 300 ms late, by chance, so that answers pass one another. */
const DELAY_MS = Number(process.env.KYMO_TEST_DELAY ?? 0);

/** Sends what `response` ends with later; what it says is as it was when it was asked for. */
function delay(response: ServerResponse): void {
  const end = response.end.bind(response);
  response.end = ((content?: string | Buffer) => {
    setTimeout(() => end(content), Math.random() * DELAY_MS);
    return response;
  }) as typeof response.end;
}

/** The path the site lies below: a site must work below any. */
const BASE = "/some/where/";

/** Answers what lies below `api/`; `path` is what follows that. */
export type ApiHandler = (path: string, request: IncomingMessage, response: ServerResponse) => void;

export async function serve(app: string, data: string, hasPolicy = true, api?: ApiHandler): Promise<StaticSite> {
  const site: Omit<StaticSite, "url" | "close"> = {
    asked: [],
    missing: new Set(),
    damaged: new Set(),
    replaced: new Map(),
  };
  const server: Server = createServer((request, response) => {
    if (DELAY_MS > 0) delay(response);
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname);
    site.asked.push(path);
    const name = normalize(path.slice(BASE.length) || "index.html");
    if (api !== undefined && name.startsWith("api/")) {
      api(name.slice("api/".length), request, response);
      return;
    }
    const file = [join(data, name), join(app, name)].find((one) => existsSync(one) && statSync(one).isFile());
    if (!path.startsWith(BASE) || name.startsWith("..") || file === undefined || site.missing.has(name)) {
      response.writeHead(404).end("not found");
      return;
    }
    const headers: Record<string, string> = { "content-type": TYPES[extname(name)] ?? "application/octet-stream" };
    if (hasPolicy) headers["content-security-policy"] = POLICY;
    const isZipped = existsSync(`${file}.gz`);
    if (isZipped) headers["content-encoding"] = "gzip";
    const content = site.damaged.has(name)
      ? Buffer.from("damaged")
      : site.replaced.has(name)
        ? Buffer.from(site.replaced.get(name) ?? "")
        : readFileSync(isZipped ? `${file}.gz` : file);
    response.writeHead(200, { ...headers, "content-length": String(content.length) }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { ...site, url: `http://127.0.0.1:${port}${BASE}`, close };
}
