/** Choosing series: filter, facets, and a list of thousands. */

import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { type Catalog, DIMENSIONS, type Dimension } from "../data/catalog";
import type { Latest } from "../data/types";
import { counted, grouped, quantity } from "../text/units";
import { Change, Filter, Name } from "../ui/parts";
import { VirtualList } from "../ui/virtual-list";

type Facets = Record<Dimension, string[]>;

/** Facets in the order of how often one reaches for them. */
const FACETS: Dimension[] = ["project", "benchmark", "variant", "phase", "metric", "machine"];

/** Values of a facet that are listed; the filter finds the others. */
const VALUES_SHOWN = 200;

const ROW_HEIGHT = 46;

interface Chosen {
  /** The series that pass everything. */
  matches: number[];
  /** How many pass with each value of a facet, the facet itself left aside. */
  counts: Record<Dimension, Map<number, number>>;
}

export function choose(catalog: Catalog, filter: string, facets: Facets): Chosen {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = DIMENSIONS.map((dimension) => {
    if (facets[dimension].length === 0) return null;
    const values = catalog.values(dimension);
    return new Set(facets[dimension].map((name) => values.indexOf(name)));
  });
  const columns = DIMENSIONS.map((dimension) => catalog.file[dimension]);
  const counts = Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, new Map<number, number>()]));
  const matches: number[] = [];
  for (let series = 0; series < catalog.size; series++) {
    if (words.length > 0) {
      const text = catalog.text(series);
      if (!words.every((word) => text.includes(word))) continue;
    }
    let misses = 0;
    let missed = -1;
    for (let d = 0; d < DIMENSIONS.length; d++) {
      const set = wanted[d];
      if (set !== null && !set.has(columns[d][series])) {
        misses++;
        missed = d;
      }
    }
    if (misses === 0) matches.push(series);
    // A series that only one facet keeps out counts there: choosing its value would let it in.
    for (let d = 0; d < DIMENSIONS.length; d++) {
      if (misses > 1 || (misses === 1 && missed !== d)) continue;
      const of = counts[DIMENSIONS[d]];
      of.set(columns[d][series], (of.get(columns[d][series]) ?? 0) + 1);
    }
  }
  return { matches, counts: counts as Chosen["counts"] };
}

interface SelectProps {
  catalog: Catalog;
  latest: Latest | null;
  filter: string;
  facets: Facets;
  selected: readonly number[];
  onFilter: (filter: string) => void;
  onFacet: (dimension: Dimension, values: string[]) => void;
  onToggle: (series: number) => void;
  onClear: () => void;
}

export function SeriesSelect(props: SelectProps): JSX.Element {
  const { catalog, facets, filter, selected } = props;
  const chosen = useMemo(() => choose(catalog, filter, facets), [catalog, filter, JSON.stringify(facets)]);
  const isChosen = new Set(selected);
  const { matches, counts } = chosen;
  return (
    <div class="select-series">
      <Filter label="Filter series" value={filter} onInput={props.onFilter} />
      <div class="facets">
        {FACETS.map((dimension) => (
          <Facet
            key={dimension}
            dimension={dimension}
            values={catalog.values(dimension)}
            counts={counts[dimension]}
            chosen={facets[dimension]}
            onChange={(values) => props.onFacet(dimension, values)}
          />
        ))}
      </div>
      <p class="list-head" role="status">
        <span>
          {grouped(matches.length, 0)} of {counted(catalog.size, "series")}
          {selected.length > 0 ? `, ${selected.length} shown` : ""}
        </span>
        {selected.length > 0 ? (
          <button type="button" class="quiet" onClick={props.onClear}>
            Clear
          </button>
        ) : null}
      </p>
      <VirtualList
        label="Series: Enter shows or hides one"
        count={matches.length}
        rowHeight={ROW_HEIGHT}
        isSelected={(row) => isChosen.has(matches[row])}
        onToggle={(row) => props.onToggle(matches[row])}
        row={(row) => <SeriesRow catalog={catalog} series={matches[row]} latest={props.latest} />}
      />
    </div>
  );
}

function SeriesRow(props: { catalog: Catalog; series: number; latest: Latest | null }): JSX.Element {
  const { catalog, series, latest } = props;
  const change = latest?.change[series] ?? null;
  const isLower = catalog.metric(series).direction !== "higher";
  return (
    <>
      <span class="row-name">
        <Name text={catalog.name("benchmark", series)} />
        <span class="row-more">
          <Name text={catalog.name("variant", series)} /> · {catalog.name("phase", series)}{" "}
          {catalog.name("metric", series)} · <Name text={catalog.name("machine", series)} />
          {catalog.isCanary(series) ? " · canary" : ""}
        </span>
      </span>
      <span class="row-value num">
        {latest === null ? "" : quantity(latest.value[series], catalog.unit(series))}
        <span class="row-more">{change === null ? "" : <Change size={change} worse={change > 0 === isLower} />}</span>
      </span>
    </>
  );
}

interface FacetProps {
  dimension: Dimension;
  values: string[];
  counts: Map<number, number>;
  chosen: string[];
  onChange: (values: string[]) => void;
}

function Facet({ dimension, values, counts, chosen, onChange }: FacetProps): JSX.Element {
  const details = useRef<HTMLDetailsElement>(null);
  const name = dimension === "variant" ? "engine" : dimension;
  const listed = values
    .map((value, i) => ({ value, count: counts.get(i) ?? 0 }))
    .filter((one) => one.count > 0 || chosen.includes(one.value))
    .slice(0, VALUES_SHOWN);
  const toggle = (value: string, isOn: boolean) =>
    onChange(isOn ? [...chosen, value] : chosen.filter((one) => one !== value));
  const leave = (event: FocusEvent) => {
    const to = event.relatedTarget;
    if (details.current !== null && to instanceof Node && !details.current.contains(to)) details.current.open = false;
  };
  return (
    <details
      ref={details}
      class="facet"
      onFocusOut={leave}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || details.current === null) return;
        details.current.open = false;
        details.current.querySelector("summary")?.focus();
      }}
    >
      <summary>
        {name}
        {chosen.length > 0 ? <span class="facet-count">{chosen.length}</span> : null}
      </summary>
      <div class="facet-box">
        {chosen.length > 0 ? (
          <button type="button" class="quiet" onClick={() => onChange([])}>
            Any {name}
          </button>
        ) : null}
        {listed.map(({ value, count }) => (
          <label key={value} class="check">
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={(event) => toggle(value, event.currentTarget.checked)}
            />
            <span class="facet-value">
              <Name text={value} />
            </span>
            <span class="facet-number">{grouped(count, 0)}</span>
          </label>
        ))}
        {values.length > VALUES_SHOWN ? <p class="muted">More can be found with the filter.</p> : null}
      </div>
    </details>
  );
}
