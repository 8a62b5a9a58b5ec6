/**
 * Lines for people: no wider than a terminal, as it counts columns, and with nothing in them that moves its cursor or turns the
 * direction of writing, since ids and names come from elsewhere.
 */
import * as Graphemes from "@effect-invent/domain/Graphemes"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import measure from "fast-string-truncated-width"

/** What every terminal has, and a log or a mail keeps. */
export const columns = 80

/** Words that are broken over lines have at least as many columns. */
const narrowest = 24
const indent = 4
/** Of the cells that stand before others. */
const widest = 40

const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu

export const printable = (text: string): string => text.replaceAll(unprintable, "\uFFFD")

export const widthOf = (text: string): number => measure(text).width

/** Ends in … where it was wider. */
export const cut = (text: string, room: number): string =>
  widthOf(text) <= room ? text : `${Graphemes.take(text, room - widthOf("…"), widthOf)}…`

export const padEnd = (text: string, room: number): string => text + " ".repeat(Math.max(0, room - widthOf(text)))
export const padStart = (text: string, room: number): string => " ".repeat(Math.max(0, room - widthOf(text))) + text

/** Broken at spaces; inside a word only where that is wider than a line. */
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
    for (line = word; widthOf(line) > room; ) {
      const part = Graphemes.take(line, room, widthOf) || Graphemes.take(line, 1, () => 1)
      lines.push(part)
      line = line.slice(part.length)
    }
  }
  return [...lines, line]
}

/** Two spaces part the columns of a line. What is too wide goes on under its last column, or where that is too narrow, below all of them. */
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

/** A heading and rows; each column is as wide as its widest cell, within reason. */
export const table = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const last = (rows[0]?.length ?? 1) - 1
  const cells = rows.map((row) => row.map(printable).map((cell, column) => (column === last ? cell : cut(cell, widest))))
  const widths = Array.from({ length: last }, (_, column) => cells.reduce((most, row) => Math.max(most, widthOf(row[column] ?? "")), 0))
  return cells.map((row) => row.map((cell, column) => padEnd(cell, widths[column] ?? 0)).join("  ").trimEnd())
}

export const print = (lines: ReadonlyArray<string>): Effect.Effect<void> =>
  Effect.forEach(lines, (line) => Effect.forEach(fit(printable(line)), (part) => Console.log(part), { discard: true }), { discard: true })
