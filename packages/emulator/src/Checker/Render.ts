/** A verdict as a few aligned lines for a terminal. */
import type { Races, Verdict, Violation } from "./Verdict.ts"

const shown = 20

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`

const table = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(width(column))).join("  ")}`.trimEnd())
}

const violationLines = (violations: ReadonlyArray<Violation>): ReadonlyArray<string> => {
  const hidden = violations.length - shown
  const rows = violations.slice(0, shown).map(({ at, chat_id, detail, rule }) => [rule, chat_id, at, detail])
  return hidden > 0 ? [...table(rows), `  and ${hidden} more`] : table(rows)
}

const raceText = ({ count, max_ms, p50_ms, p99_ms }: Races) =>
  count === 0 ? "0" : `${count}, by p50 ${p50_ms} ms, p99 ${p99_ms} ms, at most ${max_ms} ms`

const requestText = ({ refused429, requests }: Verdict) =>
  Object.entries(requests)
    .map(([key, count]) => `${key} ${count} (${refused429[key] ?? 0} answered 429)`)
    .join(", ") || "0"

export const render = (verdict: Verdict): string => {
  const { chats, followUps, foreignFollowUps, races, violations } = verdict
  const others = foreignFollowUps === 0 ? "" : `, and ${foreignFollowUps} set by someone else`
  return [
    `checker: ${violations.length === 0 ? "agrees" : plural(violations.length, "violation")}`,
    ...violationLines(violations),
    ...table([
      ["chats", String(chats)],
      ["follow-ups", `${followUps}${others}`],
      ["races", raceText(races)],
      ["requests", requestText(verdict)]
    ])
  ].join("\n")
}
