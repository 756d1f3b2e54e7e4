import assert from "node:assert/strict";
import { test } from "node:test";
import { epochsFigure, machinesWithEpochs } from "../../src/pages/epochs-figure";
import { plotFigure } from "../../src/plot/axes";
import { moved } from "../../src/plot/chart-keys";
import { decimate, lowerBound, nearest } from "../../src/plot/decimate";
import { overTimeFigure } from "../../src/plot/over-time";
import { lineStyle, palette } from "../../src/plot/palette";
import { canBeLog, xRange, yRange } from "../../src/plot/range";
import { type Line, type Scaling, scene } from "../../src/plot/scene";
import { stack } from "../../src/plot/shapes";
import { escapeText, figureSvg } from "../../src/plot/svg";
import { dateTicks, linearTicks, logTicks, positionTicks, valueLabels } from "../../src/plot/ticks";
import { Random } from "../fixtures/random";

const COLOURS = palette(false);

function line(values: number[], half = 0.01, breaks: number[] = []): Line {
  return {
    name: "a",
    unit: "s",
    style: lineStyle(COLOURS, 0),
    x: Float64Array.from(values, (_, i) => i),
    y: Float64Array.from(values),
    low: Float64Array.from(values, (value) => value - half),
    high: Float64Array.from(values, (value) => value + half),
    breaks,
    failed: [],
    isCanary: false,
  };
}

test("decimation never hides an outlier", () => {
  const random = new Random(1);
  for (const n of [10, 1000, 100_000]) {
    for (const width of [3, 100, 997]) {
      const values = Array.from({ length: n }, () => random.normal());
      const at = random.below(n);
      values[at] = 1000;
      values[(at + 1) % n] = -1000;
      const data = line(values);
      const points = decimate(data, 0, n, (x) => Math.floor((x / n) * width));
      assert.ok(points.y.includes(1000) && points.y.includes(-1000));
      assert.ok(points.x.length <= Math.max(2 * width, n > 2 * width ? 0 : n));
      assert.ok(Math.max(...points.high) >= 1000.01 && Math.min(...points.low) <= -1000.01);
      for (let i = 1; i < points.x.length; i++) assert.ok(points.x[i] >= points.x[i - 1]);
    }
  }
});

test("few points are left as they are", () => {
  const data = line([1, 2, 3, 4]);
  assert.deepEqual(decimate(data, 1, 4, (x) => x * 10).y, [2, 3, 4]);
  assert.deepEqual(decimate(data, 2, 2, (x) => x).y, []);
});

test("searching", () => {
  assert.equal(lowerBound([1, 3, 5], 3), 1);
  assert.equal(nearest([1, 3, 5], 4.5), 2);
  assert.equal(nearest([], 4.5), -1);
  assert.equal(nearest([1, 3], -9), 0);
});

test("ranges: padding, from zero, clipping", () => {
  const values = [10, 10.1, 9.9, 10, 10.05, 9.95, 10, 50];
  const plain = { isLog: false, fromZero: false, clip: false, bands: false };
  const [low, high] = yRange([line(values)], 0, 7, plain);
  assert.ok(low < 9.9 && high > 50);
  assert.equal(yRange([line(values)], 0, 7, { ...plain, fromZero: true })[0], 0);
  assert.ok(yRange([line(values)], 0, 7, { ...plain, clip: true })[1] < 12);
  assert.ok(yRange([line(values)], 0, 6, plain)[1] < 12);
  assert.deepEqual(yRange([], 0, 1, plain), [0, 1]);
  assert.equal(canBeLog([line([1, 0])]), false);
  const single = xRange([line([3])]);
  assert.ok(single[0] < 0 && single[1] > 0);
});

test("what is clipped is counted at the edge", () => {
  const scaling: Scaling = { x0: 0, x1: 3, y0: 0, y1: 10, isLog: false, left: 0, top: 0, width: 300, height: 100 };
  const shapes = scene([line([5, 50, 60, 5])], [], scaling, { palette: COLOURS, bands: true, labels: true });
  const texts = shapes.flatMap((shape) => (shape.kind === "text" ? [shape.text] : []));
  assert.deepEqual(texts, ["2"]);
});

test("a line is broken at an epoch", () => {
  const scaling: Scaling = { x0: 0, x1: 3, y0: 0, y1: 10, isLog: false, left: 0, top: 0, width: 300, height: 100 };
  const [clip] = scene([line([1, 2, 3, 4], 0.1, [2])], [], scaling, { palette: COLOURS, bands: true, labels: true });
  assert.ok(clip.kind === "clip");
  const lines = clip.kind === "clip" ? clip.shapes.filter((shape) => shape.kind === "line") : [];
  assert.equal(lines.length, 2);
});

