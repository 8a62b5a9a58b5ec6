// Runs the program in this process, with the arguments of this one; builds it before where what is built is out of
// date.
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { isBuilt, program, root } from "./built.mjs"

if (!isBuilt()) {
  const { status } = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: ["ignore", 2, "inherit"] })
  if (status !== 0) process.exit(status ?? 1)
}
await import(pathToFileURL(program).href)
