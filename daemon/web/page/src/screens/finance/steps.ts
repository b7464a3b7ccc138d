/** The steps of a month of MRR: where each bar of the waterfall begins and ends. */
import type { MovementKind, WaterfallMonth } from "../../api/finance";

/** What of a month its steps are made of. */
export type MonthOfMrr = Omit<WaterfallMonth, "usageRevenueCentavos" | "rows">;

export type StepKind = "start" | MovementKind | "end";

export interface Step {
  kind: StepKind;
  /** What it says; what takes away is negative. */
  amount: number;
  low: number;
  high: number;
  tone: "edge" | "ok" | "bad" | "accent";
}

/** start + new + expansion + reactivation - contraction - churn = end, bar by bar. */
export function steps(one: MonthOfMrr): Step[] {
  const moves: [MovementKind, number][] = [
    ["new", one.newCentavos],
    ["expansion", one.expansionCentavos],
    ["reactivation", one.reactivationCentavos],
    ["contraction", 0 - one.contractionCentavos],
    ["churn", 0 - one.churnCentavos],
  ];
  let level = one.startCentavos;
  const found: Step[] = [{ kind: "start", amount: level, low: 0, high: level, tone: "edge" }];
  for (const [kind, amount] of moves) {
    const next = level + amount;
    const tone = amount < 0 ? "bad" : "ok";
    found.push({ kind, amount, low: Math.min(level, next), high: Math.max(level, next), tone });
    level = next;
  }
  found.push({
    kind: "end",
    amount: one.endCentavos,
    low: 0,
    high: one.endCentavos,
    tone: "accent",
  });
  return found;
}

/** Where the axis begins: a month's moves would be hairs beside years of growth. 0 where they are not. */
export function floor(all: Step[]): number {
  const levels = all.flatMap(({ low, high }) => [low, high]).filter((level) => level > 0);
  const [lowest, highest] = [Math.min(...levels), Math.max(...levels)];
  const moved = highest - lowest;
  if (levels.length === 0 || moved === 0 || lowest < 2 * moved) return 0;
  return lowest - moved;
}
