/** The tool tip of a point. */

import type { JSX } from "preact";
import type { Catalog } from "../data/catalog";
import type { Site } from "../data/site";
import { date } from "../text/time";
import { counted, directionText, grouped, percent, plusMinus, quantity, signedQuantity } from "../text/units";
import { CopyButton } from "../ui/copy";
import { Change, Name, OutLink } from "../ui/parts";
import { linksOf, type PointFacts } from "./point";

interface TipProps {
  site: Site;
  catalog: Catalog;
  series: number;
  facts: PointFacts;
  isPinned: boolean;
  /** Whether the value before is that of a pinned point, and not of the commit before. */
  isAgainst: boolean;
}

export function PointTip({ site, catalog, series, facts, isPinned, isAgainst }: TipProps): JSX.Element {
  const { commit, before, unit } = facts;
  const links = linksOf(site, catalog, series, facts);
  return (
    <>
      <p class="tip-series">
        <Name text={catalog.name("benchmark", series)} /> <Name text={catalog.name("variant", series)} />
      </p>
      <p class="tip-value">
        <span class="num">{quantity(facts.value, unit)}</span>
        <span class="muted"> {intervalText(facts)}</span>
      </p>
      {before === null ? null : (
        <p class="tip-change">
          <Change size={relative(facts)} worse={isWorse(facts)} />
          <span class="muted">
            {" "}
            {signedQuantity(facts.value - before.value, unit)} against{" "}
            {isAgainst ? `the pinned point, ${commitsBetween(facts)}` : "the point before"}
          </span>
        </p>
      )}
      {facts.isSameCode ? <p class="muted">same code as there: not a change of the code</p> : null}
      <p class="tip-commit">
        {commit === null ? (
          <span class="muted">commit {grouped(facts.position, 0)} of the main line</span>
        ) : (
          <>
            <code>{commit.hash.slice(0, 8)}</code> <Name text={commit.title} />
            <br />
            <span class="muted">
              {date(commit.unix_s)} · <Name text={commit.author} />
            </span>
          </>
        )}
      </p>
      <p class="muted tip-direction">
        {directionText(facts.direction)}
        {facts.build === null ? null : (
          <>
            {" "}
            · <Name text={facts.build} />
          </>
        )}
      </p>
      {isPinned ? (
        <p class="tip-links">
          {links.commit === null ? null : <OutLink to={links.commit}>Commit</OutLink>}
          {links.range === null ? null : <OutLink to={links.range}>Range</OutLink>}
          {links.compare === null ? null : <a href={links.compare}>Compare</a>}
          <a href={links.run}>Run</a>
          {commit === null ? null : <CopyButton text={() => commit.hash} label="Copy hash" />}
        </p>
      ) : null}
    </>
  );
}

export function relative(facts: PointFacts): number | null {
  return facts.before === null || facts.before.value === 0 ? null : facts.value / facts.before.value - 1;
}

export function isWorse(facts: PointFacts): boolean | null {
  const change = relative(facts);
  if (change === null || change === 0) return null;
  return change > 0 === (facts.direction !== "higher");
}

function commitsBetween(facts: PointFacts): string {
  const between = Math.abs(facts.position - (facts.before?.position ?? facts.position));
  return counted(between, "commit");
}

export function intervalText(facts: PointFacts): string {
  if (facts.low === null || facts.high === null || facts.value === 0) return "no interval";
  return plusMinus((facts.high - facts.low) / 2 / Math.abs(facts.value));
}

/** What a screen reader says of a point. */
export function spokenPoint(catalog: Catalog, series: number, facts: PointFacts): string {
  const change = relative(facts);
  const commit =
    facts.commit === null
      ? `commit number ${facts.position}`
      : `commit ${facts.commit.hash.slice(0, 8)}, ${facts.commit.title}`;
  const against = change === null ? "" : `, ${percent(change)} against the point before`;
  return `${catalog.name("benchmark", series)}, ${catalog.name("variant", series)}: ${quantity(facts.value, facts.unit)}, ${intervalText(facts)}${against}, ${commit}`;
}
