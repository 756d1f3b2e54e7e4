/** Text from strangers, as text: what would hide, reorder or imitate is made visible. */

import type { JSX } from "preact";

/** Controls but line feed and tab, marks that reorder or hide text, characters without width, halves of pairs. */
const ODD =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is what it is for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Cs}]/gu;
const ODD_OR_BREAK = new RegExp(`${ODD.source}|[\\n\\t]`, "gu");

/** Names of the control characters, by their numbers: their pictures are missing in many fonts. */
const CONTROLS =
  "NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split(
    " ",
  );

/** How a character is shown that has no look of its own: `ESC`, or its number. */
export function shown(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < CONTROLS.length) return CONTROLS[code];
  if (code === 0x7f) return "DEL";
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The pieces of a text: plain ones, and characters that must be shown by a sign. */
export function pieces(text: string, isLog: boolean): { text: string; isOdd: boolean }[] {
  const found: { text: string; isOdd: boolean }[] = [];
  let from = 0;
  for (const match of text.matchAll(isLog ? ODD : ODD_OR_BREAK)) {
    if (match.index > from) found.push({ text: text.slice(from, match.index), isOdd: false });
    found.push({ text: shown(match[0]), isOdd: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from), isOdd: false });
  return found;
}

/** The same in one text, as for the window's title and for what a screen reader is told. */
export function plain(text: string): string {
  return pieces(text, false)
    .map((piece) => (piece.isOdd ? `[${piece.text}]` : piece.text))
    .join("");
}

/** A stranger's text for a file of data: what a spreadsheet would take for a formula is made text. */
export function inert(text: string): string {
  const shown = plain(text);
  return /^[=+\-@]/.test(shown) ? `'${shown}` : shown;
}

/** Characters of a name or a title that are shown at most. */
const SHOWN_MAX = 300;

/** One line of a stranger's text, isolated from what stands around it. */
export function Plain({ text, max = SHOWN_MAX }: { text: string | null | undefined; max?: number }): JSX.Element {
  if (text === null || text === undefined) return <bdi>—</bdi>;
  const cut = text.length > max ? `${text.slice(0, max)}…` : text;
  return (
    <bdi>
      <Pieces text={cut} isLog={false} />
    </bdi>
  );
}

export function Pieces({ text, isLog }: { text: string; isLog: boolean }): JSX.Element {
  return (
    <>
      {pieces(text, isLog).map((piece, i) =>
        piece.isOdd ? (
          <span key={i} class="odd" title="A character without a look of its own">
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </>
  );
}
