import assert from "node:assert/strict";
import test from "node:test";
import { en } from "../src/i18n/en";
import { pt } from "../src/i18n/pt";

const facts = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
const keys = Object.keys(pt) as (keyof typeof pt)[];

test("both languages have the same keys", () => {
  assert.deepEqual(Object.keys(en).sort(), keys.toSorted());
});

test("no text is empty, and both languages name the same facts", () => {
  for (const key of keys) {
    assert.ok(pt[key].trim() && en[key].trim(), key);
    assert.deepEqual(facts(pt[key]), facts(en[key]), key);
  }
});

test("a text is the same in both languages only where the word is", () => {
  const same = keys.filter((key) => pt[key] === en[key]).filter((key) => !ALIKE.has(key));
  assert.deepEqual(same, []);
});

test("what is counted has a singular and a plural", () => {
  for (const key of keys.filter((one) => one.endsWith(".one"))) {
    assert.ok(`${key.slice(0, -4)}.other` in pt, key);
  }
});

const ALIKE = new Set([
  "agent.tab.whatsapp",
  "part.bridge",
  "box.tenant",
  "trace.tokens",
  "trace.step.prompt",
  "trace.total",
  "whatsapp.by.qr",
  "health.diskFree",
]);
