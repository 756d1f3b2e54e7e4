/** A poller as a hook. */

import { useEffect, useRef, useState } from "preact/hooks";
import { get, type Tagged } from "./client";
import { type Polled, Poller } from "./poller";

export type Polling<T> = Polled<T> & { again: () => void };

/** Asks while the page is seen and `deps` stay the same. */
export function usePoll<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  everyMs: (value: T | null) => number,
  deps: readonly unknown[],
): Polling<T> {
  const [state, setState] = useState<Polled<T>>({ value: null, atMs: 0, problem: null });
  const poller = useRef<Poller<T> | null>(null);
  useEffect(() => {
    const mine = new Poller<T>(ask, everyMs, setState);
    poller.current = mine;
    const seen = () => mine.visibilityChanged();
    document.addEventListener("visibilitychange", seen);
    mine.start();
    return () => {
      document.removeEventListener("visibilitychange", seen);
      mine.stop();
    };
  }, deps);
  return { ...state, again: () => void poller.current?.now() };
}

/** A question that remembers its last answer, so that the server can say that it still holds. */
export function remembering<T>(path: string): (signal: AbortSignal) => Promise<T> {
  let before: Tagged<T> | null = null;
  return async (signal) => {
    before = await get<T>(path, before, signal);
    return before.value;
  };
}

/** Polls one address. */
export function usePath<T>(path: string, everyMs: (value: T | null) => number, who: string): Polling<T> {
  return usePoll<T>(remembering<T>(path), everyMs, [path, who]);
}
