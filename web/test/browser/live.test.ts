/** Queue, jobs, machines and log-in, against a server's API that the test holds. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ENDS, HOSTILE, makeJob } from "../fixtures/watch";
import { accessible, closeClean, eventually, fits, open } from "../support/browser";
import { liveStage } from "../support/live";

const { api, on, at, row } = liveStage();

/** The pages, and what must be read on them. */
const PAGES: Record<string, { hash: string; title: RegExp; texts: RegExp[] }> = {
  queue: {
    hash: "#/queue",
    title: /^Queue$/,
    texts: [
      /1 job runs, 5 wait/,
      /measure 42 %/,
      /for \d+ min.* of about 4 min/,
      /starts in about 2 min 30 s/,
      /takes about 4 min \(2 min 30 s to 6 min\)/,
      /how long it takes is not known yet/,
      /a comment on a pull request/,
      /a gap in the history.*tried once/,
      /starts once the machine is back/,
      /the governor is powersave/,
      /silent, last heard of 1 h/,
      /2 other machines/,
    ],
  },
  "job that runs": {
    hash: "#/job/20",
    title: /Faster tail calls/,
    texts: [/build line 11/, /2 tries/, /20 jobs like it/],
  },
  "job that waits": {
    hash: "#/job/21",
    title: /Inline caches/,
    texts: [/1 job is before it/, /Nothing is logged yet/],
  },
  "job that failed": {
    hash: "#/job/3",
    title: /Commit number 3/,
    texts: [/the measurement took longer/, /It wrote no log/],
  },
  "job that is done": { hash: "#/job/1", title: /Commit number 1/, texts: [/20261122-110121-027f/, /sha256:0123abcd/] },
  "no such job": { hash: "#/job/999", title: /Job 999/, texts: [/There is no such job/] },
  machines: {
    hash: "#/machines",
    title: /^Machines$/,
    texts: [
      /3 jobs waiting/,
      /120 GiB free/,
      /of 500 GiB, low/,
      /never heard of/,
      /job 20/,
      /In the record/,
      /640 runs/,
    ],
  },
  machine: {
    hash: "#/machine/bench-1",
    title: /bench-1/,
    texts: [/largest A\/A floor 1\.2 %/, /version 0\.7\.0/, /b7c8d9e0f1a2b3c4/, /kernel: 6\.8\.0 → 6\.12\.9/],
  },
  "machine without a record": {
    hash: "#/machine/bench-idle",
    title: /bench-idle/,
    texts: [/Nothing in the record/, /idle/],
  },
  "log-in": { hash: "#/login", title: /^Log in$/, texts: [/Log in with GitHub/, /Log in with corp/, /kymo token add/] },
};

for (const [name, page] of Object.entries(PAGES)) {
  test(`live ${name}: it shows what it is for, axe finds nothing, and it fits 360 pixels`, async () => {
    api.logIn("operator");
    if (name === "log-in") api.watch.session = { account: null, csrf: null, providers: ["github", "corp"] };
    const opened = await open(on.browser, at(page.hash), { colorScheme: "light" });
    for (const text of page.texts) await opened.page.getByText(text).first().waitFor({ state: "attached" });
    await opened.page.locator("h1", { hasText: page.title }).waitFor();
    await accessible(opened.page);
    await opened.page.emulateMedia({ colorScheme: "dark" });
    await accessible(opened.page);
    assert.equal(await opened.page.locator(".trouble").count(), 0);
    await opened.page.setViewportSize({ width: 360, height: 740 });
    await fits(opened.page);
    await closeClean(opened);
  });
}

test("every end has its words in the list of ended jobs", async () => {
  const opened = await open(on.browser, at("#/queue"));
  const list = opened.page.locator(".ended-row");
  const has = (count: number) => eventually(async () => assert.equal(await list.count(), count));
  await has(ENDS.length);
  for (const [, words] of ENDS) await list.getByText(words).first().waitFor();
  await opened.page.getByRole("button", { name: "failed" }).click();
  await opened.page.locator(".ended-row", { hasText: "everything was measured" }).waitFor({ state: "detached" });
  // They are asked for anew.
  await has(ENDS.length - 2);
  await closeClean(opened);
});

test("text from strangers is text: nothing runs, and what hides is shown", async () => {
  api.watch.machines[0].name = HOSTILE;
  for (const hash of ["#/queue", "#/job/22", "#/job/20", "#/job/2", "#/machines"]) {
    const opened = await open(on.browser, at(hash));
    const { page } = opened;
    await page.locator(".odd", { hasText: "ESC" }).first().waitFor();
    assert.notEqual(await page.title(), "owned");
    // The site's own badge is the one picture that may be there.
    const strange = page.locator('main img:not([src^="badge/"]), main script');
    assert.equal(await strange.count(), 0, hash);
    const text = await page.evaluate(() => document.body.textContent + document.title);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
    assert.doesNotMatch(text, /[\u0007\u001b\u202e]/, hash);
    await closeClean(opened);
  }
});

