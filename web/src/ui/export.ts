/** What is shown, as files: CSV, JSON, Markdown. */

export type Value = string | number | boolean | null;

export interface DataTable {
  /** Name of the file, without ending. */
  name: string;
  columns: string[];
  rows: Value[][];
}

function field(value: Value): string {
  if (value === null) return "";
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** RFC 4180, with a line of names. Numbers keep their base unit and all their digits. */
export function toCsv(table: DataTable): string {
  return `${[table.columns, ...table.rows].map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;
}

export function toJson(table: DataTable): string {
  const rows = table.rows.map((row) => Object.fromEntries(table.columns.map((column, i) => [column, row[i]])));
  return `${JSON.stringify(rows, null, 1)}\n`;
}

/** A table of GitHub's Markdown; what would be markup in a name is escaped. */
export function toMarkdown(columns: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(escapeMarkdown).join(" | ")} |`;
  return `${[line(columns), `|${columns.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n")}\n`;
}

function escapeMarkdown(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/[\\`*_|[\]]/g, (letter) => `\\${letter}`)
    .replace(/@/g, "@\u200b")
    .replace(/\s+/g, " ");
}

/** A file name that every system takes. */
export function fileName(name: string, ending: string): string {
  return `${name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^-+|-+$/g, "") || "kymograph"}.${ending}`;
}

export function download(content: Blob | string, name: string, type: string): void {
  const blob = typeof content === "string" ? new Blob([content], { type }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the blob after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