test("ticks and their labels", () => {
  assert.deepEqual(linearTicks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(valueLabels([0.08, 0.082, 0.084], "s"), ["80 ms", "82 ms", "84 ms"]);
  assert.deepEqual(valueLabels([0.0825, 0.085], "s"), ["82.5 ms", "85.0 ms"]);
  assert.deepEqual(valueLabels([-5, 0, 5], "%"), ["−5 %", "0 %", "+5 %"]);
  assert.deepEqual(logTicks(1, 100, 5), [1, 2, 5, 10, 20, 50, 100]);
  assert.deepEqual(positionTicks(0.5, 3.2, 10), [1, 2, 3]);
  const year = dateTicks(Date.UTC(2025, 0, 5) / 1000, Date.UTC(2026, 0, 5) / 1000, 6);
  assert.ok(year.length >= 4 && year.every((tick) => new Date(tick * 1000).getUTCDate() === 1));
});

test("an SVG file holds names as text", () => {
  const name = '<script>alert("1")</script> & שלום';
  const odd = { ...line([1, 2, 3]), name };
  const plot = {
    title: name,
    subtitle: "",
    lines: [odd],
    marks: [],
    xKind: "commit" as const,
    xLabel: "commit",
    unit: "s",
    x: [0, 2] as [number, number],
    y: [0, 4] as [number, number],
    isLog: false,
    bands: true,
  };
  const svg = figureSvg(stack([plotFigure(plot, COLOURS, 800, 300), plotFigure(plot, COLOURS, 800, 300)]));
  assert.ok(!svg.includes("<script"));
  assert.ok(svg.includes("&lt;script&gt;") && svg.includes("שלום"));
  assert.ok(svg.startsWith("<svg ") && svg.trimEnd().endsWith("</svg>"));
  assert.equal(escapeText("a\u0000b<"), "ab&lt;");
});

test("dots over time: each has its place, and zero is seen", () => {
  const [day, start] = [86_400, 1_790_000_000];
  const kinds = [
    { name: "worse", form: "triangle" as const, colour: "#f00" },
    { name: "better", form: "down" as const, colour: "#0f0" },
  ];
  const dots = [
    { unixS: start, value: 4, kind: 0 },
    { unixS: start + 10 * day, value: -2, kind: 1 },
  ];
  const figure = overTimeFigure({ title: "t", unit: "%", isLog: false, kinds, dots }, COLOURS, 600);
  const marks = figure.shapes.filter((shape) => shape.kind === "mark").slice(kinds.length);
  assert.deepEqual(
    marks.map((mark) => mark.fill),
    ["#f00", "#0f0"],
  );
  assert.ok(marks[0].x < marks[1].x && marks[0].y < marks[1].y, "later is to the right, more is above");
  const texts = figure.shapes.flatMap((shape) => (shape.kind === "text" ? [shape.text] : []));
  assert.ok(texts.includes("0.0 %") && texts.includes("worse"), texts.join("|"));
  // One moment alone still has a range, and the time of day is said where there are no days.
  const one = overTimeFigure({ title: "t", unit: "s", isLog: true, kinds, dots: dots.slice(0, 1) }, COLOURS, 600);
  const labels = one.shapes.flatMap((shape) => (shape.kind === "text" ? [shape.text] : []));
  assert.equal(labels.filter((text) => /UTC$/.test(text)).length, 2, labels.join("|"));
  assert.ok(!figureSvg(one).includes("NaN"));
});

test("epochs are bars, and one of a single run is seen, too", () => {
  const epoch = (first_unix_s: number, last_unix_s: number) => {
    return { fingerprint: `${first_unix_s}`, first_unix_s, last_unix_s, runs: 1, fields: {} };
  };
  const machine = { name: "<m>", floors: [], last_run_unix_s: null, runs: 3, noisy_of_last: null, remarks: [] };
  const known = [
    { ...machine, epochs: [epoch(0, 50_000), epoch(90_000, 90_000)] },
    { ...machine, name: "empty", epochs: [] },
  ];
  const rows = machinesWithEpochs(known);
  assert.equal(rows.length, 1);
  const figure = epochsFigure(rows, COLOURS, 500);
  const bars = figure.shapes.filter((shape) => shape.kind === "area");
  const widths = bars.map((bar) => bar.points[2] - bar.points[0]);
  assert.equal(bars.length, 2);
  assert.ok(widths[0] > widths[1] && widths[1] >= 5, `${widths}`);
  assert.ok(bars[1].points[0] >= bars[0].points[2] && bars[0].opacity !== bars[1].opacity);
  assert.ok(figureSvg(figure).includes("&lt;m&gt;: 2 epochs, 3 runs"));
});

test("keys move along points and between lines", () => {
  const lines = [line([1, 2, 3]), line([]), line([4, 5, 6])];
  assert.deepEqual(moved(lines, null, "ArrowLeft"), { line: 0, index: 2 });
  assert.deepEqual(moved(lines, { line: 0, index: 2 }, "ArrowLeft"), { line: 0, index: 1 });
  assert.deepEqual(moved(lines, { line: 0, index: 2 }, "ArrowRight"), { line: 0, index: 2 });
  assert.deepEqual(moved(lines, { line: 0, index: 1 }, "ArrowDown"), { line: 2, index: 1 });
  assert.deepEqual(moved(lines, { line: 2, index: 1 }, "Home"), { line: 2, index: 0 });
  assert.equal(moved(lines, null, "x"), null);
  assert.equal(moved([], null, "ArrowLeft"), null);
});
