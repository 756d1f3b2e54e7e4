/** What the explorer shows, to and from the URL. */

import { DIMENSIONS, type Dimension } from "../data/catalog";
import { decode, decodeList, decodeParts, encode, encodeList, encodeParts } from "./params";

export interface Pin {
  /** Place in the list of series shown. */
  line: number;
  position: number;
}

export interface ExplorerState {
  filter: string;
  facets: Record<Dimension, string[]>;
  /** The series shown, by their names: numbers may change where a site is built anew. */
  series: string[][];
  x: "commit" | "date";
  y: "absolute" | "first" | "reference";
  isLog: boolean;
  fromZero: boolean;
  clip: boolean;
  bands: boolean;
  view: "plot" | "multiples" | "table";
  sameScale: boolean;
  /** Range of the x axis, in positions or seconds; `null` for all. */
  zoom: [number, number] | null;
  pin: Pin | null;
  /** What the pinned point is compared with. */
  against: Pin | null;
}

const VIEWS = ["plot", "multiples", "table"] as const;

export function parseExplorer(params: Record<string, string>): ExplorerState {
  const facets = {} as Record<Dimension, string[]>;
  for (const dimension of DIMENSIONS) facets[dimension] = decodeList(params[dimension]);
  const series = (params.s ?? "").split(",").filter((raw) => raw !== "");
  return {
    filter: decode(params.q ?? ""),
    facets,
    series: series.map(decodeParts).filter((parts) => parts.length === DIMENSIONS.length),
    x: params.x === "date" ? "date" : "commit",
    y: params.y === "first" || params.y === "reference" ? params.y : "absolute",
    isLog: params.log === "1",
    fromZero: params.zero === "1",
    clip: params.clip === "1",
    bands: params.bands !== "0",
    view: VIEWS.find((view) => view === params.view) ?? "plot",
    sameScale: params.same === "1",
    zoom: parseZoom(params.zoom),
    pin: parsePin(params.pin),
    against: parsePin(params.against),
  };
}

export function formatExplorer(state: ExplorerState): Record<string, string> {
  const params: Record<string, string> = { q: encode(state.filter) };
  for (const dimension of DIMENSIONS) params[dimension] = encodeList(state.facets[dimension]);
  params.s = state.series.map(encodeParts).join(",");
  params.x = state.x === "date" ? "date" : "";
  params.y = state.y === "absolute" ? "" : state.y;
  params.log = state.isLog ? "1" : "";
  params.zero = state.fromZero ? "1" : "";
  params.clip = state.clip ? "1" : "";
  params.bands = state.bands ? "" : "0";
  params.view = state.view === "plot" ? "" : state.view;
  params.same = state.sameScale ? "1" : "";
  params.zoom = state.zoom === null ? "" : `${state.zoom[0]}_${state.zoom[1]}`;
  params.pin = formatPin(state.pin);
  params.against = formatPin(state.against);
  return params;
}

function numbers(raw: string | undefined): [number, number] | null {
  const found = raw?.split("_").map(Number) ?? [];
  return found.length === 2 && found.every(Number.isFinite) ? [found[0], found[1]] : null;
}

function parseZoom(raw: string | undefined): [number, number] | null {
  const zoom = numbers(raw);
  return zoom !== null && zoom[0] < zoom[1] ? zoom : null;
}

function formatPin(pin: Pin | null): string {
  return pin === null ? "" : `${pin.line}_${pin.position}`;
}

function parsePin(raw: string | undefined): Pin | null {
  const pin = numbers(raw);
  return pin === null ? null : { line: pin[0], position: pin[1] };
}
