/** The list of benchmarks. */

import type { JSX } from "preact";
import type { Benchmark } from "../data/types";
import { setParams } from "../route/location";
import { decode, encode, href } from "../route/params";
import { counted, quantity } from "../text/units";
import { Actions } from "../ui/actions";
import { readyValue, Show, useAsync, useSite } from "../ui/async";
import { Filter, Name, PageHead } from "../ui/parts";

/** Rows drawn at once; the filter finds the others. */
const ROWS_SHOWN = 300;

export function BenchmarksPage({ params }: { params: Record<string, string> }): JSX.Element {
  const site = useSite();
  const benchmarks = useAsync(() => site.benchmarks(), [site]);
  const filter = decode(params.q ?? "");
  const found = readyValue(benchmarks) ?? [];
  const text = (one: Benchmark) => `${one.name} ${one.description ?? ""} ${one.features.join(" ")}`.toLowerCase();
  const shown = found.filter((one) =>
    filter
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text(one).includes(word)),
  );
  return (
    <>
      <PageHead title="Benchmarks" plain="Benchmarks" lead={counted(shown.length, "benchmark")}>
        <Actions
          table={() => ({
            name: "benchmarks",
            columns: ["name", "suite", "description", "module", "bytes", "features"],
            rows: shown.map((one) => [
              one.name,
              one.suite,
              one.description,
              newest(one)?.sha256 ?? null,
              newest(one)?.bytes ?? null,
              one.features.join(" "),
            ]),
          })}
          badge={{ path: "badge/benchmarks.svg", text: "benchmarks" }}
        />
      </PageHead>
      <Filter label="Filter benchmarks" value={filter} onInput={(q) => setParams({ q: encode(q) })} />
      <Show of={benchmarks} what="The benchmarks">
        {() => (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
          <div class="scroll" tabIndex={0} role="region" aria-label="Benchmarks">
            <table>
              <thead>
                <tr>
                  <th>benchmark</th>
                  <th>what it does</th>
                  <th class="num">module</th>
                  <th>features</th>
                </tr>
              </thead>
              <tbody>
                {shown.slice(0, ROWS_SHOWN).map((one) => (
                  <tr key={one.name}>
                    <td class="nowrap">
                      <a href={href("benchmark", one.name)}>
                        <Name text={one.name} />
                      </a>
                    </td>
                    <td class="wide">
                      <Name text={one.description} />
                    </td>
                    <td class="num">{quantity(newest(one)?.bytes, "B")}</td>
                    <td>
                      <Name text={one.features.join(", ")} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Show>
      {shown.length > ROWS_SHOWN ? (
        <p class="muted">The first {ROWS_SHOWN} are listed; the filter finds the others.</p>
      ) : null}
      {benchmarks.state === "ready" && found.length === 0 ? <p class="blank">No benchmark was measured yet.</p> : null}
    </>
  );
}

/** The module of the newest runs. */
export function newest(benchmark: Benchmark): Benchmark["modules"][number] | null {
  return benchmark.modules.reduce<Benchmark["modules"][number] | null>(
    (best, one) => (best === null || (one.first_unix_s ?? 0) >= (best.first_unix_s ?? 0) ? one : best),
    null,
  );
}
