/** A real browser, and what tests ask of a page. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

export const WEB = process.env.KYMO_WEB ?? process.cwd();

export function chromiumPath(): string {
  const path = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(path)) throw new Error(`there is no ${path}: install chromium, or name one in the variable CHROMIUM`);
  return path;
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    headless: true,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export interface Opened {
  page: Page;
  /** Errors of scripts, and of the console. */
  errors: string[];
  /** Requests to another host than the site's. */
  foreign: string[];
}

/** A page of its own, on which nothing may fail unseen. */
export async function open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: "reduce",
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const opened: Opened = { page, errors: [], foreign: [] };
  const origin = new URL(url).origin;
  page.on("pageerror", (error) => opened.errors.push(String(error)));
  page.on("console", (message) => {
    // A file that is missing on purpose is told by the browser, too.
    if (message.type() === "error" && !/Failed to load resource/.test(message.text()))
      opened.errors.push(message.text());
  });
  page.on("request", (request) => {
    const to = request.url();
    if (!to.startsWith(origin) && !to.startsWith("blob:") && !to.startsWith("data:")) opened.foreign.push(to);
  });
  await page.goto(url);
  await page.waitForSelector("main h1, main .failure");
  return opened;
}

/** Nothing failed, and nothing was asked of anybody else. */
export async function closeClean(opened: Opened): Promise<void> {
  assert.deepEqual(opened.errors, []);
  assert.deepEqual(opened.foreign, []);
  await opened.page.context().close();
}

interface AxeResult {
  violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[];
}

let axeSource: string | null = null;

/** What axe-core finds wrong, in words. */
export async function axe(page: Page): Promise<string[]> {
  axeSource ??= readFileSync(createRequire(join(WEB, "package.json")).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(axeSource);
  const result = (await page.evaluate("axe.run()")) as AxeResult;
  return result.violations.flatMap((one) =>
    one.nodes.map((node) => `${one.id} ${node.target.join(" ")}: ${node.failureSummary.replace(/\s+/g, " ")}`),
  );
}

/** How many pixels the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** A series' key for the URL. */
export function seriesKey(names: string[]): string {
  return names.map((name) => encodeURIComponent(name).replace(/!/g, "%21")).join("!");
}
