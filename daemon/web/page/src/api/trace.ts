/** How an answer came about, read out of whatever form the trace has. */
import type { Passage, Usage } from "./types";

export interface Step {
  name: string;
  ms: number;
}

export interface Trace {
  id: string;
  mode?: string | null;
  model?: string | null;
  promptVersion?: string | null;
  prompt?: string | null;
  steps?: Step[] | Record<string, number> | null;
  passages?: Passage[] | null;
  usage?: Usage | null;
}

/** The steps with their milliseconds, in the order they ran. */
export function stepsOf(trace: Trace): Step[] {
  const { steps } = trace;
  if (!steps) return [];
  if (Array.isArray(steps)) return steps.filter((step) => step.ms >= 0);
  return Object.entries(steps).map(([name, ms]) => ({ name, ms }));
}

/** Each step's share of the whole, for the bar; a step too short to see keeps a sliver. */
export function shares(steps: Step[]): number[] {
  const total = steps.reduce((sum, step) => sum + step.ms, 0);
  const raw = steps.map((step) => Math.max(0.015, total > 0 ? step.ms / total : 0));
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((share) => share / sum);
}
