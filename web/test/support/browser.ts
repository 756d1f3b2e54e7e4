/** A real browser, and what tests ask of a page. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

export const WEB = process.env.KYMO_WEB ?? process.cwd();

export function chromiumPath(): string {
  const path = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(path)) throw new Error(`there is no ${path}: install chromium, or name one in the variable CHROMIUM`);
  return path;
}

/** Limits for machines that do other things, too: they end a test that hangs, and never decide one that is slow. */
export const PATIENCE_MS = 120_000;

/**
 * How many times slower pages compute than they could: `KYMO_TEST_THROTTLE=8`. A test that passes here and fails on a
 * slow machine takes an order of events for granted; with this, and with `KYMO_TEST_DELAY` (see server.ts), it fails here.
 */
const THROTTLE = Number(process.env.KYMO_TEST_THROTTLE ?? 1);

/** A browser; a second try if the first does not come up. That it ended by itself is said: tests only see a closed page. */
export async function launch(): Promise<Browser> {
  const browser = await start().catch((error) => {
    console.error(`Chromium did not start, trying again: ${error}`);
    return start();
  });
  let isWanted = true;
  const close = browser.close.bind(browser);
  browser.close = (options) => {
    isWanted = false;
    return close(options);
  };
  browser.on("disconnected", () => {
    if (isWanted) console.error("Chromium ended by itself, or was killed (too little memory?): tests find it closed");
  });
  return browser;
}

function start(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    headless: true,
    timeout: PATIENCE_MS,
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

/** As patient with a page, and the page as slow, as they are to be. */
export async function settle(page: Page): Promise<void> {
  page.setDefaultTimeout(PATIENCE_MS);
  if (THROTTLE <= 1) return;
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: THROTTLE });
}

/**
 * Waits until an assertion holds: what is drawn after an answer or a frame is not there right after the act that asked
 * for it. The last failure is told.
 */
export async function eventually<T>(assertion: () => T | Promise<T>): Promise<T> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() > endMs) throw error;
    }
    await setTimeout(50);
  }
}

/** A page of its own, on which nothing may fail unseen. */
export async function open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: "reduce",
    ...options,
  });
  const page = await context.newPage();
  await settle(page);
  const opened: Opened = { page, errors: [], foreign: [] };
  const origin = new URL(url).origin;
  page.on("crash", () => opened.errors.push("the page crashed: too little memory?"));
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
async function axe(page: Page): Promise<string[]> {
  axeSource ??= readFileSync(createRequire(join(WEB, "package.json")).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(axeSource);
  const result = (await page.evaluate("axe.run()")) as AxeResult;
  return result.violations.flatMap((one) =>
    one.nodes.map((node) => `${one.id} ${node.target.join(" ")}: ${node.failureSummary.replace(/\s+/g, " ")}`),
  );
}

/** What axe-core finds is nothing, once the page is drawn: amid a change of colours it finds what is gone a moment later. */
export function accessible(page: Page, where = ""): Promise<void> {
  return eventually(async () => assert.deepEqual(await axe(page), [], where));
}

/** The page is no wider than its window. */
export function fits(page: Page, where = ""): Promise<void> {
  return eventually(async () => {
    const pixels = await overflow(page);
    assert.ok(pixels <= 0, `${where} ${pixels} pixels too wide`);
  });
}

/** How many pixels the page is wider than its window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** A series' key for the URL. */
export function seriesKey(names: string[]): string {
  return names.map((name) => encodeURIComponent(name).replace(/!/g, "%21")).join("!");
}
