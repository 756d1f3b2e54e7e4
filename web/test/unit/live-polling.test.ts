/** Asking again and again, and the tail of a log, against a made-up network. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { ApiError, get } from "../../src/live/client";
import { LogTail, TAIL_BYTES } from "../../src/live/log-tail";
import { type Polled, Poller, pauseMs } from "../../src/live/poller";
import { Random } from "../fixtures/random";

const EVERY = 2000;

/** Questions that are answered by hand. */
class Questions {
  open: { answer: (value: number) => void; fail: (error: unknown) => void; signal: AbortSignal }[] = [];
  asked = 0;
  mostAtOnce = 0;
  shown: Polled<number>[] = [];
  isHidden = false;
  poller = new Poller<number>(
    (signal) => {
      this.asked += 1;
      return new Promise<number>((resolve, reject) => {
        const done = <T>(what: T): T => {
          this.open.splice(this.open.indexOf(one), 1);
          return what;
        };
        const one = {
          signal,
          answer: (value: number) => resolve(done(value)),
          fail: (error: unknown) => reject(done(error)),
        };
        this.open.push(one);
        this.mostAtOnce = Math.max(this.mostAtOnce, this.open.length);
      });
    },
    () => EVERY,
    (state) => this.shown.push(state),
    () => this.isHidden,
  );
}

const settle = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"] }));
afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

test("a poller asks again after the answer, and never two at once", async () => {
  const questions = new Questions();
  questions.poller.start();
  mock.timers.tick(60_000);
  assert.equal(questions.asked, 1, "the answer is slow");
  await questions.poller.now();
  await questions.poller.now();
  assert.equal(questions.asked, 1);
  questions.open[0].answer(1);
  await settle();
  assert.equal(questions.asked, 2, "what was wanted meanwhile comes right after");
  questions.open[0].answer(2);
  await settle();
  mock.timers.tick(EVERY - 1);
  assert.equal(questions.asked, 2);
  mock.timers.tick(1);
  assert.equal(questions.asked, 3);
  assert.equal(questions.mostAtOnce, 1);
  assert.deepEqual(
    questions.shown.map((state) => state.value),
    [1, 2],
  );
});

test("a poller that fails waits longer each time, keeps what it knows, and recovers", async () => {
  const questions = new Questions();
  questions.poller.start();
  questions.open[0].answer(7);
  await settle();
  let pause = EVERY;
  for (let failure = 1; failure <= 4; failure++) {
    mock.timers.tick(pause);
    questions.open[0].fail(new ApiError(503, "the server failed"));
    await settle();
    pause = EVERY * 2 ** failure;
    const last = questions.shown.at(-1);
    assert.equal(last?.value, 7);
    assert.equal(last?.problem?.message, "the server failed");
    assert.equal((last?.problem?.nextMs ?? 0) - Date.now(), pause);
  }
  mock.timers.tick(pause);
  questions.open[0].answer(8);
  await settle();
  assert.deepEqual([questions.shown.at(-1)?.value, questions.shown.at(-1)?.problem], [8, null]);
  mock.timers.tick(EVERY);
  assert.equal(questions.open.length, 1, "as often as before");
  assert.equal(pauseMs(EVERY, 30, null), 60_000);
  assert.equal(pauseMs(EVERY, 1, 90), 90_000, "the server asks for more patience");
});

test("what a reader may not see any more is forgotten", async () => {
  const questions = new Questions();
  questions.poller.start();
  questions.open[0].answer(7);
  await settle();
  mock.timers.tick(EVERY);
  questions.open[0].fail(new ApiError(401, "who are you"));
  await settle();
  assert.equal(questions.shown.at(-1)?.value, null);
  assert.equal(questions.shown.at(-1)?.problem?.status, 401);
});

