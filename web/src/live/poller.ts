/** Asking again and again: while somebody looks, never two at once, and less often while it fails. */

import { messageOf } from "../data/load";
import { ApiError } from "./client";

/** What is known, and what is wrong. Both can be: then the value is the last one that was had. */
export interface Polled<T> {
  value: T | null;
  /** When the server last said that the value holds, in milliseconds of `Date.now()`; 0 for never. */
  atMs: number;
  problem: { message: string; status: number; nextMs: number } | null;
}

/** The longest pause between two tries. */
const PAUSE_MAX_MS = 60_000;

/** How long to wait after `failures` failures in a row: twice as long each time. */
export function pauseMs(everyMs: number, failures: number, retryAfterS: number | null): number {
  const doubled = Math.min(everyMs * 2 ** Math.min(failures, 16), PAUSE_MAX_MS);
  return Math.max(doubled, (retryAfterS ?? 0) * 1000);
}

export class Poller<T> {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private asking: AbortController | null = null;
  private isWanted = false;
  private isStopped = true;
  private failures = 0;
  private dueMs = 0;
  state: Polled<T> = { value: null, atMs: 0, problem: null };

  constructor(
    private readonly ask: (signal: AbortSignal) => Promise<T>,
    /** Milliseconds until the next question; asked after each answer, since it can depend on it. */
    private readonly everyMs: (value: T | null) => number,
    private readonly show: (state: Polled<T>) => void,
    private readonly isHidden: () => boolean = () => document.hidden,
  ) {}

  start(): void {
    this.isStopped = false;
    void this.now();
  }

  stop(): void {
    this.isStopped = true;
    this.clear();
    this.asking?.abort();
  }

  /** The page was hidden or shown again. */
  visibilityChanged(): void {
    if (this.isStopped) return;
    if (this.isHidden()) this.clear();
    else if (this.asking === null) this.schedule(Math.max(this.dueMs - Date.now(), 0));
  }

  /** Asks at once; while a question is under way, right after its answer. */
  async now(): Promise<void> {
    if (this.isStopped) return;
    if (this.asking !== null) {
      this.isWanted = true;
      return;
    }
    this.clear();
    this.isWanted = false;
    const asking = new AbortController();
    this.asking = asking;
    try {
      const value = await this.ask(asking.signal);
      this.failures = 0;
      this.dueMs = Date.now() + this.everyMs(value);
      this.state = { value, atMs: Date.now(), problem: null };
    } catch (error) {
      this.failed(error);
    } finally {
      this.asking = null;
    }
    if (this.isStopped) return;
    this.show(this.state);
    if (this.isWanted) await this.now();
    else this.schedule(this.dueMs - Date.now());
  }

  private schedule(ms: number): void {
    this.clear();
    // Shown again, the page asks at once when the time has come.
    if (!this.isHidden()) this.timer = setTimeout(() => void this.now(), ms);
  }

  private clear(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private failed(error: unknown): void {
    this.failures += 1;
    const known = error instanceof ApiError ? error : null;
    const pause = pauseMs(this.everyMs(this.state.value), this.failures, known?.retryAfterS ?? null);
    this.dueMs = Date.now() + pause;
    const problem = { message: messageOf(error), status: known?.status ?? 0, nextMs: this.dueMs };
    // What a reader may not see any more is not kept on the page.
    const isShut = known?.status === 401 || known?.status === 403;
    this.state = isShut ? { value: null, atMs: 0, problem } : { ...this.state, problem };
  }
}
