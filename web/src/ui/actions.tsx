/** What every view offers: its link, its data, its picture, a badge. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { figurePng } from "../plot/canvas";
import type { Figure } from "../plot/shapes";
import { figureSvg } from "../plot/svg";
import { type DataTable, download, fileName, toCsv, toJson } from "./export";

interface ActionsProps {
  /** The view's data; a promise where some of it has yet to be fetched. */
  table: () => DataTable | Promise<DataTable>;
  /** The view's plot, where it has one. */
  figure?: (() => Figure) | null;
  /** Path of the view's badge below the site, and what it says. */
  badge?: { path: string; text: string } | null;
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

/** Copies text, and says so; where the clipboard is closed to pages, the text is shown to be copied by hand. */
export function CopyButton({ text, label }: { text: () => string; label: string }): JSX.Element {
  const [state, setState] = useState<"idle" | "copied" | "by hand">("idle");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setState("copied");
      setTimeout(() => setState("idle"), 2000);
    } catch {
      setState("by hand");
    }
  };
  return (
    <>
      <button type="button" class="quiet" onClick={copy}>
        {state === "copied" ? "Copied" : label}
      </button>
      {state === "by hand" ? (
        <input
          class="by-hand"
          aria-label="Copy this text"
          readOnly
          value={text()}
          onFocus={(e) => e.currentTarget.select()}
        />
      ) : null}
    </>
  );
}

/** Names in paths of badges: every character but letters, digits, `-`, `_` and `.` is `_`, and none begins with a dot. */
export function badgePart(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]/gu, "_").replace(/^\./, "_.");
}

export function badgePath(kind: "project" | "machine", name: string, benchmark?: string): string {
  if (kind === "machine") return `badge/machine/${badgePart(name)}.svg`;
  const file = benchmark === undefined ? "project" : badgePart(benchmark.replace(/\//g, "--"));
  return `badge/${badgePart(name)}/${file}.svg`;
}

function Badge({ path, text }: { path: string; text: string }): JSX.Element {
  const image = new URL(path, window.location.href.split("#")[0]).href;
  const page = window.location.href;
  const plain = text.replace(/[[\]<>&"]/g, "");
  const markdown = `[![${plain}](${image})](${page})`;
  const html = `<a href="${page.replace(/&/g, "&amp;").replace(/"/g, "%22")}"><img src="${image}" alt="${plain}"></a>`;
  return (
    <details class="badge">
      <summary>Badge</summary>
      <div class="badge-box">
        <p>
          <img src={path} alt={plain} height={20} />
        </p>
        <Snippet name="Markdown" text={markdown} />
        <Snippet name="HTML" text={html} />
      </div>
    </details>
  );
}

function Snippet({ name, text }: { name: string; text: string }): JSX.Element {
  return (
    <label class="snippet">
      <span>{name}</span>
      <input readOnly value={text} onFocus={(event) => event.currentTarget.select()} />
      <CopyButton text={() => text} label="Copy" />
    </label>
  );
}
