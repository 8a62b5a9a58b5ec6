// Writes the API reference: a page for each public module of the packages, from the declarations that tsc emits, into
// `reference/`, which is not committed; and `llms.txt`, which lists the documents, the modules and the examples, and
// is. Without --write it only holds `llms.txt` to what it would write. A public module or export without a description
// fails both.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import ts from "typescript-5"

const out = "reference"
const index = "llms.txt"
const packages = ["domain", "client", "emulator", "follow-up-checker", "sql-sqlite"]
/** Documents for whoever uses the packages or runs the scheduler, in the order of reading. */
const guides = [
  "adopting",
  "migrating",
  "testing",
  "emulator",
  "demo",
  "first-follow-up",
  "policies",
  "operating",
  "restore"
]
const facts = ["coverage", "wire-notes", "benchmarks", "glossary"]

const read = (file) => readFileSync(file, "utf8")
const namesIn = (folder, pattern) =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => pattern.test(name))
        .sort()
    : []

/** The folders whose modules can be imported: all but the internal ones where the manifest exports every path. */
const publicFolders = (name) =>
  "./*" in JSON.parse(read(`packages/${name}/package.json`)).exports
    ? readdirSync(`packages/${name}/src`, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${relative(`packages/${name}/src`, join(entry.parentPath ?? entry.path, entry.name))}/`)
        .filter((folder) => !folder.startsWith("internal/"))
        .sort()
    : []

const modulesOf = (name) =>
  ["", ...publicFolders(name)].flatMap((folder) =>
    namesIn(`packages/${name}/src/${folder}`, /^(?!index\.|main\.).*\.ts$/).map((file) => {
      const path = `${folder}${file.replace(/\.ts$/, "")}`
      return {
        name,
        path,
        source: `packages/${name}/src/${path}.ts`,
        declarations: `packages/${name}/dist/${path}.d.ts`
      }
    })
  )

/** The text of a comment, without its stars. */
const textOf = (comment) =>
  comment
    .replaceAll(/^\/\*\*|\*\/$/g, "")
    .replaceAll(/^[ \t]*\* ?/gm, "")
    .trim()
const firstSentence = (text) =>
  text
    .split(/\n\s*\n|\n@/)[0]
    .replaceAll(/\s+/g, " ")
    .split(/(?<=\.)\s/)[0]
    .trim()
    .replace(/[.:]$/, "")
/** `{@link name}` as Markdown. */
const linked = (text) =>
  text.replaceAll(/\{@link (\S+?)(?: ([^}]*))?\}/g, (_, target, words) =>
    words ? `[${words}](${target})` : `\`${target}\``
  )

const headerOf = (file) => /^\s*(\/\*\*[\s\S]*?\*\/)/.exec(read(file))?.[1]
const isExported = (node) =>
  ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
const nameOf = (node) => (ts.isVariableStatement(node) ? node.declarationList.declarations[0] : node).name?.getText()

const exportsOf = ({ declarations }) => {
  const source = ts.createSourceFile(declarations, read(declarations), ts.ScriptTarget.Latest, true)
  return source.statements
    .filter((node) => isExported(node) && nameOf(node))
    .map((node) => {
      const comments =
        ts.getLeadingCommentRanges(source.text, node.pos)?.map(({ end, pos }) => source.text.slice(pos, end)) ?? []
      const comment = comments.findLast((text) => text.startsWith("/**"))
      return { name: nameOf(node), text: comment === undefined ? "" : textOf(comment), code: node.getText() }
    })
}

const pageOf = (module) => {
  const entries = exportsOf(module).map(
    ({ code, name, text }) => `## ${name}\n\n${linked(text)}\n\n\`\`\`ts\n${code}\n\`\`\`\n`
  )
  const line = `import * as ${module.path.split("/").at(-1)} from "@effect-invent/${module.name}/${module.path}"`
  return `# ${module.path}\n\n${linked(textOf(headerOf(module.source)))}\n\n\`\`\`ts\n${line}\n\`\`\`\n\n${entries.join("\n")}`
}

/** Markdown's heading, and the first sentence below it that is neither a table nor code. */
const describe = (file) => {
  const [, title, body] = /^# (.*)\n([\s\S]*)/.exec(read(file))
  const paragraph =
    body
      .replaceAll(/```[\s\S]*?```/g, "")
      .split(/\n\s*\n/)
      .map((text) => text.trim())
      .find((text) => /^[*A-Z[]/.test(text)) ?? ""
  return {
    title,
    sentence: firstSentence(paragraph.replace(/^\*\*\w+\.\*\* /, "").replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1"))
  }
}
const entry = (file) => {
  const { sentence, title } = describe(file)
  return `- [${title}](${file})${sentence === "" ? "" : `: ${sentence}`}`
}
const section = (heading, lines) => `## ${heading}\n\n${lines.join("\n")}\n`

const modules = packages.flatMap(modulesOf)
const undescribed = [
  ...modules.filter(({ source }) => headerOf(source) === undefined).map(({ source }) => source),
  ...modules.flatMap((module) =>
    exportsOf(module)
      .filter(({ text }) => text === "")
      .map(({ name }) => `${name} of ${module.source}`)
  )
]
for (const what of undescribed) console.error(`${what} has no description`)
if (undescribed.length > 0) process.exit(1)

const examples = namesIn("examples", /^\d\d-.*\.ts$/).map((name) => {
  const header = headerOf(`examples/${name}`)
  return `- [${name}](examples/${name}): ${firstSentence(textOf(header ?? ""))}`
})
const { sentence } = describe("README.md")
const text = `# effect-invent

> ${sentence}.

\`pnpm reference\` writes a page for each module below into \`reference/\`: every export with its meaning and its type.

${[
  section("Guides", ["README.md", ...guides.map((name) => `docs/${name}.md`)].map(entry)),
  section("Facts", [
    ...facts.map((name) => entry(`docs/${name}.md`)),
    "- [OpenAPI](docs/openapi.json): each endpoint, for generators of clients"
  ]),
  ...packages.map((name) =>
    section(
      `@effect-invent/${name}`,
      modules
        .filter((module) => module.name === name)
        .map(({ path, source }) => `- [${path}](${source}): ${firstSentence(textOf(headerOf(source)))}`)
    )
  ),
  section("Examples", examples),
  section(
    "Decisions",
    namesIn("docs/decisions", /\.md$/).map((name) => entry(`docs/decisions/${name}`))
  )
].join("\n")}`

if (process.argv.includes("--write")) {
  rmSync(out, { recursive: true, force: true })
  for (const module of modules) {
    const file = `${out}/${module.name}/${module.path}.md`
    mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true })
    writeFileSync(file, pageOf(module))
  }
  writeFileSync(index, text)
  console.log(`${modules.length} pages in ${out}/, and ${index}`)
} else if (!existsSync(index) || read(index) !== text) {
  console.error(`${index} is not what the sources say; write it with: pnpm reference`)
  process.exit(1)
}
