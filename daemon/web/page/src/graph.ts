/** What can be said and done about a flow's graph without drawing it. */
import type { Draft, Edge, Kind, Step } from "./api/flows";

/** A value without one of its fields. */
export const without = <T extends object>(value: T, name: keyof T): T =>
  Object.fromEntries(Object.entries(value).filter(([key]) => key !== name)) as T;

/** The ways out of a step, by the names that its edges carry. */
export function handlesOf(step: Step): string[] {
  switch (step.kind) {
    case "say":
      return step.pix && step.pix.wait !== false ? ["paid", "timeout"] : ["next"];
    case "ask":
      return step.check?.type === "choice"
        ? [...(step.check.options ?? []).map(({ id }) => id), "next", "timeout", "confused"]
        : ["next", "timeout", "confused"];
    case "condition":
      return [...(step.rules ?? []).map(({ id }) => id), "else"];
    case "http":
      return ["next", "error"];
    case "ask_agent":
      return ["next", "unknown"];
    case "handover":
    case "jump":
    case "end":
      return [];
    default:
      return ["next"];
  }
}

/** The way by which a talk goes on in its line: any answer, the first rule, the payment. */
export const mainOf = (step: Step): string | undefined =>
  step.kind === "ask" ? "next" : handlesOf(step)[0];

const OPTIONAL = new Set(["timeout", "confused", "unknown"]);

/** Whether a way out may lead nowhere: what happens then is in the rules of the flow. */
export function mayEnd(draft: Draft, step: Step, handle: string): boolean {
  const choice = step.kind === "ask" && step.check?.type === "choice";
  if (choice && handle === "next") return true;
  if (choice && targetOf(draft, step.id, "next")) return true;
  return OPTIONAL.has(handle) && !(step.kind === "say" && handle === "timeout");
}

export const targetOf = ({ edges }: Draft, source: string, handle: string): string =>
  edges.find((edge) => edge.source === source && (edge.handle ?? "next") === handle)?.target ?? "";

/** An id that nothing of the draft has. */
export function freshId(taken: { id: string }[], stem: string): string {
  const ids = new Set(taken.map(({ id }) => id));
  let number = 1;
  while (ids.has(`${stem}${number}`)) number++;
  return `${stem}${number}`;
}

/** Let a way out of a step lead somewhere else, or nowhere. */
export function lead(draft: Draft, source: string, handle: string, target: string): Draft {
  const edges = draft.edges.filter(
    (edge) => edge.source !== source || (edge.handle ?? "next") !== handle,
  );
  if (target) edges.push({ id: freshId(draft.edges, "edge"), source, target, handle });
  return { ...draft, edges };
}

const BLANKS: Record<Kind, Partial<Step>> = {
  say: { text: "" },
  ask: { text: "", variable: "" },
  condition: { rules: [{ id: "rule1", comparisons: [{ variable: "", op: "equals", value: "" }] }] },
  set: { assign: [{ variable: "", op: "set", value: "" }] },
  http: { method: "GET", url: "" },
  ask_agent: {},
  handover: { text: "" },
  wait: { seconds: 60 },
  jump: {},
  end: { text: "" },
};

/** Add a step: on a way out of another one, between it and what follows, or at the end. */
export function insert(
  draft: Draft,
  kind: Kind,
  after?: string,
  way?: string,
): { draft: Draft; id: string } {
  const id = freshId(draft.nodes, kind);
  const step: Step = { id, kind, ...structuredClone(BLANKS[kind]) };
  const place = draft.nodes.findIndex((one) => one.id === after);
  const nodes = [...draft.nodes];
  nodes.splice(place < 0 ? nodes.length : place + 1, 0, step);
  let next: Draft = { ...draft, nodes, start: draft.start ?? id };
  const before = draft.nodes[place];
  const handle = before && (way ?? mainOf(before));
  if (before && handle) {
    const target = targetOf(draft, before.id, handle);
    next = lead(next, before.id, handle, id);
    const onward = mainOf(step);
    if (target && onward) next = lead(next, id, onward, target);
  }
  return { draft: next, id };
}

/** Take a step away; what led to it leads to what came after it. */
export function remove(draft: Draft, id: string): Draft {
  const gone = draft.nodes.find((step) => step.id === id);
  const after = targetOf(draft, id, (gone && mainOf(gone)) ?? "next");
  const nodes = draft.nodes.filter((step) => step.id !== id);
  const edges = draft.edges
    .filter((edge) => edge.source !== id)
    .map((edge) => (edge.target === id ? { ...edge, target: after } : edge))
    .filter((edge) => edge.target !== "" && edge.target !== id && edge.source !== edge.target);
  const { start, ...rest } = draft;
  const first = start === id ? after || nodes[0]?.id : start;
  return { ...rest, nodes, edges, ...(first ? { start: first } : {}) };
}

