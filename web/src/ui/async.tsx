/** What is loading, failed or there; a failure is said where the data would have been. */

import { createContext, type JSX } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { messageOf } from "../data/load";
import type { Site } from "../data/site";

export type Loaded<T> = { state: "loading" } | { state: "failed"; message: string } | { state: "ready"; value: T };

/** Runs `make` when `deps` change; an answer to an older question is dropped. */
export function useAsync<T>(make: () => Promise<T>, deps: readonly unknown[]): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: "loading" });
  useEffect(() => {
    let isCurrent = true;
    make().then(
      (value) => isCurrent && setLoaded({ state: "ready", value }),
      (error) => isCurrent && setLoaded({ state: "failed", message: messageOf(error) }),
    );
    return () => {
      isCurrent = false;
    };
  }, deps);
  return loaded;
}

export function Show<T>(props: {
  of: Loaded<T>;
  what: string;
  children: (value: T) => JSX.Element | null;
}): JSX.Element {
  const { of, what } = props;
  if (of.state === "loading") return <Waiting what={what} />;
  if (of.state === "failed") return <Failure what={what} message={of.message} />;
  return <>{props.children(of.value)}</>;
}

export function Waiting({ what }: { what: string }): JSX.Element {
  return (
    <p class="waiting" role="status">
      Loading {what} …
    </p>
  );
}

export function Failure({ what, message }: { what: string; message: string }): JSX.Element {
  return (
    <p class="failure" role="alert">
      <strong>{what} cannot be shown.</strong> {message}. The rest of the site works; publishing again (
      <code>kymo site build</code>) writes the file anew.
    </p>
  );
}

const SiteContext = createContext<Site | null>(null);
export const SiteProvider = SiteContext.Provider;

export function useSite(): Site {
  const site = useContext(SiteContext);
  if (site === null) throw new Error("pages are shown once the site's head is there");
  return site;
}

/** The site, on pages that also do without one. */
export function useSiteIfAny(): Site | null {
  return useContext(SiteContext);
}

export function readyValue<T>(loaded: Loaded<T>): T | null {
  return loaded.state === "ready" ? loaded.value : null;
}
