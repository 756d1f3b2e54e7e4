import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ByteReader } from "../../src/data/bytes";
import { breaksOf, joinParts } from "../../src/data/history";
import { inflate } from "../../src/data/load";
import { decodeSeries, halfWidth, openSegment } from "../../src/data/segment";
import { ByteWriter, encodeSegment, type Points, quantumOf, widthCode } from "../fixtures/encode";
import { Random } from "../fixtures/random";

const CONTEXTS = [
  { fingerprint: "a", module: "m", build: "1", code: null },
  { fingerprint: "b", module: "m", build: "2", code: null },
];

function points(random: Random, n: number): Points {
  const found: Points = { position: [], value: [], half: [], context: [], run: [], failed: [] };
  for (let i = 0; i < n; i++) {
    const value = 0.1 * (1 + 0.1 * random.normal());
    found.position.push(256 + i * 2);
    found.value.push(value);
    found.half.push(i % 7 === 3 ? 0 : 0.001 * (1 + random.next()));
    found.context.push(i > n / 2 ? 1 : 0);
    found.run.push(i % 3);
  }
  if (n > 2) found.failed.push({ position: 257, outcome: 3, run: 2 }, { position: 300, outcome: 5, run: 0 });
  return found;
}

function segment(series: Points[]) {
  return encodeSegment({
    first: 256,
    end: 512,
    group: 0,
    series,
    contexts: CONTEXTS,
    runs: ["r0", "r1", "r2"],
    older: [],
  });
}

test("numbers of every size come back", () => {
  const values = [0, 1, -1, 63, -64, 127, 128, -300, 2 ** 31, -(2 ** 40), 2 ** 52 - 1, -(2 ** 52) + 1];
  const writer = new ByteWriter();
  for (const value of values) writer.zigzag(value);
  const reader = new ByteReader(writer.done());
  assert.deepEqual(
    values.map(() => reader.zigzag()),
    values,
  );
});

test("a segment comes back within its quantum", () => {
  const random = new Random(3);
  const series = [points(random, 120), points(random, 0), points(random, 1)];
  const opened = openSegment(segment(series));
  series.forEach((expected, i) => {
    const found = decodeSeries(opened, i);
    const quantum = opened.header.series[i].quantum;
    assert.deepEqual([...found.position], expected.position);
    assert.deepEqual([...found.context], expected.context);
    assert.deepEqual([...found.run], expected.run);
    assert.deepEqual(found.failed, expected.failed);
    expected.value.forEach((value, k) => {
      assert.ok(Math.abs(found.value[k] - value) <= quantum / 2 + 1e-15);
      const half = (found.high[k] - found.low[k]) / 2;
      if (expected.half[k] === 0) assert.ok(Number.isNaN(half));
      else assert.ok(Math.abs(half / expected.half[k] - 1) < 0.025, `${half} against ${expected.half[k]}`);
    });
  });
});

test("whole numbers are exact, large and negative", () => {
  const found: Points = {
    position: [256, 257, 511],
    value: [123456789012, 0, -5],
    half: [0, 0, 0],
    context: [0, 0, 0],
    run: [0, 0, 0],
    failed: [],
  };
  assert.equal(quantumOf(found), 1);
  assert.deepEqual([...decodeSeries(openSegment(segment([found])), 0).value], found.value);
});

test("half-widths: nothing, the least and the largest", () => {
  assert.ok(Number.isNaN(halfWidth(0, 1)));
  assert.equal(halfWidth(1, 1), 1 / 16);
  assert.equal(widthCode(1e30, 1), 255);
  assert.equal(halfWidth(widthCode(16, 1), 1), 16);
});

test("damage is an error, never a number, and never hangs", () => {
  const whole = segment([points(new Random(5), 60)]);
  assert.throws(() => openSegment(whole.slice(0, 3)), /no segment/);
  assert.throws(() => openSegment(Uint8Array.of(...whole.slice(0, 4), 9, ...whole.slice(5))), /version 9/);
  assert.throws(() => openSegment(whole.slice(0, whole.length - 5)), /length/);
  const random = new Random(9);
  for (let i = 0; i < 3000; i++) {
    const damaged = whole.slice();
    damaged[random.below(damaged.length)] = random.below(256);
    try {
      const opened = openSegment(damaged);
      for (let k = 0; k < opened.header.series.length; k++) decodeSeries(opened, k);
    } catch (error) {
      assert.ok(error instanceof Error);
    }
  }
});

test("gzip and bare bytes are both read", async () => {
  const bare = new TextEncoder().encode("bare");
  assert.deepEqual(await inflate(bare), bare);
});

test("segments are joined in order, and lines broken where the context changes", () => {
  const make = (first: number, fingerprint: string) => {
    const part: Points = {
      position: [first, first + 1],
      value: [1, 2],
      half: [0, 0],
      context: [0, 0],
      run: [0, 0],
      failed: [],
    };
    const contexts = [{ fingerprint, module: "m", build: null, code: null }];
    const bytes = encodeSegment({
      first,
      end: first + 256,
      group: 0,
      series: [part],
      contexts,
      runs: ["r"],
      older: [],
    });
    const opened = openSegment(bytes);
    return { segment: opened, part: decodeSeries(opened, 0) };
  };
  const history = joinParts([make(256, "b"), make(0, "a")], [{ first: 512, end: 768, message: "missing" }]);
  assert.deepEqual([...history.position], [0, 1, 256, 257]);
  assert.deepEqual(
    history.breaks.map((one) => [one.index, one.kind]),
    [[2, "epoch"]],
  );
  assert.equal(history.gaps.length, 1);
  const module = [{ ...CONTEXTS[0] }, { ...CONTEXTS[0], module: "n" }, { ...CONTEXTS[0], module: "n", build: "3" }];
  assert.deepEqual(
    breaksOf(module).map((one) => [one.index, one.kind]),
    [[1, "module"]],
  );
});

/** What the publisher says is in its segment. */
interface GoldenSegment {
  first: number;
  end: number;
  group: number;
  series: { points: object[]; failures: object[] }[];
}

test("the publisher's golden segment is read", (context) => {
  const folder = join(process.env.KYMO_WEB ?? ".", "../crates/kymo-site/tests/golden");
  const end = (value: number) => (Number.isNaN(value) ? null : value);
  if (!existsSync(folder)) {
    context.skip("this tree has no publisher");
    return;
  }
  const opened = openSegment(new Uint8Array(readFileSync(join(folder, "segment.kseg"))));
  const { header } = opened;
  const expected = JSON.parse(readFileSync(join(folder, "segment.json"), "utf8")) as GoldenSegment;
  assert.deepEqual([header.first, header.end, header.group], [expected.first, expected.end, expected.group]);
  expected.series.forEach((series, i) => {
    const part = decodeSeries(opened, i);
    const points = Array.from(part.position, (position, k) => ({
      fingerprint: header.contexts[part.context[k]].fingerprint,
      high: end(part.high[k]),
      low: end(part.low[k]),
      position,
      run: header.runs[part.run[k]],
      value: part.value[k],
    }));
    assert.deepEqual(points, series.points);
    const failures = part.failed.map((one) => ({ ...one, run: header.runs[one.run] }));
    assert.deepEqual(failures, series.failures);
  });
});
