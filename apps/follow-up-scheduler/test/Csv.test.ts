/** CSV by RFC 4180, and no cell that a spreadsheet runs. */
import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Csv from "../src/cli/Csv.ts"

const cellsOf = (text: string, delimiter: "," | ";" | "\t" = ",") =>
  Either.map(Csv.parse(text, delimiter), (rows) => rows.map(({ cells }) => cells))

describe("a row of CSV", () => {
  it("quotes what divides cells and lines, and doubles quotes", () => {
    expect(Csv.rowOf(["plain", 'a "word"', "a, b", "two\r\nlines", "Zoë 李", ""])).toBe(
      'plain,"a ""word""","a, b","two\r\nlines",Zoë 李,'
    )
  })

  for (const text of ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "\r=1", "\uFF1D1", '="a",b']) {
    it(`keeps a spreadsheet from running ${JSON.stringify(text)}`, () => {
      const [[cell = ""] = []] = Either.getOrThrow(cellsOf(Csv.rowOf([text])))
      expect(cell).toBe(`'${text}`)
    })
  }

  const inert = FastCheck.string({ unit: "grapheme" }).filter((text) => !/^[\t\r]|^\s*[=+\-@＝＋－＠]/.test(text))
  const cells = FastCheck.array(
    FastCheck.oneof(inert, FastCheck.constantFrom('"', '""', ",", "a\r\n", "\n", "a,b", ";", "'")),
    { minLength: 1 }
  )
  it.prop("is read as it was written", [FastCheck.array(cells, { minLength: 1 })], ([rows]) => {
    const text = rows.map(Csv.rowOf).join(Csv.lineEnd)
    // A text without any character has no row.
    expect(Either.getOrThrow(cellsOf(text))).toEqual(text === "" ? [] : withoutLastEmpty(rows))
  })
})

/** The last row, where it is one empty cell, is nothing behind the last line end. */
const withoutLastEmpty = (rows: ReadonlyArray<ReadonlyArray<string>>) =>
  rows.at(-1)?.length === 1 && rows.at(-1)?.[0] === "" ? rows.slice(0, -1) : rows

describe("a text of CSV", () => {
  it("has rows that begin at their lines, whatever ends a line", () => {
    expect(Either.getOrThrow(Csv.parse('a,"b\nc"\r\n\nd,\re', ","))).toEqual([
      { line: 1, cells: ["a", "b\nc"] },
      { line: 3, cells: [""] },
      { line: 4, cells: ["d", ""] },
      { line: 5, cells: ["e"] }
    ])
  })

  it("may divide its cells by semicolons or tabs", () => {
    expect(Either.getOrThrow(cellsOf('a,b;"c;d"', ";"))).toEqual([["a,b", "c;d"]])
    expect(Either.getOrThrow(cellsOf("a\tb", "\t"))).toEqual([["a", "b"]])
  })

  it("is refused at a quote that nothing closes, or that stands inside a cell, with its line", () => {
    expect(Csv.parse('a\n"b\nc', ",")).toEqual(
      Either.left(new Csv.NotCsv({ line: 2, reason: "has a quote that nothing closes" }))
    )
    for (const text of ['a\nb"c"', 'a\n"b"c'])
      expect(Csv.parse(text, ",")).toEqual(
        Either.left(new Csv.NotCsv({ line: 2, reason: "has a quote inside a cell" }))
      )
  })
})
