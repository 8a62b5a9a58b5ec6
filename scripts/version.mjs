// Gives each package its next version, by the changesets, and writes the client's into the User-Agent of its
// requests.
import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"

const { status } = spawnSync("npx", ["changeset", "version"], { stdio: "inherit" })
if (status !== 0) process.exit(status ?? 1)

const file = "packages/client/src/Settings.ts"
const { version } = JSON.parse(readFileSync("packages/client/package.json", "utf8"))
const text = readFileSync(file, "utf8")
const next = text.replace(/(defaultUserAgent = "effect-invent\/)[^"]*"/, `$1${version}"`)
if (!next.includes(`effect-invent/${version}"`)) {
  console.error(`${file} has no defaultUserAgent`)
  process.exit(1)
}
writeFileSync(file, next)
