import { describe, expect, it } from "vitest"
import * as Report from "../src/Report.ts"

describe("Report", () => {
  it("aligns the columns of a table, which is Markdown, too", () => {
    const table = Report.table({ title: "T", about: "About.", head: ["", "µs"], rows: [["ours", "1 (1–2)"]] })
    expect(table).toBe("### T\n\nAbout.\n\n|      | µs      |\n|------|---------|\n| ours | 1 (1–2) |\n")
  })

  it("adds a section to a page, and replaces it at the next run without touching the others", () => {
    const one = Report.replaceSection("# Page\n\nPreface.\n", "client", "### A\n\nfirst\n")
    const two = Report.replaceSection(one, "emulator", "second\n")
    expect(two).toBe("# Page\n\nPreface.\n\n## client\n\n### A\n\nfirst\n\n## emulator\n\nsecond\n")
    expect(Report.replaceSection(two, "client", "third\n")).toBe(
      "# Page\n\nPreface.\n\n## client\n\nthird\n\n## emulator\n\nsecond\n"
    )
  })
})
