/** One benchmark: what it does and what it is made of; all engines side by side. */

import type { JSX } from "preact";
import type { Catalog } from "../data/catalog";
import type { Benchmark, Latest } from "../data/types";
import { type EngineValue, enginesFigure } from "../plot/engines";
import { FigureBox } from "../plot/figure-view";
import { palette } from "../plot/palette";
import { setParams } from "../route/location";
import { decode, encode, encodeParts, href } from "../route/params";
import { date } from "../text/time";
import { plusMinus, quantity, ratioText } from "../text/units";
import { Actions } from "../ui/actions";
import { Failure, readyValue, Show, useAsync, useSite, Waiting } from "../ui/async";
import { badgePath } from "../ui/badge";
import { CopyButton } from "../ui/copy";
import { Name, OutLink, PageHead, Select } from "../ui/parts";
import { useTheme } from "../ui/theme";

export function BenchmarkPage({ name, params }: { name: string; params: Record<string, string> }): JSX.Element {
  const site = useSite();
  const benchmarks = useAsync(() => site.benchmarks(), [site]);
  const catalog = useAsync(() => site.catalog(), [site]);
  const latest = useAsync(() => site.latest(), [site]);
  const about = readyValue(benchmarks)?.find((one) => one.name === name) ?? null;
  const known = readyValue(catalog);
  const series = known === null ? [] : seriesOf(known, name);
  const choice = known === null ? null : choose(known, series, params);
  const values = known === null || choice === null ? [] : engineValues(known, choice.series, readyValue(latest));
  const colours = palette(useTheme().isDark);
  const title = `${name}, ${choice?.text ?? ""}`;
  const figure = (width: number) => enginesFigure(title, values, choice?.unit ?? "1", colours, width);
  const isUnknown = benchmarks.state === "ready" && about === null && known !== null && series.length === 0;
  return (
    <>
      <PageHead
        kicker={<a href={href("benchmarks")}>Benchmarks</a>}
        title={<Name text={name} />}
        plain={name}
        lead={isUnknown ? "No benchmark of this name is known on this site." : <Name text={about?.description ?? ""} />}
      >
        <Actions
          table={() => engineTable(name, choice, values)}
          figure={values.length === 0 ? null : () => figure(800)}
          badge={
            choice === null
              ? null
              : { path: badgePath("project", choice.project, name), text: `performance of ${name}` }
          }
        />
      </PageHead>
      {benchmarks.state === "failed" ? <Failure what="What the benchmark does" message={benchmarks.message} /> : null}
      {about === null ? null : <About benchmark={about} />}
      <section>
        <h2>Engines side by side</h2>
        <Show of={catalog} what="The catalogue">
          {(of) =>
            choice === null ? (
              <p class="muted">It was not measured yet.</p>
            ) : (
              <Choices catalog={of} series={series} choice={choice} />
            )
          }
        </Show>
        {latest.state === "loading" ? <Waiting what="the latest values" /> : null}
        {latest.state === "failed" ? <Failure what="The latest values" message={latest.message} /> : null}
        {values.length > 0 && choice !== null ? (
          <>
            <div class="wide-figure">
              <FigureBox make={figure} label={`Latest values of ${title}; the table below has the numbers`} />
            </div>
            <EngineTable values={values} choice={choice} />
          </>
        ) : null}
      </section>
    </>
  );
}

function seriesOf(catalog: Catalog, name: string): number[] {
  const at = catalog.values("benchmark").indexOf(name);
  const column = catalog.file.benchmark;
  const found: number[] = [];
  for (let series = 0; series < catalog.size; series++) if (column[series] === at) found.push(series);
  return found;
}

interface Choice {
  project: string;
  machine: string;
  phase: string;
  metric: string;
  unit: string;
  direction: string;
  text: string;
  series: number[];
}

/** The series to be shown side by side; execute and wall time unless the reader chose others. */
function choose(catalog: Catalog, series: readonly number[], params: Record<string, string>): Choice | null {
  if (series.length === 0) return null;
  let left = [...series];
  const pick = (dimension: "project" | "machine" | "phase" | "metric", usual: string) => {
    const counts = new Map<string, number>();
    for (const one of left)
      counts.set(catalog.name(dimension, one), (counts.get(catalog.name(dimension, one)) ?? 0) + 1);
    const wanted = decode(params[dimension] ?? "");
    const [most] = [...counts].sort((a, b) => b[1] - a[1])[0];
    const found = counts.has(wanted) ? wanted : counts.has(usual) ? usual : most;
    left = left.filter((one) => catalog.name(dimension, one) === found);
    return found;
  };
  const [project, machine] = [pick("project", ""), pick("machine", "")];
  const [phase, metric] = [pick("phase", "execute"), pick("metric", "wall_time")];
  const { unit, direction } = catalog.metric(left[0]);
  return { project, machine, phase, metric, unit, direction, text: `${phase} ${metric} on ${machine}`, series: left };
}

