/** The explorer: choose series among thousands, see them, ask of each point what it is. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Catalog } from "../data/catalog";
import { SeriesSelect } from "../explorer/select";
import { SeriesView } from "../explorer/view";
import { type ExplorerState, formatExplorer, parseExplorer } from "../route/explorer-state";
import { setParams } from "../route/location";
import { readyValue, Show, useAsync, useSite } from "../ui/async";
import { PageHead } from "../ui/parts";

/** More lines than this nobody tells apart on one plot. */
const SERIES_MAX = 16;

export function ExplorerPage({ params }: { params: Record<string, string> }): JSX.Element {
  const site = useSite();
  const catalog = useAsync(() => site.catalog(), [site]);
  return (
    <Show of={catalog} what="The catalogue">
      {(found) => <Explorer catalog={found} state={parseExplorer(params)} />}
    </Show>
  );
}

function Explorer({ catalog, state }: { catalog: Catalog; state: ExplorerState }): JSX.Element {
  const site = useSite();
  const [said, setSaid] = useState("");
  const [isListReady, setListReady] = useState(false);
  // The list is there before the values in it: those are most of the bytes.
  useEffect(() => setListReady(true), []);
  const latest = useAsync(() => (isListReady ? site.latest() : Promise.resolve(null)), [site, isListReady]);
  const update = (patch: Partial<ExplorerState>) => setParams(formatExplorer({ ...state, ...patch }));
  const found = state.series.map((names) => catalog.find(names));
  const series = found.filter((one): one is number => one !== null);
  const lost = state.series.filter((_, i) => found[i] === null);
  const toggle = (one: number) => {
    const names = series.map((other) => catalog.names(other));
    const at = series.indexOf(one);
    if (at < 0 && series.length >= SERIES_MAX) {
      setSaid(`No more than ${SERIES_MAX} series are shown at once: hide one first.`);
      return;
    }
    setSaid("");
    const next = at < 0 ? [...names, catalog.names(one)] : names.filter((_, i) => i !== at);
    update({ series: next, pin: at < 0 ? state.pin : null, against: null });
  };
  return (
    <>
      {series.length === 0 ? (
        <PageHead
          title="Explorer"
          plain="Explorer"
          lead="Choose one or more series in the list to see their history."
        />
      ) : null}
      <div class="explorer">
        <aside aria-label="Series">
          <SeriesSelect
            catalog={catalog}
            latest={readyValue(latest)}
            filter={state.filter}
            facets={state.facets}
            selected={series}
            onFilter={(filter) => update({ filter })}
            onFacet={(dimension, values) => update({ facets: { ...state.facets, [dimension]: values } })}
            onToggle={toggle}
            onClear={() => update({ series: [], pin: null, against: null, zoom: null })}
          />
          {latest.state === "failed" ? (
            <p class="failure" role="alert">
              Last values cannot be shown. {latest.message}.
            </p>
          ) : null}
          {said === "" ? null : (
            <p class="note" role="alert">
              {said}
            </p>
          )}
        </aside>
        <div class="explorer-main">
          {lost.map((names) => (
            <p key={names.join(" ")} class="failure" role="alert">
              There is no series <bdi>{names.join(" · ")}</bdi> (any more).
            </p>
          ))}
          {series.length === 0 ? (
            <p class="blank">
              {catalog.size === 0
                ? "No series yet: file a run with kymo run SUITE -e ENGINE --project P --commit C."
                : "Nothing chosen. Press / to filter, arrows to move in the list, Enter to show a series."}
            </p>
          ) : (
            <SeriesView catalog={catalog} series={series} state={state} update={update} onHide={toggle} />
          )}
        </div>
      </div>
    </>
  );
}
