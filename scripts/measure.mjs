// Counts what can be seen of the layout and the language of the sources: files a folder, lines a file, exports with a
// docstring in all and by package, long lines, deeply nested calls, words of documentation. Sources that are generated
// are left out. Prints one table; `--json` prints the same as JSON, and `--missing <path>` the exports below a path
// that have no docstring. `--check` prints only what is beyond its limit, and then ends with 1.
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { dirname } from "node:path"
import ts from "typescript-5"

const widest = 120
const tracked = execFileSync("git", ["ls-files"], { encoding: "utf8" })
  .split("\n")
  .filter((file) => existsSync(file))
const isSource = (file) =>
  /^(packages|apps|tools)\/.*\.tsx?$/.test(file) && /\/(src|web|page)\//.test(file) && !file.endsWith(".d.ts")
const texts = new Map(
  tracked.filter((file) => isSource(file) || file.endsWith(".md")).map((file) => [file, readFileSync(file, "utf8")])
)
const isGenerated = (file) => /^\/\*\*[^/]*Written by `pnpm/.test(texts.get(file))
const sources = [...texts.keys()].filter((file) => isSource(file) && !isGenerated(file))
// Documents that a person writes; a run prints `coverage.md` and `benchmarks.md`.
const guides = [...texts.keys()].filter(
  (file) => file.endsWith(".md") && !/(^|\/)(CHANGELOG|coverage|benchmarks)\.md$|^\.(changeset|github)\//.test(file)
)

const quantile = (numbers, share) =>
  [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))]
const codeLines = (text) => text.split("\n").filter((line) => !/^\s*(\/\/|\/?\*|$)/.test(line)).length
const words = (text) => text.split(/\s+/).filter((word) => /\w/.test(word)).length
// Sentences are read from the first to the last; in the rows of a table, things are looked up.
const withoutCode = (file) => texts.get(file).replaceAll(/^```[\s\S]*?^```$/gm, "")
const sentences = (file) => words(withoutCode(file).replaceAll(/^\|.*$/gm, ""))
const inTables = (file) => words(withoutCode(file)) - sentences(file)
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0)
const wordsAtMost = 8000
const wordsToRead = sum(guides.map(sentences))

const parse = (file) => ts.createSourceFile(file, texts.get(file), ts.ScriptTarget.Latest, true)
const isExported = (node) =>
  ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
const hasDocstring = (node) => ts.getJSDocCommentsAndTags(node).length > 0
const nameOf = (node) =>
  (ts.isVariableStatement(node) ? node.declarationList.declarations[0] : node).name?.getText() ?? "default"
const kinds = {
  VariableStatement: "const",
  FirstStatement: "const",
  TypeAliasDeclaration: "type",
  InterfaceDeclaration: "interface",
  ClassDeclaration: "class"
}
const kindOf = (node) => kinds[ts.SyntaxKind[node.kind]] ?? ts.SyntaxKind[node.kind]
const packageOf = (file) => file.split("/").slice(0, 2).join("/")

// Data-first calls: a call of a module's function, `Effect.map(…)`, directly as the argument of another one. The calls
// that make a schema are left out: they nest as the value does that they describe.
const schemas = ["Schema", "Open", "Closed", "OpenRecord"]
const isModuleCall = (node) =>
  ts.isCallExpression(node) &&
  ts.isPropertyAccessExpression(node.expression) &&
  ts.isIdentifier(node.expression.expression) &&
  /^[A-Z]/.test(node.expression.expression.text) &&
  !schemas.includes(node.expression.expression.text)
const depthOf = (node) => 1 + Math.max(0, ...node.arguments.filter(isModuleCall).map(depthOf))
const isOutermost = (node) => !(node.parent && isModuleCall(node.parent) && node.parent.arguments.includes(node))

const counts = { exports: 0, documented: 0, calls: 0, deepCalls: 0 }
const packages = new Map()
const missing = []
const visit = (node) => {
  if (isModuleCall(node)) {
    counts.calls += 1
    if (isOutermost(node) && depthOf(node) >= 3) counts.deepCalls += 1
  }
  ts.forEachChild(node, visit)
}
for (const file of sources) {
  const source = parse(file)
  for (const statement of source.statements.filter(isExported)) {
    const ofPackage = packages.get(packageOf(file)) ?? { exports: 0, documented: 0 }
    packages.set(packageOf(file), ofPackage)
    for (const each of [counts, ofPackage]) {
      each.exports += 1
      if (hasDocstring(statement)) each.documented += 1
    }
    if (!hasDocstring(statement)) missing.push(`${file}: ${kindOf(statement)} ${nameOf(statement)}`)
  }
  visit(source)
}

const folders = new Map()
for (const file of sources) folders.set(dirname(file), (folders.get(dirname(file)) ?? 0) + 1)
const lengths = sources.map((file) => codeLines(texts.get(file)))
const lines = sources.flatMap((file) => texts.get(file).split("\n"))
const largest = [...folders].sort(([, a], [, b]) => b - a).slice(0, 3)
// A text without a space, such as the path of an endpoint, has no place to break.
const isOneWord = (line) => /^\s*"\S+",?$/.test(line)
const tooLong = lines.filter((line) => line.length > widest && !isOneWord(line)).length
const share = (part, whole) => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`

const table = {
  "source files": sources.length,
  "lines of code, comments and blank lines left out": sum(lengths),
  "files directly in the fullest folders": largest.map(([folder, count]) => `${folder} ${count}`).join(", "),
  "lines of code a file: median, p90, most": `${quantile(lengths, 0.5)}, ${quantile(lengths, 0.9)}, ${Math.max(...lengths)}`,
  "exports with a docstring": `${share(counts.documented, counts.exports)} of ${counts.exports}`,
  ...Object.fromEntries(
    [...packages].map(([name, each]) => [`  ${name}`, `${share(each.documented, each.exports)} of ${each.exports}`])
  ),
  [`lines over ${widest} columns`]: `${tooLong} of ${lines.length}`,
  "calls nested three deep or more, data-first": `${share(counts.deepCalls, counts.calls)} (${counts.deepCalls} of ${counts.calls})`,
  "words of documentation, tables and code left out": wordsToRead,
  "words in its tables": sum(guides.map(inTables))
}
// What the house rules allow at most: no line that is too long, one deep call in a hundred, one export in twenty
// without a docstring, and 8,000 words to read.
const beyond = [
  [tooLong > 0, `lines over ${widest} columns`],
  [counts.deepCalls > counts.calls * 0.01, "calls nested three deep or more, data-first"],
  [counts.documented < counts.exports * 0.95, "exports with a docstring"],
  [wordsToRead > wordsAtMost, "words of documentation, tables and code left out"]
].filter(([isBeyond]) => isBeyond)
const below = process.argv[process.argv.indexOf("--missing") + 1]
if (process.argv.includes("--check")) {
  for (const [, what] of beyond) console.error(`beyond the limit: ${what.padEnd(50)} ${table[what]}`)
  process.exitCode = beyond.length > 0 ? 1 : 0
} else if (process.argv.includes("--missing"))
  console.log(missing.filter((line) => line.startsWith(below ?? "")).join("\n"))
else if (process.argv.includes("--json")) console.log(JSON.stringify(table, null, 2))
else for (const [what, count] of Object.entries(table)) console.log(`${what.padEnd(50)} ${count}`)
