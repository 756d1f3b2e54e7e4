/** Who the reader is, whichever answer comes first. */

import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { logIn, logOut, reloadSession, sessionNow } from "../../src/live/session";

type Answer = (body: unknown) => void;

/** Questions that are answered by hand, by their methods. */
function questions(): { method: string; answer: Answer }[] {
  const open: { method: string; answer: Answer }[] = [];
  mock.method(globalThis, "fetch", (_: string, { method = "GET" }: RequestInit) => {
    return new Promise<Response>((resolve) => {
      open.push({ method, answer: (body) => resolve(new Response(JSON.stringify(body))) });
    });
  });
  Object.assign(globalThis, { document: { hidden: false, addEventListener: () => {} } });
  return open;
}

const settle = async () => {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
};

afterEach(() => mock.restoreAll());

test("an answer from before a log-in or a log-out does not undo it", async () => {
  const open = questions();
  const first = reloadSession();
  const login = logIn("kymo_x");
  open[1].answer({ account: { name: "ann", role: "viewer" }, csrf: "c", providers: [] });
  await login;
  open[0].answer({ providers: ["corp"] });
  await first;
  assert.equal(sessionNow()?.account?.name, "ann");

  const again = reloadSession();
  const logout = logOut();
  assert.deepEqual([open[2].method, open[3].method], ["GET", "DELETE"]);
  open[3].answer(null);
  await settle();
  assert.equal(sessionNow()?.account, null);
  open[2].answer({ account: { name: "ann", role: "viewer" }, csrf: "c", providers: [] });
  await again;
  await settle();
  assert.equal(sessionNow()?.account, null);
  // What follows is asked anew.
  open[4].answer({ providers: ["corp"] });
  await logout;
  assert.deepEqual(sessionNow(), { account: null, csrf: null, providers: ["corp"] });
});
