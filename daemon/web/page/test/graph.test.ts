import assert from "node:assert/strict";
import test from "node:test";
import type { Draft, Step } from "../src/api/flows";
import {
  beside,
  handlesOf,
  insert,
  inOrder,
  layout,
  lead,
  mayEnd,
  remove,
  replace,
  swap,
  targetOf,
} from "../src/graph";

const step = (id: string, kind: Step["kind"] = "say"): Step => ({ id, kind, text: id });
const edge = (source: string, target: string, handle = "next") => ({
  id: `${source}-${handle}`,
  source,
  target,
  handle,
});

/** hello → menu → (yes: buy → bye, no: bye); `lost` is loose. */
const shop = (): Draft => ({
  start: "hello",
  nodes: [
    step("hello"),
    {
      ...step("menu", "ask"),
      check: {
        type: "choice",
        options: [
          { id: "yes", label: "Sim" },
          { id: "no", label: "Não" },
        ],
      },
    },
    step("bye", "end"),
    step("buy"),
    step("lost"),
  ],
  edges: [
    edge("hello", "menu"),
    edge("menu", "buy", "yes"),
    edge("menu", "bye", "no"),
    edge("buy", "bye"),
  ],
});

test("a question with options has a way out for each, and for what else may happen", () => {
  const [, menu] = shop().nodes;
  assert.ok(menu);
  assert.deepEqual(handlesOf(menu), ["yes", "no", "next", "timeout", "confused"]);
  assert.deepEqual(handlesOf(step("x", "end")), []);
  assert.deepEqual(handlesOf({ ...step("x"), pix: {} }), ["paid", "timeout"]);
  assert.deepEqual(handlesOf({ ...step("x"), pix: { wait: false } }), ["next"]);
});

test("steps come in the order in which a customer meets them, and loose ones apart", () => {
  const { reached, loose } = inOrder(shop());
  assert.deepEqual(
    reached.map(({ id }) => id),
    ["hello", "menu", "buy", "bye"],
  );
  assert.deepEqual(
    loose.map(({ id }) => id),
    ["lost"],
  );
});

test("a step that is added stands between its neighbours", () => {
  const { draft, id } = insert(shop(), "say", "hello");
  assert.equal(targetOf(draft, "hello", "next"), id);
  assert.equal(targetOf(draft, id, "next"), "menu");
});

test("the first step of a flow is where it begins", () => {
  const { draft, id } = insert({ nodes: [], edges: [] }, "ask");
  assert.equal(draft.start, id);
});

test("what led to a deleted step leads to what came after it", () => {
  const draft = remove(shop(), "buy");
  assert.equal(targetOf(draft, "menu", "yes"), "bye");
  assert.ok(!draft.edges.some(({ source, target }) => source === "buy" || target === "buy"));
});

test("a flow whose first step is deleted begins with the next one", () => {
  assert.equal(remove(shop(), "hello").start, "menu");
  assert.equal(remove({ start: "a", nodes: [step("a")], edges: [] }, "a").start, undefined);
});

test("an option that is taken away takes its way along", () => {
  const draft = shop();
  const menu = draft.nodes[1];
  assert.ok(menu);
  const options = [{ id: "no", label: "Não" }];
  const after = replace(draft, { ...menu, check: { type: "choice", options } });
  assert.equal(targetOf(after, "menu", "yes"), "");
  assert.equal(targetOf(after, "menu", "no"), "bye");
});

test("a way leads to one step at a time", () => {
  const draft = lead(lead(shop(), "hello", "next", "buy"), "hello", "next", "bye");
  assert.equal(draft.edges.filter(({ source }) => source === "hello").length, 1);
  assert.equal(targetOf(lead(draft, "hello", "next", ""), "hello", "next"), "");
});

test("each step stands below all that lead to it, loops apart, and none over another", () => {
  const draft = shop();
  draft.edges.push(edge("buy", "menu", "timeout")); // a loop
  const { boxes, width, height } = layout(draft);
  const at = new Map(boxes.map((box) => [box.step.id, box]));
  const top = (id: string) => at.get(id)?.y ?? -1;
  assert.equal(boxes.length, 5);
  assert.ok(top("hello") < top("menu") && top("menu") < top("buy") && top("buy") < top("bye"));
  assert.ok(top("lost") > top("bye"));
  assert.equal(new Set(boxes.map(({ x, y }) => `${x},${y}`)).size, 5);
  for (const { x, y } of boxes) assert.ok(x >= 0 && x < width && y >= 0 && y < height);
});

/** a → b → c → d. */
const line = (): Draft => ({
  start: "a",
  nodes: [step("a"), step("b", "ask"), step("c"), step("d", "end")],
  edges: [edge("a", "b"), edge("b", "c"), edge("c", "d")],
});
const walked = (draft: Draft) => inOrder(draft).reached.map(({ id }) => id);

test("two steps of a line change places, and the first of all may be one of them", () => {
  const moved = swap(line(), "b", "c");
  assert.ok(moved);
  assert.deepEqual(walked(moved), ["a", "c", "b", "d"]);
  const first = swap(line(), "a", "b");
  assert.ok(first);
  assert.deepEqual([first.start, walked(first)], ["b", ["b", "a", "c", "d"]]);
});

test("steps that are not in one line stay where they are", () => {
  assert.equal(swap(line(), "a", "c"), null);
  assert.equal(swap(line(), "c", "d"), null); // nothing can come after an end
});

test("the neighbours of a step are those of its line", () => {
  assert.deepEqual(beside(line(), "b"), { above: "a", below: "c" });
  assert.deepEqual(beside(line(), "a"), { above: null, below: "b" });
});

test("a step may be added on any way out", () => {
  const { draft, id } = insert(line(), "handover", "b", "confused");
  assert.equal(targetOf(draft, "b", "confused"), id);
  assert.equal(targetOf(draft, "b", "next"), "c");
});

test("a step behind a choice is for any answer", () => {
  const { draft, id } = insert({ ...shop(), edges: [] }, "say", "menu");
  assert.equal(targetOf(draft, "menu", "next"), id);
  assert.equal(
    mayEnd(draft, draft.nodes.find((one) => one.id === "menu") ?? step("?"), "yes"),
    true,
  );
});

test("what a charge does when nobody pays has to be said", () => {
  const charge: Step = { id: "c", kind: "say", pix: { amountCentavos: 100 } };
  assert.equal(mayEnd(line(), charge, "timeout"), false);
  assert.equal(mayEnd(line(), step("b", "ask"), "timeout"), true);
});
