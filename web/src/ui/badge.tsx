/** Badges: small pictures for other pages, with what to write there. */

import type { JSX } from "preact";
import { escapeText } from "../plot/svg";
import { CopyButton } from "./copy";
import { download } from "./export";

/** A badge that the site keeps current: its path below the site, and what it says to those who see no picture. */
export interface KeptBadge {
  path: string;
  text: string;
}

/** A badge of what cannot change any more: made here, and kept by whoever shows it. */
export interface MadeBadge {
  left: string;
  right: string;
  kind: "good" | "bad" | "plain";
  /** Name of the file that it is saved as. */
  file: string;
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

/** Colours, widths and shapes are those of the badges that `kymo site build` writes (`badge.rs` of kymo-site). */
const COLOURS = { good: "#2e7d32", bad: "#b3261e", plain: "#505a66" };
const CHARACTER_WIDTH = 7;
const SPACE = 6;
const TEXT_CHARS = 40;

export function badgeSvg({ left, right, kind }: MadeBadge): string {
  const cut = (text: string) => [...text].slice(0, TEXT_CHARS).join("");
  const [one, two] = [cut(left), cut(right)];
  const inner = (text: string) => [...text].length * CHARACTER_WIDTH;
  const first = inner(one) + 2 * SPACE;
  const total = first + inner(two) + 2 * SPACE;
  const label = escapeText(`${one}: ${two}`);
  const text = (x: number, words: string) =>
    `<text x="${x}" y="14" textLength="${inner(words)}">${escapeText(words)}</text>`;
  const most = total - first - 3;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${total}" height="20" role="img" `,
    `aria-label="${label}"><title>${label}</title><rect width="${total}" height="20" rx="3" `,
    `fill="#333a42"/><path d="M${first} 0h${most}a3 3 0 0 1 3 3v14a3 3 0 0 1 -3 3h-${most}z" `,
    `fill="${COLOURS[kind]}"/><g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">`,
    `${text(SPACE, one)}${text(first + SPACE, two)}</g></svg>\n`,
  ].join("");
}

export function Badge(badge: KeptBadge | MadeBadge): JSX.Element {
  return (
    <details class="badge">
      <summary>Badge</summary>
      <div class="badge-box">{"path" in badge ? <Kept {...badge} /> : <Made badge={badge} />}</div>
    </details>
  );
}

function Kept({ path, text }: KeptBadge): JSX.Element {
  const image = new URL(path, window.location.href.split("#")[0]).href;
  return (
    <>
      <p>
        <img src={path} alt={plain(text)} height={20} />
      </p>
      <Markup image={image} text={text} />
    </>
  );
}

function Made({ badge }: { badge: MadeBadge }): JSX.Element {
  const svg = badgeSvg(badge);
  const text = `${badge.left}: ${badge.right}`;
  return (
    <>
      <p>
        <img src={`data:image/svg+xml,${encodeURIComponent(svg)}`} alt={plain(text)} height={20} />
      </p>
      <p class="muted">What is compared here never changes. Keep the file with the page that shows it.</p>
      <button type="button" class="quiet" onClick={() => download(svg, badge.file, "image/svg+xml")}>
        Save {badge.file}
      </button>
      <Markup image={badge.file} text={text} />
    </>
  );
}

function plain(text: string): string {
  return text.replace(/[[\]<>&"]/g, "");
}

function Markup({ image, text }: { image: string; text: string }): JSX.Element {
  const page = window.location.href;
  const link = page.replace(/&/g, "&amp;").replace(/"/g, "%22");
  return (
    <>
      <Snippet name="Markdown" text={`[![${plain(text)}](${image})](${page})`} />
      <Snippet name="HTML" text={`<a href="${link}"><img src="${image}" alt="${plain(text)}"></a>`} />
    </>
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
