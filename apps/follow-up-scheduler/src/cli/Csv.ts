/** CSV by RFC 4180: what `export` writes, and the lists that `import` reads. */
import * as Data from "effect/Data"
import * as Either from "effect/Either"

/**
 * A spreadsheet runs a cell that begins so as a formula. Such a cell gets an apostrophe before it, which a spreadsheet
 * takes for "this is text".
 */
const formula = /^(?:[\t\r]|\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/

const cellOf = (text: string): string => {
  const inert = formula.test(text) ? `'${text}` : text
  return /[",;\t\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}

/** A row, without the end of its line. */
export const rowOf = (cells: ReadonlyArray<string>): string => cells.map(cellOf).join(",")

/** Between two lines. */
export const lineEnd = "\r\n"

/** A row of a text, with the number of the line in which it begins, from 1. */
export interface Row {
  readonly line: number
  readonly cells: ReadonlyArray<string>
}

/** The text is no CSV, from this line on. */
export class NotCsv extends Data.TaggedError("NotCsv")<{ readonly line: number; readonly reason: string }> {}

const quoted = /"((?:[^"]|"")*)"/y
const plain = (delimiter: string) => new RegExp(`[^"\\r\\n${delimiter === "\t" ? "\\t" : delimiter}]*`, "y")
const newline = /\r\n|\n|\r/y

/**
 * The rows of a text whose cells are divided by this character; empty lines have one empty cell. A quoted cell may have
 * line breaks and delimiters. Fails at a quote that nothing closes, or that does not stand at the edge of its cell.
 */
export const parse = (text: string, delimiter: "," | ";" | "\t"): Either.Either<ReadonlyArray<Row>, NotCsv> => {
  const unquoted = plain(delimiter)
  const rows: Array<Row> = []
  let [position, line] = [0, 1]
  /** The next match at the position, which moves behind it. */
  const take = (pattern: RegExp) => {
    pattern.lastIndex = position
    const match = pattern.exec(text)
    if (match !== null) position += match[0].length
    return match
  }
  while (position < text.length) {
    const begin = line
    const cells: Array<string> = []
    do {
      const isQuoted = text[position] === '"'
      const match = take(isQuoted ? quoted : unquoted)
      if (match === null) return Either.left(new NotCsv({ line: begin, reason: "has a quote that nothing closes" }))
      cells.push(match[1] === undefined ? match[0] : match[1].replaceAll('""', '"'))
      line += match[0].match(/\r\n|\n|\r/g)?.length ?? 0
    } while (text[position] === delimiter && ++position)
    if (position < text.length && take(newline) === null)
      return Either.left(new NotCsv({ line, reason: "has a quote inside a cell" }))
    line++
    rows.push({ line: begin, cells })
  }
  return Either.right(rows)
}
