import assert from "node:assert/strict";
import test from "node:test";
import { asProblem } from "../src/api/problem";
import { parseEvents } from "../src/api/events";
import { shares, stepsOf, unused } from "../src/api/trace";
import type { Passage } from "../src/api/types";
import { backoff } from "../src/live/backoff";
import { pieces } from "../src/markup";
import { phone } from "../src/phone";
import { parseHash } from "../src/route";
import { strength } from "../src/strength";

test("events are split where they end, and the rest waits for more", () => {
  const first = parseEvents('event: token\ndata: {"text":"Oi"}\n\nevent: do');
  assert.deepEqual(first.events, [{ event: "token", data: '{"text":"Oi"}' }]);
  const second = parseEvents(`${first.rest}ne\ndata: 1\ndata: 2\n\n`);
  assert.deepEqual(second, { events: [{ event: "done", data: "1\n2" }], rest: "" });
});

test("a comment that only keeps the connection open is no event", () => {
  assert.deepEqual(parseEvents(": ping\r\n\r\n").events, []);
});

test("waits between attempts double up to a ceiling, never in step", () => {
  assert.equal(
    backoff(0, () => 1),
    500,
  );
  assert.equal(
    backoff(3, () => 1),
    4000,
  );
  assert.equal(
    backoff(50, () => 1),
    15_000,
  );
  assert.equal(
    backoff(3, () => 0),
    2000,
  );
});

test("a route is its parts and its query, and a stray % is no error", () => {
  const route = parseHash("#/setup?token=a%2Fb&x=1");
  assert.deepEqual(route.parts, ["setup"]);
  assert.equal(route.query.get("token"), "a/b");
  assert.deepEqual(parseHash("#/agents/100%/faqs").parts, ["agents", "100%", "faqs"]);
  assert.deepEqual(parseHash("").parts, []);
});

test("a problem names its fields", () => {
  const problem = asProblem(400, {
    code: "invalid_input",
    detail: "name: curto",
    field: "name",
    errors: [
      { field: "name", detail: "curto" },
      { field: "niche", detail: "longo" },
    ],
  });
  assert.equal(problem.field, "name");
  assert.deepEqual(problem.fields, { name: "curto", niche: "longo" });
  assert.equal(asProblem(409, { detail: "x", field: "phone" }).fields.phone, "x");
  assert.equal(asProblem(502, {}).message, "HTTP 502");
});

test("short, common and repetitive passwords are weak; a long phrase is strong", () => {
  for (const weak of ["", "abc", "aaaaaaaaaaaa", "senha12345", "password!"]) {
    assert.equal(strength(weak), 0, weak);
  }
  assert.equal(strength("quatro palavras ao acaso"), 3);
  assert.ok(strength("k9vb2mzq") < 3);
});

test("the steps of a trace fill the bar, even those too short to see", () => {
  const steps = stepsOf({
    steps: [
      { name: "search", ms: 0.1 },
      { name: "generate", ms: 2000 },
      { name: "total", ms: 2000.1 },
    ],
  });
  assert.deepEqual(
    steps.map((step) => step.name),
    ["search", "generate"],
  );
  const widths = shares(steps);
  assert.ok(Math.abs(widths.reduce((a, b) => a + b, 0) - 1) < 1e-9);
  assert.ok((widths[0] ?? 0) > 0.01);
});

test("passages that the answer stands on are not listed twice", () => {
  const passage = (chunkId: string): Passage => ({ chunkId, document: "d", text: "", score: 1 });
  const rest = unused({ passages: [passage("a"), passage("b")], sources: [passage("a")] });
  assert.deepEqual(
    rest.map((one) => one.chunkId),
    ["b"],
  );
});

test("marks of WhatsApp style whole words, and only those", () => {
  const styled = (text: string) => pieces(text).map((piece) => [piece.style, piece.text]);
  assert.deepEqual(styled("Quindim *R$ 6,70*\n_Fonte: a.pdf, p. 1_"), [
    ["plain", "Quindim "],
    ["bold", "R$ 6,70"],
    ["plain", "\n"],
    ["italic", "Fonte: a.pdf, p. 1"],
  ]);
  for (const plain of ["2*3*4", "tabela_de_precos_2026.pdf", "* um", "", "_"]) {
    assert.ok(
      pieces(plain).every((piece) => piece.style === "plain"),
      plain,
    );
  }
});

test("numbers are written as people write them", () => {
  assert.equal(phone("5511987654321"), "+55 11 98765-4321");
  assert.equal(phone("+551133334444"), "+55 11 3333-4444");
  assert.equal(phone("14155550100"), "+14155550100");
});
