/** The explorer, by mouse and by keys. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { inflate } from "../../src/data/load";
import { openSegment } from "../../src/data/segment";
import { ONE_POINT, writeRich } from "../fixtures/rich";
import { closeClean, eventually, open, seriesKey } from "../support/browser";
import { stage } from "../support/sites";

const on = stage(writeRich);

const key = (benchmark: string, variant = "wasmtime", phase = "execute", metric = "wall_time") =>
  seriesKey(["wasmtime", "bench-1", benchmark, variant, phase, metric]);

const hash = (page: Page) => page.evaluate(() => window.location.hash);

/** The plot with all points, once it stays where it is. */
async function chart(page: Page) {
  await page.locator(".chart canvas").first().waitFor();
  await page.getByText("Loading older points").waitFor({ state: "detached" });
  let before = "";
  return eventually(async () => {
    const box = await page.locator(".u-over").first().boundingBox();
    assert.ok(box !== null);
    const last = before;
    before = JSON.stringify(box);
    assert.equal(before, last, "the plot still moves");
    return box;
  });
}

/** The table of the points has them, with their commits. */
const points = (page: Page) => page.locator("#points tbody code").first().waitFor({ state: "attached" });

test("filter, facets and list", async () => {
  const opened = await open(on.browser, `${on.site.url}#/explorer`);
  const { page } = opened;
  await page.getByText("382 of 382 series").waitFor();
  assert.ok((await page.locator("[role=option]").count()) < 60, "only visible rows are in the page");
  await page.keyboard.press("/");
  await page.keyboard.type("sieve execute wall");
  await page.getByText("10 of 382 series").waitFor();
  await page.locator(".facet", { hasText: "machine" }).locator("summary").click();
  await page.locator(".facet-box label", { hasText: "bench-arm" }).locator("input").check();
  await page.getByText("5 of 382 series").waitFor();
  await eventually(async () => assert.match(await hash(page), /q=sieve%20execute%20wall.*machine=bench-arm/));
  await page.keyboard.press("Escape");
  await page.locator("[role=listbox]").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByText("1 shown").waitFor();
  await chart(page);
  await page.locator("h1", { hasText: "basics/sieve" }).waitFor();
  await page.locator("[role=listbox]").focus();
  await page.keyboard.press("Enter");
  await page.locator("h1", { hasText: "Explorer" }).waitFor();
  await closeClean(opened);
});

test("drag zooms, the URL holds it, and a double click shows all again", async () => {
  const opened = await open(on.browser, `${on.site.url}#/explorer?s=${key("basics/fib")}`);
  const { page } = opened;
  const box = await chart(page);
  await page.mouse.move(box.x + box.width * 0.25, box.y + 90);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 120, { steps: 6 });
  await page.mouse.up();
  await page.getByText("Show all commits").waitFor();
  const zoom = /zoom=([\d.-]+)_([\d.-]+)/.exec(await hash(page));
  assert.ok(zoom !== null);
  assert.ok(Math.abs(Number(zoom[1]) - 160) < 15 && Math.abs(Number(zoom[2]) - 320) < 15, zoom[0]);
  await page.mouse.dblclick(box.x + box.width * 0.5, box.y + 100);
  await page.getByText("Show all commits").waitFor({ state: "detached" });
  await eventually(async () => assert.doesNotMatch(await hash(page), /zoom/));
  const strip = await page.locator(".strip").boundingBox();
  assert.ok(strip !== null);
  await page.mouse.move(strip.x + strip.width * 0.6, strip.y + 20);
  await page.mouse.down();
  await page.mouse.move(strip.x + strip.width * 0.9, strip.y + 20, { steps: 4 });
  await page.mouse.up();
  await page.getByText("Show all commits").waitFor();
  await closeClean(opened);
});

