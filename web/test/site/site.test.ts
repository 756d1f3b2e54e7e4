/** A site that `kymo site build` made: `KYMO_SITE=DIR npm run test:site`. Each page must show real content. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { openSegment } from "../../src/data/segment";
import type { CatalogFile, Head, Incident, Run } from "../../src/data/types";
import { accessible, closeClean, fits, launch, open, seriesKey, WEB } from "../support/browser";
import { type StaticSite, serve } from "../support/server";

const folder = process.env.KYMO_SITE === undefined ? "" : resolve(process.env.INIT_CWD ?? ".", process.env.KYMO_SITE);
if (!existsSync(join(folder, "data/head.json"))) {
  throw new Error(
    `KYMO_SITE must name a folder that kymo site build wrote; there is no ${join(folder, "data/head.json")}`,
  );
}

function content(reference: string): Buffer {
  const raw = readFileSync(join(folder, "data", `${reference}.kz`));
  return raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw;
}

const json = <T>(reference: string): T => JSON.parse(content(reference).toString()) as T;

const head = JSON.parse(readFileSync(join(folder, "data/head.json"), "utf8")) as Head;
const catalog = json<CatalogFile>(head.catalog ?? "");
let site: StaticSite;
let browser: Browser;
before(async () => {
  // The site's own app, if it has one: that is what readers get.
  site = await serve(existsSync(join(folder, "index.html")) ? folder : join(WEB, "dist"), folder);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.close();
});

function names(series: number): string[] {
  return [
    catalog.projects[catalog.project[series]],
    catalog.machines[catalog.machine[series]],
    catalog.benchmarks[catalog.benchmark[series]],
    catalog.variants[catalog.variant[series]],
    catalog.phases[catalog.phase[series]],
    catalog.metrics[catalog.metric[series]].name,
  ];
}

test("the catalogue's columns and groups fit each other", () => {
  const size = catalog.project.length;
  assert.ok(size > 0, "the site has no series");
  for (const column of ["machine", "benchmark", "variant", "phase", "metric"] as const)
    assert.equal(catalog[column].length, size);
  assert.equal(
    catalog.groups.reduce((sum, group) => sum + group.count, 0),
    size,
  );
  for (const group of catalog.groups) {
    assert.ok(group.count <= 64);
    if (group.tail === null) continue;
    const { header } = openSegment(new Uint8Array(content(group.tail)));
    assert.equal(header.series.length, group.count);
    for (const older of header.older) assert.ok(existsSync(join(folder, "data", `${older.file}.kz`)), older.file);
  }
});

async function page(hash: string, text: RegExp | string): Promise<void> {
  const opened = await open(browser, `${site.url}${hash}`);
  await opened.page.getByText(text).first().waitFor({ state: "attached" });
  await opened.page.waitForFunction(() => document.querySelector(".waiting") === null);
  assert.deepEqual(await opened.page.locator(".failure").allInnerTexts(), [], hash);
  await accessible(opened.page, hash);
  await opened.page.setViewportSize({ width: 360, height: 740 });
  await fits(opened.page, hash);
  await closeClean(opened);
}

test("overview", () => page("#/overview", head.projects[0].name));

test("a series with its points", async () => {
  const series = catalog.groups.find((group) => group.tail !== null)?.first ?? 0;
  const opened = await open(browser, `${site.url}#/explorer?s=${seriesKey(names(series))}`);
  await opened.page.locator(".chart canvas").first().waitFor();
  await opened.page.getByText("Loading older points").waitFor({ state: "detached" });
  assert.deepEqual(await opened.page.locator(".failure").allInnerTexts(), []);
  await opened.page.locator(".legend .num", { hasText: /\d/ }).first().waitFor();
  await accessible(opened.page);
  await closeClean(opened);
});

test("benchmark", () => page(`#/benchmark/${encodeURIComponent(catalog.benchmarks[0])}`, catalog.benchmarks[0]));
test("benchmarks", () => page("#/benchmarks", /benchmarks?$/));
test("machine", () => page(`#/machine/${encodeURIComponent(catalog.machines[0])}`, "Fingerprint"));

test("runs", () => {
  const first = json<Run[]>(head.runs[0])[0];
  return page("#/runs", first.label ?? first.id);
});

test("compare", async (context) => {
  const run = json<Run[]>(head.runs[0]).find((one) => one.data !== null && one.variants.length > 1);
  if (run === undefined) return context.skip("no run with two variants has its samples here");
  await page(`#/compare?a=${encodeURIComponent(run.id)}`, /Ratios are B over A/);
});

test("incident", async (context) => {
  if (head.incidents.length === 0) return context.skip("there is no incident here");
  const incident = json<Incident[]>(head.incidents[0])[0];
  if (incident === undefined) return context.skip("there is no incident here");
  await page(`#/incident/${encodeURIComponent(incident.id)}`, incident.id);
});
