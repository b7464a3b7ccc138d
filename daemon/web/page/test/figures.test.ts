import assert from "node:assert/strict";
import test from "node:test";
import type { WaterfallMonth } from "../src/api/finance";
import { moneyText, parseMoney } from "../src/money";
import { daysOf, granularities, periodOf, usualGranularity } from "../src/period";
import { floor, steps } from "../src/screens/finance/steps";
import { topicName } from "../src/screens/metrics/stems";
import { stacked } from "../src/ui/stacked";

test("money is read as people write it, into whole centavos", () => {
  const written: [string, number | null][] = [
    ["149,90", 14990],
    ["R$ 1.234,56", 123456],
    ["1,234.56", 123456],
    ["1.234", 123400],
    ["12.5", 1250],
    ["7", 700],
    ["0,07", 7],
    ["", null],
    ["-5", null],
    ["1,234,5", null],
    ["doze", null],
    ["1,999", 199900],
  ];
  for (const [text, centavos] of written) assert.equal(parseMoney(text), centavos, text);
});

test("what a field shows is read back to the centavo", () => {
  for (const centavos of [0, 5, 99, 100, 123456, 8_332_50]) {
    assert.equal(parseMoney(moneyText(centavos)), centavos);
  }
});

test("a month of MRR is told in steps that end where the month ends", () => {
  const month: WaterfallMonth = {
    period: "2026-01",
    startCentavos: 1000,
    newCentavos: 500,
    expansionCentavos: 200,
    reactivationCentavos: 50,
    contractionCentavos: 100,
    churnCentavos: 400,
    endCentavos: 1250,
    usageRevenueCentavos: 0,
    rows: [],
  };
  const told = steps(month);
  assert.deepEqual(
    told.map((step) => [step.kind, step.low, step.high]),
    [
      ["start", 0, 1000],
      ["new", 1000, 1500],
      ["expansion", 1500, 1700],
      ["reactivation", 1700, 1750],
      ["contraction", 1650, 1750],
      ["churn", 1250, 1650],
      ["end", 0, 1250],
    ],
  );
});

test("the steps of a month can be told apart beside years of growth", () => {
  const step = (low: number, high: number) =>
    ({ low, high, amount: 0, kind: "new", tone: "ok" }) as const;
  assert.equal(floor([step(0, 100_000), step(100_000, 101_000)]), 99_000);
  assert.equal(floor([step(0, 1000), step(1000, 2500)]), 0);
  assert.equal(floor([step(0, 0)]), 0);
});

test("a topic is called by whole words, as they were asked", () => {
  assert.equal(topicName(["conveni"], ["Vocês aceitam Convênio?"]), "convênio");
  assert.equal(topicName(["dent", "clare"], ["clareamento dental?"]), "dental · clareamento");
  assert.equal(topicName(["xyz"], ["e o boleto?"]), "e o boleto?");
});

test("bars stand on one another upwards, and what is negative hangs down", () => {
  const series = [
    { label: "a", tone: "c0" as const, values: [1, -1, null] },
    { label: "b", tone: "c1" as const, values: [2, 4, 3] },
    { label: "c", tone: "c2" as const, values: [3, -2, 0] },
  ];
  assert.deepEqual(stacked(series), [
    [1, -1, 0],
    [3, 4, 3],
    [6, -3, 3],
  ]);
});

test("a preset is whole days, both included", () => {
  const today = new Date(2026, 2, 1, 15);
  const span = (preset: "7" | "365" | "month" | "last") => {
    const { start, end } = periodOf(preset, today);
    return [start, end];
  };
  assert.deepEqual(span("7"), ["2026-02-23", "2026-03-01"]);
  assert.deepEqual(span("month"), ["2026-03-01", "2026-03-01"]);
  assert.deepEqual(span("last"), ["2026-02-01", "2026-02-28"]);
  assert.deepEqual(span("365"), ["2025-04-01", "2026-03-01"]);
  assert.equal(daysOf(periodOf("7", today)), 7);
});

test("a series is cut so that it has neither one point nor a thousand", () => {
  for (const preset of ["7", "30", "90", "365", "month", "last"] as const) {
    const period = periodOf(preset, new Date(2026, 2, 15));
    assert.ok(granularities(period).includes(usualGranularity(period)), preset);
  }
});
