/** Who the reader is to the server: asked once, and anew where the server disagrees. Shared by all parts of the page. */

import { useEffect, useState } from "preact/hooks";
import type { SessionAnswer } from "../data/live";
import { ApiError, change, get } from "./client";

const NOBODY: SessionAnswer = { account: null, csrf: null, providers: [] };

/** After how long a page that is shown again asks anew: the reader may have logged in or out elsewhere. */
const STALE_MS = 30_000;

let current: SessionAnswer | null = null;
let knownMs = 0;
let isWatching = false;
let asking: Promise<void> | null = null;
/** Log-ins and log-outs so far: an answer to a question from before one of them does not hold any more. */
let changes = 0;
const listeners = new Set<() => void>();

function learn(answer: SessionAnswer): void {
  current = { account: answer.account ?? null, csrf: answer.csrf ?? null, providers: answer.providers ?? [] };
  knownMs = Date.now();
  for (const listener of listeners) listener();
}

function watchVisibility(): void {
  if (isWatching) return;
  isWatching = true;
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - knownMs > STALE_MS) void reloadSession();
  });
}

/** Asks the server who the reader is; a server that does not say knows nobody. */
export function reloadSession(): Promise<void> {
  watchVisibility();
  asking ??= askSession(changes).finally(() => {
    asking = null;
  });
  return asking;
}

async function askSession(at: number): Promise<void> {
  const found = await get<SessionAnswer>("/session", null).catch(() => null);
  if (at === changes) learn(found?.value ?? current ?? NOBODY);
}

/** The reader logged in or out here: that holds, whatever was asked before. */
function changed(answer: SessionAnswer): void {
  changes += 1;
  learn(answer);
}

/** What is known of the session now. */
export function sessionNow(): SessionAnswer | null {
  return current;
}

/** The session; nothing until the server has said. */
export function useSession(): SessionAnswer | null {
  const [, redraw] = useState(0);
  useEffect(() => {
    const changed = () => redraw((count) => count + 1);
    listeners.add(changed);
    // It may have come between drawing and listening.
    changed();
    if (current === null) void reloadSession();
    return () => {
      listeners.delete(changed);
    };
  }, []);
  return current;
}

/** Changes something in the reader's name. */
export async function act<T>(method: string, path: string, body?: unknown): Promise<T> {
  try {
    return await change<T>(method, path, body, current?.csrf ?? null);
  } catch (error) {
    // Logged out elsewhere, or another role since: then the page shall show that.
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) await reloadSession();
    throw error;
  }
}

export async function logIn(token: string): Promise<void> {
  changed(await change<SessionAnswer>("POST", "/session", { token }, current?.csrf ?? null));
}

export async function logOut(): Promise<void> {
  await act("DELETE", "/session");
  changed({ ...NOBODY, providers: current?.providers ?? [] });
  // Other ways to log in are the server's to say; what is under way still speaks of who was logged in.
  await asking;
  await reloadSession();
}
