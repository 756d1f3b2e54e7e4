/** The compare page: verdicts, sorting, filters, samples, files. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { writeRich } from "../fixtures/rich";
import { closeClean, eventually, open } from "../support/browser";
import { stage } from "../support/sites";

const on = stage(writeRich);
const NEWEST = "20261122-110121-027f";
const BEFORE = "20261122-110121-027e";

test("engines of one run, paired", async () => {
  const opened = await open(on.browser, `${on.site.url}#/compare?a=${NEWEST}`);
  const { page } = opened;
  const rows = page.locator("tbody tr");
  await page.getByText(/Geometric mean/).waitFor();
  await eventually(async () => assert.equal(await rows.count(), 9));
  assert.equal(await page.getByText("unpaired").count(), 0);
  await page.getByRole("button", { name: "ratio" }).click();
  await page.locator("th[aria-sort=ascending]", { hasText: "ratio" }).waitFor();
  await eventually(async () => {
    const ratios = (await page.locator("tbody tr td:nth-child(4)").allInnerTexts())
      .map((text) => Number.parseFloat(text))
      .filter(Number.isFinite);
    assert.deepEqual(
      ratios,
      [...ratios].sort((a, b) => a - b),
    );
  });
  await page.getByRole("button", { name: "ratio" }).click();
  await page.locator("th[aria-sort=descending]", { hasText: "ratio" }).waitFor();
  await page.getByLabel("only significant").check();
  await eventually(async () => {
    const verdicts = await page.locator("tbody .verdict").allInnerTexts();
    assert.ok(verdicts.length > 0 && verdicts.every((text) => /faster|slower/.test(text)), verdicts.join());
  });
  await page.getByLabel("only significant").uncheck();
  await page.getByLabel("metric").selectOption("code_size");
  await page
    .getByText(/larger by 3\.2 %/)
    .first()
    .waitFor();
  await page.getByLabel("metric").selectOption("page_faults");
  await page
    .getByText(/to [+−]?\d/)
    .first()
    .waitFor();
  await eventually(async () =>
    assert.deepEqual((await page.locator("tbody .verdict").allInnerTexts()).filter(Boolean), []),
  );
  await closeClean(opened);
});

test("a chosen row shows its samples, and the link keeps it", async () => {
  const opened = await open(on.browser, `${on.site.url}#/compare?a=${NEWEST}`);
  const { page } = opened;
  await page.getByRole("button", { name: "real/brotli" }).click();
  await page.locator(".distribution", { hasText: "real/brotli" }).waitFor();
  const again = await open(on.browser, page.url());
  await again.page.locator(".distribution", { hasText: "real/brotli" }).waitFor();
  await eventually(async () => assert.ok((await again.page.locator(".distribution svg path").count()) > 300));
  await closeClean(again);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(".actions").getByRole("button", { name: "CSV" }).click(),
  ]);
  const csv = readFileSync(await download.path(), "utf8")
    .trim()
    .split("\r\n");
  assert.equal(csv.length, 10);
  assert.match(
    csv.join("\n"),
    /real\/brotli,execute,wall_time,s,wasmtime,wasmtime\[winch\],20,.*,slower,false,measured,measured/,
  );
  await closeClean(opened);
});

test("two runs are unpaired, and the page says so", async () => {
  const opened = await open(on.browser, `${on.site.url}#/compare?a=${BEFORE}&b=${NEWEST}`);
  const { page } = opened;
  await page.locator(".note", { hasText: "unpaired" }).first().waitFor();
  await eventually(async () => assert.equal(await page.locator(".verdicts").count(), 2, "a table for each engine"));
  await page.goto(`${on.site.url}#/compare?a=${BEFORE}!wasmtime&b=${NEWEST}!wasmtime`);
  await page.waitForFunction(() => document.querySelectorAll(".verdicts").length === 1);
  await closeClean(opened);
});

test("two commits are compared by their newest runs", async () => {
  const runs = await open(on.browser, `${on.site.url}#/runs`);
  await runs.page.locator("tbody code").nth(1).waitFor();
  const hashes = await runs.page.locator("tbody code").allInnerTexts();
  await closeClean(runs);
  const opened = await open(on.browser, `${on.site.url}#/compare?a=commit:${hashes[1]}&b=commit:${hashes[0]}`);
  await opened.page
    .getByText(/Geometric mean/)
    .first()
    .waitFor();
  await closeClean(opened);
});

test("what cannot be compared says why", async () => {
  const opened = await open(on.browser, `${on.site.url}#/compare?a=20261122-110121-0270`);
  await opened.page.locator(".failure", { hasText: "kymo site build --samples" }).waitFor();
  await opened.page.goto(`${on.site.url}#/compare?a=nothing`);
  await opened.page.locator(".failure", { hasText: "There is no run nothing" }).waitFor();
  await opened.page.goto(`${on.site.url}#/compare?a=${NEWEST}!wasmer`);
  await opened.page.locator(".failure", { hasText: "has no variant wasmer" }).waitFor();
  await closeClean(opened);
});

test("sides are chosen in a form", async () => {
  const opened = await open(on.browser, `${on.site.url}#/compare`);
  const { page } = opened;
  await page.getByRole("combobox", { name: "A", exact: true }).selectOption(BEFORE);
  await page.getByRole("combobox", { name: "B", exact: true }).selectOption(NEWEST);
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await page
    .getByText(/Geometric mean/)
    .first()
    .waitFor();
  await eventually(() => assert.match(page.url(), new RegExp(`a=${BEFORE}&b=${NEWEST}`)));
  await closeClean(opened);
});
