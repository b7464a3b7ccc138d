// Builds the box's page into daemon/web/static and the office's into sync/central/static: what
// opens it (app.js, app.css), and a chunk for each part that is fetched when somebody goes there.
// `--watch` keeps building.
import { build, context } from "esbuild";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
/** The common words of the office's pages stand where the box's page has its own. */
const officeWords = {
  name: "office-words",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/(pt|en)$/ }, ({ path, importer }) =>
      importer === join(here, "src", "i18n", "index.ts")
        ? { path: join(here, "src", "office", "i18n", `common.${path.slice(2)}.ts`) }
        : undefined,
    );
  },
};
const PAGES = [
  { name: "box", entry: "src/main.tsx", out: join(here, "..", "static"), plugins: [] },
  {
    name: "office",
    entry: "src/office/main.tsx",
    out: join(here, "..", "..", "..", "sync", "central", "static"),
    plugins: [officeWords],
  },
];
// A page that must open on an old phone over a shop's Wi-Fi does not grow unnoticed.
const FIRST_KB = 50;
const CHUNK_KB = 40;

const options = ({ entry, out, plugins }) => ({
  absWorkingDir: here,
  entryPoints: { app: entry },
  outdir: out,
  plugins,
  bundle: true,
  splitting: true,
  // The name holds a hash of the content, so the daemon lets browsers keep a chunk for good.
  chunkNames: "chunks/[name]-[hash]",
  metafile: true,
  minify: true,
  format: "esm",
  target: ["es2021", "chrome96", "firefox98", "safari15"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
});

/** The outputs that `app.js` needs at once: itself, and what it imports without waiting. */
function first(outputs, name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  for (const { path, kind } of outputs[name].imports) {
    if (kind === "import-statement") first(outputs, path, found);
  }
  return found;
}

const packed = (path) => gzipSync(readFileSync(join(here, path))).length / 1024;
const kb = (size) => `${size.toFixed(1)} kB gzip`;

function weigh(page, { outputs }) {
  const names = Object.keys(outputs);
  const entry = names.find((name) => name.endsWith("/app.js"));
  const opening = first(outputs, entry).add(names.find((name) => name.endsWith("/app.css")));
  const total = [...opening].reduce((sum, name) => sum + packed(name), 0);
  const chunks = names.filter((name) => !opening.has(name)).map((name) => [name, packed(name)]);
  console.log(`${page}: first load  ${kb(total)}`);
  for (const [name, size] of chunks.sort((a, b) => b[1] - a[1])) {
    console.log(`  ${name.split("/").pop()}  ${kb(size)}`);
  }
  if (total > FIRST_KB) return `The first load is ${kb(total)}; its budget is ${FIRST_KB} kB.`;
  const heavy = chunks.find(([, size]) => size > CHUNK_KB);
  return heavy && `${heavy[0]} is ${kb(heavy[1])}; the budget of a chunk is ${CHUNK_KB} kB.`;
}

/** Whether a file is there and holds exactly this. */
function holds(path, contents) {
  try {
    return readFileSync(path).equals(contents);
  } catch {
    return false;
  }
}

/** Write what differs, each file in one step: a box may start, and read it, at this moment. */
function place(outputs) {
  const drafts = mkdtempSync(join(here, ".draft-"));
  for (const { path, contents } of outputs.filter((one) => !holds(one.path, one.contents))) {
    const draft = join(drafts, basename(path));
    writeFileSync(draft, contents);
    mkdirSync(dirname(path), { recursive: true });
    renameSync(draft, path);
  }
  rmSync(drafts, { recursive: true });
}

/** Remove the chunks of earlier builds; afterwards, so that whoever reads the folder finds all. */
function sweep(out, { outputs }) {
  const made = new Set(Object.keys(outputs).map((path) => basename(path)));
  const chunks = join(out, "chunks");
  for (const name of readdirSync(chunks)) if (!made.has(name)) rmSync(join(chunks, name));
}

const problems = [];
for (const page of PAGES) {
  if (process.argv.includes("--watch")) {
    const watching = await context({ ...options(page), sourcemap: "linked", minify: false });
    await watching.watch();
    console.log(`${page.name}: watching; stop with Ctrl-C`);
  } else {
    const { metafile, outputFiles } = await build({ ...options(page), write: false });
    place(outputFiles);
    sweep(page.out, metafile);
    problems.push(weigh(page.name, metafile));
  }
}
for (const problem of problems.filter(Boolean)) {
  console.error(problem);
  process.exitCode = 1;
}
