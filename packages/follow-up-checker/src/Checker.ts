/**
 * Judges a follow-up scheduler by what the emulator logged, the policy file, the time-zone database and a calendar of
 * public holidays, and by nothing else: it shares no code with the scheduler, nor with the rest of the emulator.
 */
import * as Arr from "effect/Array"
import * as Calendar from "./Checker/Calendar.ts"
import { toIso } from "./Checker/Instant.ts"
import type * as LogEntry from "./Checker/LogEntry.ts"
import * as LogJudgement from "./Checker/LogJudgement.ts"
import * as Policy from "./Checker/Policy.ts"
import type { Settings } from "./Checker/Settings.ts"
import * as Variants from "./Checker/Variants.ts"
import * as Verdict from "./Checker/Verdict.ts"

export { readLog } from "./Checker/LogEntry.ts"
export { readPolicy } from "./Checker/Policy.ts"
export { render } from "./Checker/Render.ts"
export type { Down, Settings } from "./Checker/Settings.ts"
export { summarize, type Verdict } from "./Checker/Verdict.ts"

const countByKey = (entries: ReadonlyArray<LogEntry.LogEntry>, isCounted: (request: LogEntry.Request) => boolean) => {
  const counts = new Map<string, number>()
  for (const entry of entries) {
    if (entry.kind !== "request" || !isCounted(entry)) continue
    const key = entry.key ?? "(no key)"
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * Judges a log by a policy; one with variants by the steps of each of them, and then each chat by those of its
 * contact's own. Entries count in the order of the log, also where their times are equal.
 */
export const check = (
  entries: ReadonlyArray<LogEntry.LogEntry>,
  policy: Policy.AnyPolicy,
  settings: Settings
): Verdict.Verdict => {
  const calendar = Calendar.make(policy)
  const judgeBy = (each: Policy.Policy) => LogJudgement.judge(entries, each, calendar, settings)
  const judgements = Arr.map(Policy.policiesOf(policy), judgeBy)
  const [{ chats, followUps, foreignFollowUps }] = judgements
  const { findings, races } = "variants" in policy ? Variants.explain(policy, entries, judgements) : judgements[0]
  return {
    violations: findings
      .toSorted((a, b) => a.at - b.at)
      .map(({ about: _, at, ...finding }) => ({ ...finding, at: toIso(at) })),
    chats: chats.length,
    followUps,
    foreignFollowUps,
    late: Verdict.summarize(findings.flatMap(({ late_ms }) => late_ms ?? [])),
    missed: findings.filter(({ rule }) => rule === "missed").length,
    races: Verdict.summarize(races.map(({ millis }) => millis)),
    requests: countByKey(entries, () => true),
    refused429: countByKey(entries, ({ status }) => status === 429)
  }
}
