/** Each page: what it shows, that everybody can use it, and that it fits a telephone. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { RTL_NAME, SCRIPT_NAME, writeRich } from "../fixtures/rich";
import { accessible, closeClean, eventually, fits, open, seriesKey } from "../support/browser";
import { stage } from "../support/sites";

const on = stage(writeRich);

const wall = (benchmark: string, variant: string) =>
  seriesKey(["wasmtime", "bench-1", benchmark, variant, "execute", "wall_time"]);

const EXPLORER = `#/explorer?s=${wall("real/quickjs", "wasmtime")},${wall("real/brotli", "wasmtime")}&pin=0_400`;

/** The pages, and what must be read on them. */
const PAGES: Record<string, { hash: string; title: RegExp; texts: RegExp[] }> = {
  overview: {
    hash: "#/overview",
    title: /What changed lately/,
    texts: [
      /\+3\.4 %/,
      /−12\.6 %/,
      /basics\/sieve/,
      /suspected/,
      /expect/,
      /3 series/,
      /bench-arm/,
      /7 of the last 20/,
    ],
  },
  explorer: {
    hash: EXPLORER,
    title: /2 series/,
    texts: [/real\/quickjs wasmtime/, /949 ms|9\d\d ms/, /382 of 382 series, 2 shown/, /lower is better/],
  },
  table: { hash: `${EXPLORER}&view=table`, title: /2 series/, texts: [/page 1 of/, /±\d/, /2026-11-/] },
  multiples: { hash: `${EXPLORER}&view=multiples`, title: /2 series/, texts: [/real\/brotli · wasmtime/] },
  compare: {
    hash: "#/compare?a=20261122-110121-027f",
    title: /Engines of 20261122-110121-027f/,
    texts: [/Geometric mean 0\.9\d\d/, /faster, at least/, /slower, at least/, /same; same code/, /unsupported: simd/],
  },
  benchmarks: { hash: "#/benchmarks", title: /Benchmarks/, texts: [/Naive recursion/, /10 benchmarks/] },
  benchmark: {
    hash: "#/benchmark/real/quickjs",
    title: /real\/quickjs/,
    texts: [/A JavaScript interpreter/, /793 KiB/, /wasmtime\[winch\]/, /of the best/, /--size large/],
  },
  incident: {
    hash: "#/incident/wasmtime-11",
    title: /−12\.6 %/,
    texts: [/kymo confirm wasmtime-11/, /tail calls now go/, /One of|The commit/, /confirmed/, /basics\/indirect/],
  },
  machines: { hash: "#/machines", title: /Machines/, texts: [/Example CPU 9000/, /640 runs/] },
  machine: {
    hash: "#/machine/bench-1",
    title: /bench-1/,
    texts: [/kernel: 6\.8\.0 → 6\.12\.9/, /0\.82 %/, /41 of 320, outside what chance allows/],
  },
  runs: { hash: "#/runs", title: /Runs/, texts: [/before <b>the<\/b> change/, /4 timed out/, /not on the main line/] },
  lost: { hash: "#/nowhere", title: /no such page/, texts: [/overview/] },
};

for (const [name, page] of Object.entries(PAGES)) {
  test(`${name}: it shows what it is for, and axe finds nothing, light and dark`, async () => {
    const opened = await open(on.browser, on.site.url + page.hash, { colorScheme: "light" });
    for (const text of page.texts) await opened.page.getByText(text).first().waitFor({ state: "attached" });
    await opened.page.locator("h1", { hasText: page.title }).waitFor();
    await eventually(async () => assert.notEqual(await opened.page.title(), "Kymograph"));
    await accessible(opened.page);
    await opened.page.emulateMedia({ colorScheme: "dark" });
    await accessible(opened.page);
    assert.equal(await opened.page.locator(".failure").count(), 0);
    await closeClean(opened);
  });

  test(`${name}: fits 360 pixels`, async () => {
    const opened = await open(on.browser, on.site.url + page.hash, { viewport: { width: 360, height: 740 } });
    await opened.page.getByText(page.texts[0]).first().waitFor({ state: "attached" });
    await fits(opened.page);
    await closeClean(opened);
  });
}

test("names are text: no script runs, and right-to-left text is isolated", async () => {
  const opened = await open(
    on.browser,
    `${on.site.url}#/explorer?s=${wall(SCRIPT_NAME, "wasmtime")},${wall(RTL_NAME, "wasmtime")}`,
  );
  const { page } = opened;
  await page.locator(".legend bdi", { hasText: SCRIPT_NAME }).first().waitFor();
  await page.locator(".legend bdi", { hasText: RTL_NAME }).first().waitFor();
  await page.goto(`${on.site.url}#/benchmark/${encodeURIComponent(SCRIPT_NAME)}`);
  await page.locator("h1", { hasText: "<script>" }).waitFor();
  assert.equal(await page.locator("a[href^='javascript']").count(), 0);
  assert.equal(await page.locator("main img[src='x']").count(), 0);
  await eventually(async () => assert.match(await page.title(), /<script>/));
  await closeClean(opened);
});

