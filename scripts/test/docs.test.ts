/** The documents show what runs: code is cut out of executed files, commands are ones that the program knows, links lead somewhere. */
import { execFile } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { describe, expect, it } from "vitest"

const root = new URL("../../", import.meta.url)
const text = (path: string) => readFileSync(new URL(path, root), "utf8")
const documents = ["adopting", "migrating", "testing", "policies", "operating"].map((name) => `docs/${name}.md`)

interface Block {
  readonly language: string
  readonly source: string | undefined
  readonly code: string
}

const blocksOf = (document: string): ReadonlyArray<Block> =>
  [...text(document).matchAll(/(?:<!-- (\S+) -->\n)?^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, source, language = "", code = ""]) => ({ language, source, code }))

const unindented = (code: string) => code.replaceAll(/^ +/gm, "")

/** Files that a test runs. */
const isExecuted = (file: string) => /^(examples\/(\d\d-.*|test\/.*)\.ts|policies\/.*\.yaml|docs\/prometheus\/.*\.yaml)$/.test(file)

const start = "npx --yes pnpm@10.34.9 start "
const commands = documents.flatMap((document) =>
  blocksOf(document).flatMap(({ code, language }) => (language === "" ? code.trimEnd().split("\n").map((line) => ({ document, line })) : []))
)

/** The commands among the words: those before the first option. */
const namesOf = (words: ReadonlyArray<string>) => words.slice(0, words.findIndex((word) => word.startsWith("--")))

const program = fileURLToPath(new URL("apps/follow-up-scheduler/dist/bin/follow-ups.js", root))
const execute = promisify(execFile)
const helps = new Map<string, string>()
/** Without its examples. */
const help = async (names: ReadonlyArray<string>) => {
  const key = names.join(" ")
  const said = helps.get(key) ?? (await execute(process.execPath, [program, ...names, "--help"])).stdout.split("EXAMPLES")[0] ?? ""
  helps.set(key, said)
  return said
}

describe("the documents", () => {
  for (const document of documents) {
    it(`${document} shows code of files that are run, word for word`, () => {
      for (const { code, language, source } of blocksOf(document)) {
        if (language === "" || language === "mermaid") continue
        expect(source, code).toSatisfy((file: string | undefined) => file !== undefined && isExecuted(file))
        expect(unindented(text(source!))).toContain(unindented(code.trimEnd()))
      }
    })

    it(`${document} links to what is there`, () => {
      for (const [, target = ""] of text(document).matchAll(/\]\(([^)#:]+)\)/g)) {
        expect(existsSync(new URL(target, new URL(document, root))), target).toBe(true)
      }
    })
  }

  it.each(commands)("$document: $line", async ({ line }) => {
    expect(line.startsWith(start)).toBe(true)
    const words = line.slice(start.length).split(" ")
    const said = await help(namesOf(words))
    for (const flag of words.filter((word) => word.startsWith("--"))) expect(said).toContain(flag)
    for (const file of words.filter((word) => word.startsWith("policies/"))) expect(existsSync(new URL(file, root)), file).toBe(true)
  })

  /** Without code, and without tables, which are looked things up in. */
  const wordsOf = (file: string) =>
    text(file).replaceAll(/^```[\s\S]*?^```$/gm, "").replaceAll(/^\|.*$/gm, "").split(/\s+/).length
  const below = (folder: string) =>
    readdirSync(new URL(folder, root)).filter((name) => name.endsWith(".md")).map((name) => `${folder}${name}`)

  it("can be read in 15 minutes altogether, together with the README", () => {
    const printed = ["docs/benchmarks.md", "docs/coverage.md"]
    const all = ["README.md", ...below("docs/").filter((file) => !printed.includes(file))]
    const wordsPerMinute = 230
    expect(all).toEqual(expect.arrayContaining(documents))
    expect(all.reduce((sum, file) => sum + wordsOf(file), 0) / wordsPerMinute).toBeLessThan(15)
  })

  it("give each decision one screen", () => {
    for (const file of below("docs/decisions/")) expect(wordsOf(file), file).toBeLessThan(400)
  })
})
