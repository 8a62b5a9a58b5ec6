/**
 * The documents show what runs: code is cut out of executed files, links lead somewhere. Their commands:
 * DocumentedCommands.test.ts of the scheduler.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
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
  [...text(document).matchAll(/(?:<!-- (\S+) -->\n)?^```(\w*)\n([\s\S]*?)^```$/gm)].map(
    ([, source, language = "", code = ""]) => ({ language, source, code })
  )

const unindented = (code: string) => code.replaceAll(/^ +/gm, "")

/** Files that a test runs. */
const isExecuted = (file: string) =>
  /^(examples\/(\d\d-.*|test\/.*)\.ts|policies\/.*\.yaml|docs\/prometheus\/.*\.yaml|docs\/systemd\/.*\.service)$/.test(
    file
  )

describe("the documents", () => {
  for (const document of documents) {
    it(`${document} shows code of files that are run, word for word`, () => {
      for (const { code, language, source } of blocksOf(document)) {
        // A command of this program has no language, that of another one is `sh`: the test beside its subject runs it.
        if (["", "mermaid", "sh"].includes(language)) continue
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

  /** Without code, and without tables, which are looked things up in. */
  const wordsOf = (file: string) =>
    text(file)
      .replaceAll(/^```[\s\S]*?^```$/gm, "")
      .replaceAll(/^\|.*$/gm, "")
      .split(/\s+/).length
  const below = (folder: string) =>
    readdirSync(new URL(folder, root))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}${name}`)

  it("can be read in 15 minutes altogether, together with the README", () => {
    const printed = ["docs/benchmarks.md", "docs/coverage.md"]
    const all = ["README.md", ...below("docs/").filter((file) => !printed.includes(file))]
    const wordsPerMinute = 230
    expect(all).toEqual(expect.arrayContaining(documents))
    expect(all.reduce((sum, file) => sum + wordsOf(file), 0) / wordsPerMinute).toBeLessThan(15)
  })

  it("give for each bundle the limit of the size gate", () => {
    const gate = text("tools/benchmarks/src/client/SizeGate.ts")
    const limits = ["whole", "added", "addedByGroup", "addedToEffect4"].map((name) =>
      Number(new RegExp(`\\b${name}: ([\\d_]+)`).exec(gate)?.[1]?.replaceAll("_", ""))
    )
    const documented = [...text("docs/adopting.md").matchAll(/^\|.*\| ([\d.]+) KB \|$/gm)].map(
      ([, kilo]) => Number(kilo) * 1000
    )
    expect(documented).toEqual(limits)
  })

  it("give each decision one screen", () => {
    for (const file of below("docs/decisions/")) expect(wordsOf(file), file).toBeLessThan(300)
  })
})
