/** The words of the queue, who may what, text from strangers. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Account, Job, JobEnd, Role } from "../../src/data/live";
import { path, withQuery } from "../../src/live/client";
import { merged } from "../../src/live/ended";
import { backTo } from "../../src/live/login-page";
import { inert, pieces, plain } from "../../src/live/plain";
import { passes } from "../../src/live/queue-filter";
import { type JobAction, mayJob } from "../../src/live/rights";
import { sentence } from "../../src/live/trouble";
import {
  agoWords,
  endWords,
  range,
  roughly,
  runningWords,
  startWords,
  takesWords,
  trustWords,
} from "../../src/live/words";
import { ENDS, HOSTILE, makeJob } from "../fixtures/watch";

test("each end has its words, and what the job said stands apart", () => {
  for (const [end, words] of ENDS) {
    const found = endWords(end, 3);
    assert.match(found.said === null ? found.words : `${found.words}: ${found.said}`, words);
  }
  assert.equal(endWords({ kind: "failed", step: "build", message: HOSTILE }, 1).said, HOSTILE);
  assert.equal(endWords({ kind: "eaten_by_bears" } as unknown as JobEnd, 1).words, "eaten by bears");
  assert.match(endWords({ kind: "lost" }, 1).words, /after 1 try:/);
});

test("estimates say no more than they know", () => {
  assert.deepEqual([2, 5, 42, 59, 80, 100, 200, 754, 3590, 3700, 11_100, 40_000, 400_000].map(roughly), [
    "5 s",
    "5 s",
    "40 s",
    "1 min",
    "1 min 30 s",
    "1 min 30 s",
    "3 min",
    "13 min",
    "1 h",
    "1 h",
    "3 h 5 min",
    "11 h",
    "4 days",
  ]);
  assert.equal(range(180, 360), "3 to 6 min");
  assert.equal(range(45, 120), "45 s to 2 min");
  assert.equal(range(240, 241), "4 min");
  const estimate = { starts_in: 150, takes: 240, off_by: 2, from_jobs: 20 };
  assert.equal(takesWords(estimate), "takes about 4 min (2 to 8 min)");
  assert.match(trustWords(estimate), /from 20 jobs like it; nine of ten .* factor of 2\.0: 2 to 8 min\.$/);
  assert.equal(takesWords({ ...estimate, off_by: null }), "takes about 4 min");
  assert.match(trustWords({ ...estimate, off_by: undefined }), /too few have ended/);
  // Nonsense from a server is no factor.
  assert.equal(takesWords({ ...estimate, off_by: Number.NaN }), "takes about 4 min");
  assert.equal(takesWords({ ...estimate, from_jobs: 0 }), "takes about 4 min, a guess");
  assert.equal(takesWords({ starts_in: 0, takes: 0, from_jobs: 0 }), "how long it takes is not known yet");
});

test("when a job starts depends on its machine", () => {
  const estimate = { starts_in: 150, takes: 240, off_by: 2, from_jobs: 20 };
  assert.equal(startWords(estimate, 0, "running"), "starts in about 2 min 30 s");
  assert.equal(startWords(estimate, 90, "running"), "starts in about 1 min");
  assert.equal(startWords(estimate, 500, "running"), "starts next");
  assert.equal(startWords(estimate, 0, "silent"), "about 2 min 30 s after the machine is back");
  assert.equal(startWords({ ...estimate, starts_in: 0 }, 0, "paused"), "starts once the machine is back");
  assert.equal(startWords(estimate, 0, "new"), "starts once the machine has an agent");
  assert.equal(startWords(null, 0, "idle"), "when it starts is not known yet");
  assert.equal(startWords({ starts_in: 0, takes: 0, from_jobs: 0 }, 0, null), "when it starts is not known yet");
});

test("a running job is late only beyond what its estimate is off by", () => {
  const job = makeJob(1, { started_unix_s: 1000, estimate: { starts_in: 0, takes: 240, off_by: 1.5, from_jobs: 9 } });
  assert.equal(runningWords(job, 1100), "for 1 min 40 s of about 4 min");
  assert.equal(runningWords(job, 1350), "for 5 min 50 s of about 4 min");
  assert.equal(runningWords(job, 1400), "for 6 min 40 s, longer than the 4 min that were estimated");
  assert.equal(runningWords({ ...job, estimate: null }, 1010), "for 10 s");
  assert.equal(runningWords(job, 900), "for 0 s of about 4 min", "a clock that is behind");
  assert.equal(agoWords(100, 104), "4 s ago");
  assert.equal(agoWords(100, 90), "now");
});

test("roles: own jobs, any jobs, the order", () => {
  const account = (role: Role, name = "ann"): Account => ({ name, role, created_unix_s: 0 });
  const job = (state: Job["state"]) => makeJob(1, { asked_by: "ann", state });
  const may = (who: Account | null, state: Job["state"]) =>
    (["cancel", "retry", "reorder"] as JobAction[]).filter((action) => mayJob(who, action, job(state))).join(" ");
  assert.equal(may(null, "queued"), "");
  assert.equal(may(account("viewer"), "queued"), "");
  assert.equal(may(account("requester"), "queued"), "cancel");
  assert.equal(may(account("requester"), "failed"), "retry");
  assert.equal(may(account("requester", "bob"), "queued"), "");
  assert.equal(may(account("operator", "olga"), "queued"), "cancel reorder");
  assert.equal(may(account("admin", "root"), "running"), "cancel");
  assert.equal(may(account("operator", "olga"), "finished"), "retry");
  assert.equal(may({ ...account("admin"), disabled: true }, "queued"), "");
});

test("characters that hide, reorder or imitate are shown by signs, and all others stay", () => {
  const odd = "a\u0000\u001b[1m\u0007\u007f\u0085\u202e\u2066\u200b\ufeff\u{e0041}\ud800z";
  assert.equal(plain(odd), "a[NUL][ESC][1m[BEL][DEL][U+0085][U+202E][U+2066][U+200B][U+FEFF][U+E0041][U+D800]z");
  const good = "żółć עברית 日本 👩‍👩‍👧 नमस्ते <b>&amp;";
  assert.deepEqual(pieces(good, false), [{ text: good, isOdd: false }]);
  assert.equal(plain("two\nlines\tand tab"), "two[LF]lines[TAB]and tab");
  assert.deepEqual(pieces("two\nlines\t.", true), [{ text: "two\nlines\t.", isOdd: false }]);
  assert.equal(
    pieces("a\r\nb", true)
      .map((piece) => piece.text)
      .join("|"),
    "a|CR|\nb",
  );
  assert.deepEqual(pieces("", true), []);
  assert.equal(inert('=HYPERLINK("x")'), '\'=HYPERLINK("x")');
  assert.equal(inert("a=b\u001b"), "a=b[ESC]");
});

test("the way back from the log-in stays in this app", () => {
  assert.equal(backTo(encodeURIComponent("#/job/12?x=1")), "#/job/12?x=1");
  for (const bad of [undefined, "", "https://evil.example", "javascript:alert(1)", "#/login", "//evil", "#//evil"])
    assert.equal(backTo(bad === undefined ? bad : encodeURIComponent(bad)), null, bad);
});

test("addresses and filters", () => {
  assert.equal(path("machines", "a/b?c", "pause"), "/machines/a%2Fb%3Fc/pause");
  assert.equal(
    withQuery("/jobs", { project: "", machine: "m&n", after: null, limit: 5 }),
    "/jobs?machine=m%26n&limit=5",
  );
  const none = { text: "", project: "", machine: "" };
  const job = makeJob(21, { title: "Inline caches", asked_by: "ann" });
  assert.ok(passes(job, none));
  assert.ok(passes(job, { ...none, text: "CACHES ann" }));
  assert.ok(!passes(job, { ...none, text: "caches bob" }));
  assert.ok(!passes(job, { ...none, machine: "other" }));
  assert.equal(sentence("the server failed"), "The server failed.");
});

test("pages of ended jobs make one list, newest first, each job once", () => {
  const at = (id: number, ended_unix_s: number) => makeJob(id, { state: "finished", ended_unix_s });
  const newest = { finished: { items: [at(9, 50), at(7, 60)] }, failed: { items: [at(8, 55)] } };
  const older = { finished: { items: [at(7, 1), at(3, 20)] } };
  assert.deepEqual(
    merged(newest, older).map((job) => job.id),
    [7, 8, 9, 3],
  );
});