test("the switch of colours holds, also after loading again", async () => {
  const opened = await open(on.browser, on.site.url, { colorScheme: "light" });
  const { page } = opened;
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  const button = page.locator(".theme-switch");
  await button.click();
  await button.click();
  // The colours follow the button once the page is drawn.
  const isDark = () => page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  await isDark();
  const dark = await background();
  assert.notEqual(light, dark);
  await page.reload();
  await page.waitForSelector("h1");
  await isDark();
  await eventually(async () => assert.equal(await background(), dark));
  await closeClean(opened);
});

test("the skip link and the order of Tab", async () => {
  const opened = await open(on.browser, on.site.url);
  const { page } = opened;
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
  const order: string[] = [];
  for (let i = 0; i < 9; i++) {
    await page.keyboard.press("Tab");
    order.push(await focused());
  }
  assert.deepEqual(order.slice(0, 8), [
    "Skip to the content",
    "Kymograph",
    "Overview",
    "Explorer",
    "Compare",
    "Benchmarks",
    "Runs",
    "Machines",
  ]);
  await page.locator(".skip").focus();
  await page.keyboard.press("Enter");
  await eventually(async () => assert.equal(await page.evaluate(() => document.activeElement?.id), "main"));
  await closeClean(opened);
});

test("links lead from page to page", async () => {
  const opened = await open(on.browser, on.site.url);
  const { page } = opened;
  await page.locator("a.incident").first().click();
  await page.getByText("See for yourself").waitFor();
  await page.locator("a.moved-row").first().click();
  await page.locator(".tip-pinned").waitFor();
  await page.goBack();
  await page.getByText("See for yourself").waitFor();
  await page.locator(".site-head nav").getByRole("link", { name: "Runs" }).click();
  await page.locator("tbody a[href*='compare']").first().click();
  await page.getByText(/Geometric mean/).waitFor();
  await closeClean(opened);
});

/** The views with a plot can save it; each view has its data and a badge. */
const PLOTTED = [
  "overview",
  "explorer",
  "multiples",
  "compare",
  "benchmark",
  "incident",
  "machines",
  "machine",
  "runs",
];

for (const [name, page] of Object.entries(PAGES).filter(([name]) => name !== "lost")) {
  test(`${name}: link, data, plot and badge can be had`, async () => {
    const opened = await open(on.browser, on.site.url + page.hash);
    const actions = opened.page.getByRole("group", { name: "This view as link and files" });
    await opened.page.getByText(page.texts[0]).first().waitFor({ state: "attached" });
    await actions.getByRole("button", { name: "Copy link" }).waitFor();
    for (const file of ["CSV", "JSON", ...(PLOTTED.includes(name) ? ["SVG", "PNG"] : [])]) {
      const button = actions.getByRole("button", { name: file, exact: true });
      await button.waitFor();
      const [download] = await Promise.all([opened.page.waitForEvent("download"), button.click()]);
      assert.match(download.suggestedFilename(), new RegExp(`\\.${file.toLowerCase()}$`));
      const bytes = readFileSync(await download.path());
      if (file === "SVG") assert.match(bytes.toString(), /^<svg [\s\S]*<\/svg>\n$/);
      if (file === "PNG") assert.equal(bytes.subarray(1, 4).toString(), "PNG");
    }
    await actions.getByText("Badge", { exact: true }).click();
    const badge = actions.locator("details.badge img");
    await eventually(async () =>
      assert.ok(await badge.evaluate((image) => (image as HTMLImageElement).naturalWidth > 0), "the picture is there"),
    );
    await closeClean(opened);
  });
}

test("a comparison makes its badge itself, for it never changes", async () => {
  const opened = await open(on.browser, `${on.site.url}#/compare?a=20261122-110121-027f`);
  const { page } = opened;
  await page.locator("details.badge summary").click();
  const save = page.locator("details.badge").getByRole("button", { name: /^Save / });
  const [download] = await Promise.all([page.waitForEvent("download"), save.click()]);
  const svg = readFileSync(await download.path(), "utf8");
  const alt = await page.locator("details.badge img").getAttribute("alt");
  assert.match(svg, /^<svg [\s\S]*(faster|slower|same|inconclusive)[\s\S]*<\/svg>\n$/);
  assert.ok(svg.includes(`<title>${alt}</title>`), `${alt} is not in ${svg}`);
  const markup = await page.locator(".snippet input").first().inputValue();
  assert.ok(markup.includes(`](${download.suggestedFilename()})](http`), markup);
  await closeClean(opened);
});

test("badges come with markup for Markdown and HTML", async () => {
  const opened = await open(on.browser, `${on.site.url}#/benchmark/basics/fib`);
  const { page } = opened;
  await page.locator("details.badge summary").click();
  await page.locator(".snippet input").nth(1).waitFor();
  const values = await page
    .locator(".snippet input")
    .evaluateAll((inputs) => inputs.map((one) => (one as HTMLInputElement).value));
  assert.match(
    values[0],
    /^\[!\[performance of basics\/fib\]\(http:.*\/some\/where\/badge\/wasmtime\/basics--fib\.svg\)\]\(http/,
  );
  assert.match(values[1], /^<a href="http.*<img src="http.*badge\/wasmtime\/basics--fib\.svg"/);
  await closeClean(opened);
});
