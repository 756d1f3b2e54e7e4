/** The live pages over time: answers that change, come late, fail or stop, and a log that grows. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, closeClean, eventually, open } from "../support/browser";
import { liveStage } from "../support/live";

const { api, on, at, row } = liveStage();

test("the queue is live: progress moves, and what did not change costs a 304", async () => {
  const opened = await open(on.browser, at("#/queue"));
  const { page } = opened;
  await page.getByText("measure 42 %").waitFor();
  const running = api.watch.jobs.find((job) => job.id === 20);
  if (running?.progress) running.progress = { step: "measure", done: 0.77, text: "nearly" };
  await page.getByText("measure 77 %").waitFor();
  if (running) Object.assign(running, { state: "finished", end: { kind: "measured" }, progress: null });
  await page.getByText("0 jobs run, 5 wait.").waitFor();
  await page.waitForFunction(
    () => performance.getEntriesByType("resource").filter((one) => /queue/.test(one.name)).length >= 5,
  );
  assert.ok(api.of("GET", /queue/).some((one) => one.status === 304));
  await closeClean(opened);
});

test("a slow server is never asked twice at once", async () => {
  api.slow = { path: /queue/, ms: 2500 };
  const opened = await open(on.browser, at("#/queue"));
  await opened.page.getByText("everything was measured").waitFor();
  await opened.page.getByText("1 job runs").waitFor();
  await eventually(() => assert.ok(api.of("GET", /queue/).length >= 2));
  await opened.page.waitForTimeout(2200);
  assert.equal(api.atOnceMax, 1);
  await closeClean(opened);
});

test("a server that fails: what is known stays, it says so, and goes on when it is back", async () => {
  const opened = await open(on.browser, at("#/queue"));
  const { page } = opened;
  await page.getByText("Inline caches").waitFor();
  // So long that no question comes but by the button.
  api.retryAfterS = 3600;
  api.failing = 503;
  await page.locator(".trouble", { hasText: "The server failed: for the test." }).first().waitFor();
  await page.getByText("What is shown is from").first().waitFor();
  await page
    .getByText(/Trying again in \d+ s/)
    .first()
    .waitFor();
  await row(page, "Inline caches").waitFor();
  await accessible(page);
  // The queue and those that ended, each with what is wrong.
  const troubles = 2;
  const again = page.getByRole("button", { name: "Try now" });
  await eventually(async () => assert.equal(await again.count(), troubles));
  api.failing = null;
  for (let left = troubles; left > 0; left--) {
    await again.first().click();
    await eventually(async () => assert.equal(await again.count(), left - 1));
  }
  await page.getByText("What is shown is from").first().waitFor({ state: "detached" });
  await closeClean(opened);
});

test("a hidden page asks nothing", async () => {
  const opened = await open(on.browser, at("#/queue"));
  const { page } = opened;
  await page.getByText("Inline caches").waitFor();
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  // What was under way may still come in. A page that is seen asks twice and more in this time.
  const before = await eventually(async () => {
    const count = api.asked.length;
    await page.waitForTimeout(4500);
    assert.equal(api.asked.length, count);
    return count;
  });
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => false });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await eventually(() => assert.ok(api.asked.length > before));
  await closeClean(opened);
});

test("a long log shows its end, follows, and what is before on request", async () => {
  const lines = (first: number, count: number) =>
    Array.from({ length: count }, (_, i) => `line ${first + i} ${"·".repeat(40)}\n`).join("");
  api.watch.logs.set(20, lines(0, 4000));
  const opened = await open(on.browser, at("#/job/20"));
  const { page } = opened;
  const log = page.locator("pre.log");
  await log.getByText("line 3999").waitFor();
  assert.ok(!((await log.textContent()) ?? "").includes("line 100 "));
  const isAtEnd = () => log.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight < 3);
  await eventually(async () => assert.ok(await isAtEnd()));
  api.watch.logs.set(20, lines(0, 4010));
  await log.getByText("line 4009").waitFor();
  await eventually(async () => assert.ok(await isAtEnd(), "it follows"));
  await log.focus();
  await page.keyboard.press("Control+Home");
  await page.getByRole("button", { name: "To the end" }).waitFor();
  api.watch.logs.set(20, lines(0, 4020));
  await log.getByText("line 4019").waitFor();
  assert.ok(!(await isAtEnd()), "it does not tear away what is being read");
  const size = ((await log.textContent()) ?? "").length;
  await page.getByRole("button", { name: "Load what is before" }).click();
  await page.waitForFunction((before) => (document.querySelector("pre.log")?.textContent?.length ?? 0) > before, size);
  const text = (await log.textContent()) ?? "";
  assert.ok(lines(0, 4020).endsWith(text), "no line is lost or doubled");
  // The next answer holds what is before, too: what is read stays where it is.
  const place = await log.evaluate((box) => box.scrollTop);
  const asked = api.of("GET", /log/).length;
  await eventually(() => assert.ok(api.of("GET", /log/).length >= asked + 2));
  assert.equal(await log.evaluate((box) => box.scrollTop), place);
  await page.getByRole("button", { name: "To the end" }).click();
  await eventually(async () => assert.ok(await isAtEnd()));
  await closeClean(opened);
});

test("a private server asks who is there, and shows all after the log-in", async () => {
  api.isPrivate = true;
  const opened = await open(on.browser, at("#/queue"));
  const { page } = opened;
  await page.getByText("This server shows this only to those whom it knows.").first().waitFor();
  assert.equal(await page.getByText("Inline caches").count(), 0);
  await page.locator(".trouble").first().getByRole("link", { name: "Log in" }).click();
  await page.getByLabel("Token").fill("kymo_viewer");
  await page.keyboard.press("Enter");
  await page.getByText("Inline caches").waitFor();
  api.watch.session = { account: null, csrf: null, providers: [] };
  await page.getByText("Inline caches").waitFor({ state: "detached" });
  await page.locator(".who", { hasText: "Log in" }).waitFor();
  await closeClean(opened);
});
