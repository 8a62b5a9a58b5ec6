/**
 * Lines for people, no wider than a terminal. Ids and names come from elsewhere, so characters that move the cursor or
 * change the direction of writing are replaced.
 */
import * as Graphemes from "@effect-invent/domain/Graphemes"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import measure from "fast-string-truncated-width"

/** Maximum width of a line, in columns: every terminal has as many, and a log or a mail keeps them. */
export const columns = 80

/** A cell is only broken over lines where it has at least this many columns. */
const narrowest = 24
const indent = 4
/** Maximum width of a cell that is not the last one of its row, in columns. */
const widest = 40

const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu

/** The text with control characters, line separators and direction marks replaced by U+FFFD. */
export const printable = (text: string): string => text.replaceAll(unprintable, "\uFFFD")

/** How many columns a terminal shows the text in: wide characters count as 2, combining marks as 0. */
export const widthOf = (text: string): number => measure(text).width

/** The text, at most `room` columns wide. Ends in … where it was wider. */
export const cut = (text: string, room: number): string =>
  widthOf(text) <= room ? text : `${Graphemes.take(text, room - widthOf("…"), widthOf)}…`

/** The text with spaces after it, up to `room` columns. */
export const padEnd = (text: string, room: number): string => text + " ".repeat(Math.max(0, room - widthOf(text)))
/** The text with spaces before it, up to `room` columns. */
export const padStart = (text: string, room: number): string => " ".repeat(Math.max(0, room - widthOf(text))) + text

/**
 * The text in lines of at most `room` columns, broken at spaces; inside a word only where that is wider than a line.
 */
export const wrap = (text: string, room: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`
    if (widthOf(longer) <= room) {
      line = longer
      continue
    }
    if (line !== "") lines.push(line)
    for (line = word; widthOf(line) > room;) {
      const part = Graphemes.take(line, room, widthOf) || Graphemes.take(line, 1, () => 1)
      lines.push(part)
      line = line.slice(part.length)
    }
  }
  return [...lines, line]
}

/**
 * A line of cells, with two spaces between them, as lines of at most {@link columns}. The part that is too wide goes on
 * under its own cell; where that is too narrow, below the whole line.
 */
export const fit = (line: string): ReadonlyArray<string> => {
  if (widthOf(line) <= columns) return [line]
  const gap = [...line.matchAll(/(?:^| ) +/g)].findLast(({ index }) => widthOf(line.slice(0, index)) <= columns)
  const [from, to] = gap === undefined ? [0, 0] : [gap.index, gap.index + gap[0].length]
  const before = widthOf(line.slice(0, to))
  const isBelow = columns - before < narrowest
  const margin = isBelow ? indent : before
  const parts = wrap(line.slice(to), columns - margin)
  if (isBelow) return [line.slice(0, from), ...parts.map((part) => " ".repeat(margin) + part)]
  return parts.map((part, index) => (index === 0 ? line.slice(0, to) : " ".repeat(margin)) + part)
}

/**
 * Rows with a heading as lines. A cell is as wide as the widest of its column, at most 40 columns; the last one has no
 * limit.
 */
export const table = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const last = (rows[0]?.length ?? 1) - 1
  const cells = rows.map((row) =>
    row.map(printable).map((cell, column) => (column === last ? cell : cut(cell, widest)))
  )
  const widths = Array.from({ length: last }, (_, column) =>
    cells.reduce((most, row) => Math.max(most, widthOf(row[column] ?? "")), 0)
  )
  return cells.map((row) =>
    row
      .map((cell, column) => padEnd(cell, widths[column] ?? 0))
      .join("  ")
      .trimEnd()
  )
}

/** Prints lines to stdout, made printable and fitted to {@link columns}. */
export const print = (lines: ReadonlyArray<string>): Effect.Effect<void> =>
  Effect.forEach(
    lines,
    (line) => Effect.forEach(fit(printable(line)), (part) => Console.log(part), { discard: true }),
    { discard: true }
  )
