// Runs the package scripts named as arguments one after the other and stops at the first that fails.
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"

const { scripts } = JSON.parse(readFileSync("package.json", "utf8"))

for (const name of process.argv.slice(2)) {
  const started = performance.now()
  console.log(`check: ${name}`)
  const { status } = spawnSync(scripts[name], { shell: true, stdio: "inherit" })
  if (status !== 0) {
    console.error(`\ncheck failed at "${name}": ${scripts[name]}`)
    process.exit(1)
  }
  console.log(`check: ${name} passed in ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
}
console.log("check passed")
