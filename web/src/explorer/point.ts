/** What is known of one point: its commit, its value, and what went before. */

import type { Catalog } from "../data/catalog";
import { type CommitTable, link, type Site } from "../data/site";
import type { Commit } from "../data/types";
import { encode, href } from "../route/params";
import type { Shown } from "./histories";

export interface PointFacts {
  position: number;
  commit: Commit | null;
  value: number;
  low: number | null;
  high: number | null;
  unit: string;
  direction: string;
  run: string;
  build: string | null;
  /** The point before, unless the line is broken between. */
  before: { position: number; value: number; run: string; commit: Commit | null } | null;
  /** Whether both points executed the same machine code. */
  isSameCode: boolean;
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** The point at `index` of a history, compared with the one before or with `other`. */
export function factsOf(
  catalog: Catalog,
  shown: Shown,
  index: number,
  commits: CommitTable | undefined,
  other: number | null = null,
): PointFacts {
  const { history, series } = shown;
  const position = history.position[index];
  const isBroken = history.breaks.some((one) => one.index === index);
  const previous = other ?? (index > 0 && !isBroken ? index - 1 : null);
  const context = history.context[index];
  const code = context.code;
  return {
    position,
    commit: commits?.get(position) ?? null,
    value: history.value[index],
    low: known(history.low[index]),
    high: known(history.high[index]),
    unit: catalog.unit(series),
    direction: catalog.metric(series).direction,
    run: history.run[index],
    build: context.build,
    before:
      previous === null
        ? null
        : {
            position: history.position[previous],
            value: history.value[previous],
            run: history.run[previous],
            commit: commits?.get(history.position[previous]) ?? null,
          },
    isSameCode: previous !== null && code !== null && history.context[previous].code === code,
  };
}

export interface PointLinks {
  commit: string | null;
  range: string | null;
  compare: string | null;
  run: string;
}

export function linksOf(site: Site, catalog: Catalog, series: number, facts: PointFacts): PointLinks {
  const project = site.project(catalog.name("project", series));
  const { commit, before } = facts;
  const variant = catalog.name("variant", series);
  const side = (run: string) => `${encode(run)}!${encode(variant)}`;
  return {
    commit: commit === null ? null : link(project?.commit_url, { hash: commit.hash }),
    range:
      commit === null || !before?.commit
        ? null
        : link(project?.range_url, { from: before.commit.hash, to: commit.hash }),
    compare:
      before === null || before.run === facts.run
        ? null
        : href("compare", null, { a: side(before.run), b: side(facts.run) }),
    run: href("runs", null, { q: encode(facts.run) }),
  };
}
