/** Small parts that pages share. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { percent } from "../text/units";

/** A name from data: isolated, so that right-to-left text does not turn what stands around it. */
export function Name({ text }: { text: string | null | undefined }): JSX.Element {
  return <bdi>{text ?? "—"}</bdi>;
}

interface PageHeadProps {
  kicker?: ComponentChildren;
  title: ComponentChildren;
  /** For the window's title. */
  plain: string;
  lead?: ComponentChildren;
  children?: ComponentChildren;
}

export function PageHead({ kicker, title, plain, lead, children }: PageHeadProps): JSX.Element {
  useEffect(() => {
    document.title = `${plain} · Kymograph`;
  }, [plain]);
  return (
    <header class="page-head">
      <div>
        {kicker ? <p class="kicker">{kicker}</p> : null}
        <h1>{title}</h1>
        {lead ? <p class="lead">{lead}</p> : null}
      </div>
      {children}
    </header>
  );
}

const STATES: Record<string, string> = {
  suspected: "found in history; not yet confirmed by measuring both ends again",
  confirmed: "confirmed by measuring both ends against each other",
  refuted: "measured again: there is no such change",
  unconfirmed: "a build is missing, so it cannot be measured again",
};

export function StateChip({ state, decision }: { state: string; decision: string | null }): JSX.Element {
  return (
    <span class="chips">
      <span class={`chip chip-${/^[a-z]+$/.test(state) ? state : "other"}`} title={STATES[state]}>
        {state}
      </span>
      {decision === null ? null : <span class="chip chip-decision">{decision}</span>}
    </span>
  );
}

/** A relative change, with an arrow and a word besides its colour. */
export function Change({ size, worse }: { size: number | null; worse: boolean | null }): JSX.Element {
  if (size === null || !Number.isFinite(size)) return <span class="num muted">—</span>;
  const tone = worse === null ? "muted" : worse ? "worse" : "better";
  const arrow = size > 0 ? "▲" : size < 0 ? "▼" : "";
  return (
    <span class={`num change ${tone}`}>
      <span aria-hidden="true" class="arrow">
        {arrow}
      </span>
      {percent(size)}
      {worse === null ? null : <span class="visually-hidden">{worse ? ", worse" : ", better"}</span>}
    </span>
  );
}

export function OutLink({ to, children }: { to: string | null; children: ComponentChildren }): JSX.Element {
  if (to === null) return <>{children}</>;
  return (
    <a href={to} rel="noreferrer noopener">
      {children}
    </a>
  );
}

/** Whether keys belong to what has the focus, and not to the page. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable)
  );
}

/** The page's filter: `/` goes there, Escape empties it. */
export function Filter(props: { value: string; onInput: (value: string) => void; label: string }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  // Who sees the filter can press its key: a later effect would lose it on a slow machine.
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
  return (
    <label class="filter">
      <span class="visually-hidden">{props.label}</span>
      <input
        ref={input}
        type="search"
        placeholder={`${props.label}  ( / )`}
        value={props.value}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && props.value !== "") {
            props.onInput("");
            event.stopPropagation();
          }
        }}
      />
    </label>
  );
}

/** One of several, as a row of buttons. */
export function Segmented<T extends string>(props: {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}): JSX.Element {
  return (
    <div class="segmented" role="group" aria-label={props.label}>
      {props.options.map(([value, text]) => (
        <button key={value} type="button" aria-pressed={props.value === value} onClick={() => props.onChange(value)}>
          {text}
        </button>
      ))}
    </div>
  );
}

export function Check(props: { label: string; checked: boolean; onChange: (checked: boolean) => void }): JSX.Element {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      {props.label}
    </label>
  );
}

export function Select(props: {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}): JSX.Element {
  return (
    <label class="select">
      <span>{props.label}</span>
      <select value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)}>
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