test("nobody may change anything; requesters their own jobs; operators all and the order", async () => {
  const buttons = async (hash: string, who: string, wanted: string[] | number) => {
    const opened = await open(on.browser, at(hash));
    const { page } = opened;
    // The queue itself, and not those that ended: only then none is none.
    await (hash === "#/queue" ? row(page, "Inline caches") : page.locator(".facts")).waitFor();
    await page.locator(".who", { hasText: who }).waitFor();
    await eventually(async () => {
      const found = await page.locator(".job-actions button, .priority button").allTextContents();
      assert.deepEqual(typeof wanted === "number" ? found.length : found, wanted);
    });
    await closeClean(opened);
  };
  await buttons("#/queue", "Log in", []);
  api.logIn("viewer");
  await buttons("#/queue", "Logged in as vic", []);
  api.logIn("requester");
  await buttons("#/queue", "Logged in as ann", ["Call off job 20", "Call off job 21"]);
  await buttons("#/job/21", "Logged in as ann", ["Call off job 21"]);
  await buttons("#/job/2", "Logged in as ann", []);
  api.logIn("operator");
  await buttons("#/queue", "Logged in as olga", 6);
  await buttons("#/job/21", "Logged in as olga", ["Call off job 21", "Set"]);
  await buttons("#/job/2", "Logged in as olga", ["Try again job 2"]);
});

test("logging in by token, with the way back, and out again", async () => {
  const opened = await open(on.browser, at("#/job/2"));
  const { page } = opened;
  await page.getByRole("link", { name: "Log in" }).last().click();
  const input = page.getByLabel("Token");
  assert.equal(await input.getAttribute("type"), "password");
  await input.fill("kymo_wrong");
  await page.keyboard.press("Enter");
  await page.getByText("A valid token is needed: this one is not known.").waitFor();
  await input.fill(" kymo_operator ");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Try again job 2" }).waitFor();
  await eventually(() => assert.match(page.url(), /#\/job\/2$/));
  assert.deepEqual(
    api.of("POST", /session/).map((one) => one.body),
    [{ token: "kymo_wrong" }, { token: "kymo_operator" }],
  );
  assert.equal(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]).includes("kymo_")), false);
  await page.locator(".who").click();
  await page.getByText("Logged in as operator").waitFor();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByLabel("Token").waitFor();
  await page.locator(".who", { hasText: /^Log in$/ }).waitFor();
  assert.ok(api.of("DELETE", /session/)[0].headers["x-kymo-csrf"]);
  assert.equal(
    await page.getByRole("link", { name: "Log in with GitHub" }).getAttribute("href"),
    "api/v1/login/github?next=%2Fsome%2Fwhere%2F%23%2Fqueue",
  );
  await closeClean(opened);
});

test("calling off asks first, sends the CSRF token, and the job goes to those that ended", async () => {
  api.logIn("operator");
  const opened = await open(on.browser, at("#/queue"));
  const { page } = opened;
  const button = page.getByRole("button", { name: "Call off job 21" });
  await button.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Call job 21 off?" });
  await dialog.waitFor();
  await accessible(page);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await eventually(async () =>
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Call off job 21"),
  );
  assert.equal(api.of("POST", /cancel/).length, 0);
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Call it off" }).click();
  await button.waitFor({ state: "detached" });
  const [asked] = api.of("POST", /jobs\/21\/cancel/);
  assert.equal(asked.headers["x-kymo-csrf"], "csrf-of-this-session");
  assert.equal(asked.status, 200);
  // A job that runs is told by its machine.
  await page.getByRole("button", { name: "Call off job 20" }).click();
  await page.getByRole("button", { name: "Call it off" }).click();
  await page.getByText("Its machine is being told to stop.").waitFor();
  await closeClean(opened);
});

test("trying again and another priority; a refusal is told in the server's words", async () => {
  api.logIn("operator");
  const opened = await open(on.browser, at("#/job/2"));
  const { page } = opened;
  await page.getByRole("button", { name: "Try again" }).click();
  const priority = page.getByLabel("Priority");
  await priority.fill("60");
  await priority.press("Enter");
  await page.locator(".facts dd", { hasText: /^60$/ }).waitFor();
  assert.deepEqual(
    api.of("PATCH", /jobs\/2$/).map((one) => one.body),
    [{ priority: 60 }],
  );
  await priority.fill("4000");
  await eventually(async () => assert.ok(await page.getByRole("button", { name: "Set" }).isDisabled()));
  // Somebody else was faster.
  api.watch.jobs[1].state = "queued";
  await page.getByRole("button", { name: "Call off" }).click();
  api.watch.jobs[1].state = "failed";
  await page.getByRole("button", { name: "Call it off" }).click();
  await page.getByText("It cannot be done as things are: job 2 has ended.").waitFor();
  await page.getByRole("button", { name: "Keep it" }).click();
  await closeClean(opened);
});

