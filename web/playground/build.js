// Builds the playground and writes it to the server's assets.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const OUT = join(import.meta.dirname, "../../crates/server/assets/playground");

const options = {
  absWorkingDir: import.meta.dirname,
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  outdir: ".",
  entryNames: "[name]",
  assetNames: "[name]",
  target: "es2022",
  define: { "process.env.NODE_ENV": '"production"' },
  loader: { ".ttf": "file" },
  // GraphiQL formats JSON with a complete JavaScript parser: use a small formatter instead. Prettier ships the GraphQL
  // parser twice: use one of them.
  alias: {
    "prettier/parser-babel": "./src/tidy-json.ts",
    "prettier/plugins/estree": "./src/tidy-json.ts",
    "prettier/parser-graphql": "prettier/plugins/graphql",
  },
  // The licences are collected in a separate file.
  legalComments: "none",
};

const page = await build({ ...options, format: "esm", entryPoints: { playground: "src/main.tsx" } });
const worker = await build({ ...options, format: "iife", entryPoints: { worker: "src/worker.ts" } });

const files = [...page.outputFiles, ...worker.outputFiles]
  .map(({ path, contents }) => [basename(path), contents])
  .concat([
    ["icon.svg", readFileSync("src/icon.svg")],
    ["THIRD-PARTY-LICENSES.txt", Buffer.from(licences([page.metafile, worker.metafile]))],
  ])
  .sort(([a], [b]) => (a < b ? -1 : 1));

// The version is part of the assets' address, so that browsers can cache them permanently under constant names.
const hash = createHash("sha256");
for (const [name, contents] of files) hash.update(name).update(contents);
const version = hash.digest("hex").slice(0, 16);

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
for (const [name, contents] of files) {
  const packed = gzipSync(contents, { level: 9 });
  writeFileSync(join(OUT, `${name}.gz`), packed);
  console.log(`${name.padEnd(24)} ${String(contents.length).padStart(9)} ${String(packed.length).padStart(9)}`);
}
writeFileSync(join(OUT, "index.html"), readFileSync("src/index.html", "utf8").replaceAll("{version}", version));

/** Returns the licences of all bundled packages, grouped by identical text. */
function licences(metafiles) {
  const inputs = metafiles.flatMap(({ outputs }) => Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs)));
  const folders = new Set(inputs.map((path) => path.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0]).filter(Boolean));
  const packages = new Map();
  for (const folder of [...folders].sort()) {
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|thirdpartynotices)/i.test(file));
    const text = files.map((file) => readFileSync(join(folder, file), "utf8").trim()).join("\n\n") || mit(about);
    packages.set(text, [...(packages.get(text) ?? []), `${about.name} ${about.version} (${about.license})`]);
  }
  const sections = [...packages].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`);
  const rule = `\n${"-".repeat(80)}\n\n`;
  const font = "codicon.ttf, the icons of Monaco, is by Microsoft Corporation under CC-BY-4.0.";
  return `The playground contains these packages. ${font}\n${rule}${sections.join(rule)}`;
}

/** Returns the licence text for a package that declares the MIT licence but does not contain its text. */
function mit({ name, license, author, repository }) {
  if (license !== "MIT") throw new Error(`${name} does not contain the text of its licence`);
  const holder = author?.name ?? author ?? `the authors of ${repository?.url ?? repository ?? name}`;
  return readFileSync("../../LICENSE-MIT", "utf8").trim().replace(/^Copyright .*$/m, `Copyright (c) ${holder}`);
}
