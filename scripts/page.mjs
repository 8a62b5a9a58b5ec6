// Builds the operator page into static files, unless nothing that it is made of has changed since.
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const app = `${root}apps/follow-up-scheduler`
const out = `${app}/dist/static`
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
  [...copied, "page.js"].every((name) => existsSync(`${out}/${name}`))

if (!isBuilt()) {
  const { buildSync } = createRequire(`${app}/package.json`)("esbuild")
  mkdirSync(out, { recursive: true })
  buildSync({
    entryPoints: [`${app}/page/Page.tsx`],
    outfile: `${out}/page.js`,
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
  for (const name of copied) writeFileSync(`${out}/${name}`, readFileSync(`${app}/page/${name}`))
  writeFileSync(stamp, digest)
}
