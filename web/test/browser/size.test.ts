/** Bytes, first views, many series, many points, no series. Times are printed, and never decide. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { writeLarge, writeLong } from "../fixtures/large";
import { writeEmpty } from "../fixtures/site";
import { accessible, closeClean, eventually, fits, open, seriesKey, settle, WEB } from "../support/browser";
import { stage } from "../support/sites";

const SCRIPT_MAX = 120_000;
const FIRST_VIEW_MAX = 200_000;

const large = stage((folder) => writeLarge(folder, 500, 1000));
const long = stage((folder) => writeLong(folder, 100_000));
const empty = stage(writeEmpty);

test("the scripts are small, and each file is there compressed", () => {
  const assets = join(WEB, "dist/assets");
  const names = readdirSync(assets);
  let bytes = 0;
  for (const name of names.filter((one) => /\.(js|css|html)$/.test(one))) {
    const packed = readFileSync(join(assets, `${name}.gz`));
    assert.deepEqual(gunzipSync(packed), readFileSync(join(assets, name)));
    assert.ok(statSync(join(assets, `${name}.br`)).size < packed.length);
    if (name.endsWith(".js")) bytes += packed.length;
  }
  console.log(`scripts: ${bytes} bytes gzip`);
  assert.ok(bytes > 10_000 && bytes < SCRIPT_MAX, `${bytes} bytes`);
});

test("nothing refers to another host", () => {
  const html = readFileSync(join(WEB, "dist/index.html"), "utf8");
  assert.doesNotMatch(html, /(src|href)="(https?:)?\/\//);
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)/);
  const css = readdirSync(join(WEB, "dist/assets")).filter((name) => name.endsWith(".css"));
  for (const name of css)
    assert.doesNotMatch(readFileSync(join(WEB, "dist/assets", name), "utf8"), /url\(\s*["']?(https?:)?\/\//);
});

/** A view over 10 Mbit/s with 40 ms, by Chromium's emulation: milliseconds until `ready`, bytes until `whole`. */
async function firstView(
  url: string,
  ready: (page: Page) => Promise<unknown>,
  whole: (page: Page) => Promise<unknown>,
): Promise<{ bytes: number; ms: number }> {
  const context = await large.browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await settle(page);
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 40,
    downloadThroughput: 10e6 / 8,
    uploadThroughput: 10e6 / 8,
  });
  let bytes = 0;
  session.on("Network.loadingFinished", (event) => {
    bytes += event.encodedDataLength;
  });
  const start = performance.now();
  await page.goto(url);
  await ready(page);
  const ms = Math.round(performance.now() - start);
  await whole(page);
  await page.waitForLoadState("networkidle");
  await context.close();
  return { bytes, ms };
}

test("10,000 series over 1,000 commits: the first views", async () => {
  const values = (page: Page) => page.locator(".row-value", { hasText: /s$/ }).first().waitFor();
  const overview = await firstView(
    large.site.url,
    (page) => page.getByText("10,000 series").waitFor(),
    (page) =>
      Promise.all([
        page.locator("a.incident").first().waitFor(),
        page.getByText("20 runs noisy").or(page.getByText("quiet")).first().waitFor(),
      ]),
  );
  console.log(`overview of 10,000 series: ${overview.bytes} bytes, there after ${overview.ms} ms`);
  const list = await firstView(
    `${large.site.url}#/explorer`,
    (page) => page.getByText("10,000 of 10,000 series").waitFor(),
    values,
  );
  console.log(`list of 10,000 series: ${list.bytes} bytes with last values, there after ${list.ms} ms`);
  const names = seriesKey(["large", "bench-1", "suite-0/program-000", "wasmtime", "execute", "wall_time"]);
  const plot = await firstView(
    `${large.site.url}#/explorer?s=${names}`,
    (page) => page.locator(".chart canvas").first().waitFor(),
    (page) => Promise.all([values(page), page.getByText("Loading older points").waitFor({ state: "detached" })]),
  );
  console.log(`list and a plot of 1,000 commits: ${plot.bytes} bytes, there after ${plot.ms} ms`);
  assert.ok(overview.bytes < FIRST_VIEW_MAX, `${overview.bytes} bytes`);
  assert.ok(list.bytes < FIRST_VIEW_MAX, `${list.bytes} bytes`);
  // One second is the aim, on a machine that does nothing else.
});

test("only the segments of what is shown are fetched", async () => {
  large.site.asked.length = 0;
  const opened = await open(large.browser, `${large.site.url}#/explorer`);
  await opened.page.getByText("10,000 of 10,000 series").waitFor();
  assert.equal(large.site.asked.filter((path) => path.includes("/segments/")).length, 0);
  await opened.page.locator("[role=option]").first().click();
  await opened.page.locator(".chart canvas").first().waitFor();
  await opened.page.getByText("Loading older points").waitFor({ state: "detached" });
  await eventually(() => assert.equal(large.site.asked.filter((path) => path.includes("/segments/")).length, 4));
  await opened.page.locator("[role=option]").nth(1).click();
  await opened.page.getByText("2 shown").waitFor();
  assert.equal(
    large.site.asked.filter((path) => path.includes("/segments/")).length,
    4,
    "neighbours lie in the same segments",
  );
  await opened.page.keyboard.press("/");
  await opened.page.keyboard.type("program-499 winch execute wall");
  await opened.page.getByText("1 of 10,000 series").waitFor();
  await closeClean(opened);
});

test("100,000 points, and the outlier among them is there", async () => {
  const key = seriesKey(["long", "bench-1", "basics/fib", "wasmtime", "execute", "wall_time"]);
  const opened = await open(long.browser, `${long.site.url}#/explorer?s=${key}`);
  const { page } = opened;
  await page.locator(".chart canvas").first().waitFor();
  await page.getByText("Loading older points").waitFor({ state: "detached" });
  await page.locator(".table-below > summary").click();
  await page.getByText("page 1 of 2,000").waitFor();
  await page.getByLabel("clip outliers").check();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(".actions").getByRole("button", { name: "SVG" }).click(),
  ]);
  const svg = readFileSync(await download.path(), "utf8");
  assert.ok(svg.length < 1_000_000, `${svg.length} bytes: decimated`);
  assert.match(svg, /font-weight="600">1<\/text>/, "one point is counted at the edge");
  await page.locator(".chart").focus();
  await page.keyboard.press("End");
  await page.keyboard.press("+");
  await page.getByText("Show all commits").waitFor();
  await closeClean(opened);
});

test("an empty store: first steps, and no page fails", async () => {
  const opened = await open(empty.browser, empty.site.url);
  await opened.page.getByText("kymo run SUITE -e ENGINE --project P --commit C").waitFor();
  await opened.page.getByText("kymo site build").waitFor();
  for (const page of [
    "explorer",
    "compare",
    "benchmarks",
    "runs",
    "machines",
    "incident/x",
    "benchmark/x",
    "machine/x",
    "overview",
  ]) {
    // The page before has a heading, too.
    await opened.page.evaluate(() => document.querySelector("main h1")?.setAttribute("data-old", ""));
    await opened.page.goto(`${empty.site.url}#/${page}`);
    await opened.page.waitForFunction(
      () => document.querySelector(".waiting") === null && document.querySelector("main h1:not([data-old])") !== null,
    );
    assert.equal(await opened.page.locator(".failure").count(), 0, page);
    await accessible(opened.page, page);
    await fits(opened.page, page);
  }
  await closeClean(opened);
});