test("a permalink shows the same again", async () => {
  const opened = await open(
    on.browser,
    `${on.site.url}#/explorer?s=${key("real/quickjs")},${key("real/quickjs", "wasmtime[winch]")}`,
  );
  const { page } = opened;
  await chart(page);
  await page.getByRole("button", { name: "% of first" }).click();
  await page.getByRole("button", { name: "By date" }).click();
  // Dates come with the commits.
  await points(page);
  await page.getByLabel("from zero").check();
  await page.getByLabel("clip outliers").check();
  await page.keyboard.press("/");
  await page.keyboard.type("quick");
  await page.locator(".chart").first().focus();
  for (const press of ["ArrowLeft", "ArrowLeft", "ArrowLeft", "Enter"]) await page.keyboard.press(press);
  await page.locator(".tip-pinned").waitFor();
  const link = page.url();
  const seen = async (one: Page) => ({
    tip: await one.locator(".tip-pinned").innerText(),
    summary: await one.locator(".list-head").innerText(),
    percent: await one.getByRole("button", { name: "% of first" }).getAttribute("aria-pressed"),
    clip: await one.getByLabel("clip outliers").isChecked(),
    url: one.url(),
  });
  const again = await open(on.browser, link);
  await again.page.locator(".tip-pinned").waitFor();
  await eventually(async () => {
    const first = await seen(page);
    assert.match(first.tip, /[0-9a-f]{8} /);
    assert.match(first.summary, /2 shown/);
    assert.deepEqual(await seen(again.page), first);
    assert.deepEqual([first.percent, first.clip, first.url], ["true", true, link]);
  });
  await closeClean(again);
  await closeClean(opened);
});

test("hover tells, click pins, shift-click compares, Escape unpins", async () => {
  const opened = await open(on.browser, `${on.site.url}#/explorer?s=${key("basics/fib")}`);
  const { page } = opened;
  const box = await chart(page);
  const at = async (share: number) => page.mouse.move(box.x + box.width * share, box.y + box.height * 0.5);
  await at(0.3);
  const tip = page.locator(".tip").first();
  await tip.waitFor();
  await eventually(async () => {
    const text = await tip.innerText();
    assert.match(text, /\d ms/);
    assert.match(text, /±\d/);
    assert.match(text, /against the point before/);
    assert.match(text, /[0-9a-f]{8} /);
    assert.match(text, /20\d\d-\d\d-\d\d/);
    assert.match(text, /lower is better/);
  });
  await page.mouse.click(box.x + box.width * 0.3, box.y + box.height * 0.5);
  const pinned = page.locator(".tip-pinned");
  await pinned.waitFor();
  const commit = await pinned.getByRole("link", { name: "Commit" }).getAttribute("href");
  assert.match(commit ?? "", /^https:\/\/example\.org\/wasmtime\/commit\/[0-9a-f]{12}$/);
  assert.match(
    (await pinned.getByRole("link", { name: "Range" }).getAttribute("href")) ?? "",
    /compare\/[0-9a-f]{12}\.\.\.[0-9a-f]{12}$/,
  );
  await at(0.8);
  await page.getByText(/against the pinned point, \d+ commits/).waitFor();
  await page.keyboard.down("Shift");
  await page.mouse.click(box.x + box.width * 0.8, box.y + box.height * 0.5);
  await page.keyboard.up("Shift");
  const against = page.locator(".against");
  await against.waitFor();
  await against
    .getByText(/over \d+ commits/)
    .first()
    .waitFor();
  await against.getByRole("link", { name: "Log of the range" }).waitFor();
  await page.mouse.move(5, 5);
  await page.locator(".chart").first().focus();
  await page.keyboard.press("Escape");
  await pinned.waitFor({ state: "detached" });
  await closeClean(opened);
});