/** Let two steps that follow one another change places; null where they are not in one line. */
export function swap(draft: Draft, first: string, second: string): Draft | null {
  const [before, after] = [first, second].map((id) => draft.nodes.find((one) => one.id === id));
  const [out, onward] = [before, after].map((step) => step && mainOf(step));
  if (!before || !after || !out || !onward || targetOf(draft, first, out) !== second) return null;
  const target = targetOf(draft, second, onward);
  const entered = draft.edges.map((edge) =>
    edge.target === first && edge.source !== second ? { ...edge, target: second } : edge,
  );
  const start = draft.start === first ? second : draft.start;
  let next: Draft = { ...draft, edges: entered, ...(start ? { start } : {}) };
  next = lead(next, second, onward, first);
  next = lead(next, first, out, target === first ? second : target);
  const nodes = next.nodes.map((one) => (one === before ? after : one === after ? before : one));
  return { ...next, nodes };
}

/** The step that comes right before another one in its line, or right after it. */
export function beside(draft: Draft, id: string): { above: string | null; below: string | null } {
  const step = draft.nodes.find((one) => one.id === id);
  const out = step && mainOf(step);
  const below = out ? targetOf(draft, id, out) : "";
  const above = draft.nodes.find((one) => {
    const handle = mainOf(one);
    return one.id !== id && handle && targetOf(draft, one.id, handle) === id;
  });
  return { above: above?.id ?? null, below: below || null };
}

/** A changed step; ways out that it no longer has go with what they led to. */
export function replace(draft: Draft, step: Step): Draft {
  const ways = new Set(handlesOf(step));
  return {
    ...draft,
    nodes: draft.nodes.map((one) => (one.id === step.id ? step : one)),
    edges: draft.edges.filter((edge) => edge.source !== step.id || ways.has(edge.handle ?? "next")),
  };
}

/** Every edge, and the jumps inside of the flow, which are ways too. */
export function waysOf(draft: Draft): Edge[] {
  const jumps = draft.nodes.flatMap((step) =>
    step.kind === "jump" && step.node
      ? [{ id: `jump-${step.id}`, source: step.id, target: step.node, handle: "jump" }]
      : [],
  );
  return [...draft.edges, ...jumps];
}

/** The steps as a customer meets them, and those that nothing leads to. */
export function inOrder(draft: Draft): { reached: Step[]; loose: Step[] } {
  const byId = new Map(draft.nodes.map((step) => [step.id, step]));
  const seen = new Set<string>();
  const reached: Step[] = [];
  const visit = (id: string) => {
    const step = byId.get(id);
    if (!step || seen.has(id)) return;
    seen.add(id);
    reached.push(step);
    const jump = step.kind === "jump" ? (step.node ?? "") : "";
    for (const handle of handlesOf(step)) visit(targetOf(draft, id, handle));
    // An edge may carry a name that its step no longer has; it is shown all the same.
    for (const edge of draft.edges) if (edge.source === id) visit(edge.target);
    visit(jump);
  };
  visit(draft.start ?? "");
  return { reached, loose: draft.nodes.filter(({ id }) => !seen.has(id)) };
}

export interface Box {
  step: Step;
  x: number;
  y: number;
}

export interface Picture {
  boxes: Box[];
  width: number;
  height: number;
}

export const BOX = { width: 164, height: 46, across: 22, down: 44 };

/** Lay a graph out in layers: each step below the last one that leads to it, loops apart. */
export function layout(draft: Draft): Picture {
  const { reached, loose } = inOrder(draft);
  const ways = waysOf(draft);
  const order = new Map(reached.map((step, index) => [step.id, index]));
  const layer = new Map<string, number>();
  // Edges that lead back in the order of the walk close loops, and count for no layer.
  for (const { id } of reached) layer.set(id, layer.get(id) ?? 0);
  let moved = true;
  while (moved) {
    moved = false;
    for (const { source, target } of ways) {
      const [from, to] = [order.get(source), order.get(target)];
      if (from === undefined || to === undefined || to <= from) continue;
      const wanted = (layer.get(source) ?? 0) + 1;
      if (wanted > (layer.get(target) ?? 0)) {
        layer.set(target, wanted);
        moved = true;
      }
    }
  }
  const rows: Step[][] = [];
  for (const step of reached) (rows[layer.get(step.id) ?? 0] ??= []).push(step);
  if (loose.length > 0) rows.push(loose);
  const filled = rows.filter((row) => row.length > 0);
  const widest = Math.max(1, ...filled.map((row) => row.length));
  const width = widest * (BOX.width + BOX.across) + BOX.across;
  const centre = new Map<string, number>();
  const boxes = filled.flatMap((row, level) => {
    const wish = (step: Step) => {
      const parents = ways.filter((way) => way.target === step.id && centre.has(way.source));
      const sum = parents.reduce((total, way) => total + (centre.get(way.source) ?? 0), 0);
      return parents.length > 0 ? sum / parents.length : width / 2;
    };
    const sorted = row
      .map((step, index) => ({ step, at: wish(step), index }))
      .sort((a, b) => a.at - b.at || a.index - b.index);
    const room = row.length * (BOX.width + BOX.across) - BOX.across;
    const mean = sorted.reduce((total, { at }) => total + at, 0) / row.length;
    const left = Math.min(Math.max(mean - room / 2, BOX.across), width - room - BOX.across);
    return sorted.map(({ step }, index) => {
      const x = left + index * (BOX.width + BOX.across);
      centre.set(step.id, x + BOX.width / 2);
      return { step, x, y: BOX.across + level * (BOX.height + BOX.down) };
    });
  });
  return { boxes, width, height: filled.length * (BOX.height + BOX.down) + BOX.across };
}