function Choices({ catalog, series, choice }: { catalog: Catalog; series: number[]; choice: Choice }): JSX.Element {
  const of = (dimension: "project" | "machine" | "phase" | "metric") => {
    const names = [...new Set(series.map((one) => catalog.name(dimension, one)))];
    return names.map((name) => [name, name] as const);
  };
  const history = choice.series.slice(0, 8).map((one) => encodeParts(catalog.names(one)));
  return (
    <div class="settings">
      {(["project", "machine", "phase", "metric"] as const).map((dimension) => (
        <Select
          key={dimension}
          label={dimension}
          value={choice[dimension]}
          options={of(dimension)}
          onChange={(value) => setParams({ [dimension]: encode(value) })}
        />
      ))}
      <a class="button" href={href("explorer", null, { s: history.join(",") })}>
        History
      </a>
    </div>
  );
}

function engineValues(catalog: Catalog, series: readonly number[], latest: Latest | null): EngineValue[] {
  if (latest === null) return [];
  const values = series.flatMap((one): EngineValue[] => {
    const value = latest.value[one];
    if (value === null || value === undefined) return [];
    return [{ name: catalog.name("variant", one), value, low: latest.low[one], high: latest.high[one] }];
  });
  return values.sort((a, b) => a.value - b.value);
}

function engineTable(name: string, choice: Choice | null, values: readonly EngineValue[]) {
  return {
    name: `${name} engines`,
    columns: ["benchmark", "project", "machine", "phase", "metric", "unit", "variant", "value", "low", "high"],
    rows: values.map((one) => [
      name,
      choice?.project ?? null,
      choice?.machine ?? null,
      choice?.phase ?? null,
      choice?.metric ?? null,
      choice?.unit ?? null,
      one.name,
      one.value,
      one.low,
      one.high,
    ]),
  };
}

function EngineTable({ values, choice }: { values: EngineValue[]; choice: Choice }): JSX.Element {
  const best = choice.direction === "higher" ? values[values.length - 1] : values[0];
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>engine</th>
            <th class="num">latest</th>
            <th class="num">interval</th>
            <th class="num">of the best</th>
          </tr>
        </thead>
        <tbody>
          {values.map((one) => (
            <tr key={one.name}>
              <td>
                <Name text={one.name} />
              </td>
              <td class="num">{quantity(one.value, choice.unit)}</td>
              <td class="num">
                {one.low === null || one.high === null || one.value === 0
                  ? "—"
                  : plusMinus((one.high - one.low) / 2 / Math.abs(one.value))}
              </td>
              <td class="num">{best.value > 0 ? `${ratioText(one.value / best.value)}×` : "—"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function About({ benchmark }: { benchmark: Benchmark }): JSX.Element {
  const source = benchmark.source;
  return (
    <dl class="facts">
      <dt>Suite</dt>
      <dd>
        <Name text={benchmark.suite} />
      </dd>
      <dt>Source</dt>
      <dd>
        <OutLink to={source !== null && /^https?:\/\//.test(source) ? source : null}>
          <Name text={source} />
        </OutLink>
        {benchmark.license === null ? null : (
          <span class="muted">
            , <Name text={benchmark.license} />
          </span>
        )}
      </dd>
      <dt>Module</dt>
      <dd>
        <ul class="plain">
          {benchmark.modules.map((one) => (
            <li key={one.sha256}>
              <code title={one.sha256}>{one.sha256.slice(0, 12)}</code> {quantity(one.bytes, "B")}{" "}
              <span class="muted">since {date(one.first_unix_s)}</span>{" "}
              <CopyButton text={() => one.sha256} label="Copy hash" />
            </li>
          ))}
        </ul>
      </dd>
      {benchmark.features.length === 0 ? null : (
        <>
          <dt>Features</dt>
          <dd>
            <Name text={benchmark.features.join(", ")} />
          </dd>
        </>
      )}
      {benchmark.args.length === 0 ? null : (
        <>
          <dt>Arguments</dt>
          <dd>
            <code>
              <Name text={benchmark.args.join(" ")} />
            </code>
          </dd>
        </>
      )}
    </dl>
  );
}
