/** Without a live server the app is what it was: one question, no entry, no noise. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { writeRich } from "../fixtures/rich";
import { closeClean, open, settle } from "../support/browser";
import { stage } from "../support/sites";

const on = stage(writeRich);

test("a folder of files has no queue: one question, and nothing more", async () => {
  on.site.asked.length = 0;
  const opened = await open(on.browser, on.site.url);
  const { page } = opened;
  await page.waitForLoadState("networkidle");
  const entries = await page.locator(".site-head nav a").allTextContents();
  assert.deepEqual(entries, ["Overview", "Explorer", "Compare", "Benchmarks", "Runs", "Machines"]);
  assert.equal(await page.locator(".who").count(), 0);
  await page.goto(`${on.site.url}#/machines`);
  await page.getByText("640 runs, last").waitFor();
  assert.equal(await page.getByText("In the record").count(), 0);
  await page.goto(`${on.site.url}#/queue`);
  await page.getByText("There is no queue here").waitFor();
  assert.deepEqual(
    on.site.asked.filter((path) => path.includes("/api/")),
    ["/some/where/api/v1"],
  );
  assert.equal(on.site.asked.filter((path) => /entry-.*\.js$/.test(path)).length, 0, "the live part is not loaded");
  await closeClean(opened);
});

test("a host that answers everything with its front page is a static one", async () => {
  const context = await on.browser.newContext();
  const page = await context.newPage();
  await settle(page);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.route("**/api/v1", (route) =>
    route.fulfill({ status: 200, contentType: "text/html", body: "<html></html>" }),
  );
  await page.goto(on.site.url);
  await page.getByText("What changed lately").waitFor();
  await page.waitForLoadState("networkidle");
  assert.equal(await page.getByRole("link", { name: "Queue" }).count(), 0);
  assert.deepEqual(errors, []);
  await context.close();
});
