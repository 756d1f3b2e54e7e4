/** Which line is which, with its newest value. */

import type { JSX } from "preact";
import type { Catalog } from "../data/catalog";
import type { Line } from "../plot/scene";
import { markData } from "../plot/svg";
import { quantity } from "../text/units";
import { Name } from "../ui/parts";
import type { Shown } from "./histories";

export function Swatch({ line }: { line: Line }): JSX.Element {
  const { colour, dash, form } = line.style;
  const mark = markData({ kind: "mark", form, x: 16, y: 7, size: 4, fill: colour });
  return (
    <svg class="swatch" width={32} height={14} viewBox="0 0 32 14" aria-hidden="true">
      <path d="M0 7H32" stroke={colour} stroke-width={2} stroke-dasharray={dash?.join(" ")} />
      <path d={mark} fill={colour} />
    </svg>
  );
}

interface LegendProps {
  catalog: Catalog;
  shown: readonly Shown[];
  lines: readonly Line[];
  onHide: (series: number) => void;
}

export function Legend({ catalog, shown, lines, onHide }: LegendProps): JSX.Element {
  return (
    <ul class="legend" aria-label="Series shown">
      {shown.map((one, i) => {
        const { value, position } = one.history;
        const points = position.length;
        return (
          <li key={one.series}>
            <Swatch line={lines[i]} />
            <span class="legend-name">
              <Name text={catalog.name("benchmark", one.series)} /> <Name text={catalog.name("variant", one.series)} />
              <span class="muted">
                {" "}
                {catalog.name("phase", one.series)} {catalog.name("metric", one.series)} ·{" "}
                <Name text={catalog.name("machine", one.series)} />
                {lines[i].isCanary ? " · canary" : ""}
              </span>
            </span>
            <span class="num">
              {points === 0 ? "no points" : quantity(value[points - 1], catalog.unit(one.series))}
            </span>
            <button type="button" class="quiet" onClick={() => onHide(one.series)}>
              Hide<span class="visually-hidden"> {catalog.label(one.series)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
