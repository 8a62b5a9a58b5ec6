/** A verdict as a few aligned lines for a terminal. */
import type { Summary, Verdict, Violation } from "./Verdict.ts"

const shown = 20

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`

const table = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(width(column))).join("  ")}`.trimEnd())
}

/** Each with its detail on a line below. */
const violationLines = (violations: ReadonlyArray<Violation>): ReadonlyArray<string> => {
  const hidden = violations.length - shown
  const first = violations.slice(0, shown)
  const heads = table(first.map(({ at, chat_id, rule }) => [rule, chat_id, at]))
  const lines = first.flatMap(({ detail }, index) => [heads[index] ?? "", `    ${detail}`])
  return hidden > 0 ? [...lines, `  and ${hidden} more`] : lines
}

const summaryText = ({ count, max_ms, p50_ms, p99_ms }: Summary) =>
  count === 0 ? "0" : `${count}, by p50 ${p50_ms} ms, p99 ${p99_ms} ms, at most ${max_ms} ms`

const requestRows = ({ refused429, requests }: Verdict) => {
  const texts = Object.entries(requests).map(
    ([key, count]) => `${key} ${count} (${Object.hasOwn(refused429, key) ? refused429[key] : 0} answered 429)`
  )
  return (texts.length === 0 ? ["0"] : texts).map((text, index) => [index === 0 ? "requests" : "", text])
}

/** Renders a verdict as text for a terminal: the violations first, then the counts. */
export const render = (verdict: Verdict): string => {
  const { chats, followUps, foreignFollowUps, late, missed, races, violations } = verdict
  const others = foreignFollowUps === 0 ? "" : `, and ${foreignFollowUps} set by someone else`
  return [
    `checker: ${violations.length === 0 ? "agrees" : plural(violations.length, "violation")}`,
    ...violationLines(violations),
    ...table([
      ["chats", String(chats)],
      ["follow-ups", `${followUps}${others}`],
      ["late", summaryText(late)],
      ["missed", String(missed)],
      ["races", summaryText(races)],
      ...requestRows(verdict)
    ])
  ].join("\n")
}
