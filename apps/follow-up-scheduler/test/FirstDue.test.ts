/** The decision about a contact who is in no variant yet: whichever step comes first. */
import { describe, expect, it } from "@effect/vitest"
import type * as Decide from "../src/Decide.ts"
import * as FirstDue from "../src/Decide/FirstDue.ts"
import * as Variant from "../src/Decide/Variant.ts"
import type { PastFollowUp } from "../src/Decide/Episode.ts"
import * as Build from "./Build.ts"

const { after, day, hour, minute, second } = Build
const lead = 15 * second

interface Row {
  readonly what: string
  readonly steps: ReadonlyArray<ReadonlyArray<object>>
  readonly at: number
  readonly taken?: ReadonlyArray<PastFollowUp>
  readonly fields?: Readonly<Record<string, unknown>>
  readonly is: string
}

const ask = (after: string, more: object = {}) => ({ after, action: "schedule_follow_up", ...more })
const skip = { lateness: { limit: "10 minutes", beyond: "skip" } }

const table: ReadonlyArray<Row> = [
  {
    what: "the shorter silence",
    steps: [[ask("2 hours")], [ask("1 hour")]],
    at: minute,
    is: `Wait 1 silence ${hour - lead}`
  },
  { what: "a step that is due", steps: [[ask("2 hours")], [ask("1 hour")]], at: hour - lead, is: `Act 1 ${hour}` },
  {
    what: "the earlier variant of two that are due",
    steps: [[ask("1 hour")], [ask("1 hour")]],
    at: day,
    is: `Act 1 ${day + lead}`
  },
  {
    what: "the one that is not left out as late",
    steps: [[ask("1 hour", skip), ask("3 days")], [ask("1 day")]],
    at: 2 * hour,
    is: `Wait 1 silence ${day - lead}`
  },
  {
    what: "a later step, where the chat shows the first one as taken",
    steps: [
      [ask("1 hour"), ask("2 hours")],
      [ask("1 day"), ask("1 day")]
    ],
    taken: [Build.taken({ message_id: undefined })],
    at: 90 * minute,
    is: `Wait 2 silence ${2 * hour - lead}`
  },
  {
    what: "a variant that goes on, beside one whose cadence is over",
    steps: [[ask("1 hour")], [ask("1 hour"), ask("1 day")]],
    taken: [Build.taken({ message_id: undefined })],
    at: 2 * hour,
    is: `Wait 2 silence ${day - lead}`
  },
  {
    what: "the reason of the first variant, where none goes on",
    steps: [[ask("1 hour")], [ask("1 hour")]],
    taken: [Build.taken({ step: 2, message_id: undefined })],
    at: 2 * hour,
    is: "Stop cadence_finished"
  },
  {
    what: "what forbids every follow-up",
    steps: [[ask("2 hours")], [ask("1 hour")]],
    fields: { match: { assistants: ["ast_2"] } },
    at: day,
    is: "Stop not_matched"
  }
]

const inWords = (decision: Decide.Decision): string => {
  const since = (at: { readonly epochMillis: number }) => at.epochMillis - Build.start.epochMillis
  if (decision._tag === "Act") return `Act ${decision.step} ${since(decision.at)}`
  if (decision._tag === "Wait") return `Wait ${decision.step} ${decision.reason} ${since(decision.until)}`
  return `${decision._tag} ${decision.reason}`
}

describe("before a contact is enrolled, the decision is", () => {
  for (const { at, fields = {}, is, steps, taken = [], what } of table) {
    it(what, () => {
      const variants = steps.map((steps, index) => ({ name: `v${index}`, share: "50 %", steps }))
      const policies = Variant.policiesOf(Build.policyWithVariants(undefined, { ...fields, variants }))
      const decision = FirstDue.decide({ chat: Build.chat(), taken, now: after(at) }, policies)
      expect(inWords(decision)).toBe(is)
    })
  }
})