test("the chart by keys, with a live region and a table", async () => {
  const opened = await open(on.browser, `${on.site.url}#/explorer?s=${key("basics/fib")},${key("basics/sieve")}`);
  const { page } = opened;
  await chart(page);
  const group = page.locator(".chart").first();
  await eventually(async () => assert.match((await group.getAttribute("aria-label")) ?? "", /time: 2 series/));
  const details = await group.getAttribute("aria-details");
  assert.equal(await page.locator(`[id='${details}']`).count(), 1);
  await group.focus();
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  const tip = page.locator(".tip .tip-series");
  const first = await tip.innerText();
  await page.keyboard.press("ArrowDown");
  await eventually(async () => assert.notEqual(await tip.innerText(), first));
  await page
    .locator("[aria-live=polite]", { hasText: /basics\/sieve, wasmtime: .* ms/ })
    .waitFor({ state: "attached" });
  await page.keyboard.press("+");
  await page.getByText("Show all commits").waitFor();
  await page.keyboard.press("0");
  await page.getByText("Show all commits").waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement?.classList.contains("chart")), true);
  await closeClean(opened);
});

test("the point looked at stays the same one when older ones come in", async () => {
  const opened = await open(on.browser, `${on.site.url}#/overview`);
  const { page } = opened;
  let release = () => {};
  const isReleased = new Promise<void>((resolve) => {
    release = resolve;
  });
  let segments = 0;
  await page.route("**/segments/**", async (route) => {
    // The newest comes alone, the older ones when they may.
    if (segments++ > 0) await isReleased;
    await route.continue();
  });
  await page.goto(`${on.site.url}#/explorer?s=${key("basics/fib")}`);
  await page.getByText("Loading older points").waitFor();
  await page.locator(".legend .num", { hasText: "ms" }).waitFor();
  await page.locator(".chart").first().focus();
  await page.keyboard.press("End");
  const commit = page.locator(".tip .tip-commit code");
  const before = await commit.innerText();
  release();
  await page.getByText("Loading older points").waitFor({ state: "detached" });
  assert.equal(await commit.innerText(), before);
  await closeClean(opened);
});

async function saved(page: Page, name: string): Promise<Buffer> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(".actions").getByRole("button", { name, exact: true }).click(),
  ]);
  return readFileSync(await download.path());
}

test("data and pictures can be saved", async () => {
  const opened = await open(on.browser, `${on.site.url}#/explorer?s=${key("basics/fib")}`);
  const { page } = opened;
  await chart(page);
  await page.waitForFunction(() => document.querySelector(".legend .num")?.textContent?.includes("ms"));
  await points(page);
  let nameless = 0;
  const csv = await eventually(async () => {
    const lines = (await saved(page, "CSV")).toString().trim().split("\r\n");
    nameless += lines.slice(1).filter((line) => !/,[0-9a-f]{12},\d+,/.test(line)).length;
    assert.ok(lines.length > 500, `${lines.length} lines`);
    assert.match(lines[1], /^wasmtime,bench-1,basics\/fib,wasmtime,execute,wall_time,s,6\d\d,[0-9a-f]{12},\d+,0\.0/);
    return lines;
  });
  assert.match(
    csv[0],
    /^project,machine,benchmark,variant,phase,metric,unit,position,commit,unix_s,value,low,high,run$/,
  );
  assert.equal(nameless, 0, "a file waits for the commits of its points");
  const json = JSON.parse((await saved(page, "JSON")).toString()) as { value: number }[];
  assert.equal(json.length, csv.length - 1);
  assert.ok(json.every((row) => row.value > 0.01 && row.value < 1));
  const svg = (await saved(page, "SVG")).toString();
  assert.match(svg, /^<svg /);
  assert.match(svg, /basics\/fib · wasmtime/);
  const parsed = await page.evaluate(
    (text) => new DOMParser().parseFromString(text, "image/svg+xml").querySelector("parsererror") === null,
    svg,
  );
  assert.equal(parsed, true);
  const png = await saved(page, "PNG");
  assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  assert.ok(png.length > 10_000);
  await closeClean(opened);
});

test("a series with one point", async () => {
  const opened = await open(on.browser, `${on.site.url}#/explorer?s=${key(ONE_POINT)}`);
  const { page } = opened;
  await chart(page);
  await page.locator(".chart").focus();
  await page.keyboard.press("End");
  await page.locator(".tip", { hasText: "50.0 ms" }).waitFor();
  await page.locator(".legend", { hasText: "50.0 ms" }).waitFor();
  await closeClean(opened);
});

