/** A button that copies a text. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";

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
