import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import test from "node:test";
import { Sha256 } from "../src/sha256";

const theirs = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test("hashes of every length around a block are those of the runtime", () => {
  for (let size = 0; size < 200; size++) {
    const bytes = randomBytes(size);
    assert.equal(new Sha256().add(bytes).hex(), theirs(bytes), String(size));
  }
});

test("it does not matter in which pieces a file comes", () => {
  const bytes = randomBytes(300_000);
  for (const piece of [1, 63, 64, 65, 4096, 100_000]) {
    const hash = new Sha256();
    for (let at = 0; at < bytes.length; at += piece) hash.add(bytes.subarray(at, at + piece));
    assert.equal(hash.hex(), theirs(bytes), String(piece));
  }
});
