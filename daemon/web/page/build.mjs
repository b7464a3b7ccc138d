// Builds the page: one script and one style sheet, into daemon/web/static. `--watch` keeps building.
import { build, context } from "esbuild";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static");
const BUDGET_KB = 120;

const options = {
  absWorkingDir: here,
  entryPoints: { app: "src/main.tsx" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2021", "chrome96", "firefox98", "safari15"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
};

if (process.argv.includes("--watch")) {
  const watching = await context({ ...options, sourcemap: "linked", minify: false });
  await watching.watch();
  console.log("watching; stop with Ctrl-C");
} else {
  await build(options);
  const sizes = ["app.js", "app.css"].map((name) => {
    const bytes = readFileSync(join(out, name));
    return { name, kb: bytes.length / 1024, gz: gzipSync(bytes).length / 1024 };
  });
  for (const { name, kb, gz } of sizes) {
    console.log(`${name}  ${kb.toFixed(1)} kB  (${gz.toFixed(1)} kB gzip)`);
  }
  const total = sizes.reduce((sum, { gz }) => sum + gz, 0);
  if (total > BUDGET_KB) {
    // A page that must open on an old phone over a shop's Wi-Fi does not grow unnoticed.
    console.error(`The page is ${total.toFixed(0)} kB gzip; its budget is ${BUDGET_KB} kB.`);
    process.exitCode = 1;
  }
}
