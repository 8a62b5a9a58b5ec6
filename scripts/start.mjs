// Runs the program that the first argument names in this process, with the arguments after it; builds it before where
// what is built is out of date.
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { isBuilt, programOf, root } from "./built.mjs"

const [name] = process.argv.splice(2, 1)
if (!isBuilt()) {
  const { status } = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: ["ignore", 2, "inherit"] })
  if (status !== 0) process.exit(status ?? 1)
}
await import(pathToFileURL(programOf(name)).href)
