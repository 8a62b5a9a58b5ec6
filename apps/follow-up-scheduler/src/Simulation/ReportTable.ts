/** A backtest in lines for people. */
import * as Duration from "effect/Duration"
import type { Comparison, Report } from "./Backtest.ts"
import * as TerminalText from "../TerminalText.ts"
import * as Reason from "../Decide/Reason.ts"

const cell = 16

const time = (seconds: number): string => {
  const { days, hours, minutes, seconds: rest } = Duration.parts(Duration.seconds(Math.round(seconds)))
  const parts = [days && `${days}d`, hours && `${hours}h`, minutes && `${minutes}m`, rest && `${rest}s`].filter(Boolean)
  return parts.length === 0 ? "0s" : parts.slice(0, 2).join(" ")
}

const row = (label: string, values: ReadonlyArray<string | number>): string => {
  const room = TerminalText.columns - values.length * (cell + 1)
  const cells = values.map(
    (value) => ` ${TerminalText.padStart(TerminalText.cut(TerminalText.printable(String(value)), cell), cell)}`
  )
  return `${TerminalText.padEnd(TerminalText.cut(TerminalText.printable(label), room), room)}${cells.join("")}`
}

const isPresent = <A>(value: A | undefined): value is A => value !== undefined

/** For each variant of a policy, how many conversations are of its contacts, and in how many of them it wrote. */
const variantRows = (reports: ReadonlyArray<Report>): ReadonlyArray<string> => {
  const names = new Set(reports.flatMap(({ variants = [] }) => variants.map(({ name }) => name)))
  return [...names].flatMap((name) => {
    const found = reports.map(({ variants = [] }) => variants.find((variant) => variant.name === name))
    return [
      row(
        `  variant ${name}`,
        found.map((variant) => variant?.conversations ?? "-")
      ),
      row(
        "    written to",
        found.map((variant) => variant?.nudged ?? "-")
      )
    ]
  })
}

/** One column for each report. */
export const lines = (reports: ReadonlyArray<Report>): ReadonlyArray<string> => {
  const of = (label: string, value: (report: Report) => string | number) => row(label, reports.map(value))
  const steps = Math.max(...reports.map((report) => report.steps.length))
  const reasons = (["due", ...Reason.reasonsByStrength] as const).filter((reason) =>
    reports.some(({ ends }) => ends[reason] !== undefined)
  )
  return [
    of("", ({ policy }) => policy),
    of("conversations", ({ conversations }) => conversations),
    of("conversations written to", ({ nudged }) => nudged),
    of("nudges", ({ nudges }) => nudges),
    ...Array.from({ length: steps }, (_, index) => of(`  step ${index + 1}`, (report) => report.steps[index] ?? "-")),
    ...variantRows(reports),
    reports.some(({ state_changed }) => state_changed > 0)
      ? of("snoozed, closed or assigned", ({ state_changed }) => state_changed)
      : undefined,
    of("night sends avoided", ({ nightSendsAvoided }) => nightSendsAvoided),
    of("would have hit a takeover", ({ takeoversAvoided }) => takeoversAvoided),
    of("the contact wrote first", ({ repliesFirst }) => repliesFirst),
    of("lateness, median", ({ lateness }) => time(lateness.median)),
    of("lateness, 95 of 100", ({ lateness }) => time(lateness.p95)),
    of("lateness, longest", ({ lateness }) => time(lateness.longest)),
    of("requests", ({ quota }) => quota.requests),
    of(`requests in the busiest minute, of ${reports[0]?.quota.limit ?? 0}`, ({ quota }) => quota.busiestMinute),
    of("behind the quota at worst", ({ quota }) => time(quota.behind)),
    "How it stood at the end:",
    ...reasons.map((reason) =>
      of(`  ${reason === "due" ? "due now" : Reason.describe(reason)}`, ({ ends }) => ends[reason] ?? 0)
    )
  ].filter(isPresent)
}

/** In how many conversations both policies wrote, one of them, or none. */
export const compared = (
  { both, neither, onlyFirst, onlySecond }: Comparison,
  [a, b]: readonly [Report, Report]
): ReadonlyArray<string> => [
  row("written to by both", [both]),
  row(`only by ${a.policy}`, [onlyFirst]),
  row(`only by ${b.policy}`, [onlySecond]),
  row("by neither", [neither])
]