test("pausing a machine wants a reason, and resuming undoes it", async () => {
  api.logIn("operator");
  const opened = await open(on.browser, at("#/machines"));
  const { page } = opened;
  await page.getByRole("button", { name: "Pause bench-idle" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Pause it" }).click();
  assert.equal(api.of("POST", /pause/).length, 0, "a reason is wanted");
  await dialog.getByLabel(/Why/).fill("new fan");
  await page.keyboard.press("Enter");
  await page.getByText("Paused by an operator: new fan").waitFor();
  assert.deepEqual(api.of("POST", /machines\/bench-idle\/pause/)[0].body, { because: "new fan" });
  await page.getByRole("button", { name: "Resume bench-idle" }).click();
  await page.getByText("Paused by an operator").waitFor({ state: "detached" });
  await closeClean(opened);
});

test("filters narrow the queue, keep the places, and lie in the address", async () => {
  const opened = await open(on.browser, at("#/queue"));
  const { page } = opened;
  await page.getByText("Inline caches").waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("smoke");
  await page.getByText("Inline caches").waitFor({ state: "detached" });
  await eventually(async () =>
    assert.match((await row(page, "Commit number 23").textContent()) ?? "", /^3/, "the third, though it is alone"),
  );
  await eventually(() => assert.match(page.url(), /q=smoke/));
  await page.keyboard.press("Escape");
  await page.getByLabel("machine").selectOption("bench-arm");
  await page.getByText("Inline caches").waitFor({ state: "detached" });
  await row(page, "Commit number 30").waitFor();
  await page.waitForFunction(() =>
    performance.getEntriesByType("resource").some((one) => /queue\?machine=bench-arm/.test(one.name)),
  );
  await page.getByLabel("project").selectOption("wasmi");
  await page.reload();
  await row(page, "Commit number 30").waitFor();
  await closeClean(opened);
});

test("older ended jobs are loaded on request", async () => {
  for (let id = 100; id < 145; id++) {
    const ended_unix_s = 1_700_000_000 + id;
    api.watch.jobs.push(makeJob(id, { state: "finished", end: { kind: "measured" }, ended_unix_s }));
  }
  const opened = await open(on.browser, at("#/queue?end=finished"));
  const { page } = opened;
  await row(page, "Commit number 144").waitFor();
  await eventually(async () => assert.equal(await page.locator(".ended-row").count(), 20));
  await page.getByRole("button", { name: "Load older ones" }).click();
  await row(page, "Commit number 110").waitFor();
  await page.getByRole("button", { name: "Load older ones" }).click();
  await page.getByRole("button", { name: "Load older ones" }).waitFor({ state: "detached" });
  await eventually(async () => assert.equal(await page.locator(".ended-row").count(), 46));
  await closeClean(opened);
});

test("empty states say what to do", async () => {
  api.watch.jobs = [];
  for (const machine of api.watch.machines) Object.assign(machine, { queued: 0, job: null });
  const opened = await open(on.browser, at("#/queue"));
  const { page } = opened;
  await page.getByText("kymo request PROJECT COMMIT").waitFor();
  await page.getByText("No such job has ended yet.").waitFor();
  api.watch.machines = [];
  await page.getByText("kymo token add --machine NAME").waitFor();
  await page.goto(at("#/machines"));
  await page.getByText("kymo token add --machine NAME").waitFor();
  await closeClean(opened);
});

test("the queue is there although the site is not", async () => {
  on.site.missing.add("data/head.json");
  try {
    const opened = await open(on.browser, at("#/queue"));
    await opened.page.getByText("Inline caches").waitFor();
    await closeClean(opened);
  } finally {
    on.site.missing.clear();
  }
});

test("Queue stands in the navigation, and links lead through", async () => {
  const opened = await open(on.browser, at("#/overview"));
  const { page } = opened;
  await page.locator(".site-head nav").getByRole("link", { name: "Queue" }).click();
  await page.getByRole("link", { name: "Inline caches" }).click();
  await page.getByText("1 job is before it").waitFor();
  assert.equal(await page.getByRole("link", { name: "Queue" }).first().getAttribute("aria-current"), "true");
  await page.locator(".lead").getByRole("link", { name: "bench-1" }).click();
  await page.getByText("largest A/A floor").waitFor();
  await page.getByRole("link", { name: "3 jobs waiting" }).click();
  await page.getByText("Inline caches").waitFor();
  await eventually(() => assert.match(page.url(), /#\/queue\?machine=bench-1/));
  await closeClean(opened);
});
