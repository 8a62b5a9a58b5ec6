// Builds the operator page into static files for each program that serves it, unless nothing that it is made of has
// changed since.
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import { pageFolders, root } from "./built.mjs"

const app = `${root}apps/follow-up-scheduler`
const copied = ["index.html", "page.css", "icon.svg"]
const stamp = `${app}/dist/.pagebuildinfo`

const filesIn = (folder) =>
  readdirSync(folder)
    .sort()
    .map((name) => `${folder}/${name}`)
const inputs = [
  ...filesIn(`${app}/page`),
  `${app}/src/operatorPage/Api.ts`,
  `${root}pnpm-lock.yaml`,
  fileURLToPath(import.meta.url)
]
const hash = createHash("sha256")
for (const file of inputs)
  hash
    .update(`${file.slice(root.length)}\0`)
    .update(readFileSync(file))
    .update("\0")
const digest = hash.digest("hex")

const isBuilt = () =>
  existsSync(stamp) &&
  readFileSync(stamp, "utf8") === digest &&
  pageFolders.every((folder) => [...copied, "page.js"].every((name) => existsSync(`${folder}/${name}`)))

if (!isBuilt()) {
  const { buildSync } = createRequire(`${app}/package.json`)("esbuild")
  const { outputFiles } = buildSync({
    entryPoints: [`${app}/page/Page.tsx`],
    outfile: "page.js",
    write: false,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    conditions: ["source"],
    legalComments: "none",
    logLevel: "warning"
  })
  for (const folder of pageFolders) {
    mkdirSync(folder, { recursive: true })
    for (const name of copied) writeFileSync(`${folder}/${name}`, readFileSync(`${app}/page/${name}`))
    writeFileSync(`${folder}/page.js`, outputFiles[0].contents)
  }
  writeFileSync(stamp, digest)
}
