import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Catalog, DIMENSIONS } from "../../src/data/catalog";
import { link } from "../../src/data/site";
import { choose } from "../../src/explorer/select";
import { aaBand } from "../../src/pages/health";
import { type ExplorerState, formatExplorer, parseExplorer } from "../../src/route/explorer-state";
import { formatRoute, href, parseRoute } from "../../src/route/params";
import { ago, date, duration } from "../../src/text/time";
import { percent, quantity, share } from "../../src/text/units";
import { badgePath, badgeSvg } from "../../src/ui/badge";
import { fileName, toCsv, toJson, toMarkdown } from "../../src/ui/export";
import { Random } from "../fixtures/random";

const ODD = ["a,b", "x!y", "100 %", "<script>", "שלום", "a&b=c?d#e", "~_/", "", "[winch]", "'\""];

test("routes come back", () => {
  for (const argument of ODD.filter((one) => one !== "")) {
    const route = parseRoute(href("benchmark", argument));
    assert.deepEqual(route, { page: "benchmark", argument, params: {} });
  }
  assert.deepEqual(parseRoute(""), { page: "overview", argument: null, params: {} });
  assert.equal(formatRoute(parseRoute("#/runs?q=a%20b")), "#/runs?q=a%20b");
});

test("the explorer's whole state comes back from the URL", () => {
  const random = new Random(21);
  for (let i = 0; i < 500; i++) {
    const names = () => DIMENSIONS.map(() => random.pick(ODD));
    const facets = Object.fromEntries(
      DIMENSIONS.map((dimension) => [dimension, ODD.filter((one) => one !== "" && random.next() < 0.2)]),
    ) as ExplorerState["facets"];
    const pin = () => (random.next() < 0.5 ? null : { line: random.below(5), position: random.below(9999) });
    const state: ExplorerState = {
      filter: random.pick(ODD),
      facets,
      series: Array.from({ length: random.below(4) }, names),
      x: random.pick(["commit", "date"]),
      y: random.pick(["absolute", "first", "reference"]),
      isLog: random.next() < 0.5,
      fromZero: random.next() < 0.5,
      clip: random.next() < 0.5,
      bands: random.next() < 0.5,
      view: random.pick(["plot", "multiples", "table"]),
      sameScale: random.next() < 0.5,
      zoom: random.next() < 0.5 ? null : [-1.5, 20.25],
      pin: pin(),
      against: pin(),
    };
    const hash = formatRoute({ page: "explorer", argument: null, params: formatExplorer(state) });
    assert.deepEqual(parseExplorer(parseRoute(hash).params), state);
  }
});

test("nonsense in the URL is the default, not an error", () => {
  const state = parseExplorer(parseRoute("#/explorer?zoom=9_1&pin=x&view=cake&s=a!b&q=%E0%A4%A").params);
  assert.equal(state.zoom, null);
  assert.equal(state.pin, null);
  assert.equal(state.view, "plot");
  assert.deepEqual(state.series, []);
});

test("quantities read as on the command line", () => {
  assert.equal(quantity(0.0851, "s"), "85.1 ms");
  assert.equal(quantity(0.0009996, "s"), "1.00 ms");
  assert.equal(quantity(1258291, "B"), "1.20 MiB");
  assert.equal(quantity(12345, "1"), "12,345");
  assert.equal(quantity(0, "s"), "0 s");
  assert.equal(quantity(null, "s"), "—");
  assert.equal(percent(-0.0312), "−3.1 %");
  assert.equal(percent(0.0003), "+0.03 %");
  assert.equal(percent(0), "0.0 %");
  assert.equal(percent(12), "13.0×");
  assert.equal(share(0.0235), "2.35 %");
  assert.equal(share(0.01), "1 %");
});

test("times", () => {
  assert.equal(date(1795345200), "2026-11-22");
  assert.equal(duration(80), "1 min 20 s");
  assert.equal(duration(11100), "3 h 5 min");
  assert.equal(ago(100, 4000), "1 h 5 min ago");
  assert.equal(ago(null, 4000), "never");
});

test("files of data", () => {
  const table = {
    name: "x",
    columns: ["a", "b"],
    rows: [
      ["1,2", 3],
      ['"q"', null],
    ],
  };
  assert.equal(toCsv(table), 'a,b\r\n"1,2",3\r\n"""q""",\r\n');
  assert.deepEqual(JSON.parse(toJson(table)), [
    { a: "1,2", b: 3 },
    { a: '"q"', b: null },
  ]);
  assert.equal(toMarkdown(["n"], [["<b>|x"]]), "| n |\n|---|\n| &lt;b>\\|x |\n");
  assert.equal(fileName("basics/fib · ü", "csv"), "basics-fib.csv");
  assert.equal(badgePath("project", "a b", "s/x[y]"), "badge/a_b/s--x_y_.svg");
});

test("a badge made here is the one that the program writes", () => {
  // Tests run in the folder of the app.
  const kept = "../crates/kymo-site/src/snapshots/kymo_site__badge__tests__a_badge_looks_like_this.snap";
  const [, , svg] = readFileSync(kept, "utf8").split(/^---\n/m);
  const badge = { left: "performance", right: "1 open incident", kind: "bad" as const, file: "a.svg" };
  assert.equal(badgeSvg(badge).trimEnd(), svg.trimEnd());
  const hostile = badgeSvg({ ...badge, left: '<script>"', right: "x".repeat(100) });
  assert.ok(hostile.includes("&lt;script&gt;&quot;") && !hostile.includes("x".repeat(41)));
});

test("links lead to the web only", () => {
  assert.equal(link("https://example.org/c/{hash}", { hash: "a/b" }), "https://example.org/c/a%2Fb");
  assert.equal(link("javascript:alert(1)//{hash}", { hash: "a" }), null);
  assert.equal(link(null, {}), null);
});

test("filter and facets", () => {
  const catalog = new Catalog({
    projects: ["p"],
    machines: ["m"],
    benchmarks: ["fib", "sieve"],
    variants: ["a", "b"],
    phases: ["execute"],
    metrics: [{ name: "wall_time", unit: "s", direction: "lower" }],
    project: [0, 0, 0, 0],
    machine: [0, 0, 0, 0],
    benchmark: [0, 0, 1, 1],
    variant: [0, 1, 0, 1],
    phase: [0, 0, 0, 0],
    metric: [0, 0, 0, 0],
    canary: [3],
    groups: [
      { first: 2, count: 2, tail: "segments/y" },
      { first: 0, count: 2, tail: "segments/x" },
    ],
  });
  const none = Object.fromEntries(DIMENSIONS.map((one) => [one, [] as string[]])) as ExplorerState["facets"];
  assert.deepEqual(choose(catalog, "FIB wall", none).matches, [0, 1]);
  const chosen = choose(catalog, "", { ...none, benchmark: ["fib"], variant: ["b"] });
  assert.deepEqual(chosen.matches, [1]);
  assert.deepEqual(
    [...chosen.counts.benchmark],
    [
      [0, 1],
      [1, 1],
    ],
  );
  assert.deepEqual(catalog.place(3), { group: 0, index: 1, tail: "segments/y" });
  assert.equal(catalog.place(4), null);
  assert.equal(catalog.find(["p", "m", "sieve", "a", "execute", "wall_time"]), 2);
  assert.equal(catalog.isCanary(3), true);
});

test("the band of an A/A rate", () => {
  const [low, high] = aaBand(200);
  assert.ok(low > 0.009 && low < 0.012 && high > 0.088 && high < 0.092);
});
