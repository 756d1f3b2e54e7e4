/** How the chosen series are drawn. */

import type { JSX } from "preact";
import type { ExplorerState } from "../route/explorer-state";
import { Check, Segmented } from "../ui/parts";

interface SettingsProps {
  state: ExplorerState;
  update: (patch: Partial<ExplorerState>) => void;
  isMany: boolean;
}

export function Settings({ state, update, isMany }: SettingsProps): JSX.Element {
  const isPlot = state.view !== "table";
  return (
    <div class="settings" role="group" aria-label="How it is drawn">
      <Segmented
        label="View"
        value={state.view}
        options={[
          ["plot", "Plot"],
          ["multiples", "Small plots"],
          ["table", "Table"],
        ]}
        onChange={(view) => update({ view })}
      />
      {isPlot ? (
        <>
          <Segmented
            label="Horizontal axis"
            value={state.x}
            options={[
              ["commit", "By commit"],
              ["date", "By date"],
            ]}
            onChange={(x) => update({ x, zoom: null })}
          />
          <Segmented
            label="Vertical axis"
            value={state.y}
            options={[
              ["absolute", "Absolute"],
              ["first", "% of first"],
              ["reference", "% of pinned"],
            ]}
            onChange={(y) => update({ y })}
          />
          <Check label="log" checked={state.isLog} onChange={(isLog) => update({ isLog })} />
          <Check label="from zero" checked={state.fromZero} onChange={(fromZero) => update({ fromZero })} />
          <Check label="bands" checked={state.bands} onChange={(bands) => update({ bands })} />
          <Check label="clip outliers" checked={state.clip} onChange={(clip) => update({ clip })} />
          {state.view === "multiples" && isMany ? (
            <Check label="same scale" checked={state.sameScale} onChange={(sameScale) => update({ sameScale })} />
          ) : null}
        </>
      ) : null}
      {state.zoom === null ? null : (
        <button type="button" class="quiet" onClick={() => update({ zoom: null })}>
          Show all commits
        </button>
      )}
      {state.y === "reference" && state.pin === null ? (
        <span class="note">Pin a point to make it the reference; until then it is the first.</span>
      ) : null}
    </div>
  );
}
