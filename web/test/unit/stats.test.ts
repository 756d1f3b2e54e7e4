import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { atLeast } from "../../src/compare/words";
import { type Comparison, exact, logDifferences, paired, ratio, ratioCi95, unpaired } from "../../src/stats/compare";
import { hodgesLehmann, wilcoxonP } from "../../src/stats/rank";
import { quantile, twoSidedP } from "../../src/stats/student";
import { satterthwaite } from "../../src/stats/summary";
import { benjaminiHochberg, LEAST_DELTA, marginOfFloor, verdictOf } from "../../src/stats/verdict";

const A = [1.0, 1.012, 0.995, 1.008, 1.003, 0.99, 1.015, 1.001, 0.998, 1.006];
const B = [1.021, 1.025, 1.017, 1.03, 1.019, 1.008, 1.041, 1.016, 1.022, 1.024];

function near(found: number | null | undefined, expected: number, digit: number): void {
  assert.ok(
    found !== null && found !== undefined && Math.abs(found - expected) <= digit,
    `found ${found}, expected ${expected}`,
  );
}

test("the golden comparison", () => {
  const found = paired(A, B) as Comparison;
  near(found.diffLog, 0.0192516599, 1e-10);
  near(found.sdLog, 0.0040597667, 1e-10);
  near(found.diffLog / found.seLog, 14.99571243, 1e-8);
  near(found.p, 1.130907e-7, 1e-13);
  near(ratio(found), 1.0194382, 1e-7);
  near(ratioCi95(found)?.lo, 1.0164818, 1e-7);
  near(ratioCi95(found)?.hi, 1.0224031, 1e-7);
  near(found.ci90?.lo, 0.016898289392, 1e-11);
  near(found.ci90?.hi, 0.02160503031, 1e-11);
  const differences = logDifferences(A, B) as number[];
  assert.equal(wilcoxonP(differences), 0.001953125);
  near(hodgesLehmann(differences), 0.0193186716, 1e-10);
});

test("golden q-values and summary", () => {
  const q = benjaminiHochberg([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]);
  [0.01, 0.04, 0.084, 0.084, 0.084, 0.1, 0.105714, 0.216, 0.216, 0.216].forEach((one, i) => {
    near(q[i], one, 1e-6);
  });
  const member = (diffLog: number, sd: number, n: number) => ({ diffLog, seLog: sd / Math.sqrt(n), dof: n - 1 });
  const found = satterthwaite([member(0.01, 0.008, 10), member(-0.004, 0.015, 14), member(0.02, 0.03, 30)]);
  near(found?.dof, 49.649168, 1e-6);
  near(Math.exp(found?.meanLog ?? 0), 1.0087043, 1e-7);
  near(Math.exp(found?.ci95.lo ?? 0), 1.0038233, 1e-7);
  near(Math.exp(found?.ci95.hi ?? 0), 1.0136091, 1e-7);
});

test("quantiles of Student's t", () => {
  near(quantile(0.975, 1), 12.706205, 1e-6);
  near(quantile(0.975, 9), 2.262157, 1e-6);
  near(quantile(0.975, 1e9), 1.959964, 1e-6);
  near(quantile(0.05, 9), -quantile(0.95, 9), 1e-12);
  near(twoSidedP(2.2621571627, 9), 0.05, 1e-10);
  near(twoSidedP(1.96, 5000), 0.05005, 1e-5);
});

interface Vector {
  method: string;
  a: number[];
  b: number[];
  diff_log: number;
  sd_log: number;
  se_log: number;
  ci90: [number, number] | null;
  ci95: [number, number] | null;
  p: number;
  q: number;
  verdict: string;
  needed: number | null;
  warnings: number;
}

function same(found: number, expected: number, what: string): void {
  const scale = Math.max(Math.abs(expected), 1e-12);
  assert.ok(Math.abs(found - expected) <= 1e-8 * scale, `${what}: found ${found}, expected ${expected}`);
}

test("the crate's vectors", () => {
  const path = join(process.env.KYMO_WEB ?? ".", "test/vectors.json");
  const vectors = JSON.parse(readFileSync(path, "utf8")) as { cases: Vector[]; summary: Record<string, number> };
  assert.ok(vectors.cases.length >= 40);
  const found = vectors.cases.map(
    (one) => (one.method === "paired" ? paired(one.a, one.b) : unpaired(one.a, one.b)) as Comparison,
  );
  const q = benjaminiHochberg(found.map((one) => one.p));
  const kinds = new Set<string>();
  vectors.cases.forEach((one, i) => {
    const mine = found[i];
    same(mine.diffLog, one.diff_log, "diff");
    same(mine.sdLog, one.sd_log, "sd");
    same(mine.seLog, one.se_log, "se");
    assert.equal(mine.ci95 === null, one.ci95 === null);
    for (const [own, other] of [
      [mine.ci90, one.ci90],
      [mine.ci95, one.ci95],
    ] as const) {
      if (own === null || other === null) continue;
      // Ends near zero keep their absolute, not their relative digits.
      near(own.lo, other[0], 1e-10);
      near(own.hi, other[1], 1e-10);
    }
    same(mine.p, one.p, "p");
    same(q[i], one.q, "q");
    const verdict = verdictOf(mine, q[i], LEAST_DELTA);
    const words = verdict.kind === "same" && verdict.smallButReal ? "same, small but real" : verdict.kind;
    assert.equal(words, one.verdict, `case ${i}`);
    assert.equal(verdict.kind === "inconclusive" ? verdict.roundsNeeded : null, one.needed, `case ${i}`);
    assert.equal(mine.warnings.length, one.warnings, `case ${i}: ${mine.warnings}`);
    kinds.add(one.verdict);
  });
  assert.deepEqual(
    [...kinds].sort(),
    ["faster", "inconclusive", "same, small but real", "slower"].concat(kinds.has("same") ? ["same"] : []).sort(),
  );
  same(satterthwaite(found)?.meanLog ?? 0, vectors.summary.mean_log, "mean");
  same(satterthwaite(found)?.dof ?? 0, vectors.summary.dof, "dof");
});

test("exact metrics need one sample, and varying ones are not exact", () => {
  const found = exact([100], [103]) as Comparison;
  assert.equal(verdictOf(found, found.p, LEAST_DELTA).kind, "slower");
  assert.equal(exact([100, 101], [103]), null);
  assert.equal(exact([0], [103]), null);
});

test("bounds are rounded towards zero", () => {
  assert.equal(atLeast(Math.log(1.0219)), "2.1 %");
  assert.equal(atLeast(Math.log(1.021)), "2.1 %");
  assert.equal(atLeast(Math.log(2.19)), "2.1×");
  assert.equal(atLeast(Math.log(1 / 2.19)), "2.1×");
  assert.equal(atLeast(1e-9), null);
  assert.equal(marginOfFloor(0.03), 0.03);
  assert.equal(marginOfFloor(null), LEAST_DELTA);
});
