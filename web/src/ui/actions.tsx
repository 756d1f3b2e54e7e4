/** What every view offers: its link, its data, its picture, a badge. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { figurePng } from "../plot/canvas";
import type { Figure } from "../plot/shapes";
import { figureSvg } from "../plot/svg";
import { Badge, type KeptBadge, type MadeBadge } from "./badge";
import { CopyButton } from "./copy";
import { type DataTable, download, fileName, toCsv, toJson } from "./export";

interface ActionsProps {
  /** The view's data; a promise where some of it has yet to be fetched. */
  table: () => DataTable | Promise<DataTable>;
  /** The view's plot, where it has one. */
  figure?: (() => Figure) | null;
  badge?: KeptBadge | MadeBadge | null;
}

export function Actions({ table, figure, badge }: ActionsProps): JSX.Element {
  const [said, setSaid] = useState("");
  const save = async (make: (data: DataTable) => unknown) => {
    try {
      await make(await table());
      setSaid("");
    } catch (error) {
      setSaid(error instanceof Error ? error.message : String(error));
    }
  };
  const csv = (data: DataTable) => download(toCsv(data), fileName(data.name, "csv"), "text/csv;charset=utf-8");
  const json = (data: DataTable) => download(toJson(data), fileName(data.name, "json"), "application/json");
  const svg = (data: DataTable) => figure && download(figureSvg(figure()), fileName(data.name, "svg"), "image/svg+xml");
  const png = async (data: DataTable) =>
    figure && download(await figurePng(figure()), fileName(data.name, "png"), "image/png");
  return (
    <div class="actions" role="group" aria-label="This view as link and files">
      <CopyButton text={() => window.location.href} label="Copy link" />
      <button type="button" class="quiet" onClick={() => save(csv)}>
        CSV
      </button>
      <button type="button" class="quiet" onClick={() => save(json)}>
        JSON
      </button>
      {figure ? (
        <>
          <button type="button" class="quiet" onClick={() => save(svg)}>
            SVG
          </button>
          <button type="button" class="quiet" onClick={() => save(png)}>
            PNG
          </button>
        </>
      ) : null}
      {badge ? <Badge {...badge} /> : null}
      {said === "" ? null : (
        <span class="failure" role="alert">
          {said}
        </span>
      )}
    </div>
  );
}
