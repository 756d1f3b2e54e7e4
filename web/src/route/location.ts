/** The route of the address bar, as a hook. */

import { useLayoutEffect, useState } from "preact/hooks";
import { formatRoute, parseRoute, type Route } from "./params";

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(window.location.hash));
  // With the first drawing: a change of the address before a later effect listens would be lost.
  useLayoutEffect(() => {
    const changed = () => setRoute(parseRoute(window.location.hash));
    window.addEventListener("hashchange", changed);
    window.addEventListener("popstate", changed);
    return () => {
      window.removeEventListener("hashchange", changed);
      window.removeEventListener("popstate", changed);
    };
  }, []);
  return route;
}

/** Changes parameters of the current page; an empty value removes one. Replaces the entry, so that Back leaves the page. */
export function setParams(patch: Record<string, string>): void {
  const route = parseRoute(window.location.hash);
  const params = { ...route.params, ...patch };
  const hash = formatRoute({ ...route, params });
  if (hash === window.location.hash) return;
  window.history.replaceState(null, "", hash);
  window.dispatchEvent(new PopStateEvent("popstate"));
}
