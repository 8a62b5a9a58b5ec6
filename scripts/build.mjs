// Builds the modules, the operator page and the programs.
import { spawnSync } from "node:child_process"
import { bundle } from "./bundle.mjs"
import { apps, root, setBuilt } from "./built.mjs"

const begun = new Date()
for (const args of [["node_modules/typescript/bin/tsc", "-b"], ["scripts/page.mjs"]]) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}
for (const [name, app] of Object.entries(apps)) await bundle(name, app)
setBuilt(begun)
