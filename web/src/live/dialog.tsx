/** A question before something that cannot be undone, in the browser's own modal dialog. */

import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "../data/load";
import { plain } from "./plain";
import { sentence } from "./trouble";

interface ConfirmProps {
  title: string;
  /** What the button says that does it. */
  doIt: string;
  /** What the button says that leaves all as it is. */
  leaveIt: string;
  act: () => Promise<unknown>;
  onClose: () => void;
  children: ComponentChildren;
}

/** Open as long as it is drawn. Escape and the first button leave all as it is; a refusal is said inside. */
export function Confirm({ title, doIt, leaveIt, act, onClose, children }: ConfirmProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  // In the same moment as it is drawn: keys pressed before a later effect would go to the page below.
  useLayoutEffect(() => {
    const opened = dialog.current;
    opened?.showModal();
    return () => opened?.close();
  }, []);
  const submit = async (event: Event) => {
    // Nothing is sent by the form itself.
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    try {
      await act();
      onClose();
    } catch (error) {
      setProblem(sentence(plain(messageOf(error))));
      setBusy(false);
    }
  };
  return (
    <dialog
      ref={dialog}
      class="confirm"
      aria-labelledby="confirm-title"
      onClose={onClose}
      onCancel={(event) => isBusy && event.preventDefault()}
    >
      <form onSubmit={submit}>
        <h2 id="confirm-title">{title}</h2>
        {children}
        {problem === "" ? null : (
          <p class="failure" role="alert">
            {problem}
          </p>
        )}
        <p class="confirm-buttons">
          <button type="button" disabled={isBusy} onClick={onClose}>
            {leaveIt}
          </button>
          <button type="submit" class="primary" disabled={isBusy}>
            {isBusy ? "…" : doIt}
          </button>
        </p>
      </form>
    </dialog>
  );
}