test("a logarithm of zero and less is refused with a word", async () => {
  const opened = await open(on.browser, `${on.site.url}#/explorer?s=${key("basics/fib")}&y=first&log=1`);
  await opened.page.getByText("A logarithmic axis needs values above zero").waitFor();
  await closeClean(opened);
});

test("failed measurements, epochs and other modules are told", async () => {
  const opened = await open(
    on.browser,
    `${on.site.url}#/explorer?s=${key("real/sqlite", "wasmi")},${key("real/quickjs")}`,
  );
  const { page } = opened;
  await chart(page);
  await page.getByText(/\d measurements failed/).waitFor();
  // The changes come from another file than the points.
  await eventually(async () => {
    const svg = (await saved(page, "SVG")).toString();
    assert.match(svg, /machine changed: b7c8d9e0/);
    assert.match(svg, /other module: ba987654/);
    assert.match(svg, /suspected|confirmed/);
  });
  await closeClean(opened);
});

test("a missing and a damaged segment: a clear message, and the rest works", async () => {
  const url = `${on.site.url}#/explorer?s=${seriesKey(["torn", "bench-1", "basics/fib", "wasmtime", "execute", "wall_time"])}`;
  on.site.asked.length = 0;
  const whole = await open(on.browser, url);
  await chart(whole.page);
  const segments = on.site.asked
    .filter((path) => path.includes("/segments/"))
    .map((path) => path.replace("/some/where/", ""));
  assert.equal(segments.length, 3);
  await closeClean(whole);
  // The newest comes first; the older ones are asked for at once, so which of them the server hears first is chance.
  const newest = segments[0];
  const { header } = openSegment(await inflate(readFileSync(`${on.folder}/${newest}`)));
  const middle = header.older.find(({ first }) => first === 256);
  assert.ok(middle !== undefined);
  for (const [set, words] of [
    [on.site.missing, /Commits 256 to 511 are not shown.*missing \(404\)/],
    [on.site.damaged, /Commits 256 to 511 are not shown.*damaged/],
  ] as const) {
    set.add(`data/${middle.file}.kz`);
    const opened = await open(on.browser, url);
    await opened.page.locator(".failure", { hasText: words }).waitFor();
    await chart(opened.page);
    await opened.page.locator(".legend", { hasText: /ms/ }).waitFor();
    set.clear();
    set.add(newest);
    await opened.page.reload();
    await opened.page.locator(".failure", { hasText: newest }).waitFor();
    await opened.page.goto(`${on.site.url}#/overview`);
    await opened.page.getByText("basics/sieve").first().waitFor();
    set.clear();
    await closeClean(opened);
  }
});

test("a missing catalogue, or none of the data: said, not blank", async () => {
  const head = JSON.parse(readFileSync(`${on.folder}/data/head.json`, "utf8"));
  on.site.missing.add(`data/${head.incidents[0]}.kz`);
  const opened = await open(on.browser, on.site.url);
  await opened.page.locator(".failure", { hasText: "The incidents cannot be shown" }).waitFor();
  await opened.page.getByText("bench-arm").first().waitFor();
  on.site.missing.clear();
  on.site.missing.add("data/head.json");
  await opened.page.reload();
  await opened.page.locator(".failure", { hasText: "head.json: the file is missing" }).waitFor();
  on.site.missing.clear();
  await closeClean(opened);
});

test("a page whose data are not as expected says so, and the others are there", async () => {
  const head = JSON.parse(readFileSync(`${on.folder}/data/head.json`, "utf8"));
  on.site.replaced.set(`data/${head.runs[0]}.kz`, '[{"id": "x"}]');
  const opened = await open(on.browser, `${on.site.url}#/runs`);
  await opened.page
    .locator(".failure", { hasText: "This page cannot be shown. The data is not as expected" })
    .waitFor();
  await opened.page.locator(".site-head nav").getByRole("link", { name: "Machines" }).click();
  await opened.page.getByText("bench-arm").first().waitFor();
  on.site.replaced.clear();
  await closeClean(opened);
});
