/** Words that depend on the time, kept true without asking the server. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { dateTime } from "../text/time";
import { serverNow } from "./client";
import { agoWords } from "./words";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;

function tick(): void {
  if (document.hidden) return;
  for (const listener of listeners) listener();
}

function onTick(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === null) {
    timer = setInterval(tick, 1000);
    document.addEventListener("visibilitychange", tick);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
    document.removeEventListener("visibilitychange", tick);
  };
}

/** Draws itself anew when its words change, and nothing around it. */
export function Fresh(props: { words: (nowS: number) => string; title?: string; class?: string }): JSX.Element {
  const [, redraw] = useState(0);
  const drawn = useRef({ words: props.words, text: "" });
  const text = props.words(serverNow());
  drawn.current = { words: props.words, text };
  useEffect(
    () =>
      onTick(() => {
        if (drawn.current.words(serverNow()) !== drawn.current.text) redraw((count) => count + 1);
      }),
    [],
  );
  return (
    <span class={props.class} title={props.title}>
      {text}
    </span>
  );
}

/** How long ago something was; the date is its title. */
export function Ago({ unixS }: { unixS: number }): JSX.Element {
  return <Fresh words={(nowS) => agoWords(unixS, nowS)} title={dateTime(unixS)} />;
}
