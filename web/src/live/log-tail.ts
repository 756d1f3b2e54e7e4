/** The end of a job's log, as it grows: pieces by offset, and what is before them on request. */

import type { LogPart } from "../data/live";
import { get, path, type Tagged, withQuery } from "./client";

/** Bytes of a long log that are shown first, and loaded at a time of what is before. */
export const TAIL_BYTES = 64 * 1024;

/** Bytes kept on the page while a log grows, besides what a reader asked for. */
const KEPT_BYTES = 512 * 1024;

/** Pieces taken in one go: a server gives a long log in several. */
const PIECES_MAX = 32;

export interface LogText {
  /** Bytes before the text. */
  from: number;
  text: string;
  total: number;
}

const encoder = new TextEncoder();

function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

/** `text` without its first `bytes` bytes, cut after a line where there is one. */
function withoutFirst(text: string, bytes: number): string {
  const all = encoder.encode(text);
  let cut = bytes;
  // Never within a character.
  while ((all[cut] & 0xc0) === 0x80) cut++;
  const rest = new TextDecoder().decode(all.subarray(cut));
  const line = rest.indexOf("\n");
  return line < 0 ? rest : rest.slice(line + 1);
}

export class LogTail {
  private shown: LogText | null = null;
  private next = 0;
  private kept = KEPT_BYTES;
  private before: { address: string; answer: Tagged<LogPart> } | null = null;

  constructor(private readonly job: number) {}

  private async part(offset: number, signal?: AbortSignal): Promise<LogPart> {
    const address = withQuery(path("jobs", this.job, "log"), { offset });
    const known = this.before?.address === address ? this.before.answer : null;
    const answer = await get<LogPart>(address, known, signal);
    this.before = { address, answer };
    return answer.value;
  }

  /** What is new since the last time. */
  async grow(signal?: AbortSignal): Promise<LogText> {
    for (let piece = 0; piece < PIECES_MAX; piece++) {
      const part = await this.part(this.next, signal);
      if (this.shown !== null && part.total_bytes < this.next) {
        // Another try of the job, whose log begins anew.
        this.shown = null;
        this.next = 0;
        continue;
      }
      if (this.shown === null) {
        this.shown = { from: part.offset, text: part.text, total: part.total_bytes };
        this.next = part.offset + bytesOf(part.text);
        if (part.total_bytes - this.next > TAIL_BYTES) this.jump(part.total_bytes - TAIL_BYTES);
      } else {
        this.add(part);
      }
      if (this.next >= part.total_bytes || part.text === "") break;
    }
    return this.shown ?? { from: 0, text: "", total: 0 };
  }

  private jump(offset: number): void {
    this.shown = { from: offset, text: "", total: this.shown?.total ?? 0 };
    this.next = offset;
  }

  private add(part: LogPart): void {
    const shown = this.shown;
    if (shown === null) return;
    const isFirst = shown.text === "" && shown.from > 0;
    let text = part.text;
    let from = shown.from;
    if (isFirst) {
      // A tail begins with a whole line.
      const line = text.indexOf("\n");
      text = line < 0 ? text : text.slice(line + 1);
      from = part.offset + bytesOf(part.text) - bytesOf(text);
    }
    const whole = shown.text + text;
    const extra = bytesOf(whole) - this.kept;
    const trimmed = extra > 0 ? withoutFirst(whole, extra) : whole;
    from += bytesOf(whole) - bytesOf(trimmed);
    this.shown = { from, text: trimmed, total: part.total_bytes };
    this.next = part.offset + bytesOf(part.text);
  }

  /** What is before the text. */
  async older(): Promise<LogText | null> {
    const shown = this.shown;
    if (shown === null || shown.from === 0) return shown;
    const start = Math.max(shown.from - TAIL_BYTES, 0);
    let found = new Uint8Array();
    let at = start;
    for (let piece = 0; piece < PIECES_MAX && at < shown.from; piece++) {
      const part = await get<LogPart>(withQuery(path("jobs", this.job, "log"), { offset: at }), null);
      const bytes = encoder.encode(part.value.text);
      if (bytes.length === 0) break;
      // A server may begin at the character's start rather than amid it.
      if (piece === 0) at = part.value.offset;
      const joined = new Uint8Array(found.length + bytes.length);
      joined.set(found);
      joined.set(bytes, found.length);
      found = joined;
      at += bytes.length;
    }
    const first = at - found.length;
    const text = new TextDecoder().decode(found.subarray(0, shown.from - first));
    this.kept += found.length;
    // It may have grown meanwhile.
    const now = this.shown ?? shown;
    if (now.from === shown.from) this.shown = { ...now, from: first, text: text + now.text };
    return this.shown;
  }
}
