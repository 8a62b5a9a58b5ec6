// Runs the property tests again and again, each time with another seed, for so many minutes. At the first failure it
// prints the command that repeats it and ends with 1.
import { spawnSync } from "node:child_process"
import { randomInt } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const { values } = parseArgs({ options: { minutes: { type: "string", default: "10" } } })
const minutes = Number(values.minutes)
if (!(minutes > 0)) {
  console.error(`--minutes: expected a number above 0, got "${values.minutes}"`)
  process.exit(2)
}

const root = fileURLToPath(new URL("../..", import.meta.url))
const vitest = (args, env = {}) =>
  spawnSync(
    process.execPath,
    [join(root, "node_modules/vitest/vitest.mjs"), ...args, "--config", "vitest.workspace.ts"],
    {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, ...env }
    }
  )

const list = vitest(["list", "--project", "fast", "--filesOnly", "--json"])
if (list.status !== 0) {
  console.error(`vitest could not list its test files:\n${list.stdout}${list.stderr}`)
  process.exit(2)
}
const draws = (file) => /from "effect\/FastCheck"|\/properties\/Seed\.ts"/.test(readFileSync(file, "utf8"))
const files = JSON.parse(list.stdout)
  .map(({ file }) => file)
  .filter(draws)

/** As many samples as are worth a wait. */
const scale = 4

const folder = mkdtempSync(join(tmpdir(), "properties-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))

const pattern = (name) => name.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`

/** One line for each test that failed, and why. */
const failures = (seed, { testResults }) =>
  testResults.flatMap(({ assertionResults, message, name }) => {
    const command = `PROPERTY_SEED=${seed} PROPERTY_SCALE=${scale} pnpm test ${relative(root, name)}`
    const failed = assertionResults.filter(({ status }) => status === "failed")
    if (failed.length === 0) return message ? [`${command}\n${message}`] : []
    return failed.map(
      ({ failureMessages, fullName }) => `${command} -t ${quoted(pattern(fullName))}\n${failureMessages.join("\n")}`
    )
  })

console.log(`${files.length} files with property tests, new seeds for ${minutes} min`)
const end = Date.now() + minutes * 60_000
do {
  const seed = randomInt(1, 2 ** 31)
  const report = join(folder, `${seed}.json`)
  const started = Date.now()
  const run = vitest(["run", "--project", "fast", "--reporter", "json", "--outputFile", report, ...files], {
    PROPERTY_SEED: String(seed),
    PROPERTY_SCALE: String(scale)
  })
  const seconds = ((Date.now() - started) / 1000).toFixed(0)
  if (run.status !== 0) {
    console.error(`seed ${seed} failed after ${seconds} s. To repeat it:\n`)
    console.error(failures(seed, JSON.parse(readFileSync(report, "utf8"))).join("\n\n"))
    process.exit(1)
  }
  console.log(`seed ${seed}: all passed in ${seconds} s`)
} while (Date.now() < end)
