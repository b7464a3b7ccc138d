import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import test from "node:test";

type Texts = Record<string, string>;

/** The dictionary of a file beside `src/i18n/index.ts`. The bundler takes all of them along. */
async function read(name: string): Promise<Texts> {
  const file = (await import(`../src/i18n/${name}.ts`)) as { pt?: Texts; en?: Texts };
  return file.pt ?? file.en ?? {};
}

// The common words are in pt.ts and en.ts; those of an area in area.pt.ts and area.en.ts.
const names = readdirSync("src/i18n")
  .map((name) => name.replace(/\.ts$/, ""))
  .filter((name) => /(^|\.)pt$/.test(name));
const areas = await Promise.all(
  names.map(async (name) => {
    const [pt, en] = await Promise.all([read(name), read(name.replace(/pt$/, "en"))]);
    return { name, pt, en, keys: Object.keys(pt) };
  }),
);
const facts = (text = "") => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test("every area is looked at", () => {
  assert.ok(names.includes("pt") && names.includes("finance.pt"), names.join());
});

test("both languages have the same keys", () => {
  for (const { name, en, keys } of areas) {
    assert.deepEqual(Object.keys(en).sort(), keys.toSorted(), name);
  }
});

test("no text is empty, and both languages name the same facts", () => {
  for (const { pt, en, keys } of areas) {
    for (const key of keys) {
      assert.ok(pt[key]?.trim() && en[key]?.trim(), key);
      assert.deepEqual(facts(pt[key]), facts(en[key]), key);
    }
  }
});

test("a text is the same in both languages only where the word is", () => {
  const same = areas.flatMap(({ pt, en, keys }) => keys.filter((key) => pt[key] === en[key]));
  assert.deepEqual(
    same.filter((key) => !ALIKE.has(key)),
    [],
  );
});

test("what is counted has a singular and a plural", () => {
  for (const { pt, keys } of areas) {
    for (const key of keys.filter((one) => one.endsWith(".one") && !NOT_COUNTED.has(one))) {
      assert.ok(`${key.slice(0, -4)}.other` in pt, key);
    }
  }
});

test("no area gives a common word another meaning", () => {
  const common = new Set(areas.find(({ name }) => name === "pt")?.keys);
  const shadows = areas.filter(({ name }) => name !== "pt").flatMap(({ keys }) => keys);
  assert.deepEqual(
    shadows.filter((key) => common.has(key)),
    [],
  );
});

const NOT_COUNTED = new Set(["client.one", "subscription.one"]);

const ALIKE = new Set([
  "billing.pix",
  "target.email",
  "audit.cli",
  "subject.whatsapp",
  "licence.features",
  "template.persona",
  "agent.tab.whatsapp",
  "part.bridge",
  "box.tenant",
  "trace.tokens",
  "trace.step.prompt",
  "trace.total",
  "whatsapp.by.qr",
  "health.diskFree",
  "nav.menu",
  "chart.total",
  "kpi.mrr",
  "kpi.arr",
  "kpi.nrr",
  "kpi.grr",
  "invoice.pix",
  "method.pix",
  "sale.extra",
  "channel.whatsapp",
  "channel.webhook",
  "invoice.total",
  "client.email",
  "subscription.pricePer",
  "invoice.item",
  "method.boleto",
  "channel.email",
]);
