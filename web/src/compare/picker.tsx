/** Choosing two sides among the runs whose samples are published. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Run } from "../data/types";
import { setParams } from "../route/location";
import { date } from "../text/time";
import { Show, useAsync, useSite } from "../ui/async";
import { Select } from "../ui/parts";
import { formatSide, type SideName } from "./sides";

export function SidePicker(props: { a: SideName | null; b: SideName | null; isOpen: boolean }): JSX.Element {
  const site = useSite();
  const runs = useAsync(() => site.runs(1), [site]);
  return (
    <details class="picker" open={props.isOpen}>
      <summary>Compare something else</summary>
      <Show of={runs} what="The runs">
        {(found) => <Picker {...props} runs={found.filter((run) => run.data !== null)} />}
      </Show>
    </details>
  );
}

function runLabel(run: Run): string {
  const commit = run.commit === null ? (run.label ?? run.id) : `${run.project ?? ""} ${run.commit.slice(0, 8)}`;
  return `${date(run.created_unix_s)} · ${commit} · ${run.machine} · ${run.variants.join(", ").slice(0, 60)}`;
}

function Picker({ runs, a, b }: { runs: Run[]; a: SideName | null; b: SideName | null }): JSX.Element {
  const [left, setLeft] = useState<SideName>(a ?? { run: runs[0]?.id ?? "", variant: null });
  const [right, setRight] = useState<SideName | null>(b);
  if (runs.length === 0) {
    return (
      <p class="blank">
        No run has its samples on this site. Publish those of the newest with <code>kymo site build --samples N</code>,
        or compare on the command line: <code>kymo compare A B</code>.
      </p>
    );
  }
  const choices = runs.map((run) => [run.id, runLabel(run)] as const);
  const variants = (id: string) => runs.find((run) => run.id === id)?.variants ?? [];
  const variantChoices = (id: string, none: string) => [
    ["", none] as const,
    ...variants(id).map((name) => [name, name] as const),
  ];
  return (
    <form
      class="picker-form"
      onSubmit={(event) => {
        event.preventDefault();
        setParams({ a: formatSide(left), b: formatSide(right), row: "" });
      }}
    >
      <Select label="A" value={left.run} options={choices} onChange={(run) => setLeft({ run, variant: null })} />
      <Select
        label="engine of A"
        value={left.variant ?? ""}
        options={variantChoices(
          left.run,
          right === null || right.run === left.run ? "each against the first" : "those of the same name",
        )}
        onChange={(name) => setLeft({ ...left, variant: name === "" ? null : name })}
      />
      <Select
        label="B"
        value={right?.run ?? ""}
        options={[["", "the same run"] as const, ...choices]}
        onChange={(run) => setRight(run === "" ? null : { run, variant: null })}
      />
      <Select
        label="engine of B"
        value={right?.variant ?? ""}
        options={variantChoices(right?.run ?? left.run, "those of the same name")}
        onChange={(name) => setRight({ run: right?.run ?? left.run, variant: name === "" ? null : name })}
      />
      <button type="submit" class="primary">
        Compare
      </button>
    </form>
  );
}