test("a hidden page asks nothing, and a page shown again asks when it is time", async () => {
  const questions = new Questions();
  questions.poller.start();
  questions.open[0].answer(1);
  await settle();
  questions.isHidden = true;
  questions.poller.visibilityChanged();
  mock.timers.tick(10 * EVERY);
  assert.equal(questions.asked, 1);
  questions.isHidden = false;
  questions.poller.visibilityChanged();
  mock.timers.tick(0);
  assert.equal(questions.asked, 2);
  const { signal } = questions.open[0];
  questions.poller.stop();
  assert.ok(signal.aborted);
  questions.open[0].fail(new Error("aborted"));
  await settle();
  mock.timers.tick(10 * EVERY);
  assert.deepEqual([questions.asked, questions.shown.length], [2, 1], "stopped is stopped");
});

/** Answers `GET …/log?offset=N` as the server does: by pieces, never within a character. */
function serveLog(log: () => Buffer, pieceBytes: number): { asked: number[] } {
  const asked: number[] = [];
  const isInside = (bytes: Buffer, at: number) => at < bytes.length && (bytes[at] & 0xc0) === 0x80;
  mock.method(globalThis, "fetch", async (address: string) => {
    const bytes = log();
    let offset = Math.min(Number(new URL(address, "http://x").searchParams.get("offset")), bytes.length);
    asked.push(offset);
    while (isInside(bytes, offset)) offset++;
    let end = Math.min(offset + pieceBytes, bytes.length);
    while (isInside(bytes, end)) end--;
    return Response.json({ total_bytes: bytes.length, offset, text: bytes.subarray(offset, end).toString() });
  });
  return { asked };
}

test("the tail of a log is what the log says there, however it grows", async () => {
  mock.timers.reset();
  const random = new Random(5);
  for (let round = 0; round < 20; round++) {
    let log = "";
    const write = (bytes: number) => {
      const to = log.length + bytes;
      while (log.length < to) log += random.pick(["line\n", "żółć ", "日本語\n", "👩 ", "x".repeat(90), "\n"]);
    };
    serveLog(() => Buffer.from(log), 16_000 + random.below(50_000));
    const tail = new LogTail(1);
    const check = (shown: { from: number; text: string; total: number } | null) => {
      const bytes = Buffer.from(log);
      assert.equal(shown?.total, bytes.length);
      // No assertion that would print both.
      assert.ok(shown?.text === bytes.subarray(shown?.from).toString(), `from ${shown?.from} of ${bytes.length}`);
    };
    write(random.below(300_000));
    const first = await tail.grow();
    check(first);
    assert.ok(first.text.length <= TAIL_BYTES + 40_000);
    for (let i = 0; i < 4; i++) {
      write(random.below(200_000));
      check(await tail.grow());
    }
    const before = (await tail.grow()).from;
    const older = await tail.older();
    check(older);
    assert.ok(before === 0 || (older?.from ?? 0) < before);
    write(10_000);
    check(await tail.grow());
    // Another try of the job begins its log anew.
    log = "again\n";
    assert.equal((await tail.grow()).text, "again\n");
    mock.restoreAll();
  }
});

test("an error is told by what the server says of it, or by its number", async () => {
  mock.timers.reset();
  const failing = async (response: Response) => {
    const fetched = mock.method(globalThis, "fetch", async () => response);
    const error = await get("/jobs", null).then(
      () => null,
      (found) => found as ApiError,
    );
    fetched.mock.restore();
    return error;
  };
  const problem = { title: "Too many requests", detail: "wait a little", status: 429 };
  const headers = { "content-type": "application/problem+json", "retry-after": "7" };
  const told = await failing(new Response(JSON.stringify(problem), { status: 429, headers }));
  assert.deepEqual([told?.status, told?.message, told?.retryAfterS], [429, "Too many requests: wait a little", 7]);
  const html = await failing(new Response("<html>", { status: 502, headers: { "content-type": "text/html" } }));
  assert.equal(html?.message, "the server answered 502");
  const none = await failing(new Response("<html>", { status: 200, headers: { "content-type": "text/html" } }));
  assert.match(none?.message ?? "", /no JSON/);
});
