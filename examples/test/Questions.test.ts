/** The ten questions of `README.md`, each answered by something that a test runs. */
import { describe, expect, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"

const folder = new URL("../", import.meta.url)
const text = (path: string) => readFileSync(new URL(path, folder), "utf8")

const rows = [...text("README.md").matchAll(/^\| (.*\?) \| (.*) \|$/gm)].map(([, question = "", answer = ""]) => ({
  question,
  links: [...answer.matchAll(/\]\(([^)#]+)/g)].map(([, target = ""]) => target)
}))

/** Pages whose code and commands a test runs, and that test. */
const pages: Readonly<Record<string, readonly [test: string, names: string]>> = {
  "../docs/testing.md": ["../scripts/test/docs.test.ts", `"testing"`],
  "../docs/adopting.md": ["../scripts/test/docs.test.ts", `"adopting"`],
  "effect-4/README.md": ["test/Effect4.e2e.test.ts", `"examples/effect-4"`],
  "../packages/client/README.md": ["../scripts/test/install.e2e.test.ts", `"packages/client/README.md"`]
}

const runs = text("test/Examples.live.test.ts") + text("test/AdopterExamples.ts")

describe("the questions of an adopter", () => {
  it("are ten, each posed once and each answered", () => {
    expect(new Set(rows.map(({ question }) => question)).size).toBe(10)
    for (const { links, question } of rows) expect(links, question).not.toEqual([])
  })

  for (const link of new Set(rows.flatMap(({ links }) => links))) {
    it(`lead to ${link}, which a test runs`, () => {
      expect(existsSync(new URL(link, folder))).toBe(true)
      const page = pages[link]
      if (page !== undefined) expect(text(page[0])).toContain(page[1])
      else expect(link.endsWith(".test.ts") || runs.includes(`"${link}": {`)).toBe(true)
    })
  }
})
