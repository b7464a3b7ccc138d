import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import test from "node:test";
import { monthBack } from "../src/office/parts/months";

type Texts = Record<string, string>;

async function read(name: string): Promise<Texts> {
  const file = (await import(`../src/office/i18n/${name}.ts`)) as { pt?: Texts; en?: Texts };
  return file.pt ?? file.en ?? {};
}

const names = readdirSync("src/office/i18n")
  .map((name) => name.replace(/\.ts$/, ""))
  .filter((name) => name.endsWith(".pt"));
const areas = await Promise.all(
  names.map(async (name) => ({
    name,
    pt: await read(name),
    en: await read(name.replace(/pt$/, "en")),
  })),
);
const facts = (text = "") => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test("both languages of the office have the same keys, texts and facts", () => {
  assert.ok(names.length >= 5, names.join());
  for (const { name, pt, en } of areas) {
    assert.deepEqual(Object.keys(en).sort(), Object.keys(pt).sort(), name);
    for (const key of Object.keys(pt)) {
      assert.ok(pt[key]?.trim() && en[key]?.trim(), key);
      assert.deepEqual(facts(pt[key]), facts(en[key]), key);
    }
  }
});

test("what the parts of both pages say, the office says in its own words", async () => {
  const own = new Set(
    areas.find(({ name }) => name === "common.pt") && Object.keys(await read("common.pt")),
  );
  const box = ((await import("../src/i18n/pt")) as { pt: Texts }).pt;
  const parts = Object.keys(box).filter((key) => /^(common|error|chunk|money|theme)\./.test(key));
  assert.deepEqual(
    parts.filter((key) => !own.has(key)),
    [],
  );
});

test("no area of the office gives a word of the office another meaning", () => {
  const seen = new Map<string, string>();
  for (const { name, pt } of areas) {
    for (const key of Object.keys(pt)) {
      assert.ok(!seen.has(key), `${key} is in ${seen.get(key)} and ${name}`);
      seen.set(key, name);
    }
  }
});

test("months go back over the turn of a year", () => {
  assert.equal(monthBack(0, new Date(2026, 0, 31)), "2026-01");
  assert.equal(monthBack(1, new Date(2026, 0, 31)), "2025-12");
  assert.equal(monthBack(13, new Date(2026, 2, 31)), "2025-02");
});
