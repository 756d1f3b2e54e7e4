/** Two points against each other: what changed, over how many commits, and where to look. */

import type { JSX } from "preact";
import type { Catalog } from "../data/catalog";
import { type CommitTable, link } from "../data/site";
import type { Point } from "../plot/chart-keys";
import type { Line } from "../plot/scene";
import { encode, href } from "../route/params";
import { counted, quantity, signedQuantity } from "../text/units";
import { useSite } from "../ui/async";
import { Change, Name, OutLink } from "../ui/parts";
import type { Shown } from "./histories";
import { sourceOf } from "./lines";
import { factsOf } from "./point";

interface AgainstProps {
  catalog: Catalog;
  shown: readonly Shown[];
  lines: readonly Line[];
  commits: ReadonlyMap<string, CommitTable>;
  from: Point;
  to: Point;
}

export function Against({ catalog, shown, lines, commits, from, to }: AgainstProps): JSX.Element {
  const site = useSite();
  const facts = (point: Point) => {
    const one = shown[point.line];
    const table = commits.get(catalog.name("project", one.series));
    return factsOf(catalog, one, sourceOf(lines[point.line], point.index), table);
  };
  const [a, b] = [facts(from), facts(to)];
  const [seriesA, seriesB] = [shown[from.line].series, shown[to.line].series];
  const isComparable = a.unit === b.unit && a.value !== 0;
  const change = isComparable ? b.value / a.value - 1 : null;
  const isOneProject = catalog.name("project", seriesA) === catalog.name("project", seriesB);
  const project = isOneProject ? site.project(catalog.name("project", seriesA)) : null;
  const [older, newer] = a.position <= b.position ? [a, b] : [b, a];
  const range =
    older.commit && newer.commit ? link(project?.range_url, { from: older.commit.hash, to: newer.commit.hash }) : null;
  const side = (run: string, series: number) => `${encode(run)}!${encode(catalog.name("variant", series))}`;
  return (
    <p class="against" role="status">
      <strong>Pinned against chosen: </strong>
      <span class="num">{quantity(a.value, a.unit)}</span> → <span class="num">{quantity(b.value, b.unit)}</span>{" "}
      {change === null ? null : (
        <Change size={change} worse={change === 0 ? null : change > 0 === (b.direction !== "higher")} />
      )}{" "}
      {isComparable ? <span class="muted">({signedQuantity(b.value - a.value, a.unit)})</span> : null}{" "}
      {isOneProject ? <span class="muted">over {counted(Math.abs(b.position - a.position), "commit")}</span> : null}{" "}
      {a.commit === null || b.commit === null ? null : (
        <span>
          <code>{a.commit.hash.slice(0, 8)}</code> <Name text={a.commit.title} /> →{" "}
          <code>{b.commit.hash.slice(0, 8)}</code> <Name text={b.commit.title} />{" "}
        </span>
      )}
      {range === null ? null : <OutLink to={range}>Log of the range</OutLink>}{" "}
      <a href={href("compare", null, { a: side(a.run, seriesA), b: side(b.run, seriesB) })}>Compare samples</a>
    </p>
  );
}
