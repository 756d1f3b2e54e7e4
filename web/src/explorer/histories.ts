/** The histories of the series that are shown, as they come in. */

import { useEffect, useState } from "preact/hooks";
import { EMPTY_HISTORY, type History } from "../data/history";
import { messageOf } from "../data/load";
import { CommitTable, type Site } from "../data/site";

export interface Shown {
  series: number;
  history: History;
  isWhole: boolean;
  /** Why nothing can be shown. */
  problem: string | null;
}

export function useHistories(site: Site, series: readonly number[]): Shown[] {
  const [found, setFound] = useState<ReadonlyMap<number, Shown>>(new Map());
  useEffect(() => {
    let isCurrent = true;
    for (const one of series) {
      if (found.get(one)?.isWhole) continue;
      const put = (shown: Shown) => isCurrent && setFound((known) => new Map(known).set(one, shown));
      site
        .history(one, (history, isWhole) => put({ series: one, history, isWhole, problem: null }))
        .catch((error) => put({ series: one, history: EMPTY_HISTORY, isWhole: true, problem: messageOf(error) }));
    }
    return () => {
      isCurrent = false;
    };
  }, [site, series.join(",")]);
  return series.map((one) => found.get(one) ?? { series: one, history: EMPTY_HISTORY, isWhole: false, problem: null });
}

/** The commits of some projects between two positions, once `isWanted`; loaded files are kept by the site. */
export function useCommits(
  site: Site,
  projects: readonly string[],
  range: [number, number],
  isWanted: boolean,
): ReadonlyMap<string, CommitTable> {
  const [found, setFound] = useState<ReadonlyMap<string, CommitTable>>(new Map());
  const [first, last] = range;
  useEffect(() => {
    if (!isWanted) return undefined;
    let isCurrent = true;
    Promise.all(projects.map(async (name) => [name, await site.commits(name, first, last)] as const)).then(
      (tables) => isCurrent && setFound(new Map(tables)),
    );
    return () => {
      isCurrent = false;
    };
  }, [site, projects.join("\n"), first, last, isWanted]);
  return found;
}

export const NO_COMMITS = new CommitTable();
