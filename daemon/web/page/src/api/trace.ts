/** How an answer came about: GET /traces/{id}. */
import type { Passage, Usage } from "./types";

export interface Step {
  name: string;
  ms: number;
}

export interface Trace {
  id: string;
  mode: string;
  model: string | null;
  confidence: number;
  promptVersion: string | null;
  prompt: { role: string; content: string }[];
  steps: Step[];
  /** All that the search brought up, and of it what the answer stands on. */
  passages: Passage[];
  sources: Passage[];
  usage: Usage;
}

/** The steps in the order they ran, without the total that the trace ends with. */
export function stepsOf(trace: Pick<Trace, "steps">): Step[] {
  return trace.steps.filter((step) => step.name !== "total");
}

/** Each step's share of the whole, for the bar; a step too short to see keeps a sliver. */
export function shares(steps: Step[]): number[] {
  const total = steps.reduce((sum, step) => sum + step.ms, 0);
  const raw = steps.map((step) => Math.max(0.015, total > 0 ? step.ms / total : 0));
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((share) => share / sum);
}

/** What the search found and the answer did not use. */
export function unused(trace: Pick<Trace, "passages" | "sources">): Passage[] {
  const used = new Set(trace.sources.map((passage) => passage.chunkId));
  return trace.passages.filter((passage) => !used.has(passage.chunkId));
}
