// Runs the package scripts named as arguments one after the other, also where one fails, and prints at the end what
// each took. Arguments of a script follow it in the same word. Exits with 1 where one failed, and names it.
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"

const { scripts } = JSON.parse(readFileSync("package.json", "utf8"))

const results = process.argv.slice(2).map((step) => {
  const [name, ...args] = step.split(" ")
  const command = [scripts[name], ...args].join(" ")
  console.log(`== ${step}: ${command}`)
  const started = performance.now()
  const { signal, status } = spawnSync(command, { shell: true, stdio: "inherit" })
  if (signal !== null) process.kill(process.pid, signal)
  return { step, seconds: (performance.now() - started) / 1000, isPassed: status === 0 }
})

const width = Math.max(...results.map(({ step }) => step.length))
console.log("")
for (const { isPassed, seconds, step } of results) {
  console.log(`${step.padEnd(width)}  ${seconds.toFixed(0).padStart(5)} s  ${isPassed ? "passed" : "FAILED"}`)
}
const failed = results.filter(({ isPassed }) => !isPassed).map(({ step }) => step)
if (failed.length > 0) console.error(`\nfailed: ${failed.join(", ")}`)
process.exitCode = failed.length === 0 ? 0 : 1
