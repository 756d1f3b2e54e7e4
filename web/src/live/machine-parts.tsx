/** What the queue and the pages of machines both show of a machine. */

import type { JSX } from "preact";
import type { LiveMachine } from "../data/live";
import { Fresh } from "./clock";
import { Plain } from "./plain";
import { agoWords, machineWords } from "./words";

export function MachineChip({ machine }: { machine: LiveMachine }): JSX.Element {
  const health = machineWords(machine);
  const heard = machine.heard_unix_s;
  return (
    <span class={`health health-${health.kind}`}>
      {health.text}
      {machine.state === "silent" && heard ? (
        <Fresh words={(nowS) => `, last heard of ${agoWords(heard, nowS)}`} />
      ) : null}
    </span>
  );
}

/** Why a machine takes no jobs: its operator's words, its agent's own, or that it is not there. */
export function PausedBecause({ machine }: { machine: LiveMachine }): JSX.Element | null {
  const because = machine.report?.paused_because ?? [];
  const by = machine.paused_by_operator;
  const isPaused = typeof by === "string" || machine.state === "paused";
  if (!isPaused && machine.state !== "silent") return null;
  return (
    <ul class="paused-because">
      {typeof by === "string" ? (
        <li>
          Paused by an operator: <Plain text={by === "" ? "no reason given" : by} max={1000} />
        </li>
      ) : null}
      {isPaused
        ? because.map((line, i) => (
            <li key={i}>
              Paused by its agent: <Plain text={line} max={1000} />
            </li>
          ))
        : null}
      {machine.state === "silent" ? (
        <li>Its agent is not heard of. Jobs wait until it is back; other machines go on.</li>
      ) : null}
    </ul>
  );
}
