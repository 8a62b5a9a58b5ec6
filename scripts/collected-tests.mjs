// Fails when a file that looks like a test is on disk but vitest does not collect it.
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, realpathSync } from "node:fs"
import { join, relative } from "node:path"

const root = realpathSync(process.cwd())
const passedOver = new Set(["node_modules", "dist", "fixtures"])

const sources = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory())
      return passedOver.has(entry.name) || entry.name.startsWith(".") ? [] : sources(join(folder, entry.name))
    return /\.[cm]?[jt]sx?$/.test(entry.name) ? [join(folder, entry.name)] : []
  })

// By its name, or because it runs tests as it loads: a call at the start of a line. A suite that a test file calls is a
// function, so its calls are indented.
const looksLikeTest = (file) => {
  if (/\.(test|spec)\.[cm]?[jt]sx?$/.test(file)) return true
  const text = readFileSync(file, "utf8")
  return /from\s+["'](@effect\/vitest|vitest)["']/.test(text) && /^(it|test|describe|layer)\b[^=\n]*\(/m.test(text)
}

const vitest = join(root, "node_modules/vitest/vitest.mjs")
const list = spawnSync(process.execPath, [vitest, "list", "--filesOnly", "--json", "--config", "vitest.workspace.ts"], {
  cwd: root,
  encoding: "utf8"
})
if (list.status !== 0) {
  console.error(`vitest could not list its test files:\n${list.stdout}${list.stderr}`)
  process.exit(1)
}

const collected = new Set(JSON.parse(list.stdout).map((test) => realpathSync(test.file)))
const tests = sources(root).filter(looksLikeTest)
const missed = tests.filter((file) => !collected.has(file))
for (const file of missed) {
  console.error(`${relative(root, file)}: looks like a test, but vitest does not collect it (see vitest.workspace.ts)`)
}
if (missed.length > 0) process.exit(1)
console.log(`All ${tests.length} test files are collected by vitest.`)
