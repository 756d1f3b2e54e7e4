/** What is said while the live server does not answer, and while nothing is known yet. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { href } from "../route/params";
import { dateTime } from "../text/time";
import { Waiting } from "../ui/async";
import { Fresh } from "./clock";
import { plain } from "./plain";
import { reloadSession } from "./session";
import type { Polling } from "./use-poll";
import { agoWords } from "./words";

/** Shows a polled value as far as it is known, below what is wrong. */
export function Live<T>(props: {
  of: Polling<T>;
  what: string;
  children: (value: T) => ComponentChildren;
}): JSX.Element {
  const { of, what } = props;
  return (
    <>
      {of.problem === null ? null : <Trouble of={of} problem={of.problem} />}
      {of.value === null ? of.problem === null ? <Waiting what={what} /> : null : props.children(of.value)}
    </>
  );
}

interface TroubleProps<T> {
  of: Polling<T>;
  problem: NonNullable<Polling<T>["problem"]>;
}

function Trouble<T>({ of, problem }: TroubleProps<T>): JSX.Element {
  const { atMs, value } = of;
  const asksWho = problem.status === 401 || problem.status === 403;
  useEffect(() => {
    // The session is over, perhaps: then nobody is logged in any more.
    if (asksWho) void reloadSession();
  }, [asksWho]);
  const next = () => {
    const seconds = Math.ceil((problem.nextMs - Date.now()) / 1000);
    return seconds > 0 ? `Trying again in ${seconds} s.` : "Trying again …";
  };
  return (
    <div class="failure trouble">
      <span>
        <span role="alert">
          {problem.status === 401
            ? "This server shows this only to those whom it knows."
            : sentence(plain(problem.message))}
        </span>{" "}
        {value === null ? null : (
          <Fresh
            words={() => `What is shown is from ${agoWords(atMs / 1000, Date.now() / 1000)}.`}
            title={dateTime(atMs / 1000)}
          />
        )}{" "}
        {asksWho ? <a href={loginHref()}>Log in</a> : <Fresh words={next} />}
      </span>
      <button type="button" onClick={of.again}>
        Try now
      </button>
    </div>
  );
}

/** To the log-in, and from there back to here. */
export function loginHref(): string {
  const here = window.location.hash;
  return href("login", null, here.startsWith("#/login") || here === "" ? {} : { back: encodeURIComponent(here) });
}

/** Begins with a capital and ends with a stop. */
export function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
