/**
 * The scheduler and the checker count unasked messages each by code of its own. Here the assistant writes at random
 * times in one silence, the scheduler decides in between, and the checker judges what comes of it: it misses no
 * follow-up and finds none too many.
 */
import * as Checker from "@effect-invent/follow-up-checker/Checker"
import { expect, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Decide from "../src/Decide.ts"
import type { Message } from "../src/Decide/ChatSnapshot.ts"
import type { PastFollowUp } from "../src/Decide/Episode.ts"
import type { Policy } from "../src/Policy.ts"
import * as Build from "./Build.ts"

const { after, day, hour, message, messageId, minute, second } = Build

const step = (hours: number, fields = {}) => ({ after: `${hours} hours`, action: "schedule_follow_up", ...fields })

const policies = [
  { steps: [step(4), step(24)] },
  { steps: [step(1), step(2), step(30)] },
  { steps: [step(12), step(2)] },
  { steps: [step(3, { lateness: { limit: "1 hour", beyond: "skip" } }), step(5), step(24)] }
]

interface Silence {
  readonly messages: ReadonlyArray<Message>
  readonly taken: ReadonlyArray<PastFollowUp>
}

interface Scheduler {
  readonly policy: Policy
  /** Whether what it took is on record, or lost each time. */
  readonly hasLedger: boolean
}

/** What the scheduler takes, each step at its instant, of those that come before this one. */
const followUp = (scheduler: Scheduler, silence: Silence, until: number): Silence => {
  const { hasLedger, policy } = scheduler
  const { messages, taken } = silence
  const decideAt = (now: DateTime.Utc): Decide.Decision => {
    const decision = Decide.decide({ policy, chat: Build.chat({ messages }), taken: hasLedger ? taken : [], now })
    return decision._tag === "Wait" && DateTime.lessThan(decision.until, after(until))
      ? decideAt(decision.until)
      : decision
  }
  const decision = decideAt(messages.at(-1)!.at)
  if (decision._tag !== "Act" || DateTime.greaterThanOrEqualTo(decision.at, after(until))) return silence
  const { anchor_id, at: follow_up_at, step } = decision
  const sent = message("assistant", DateTime.distance(Build.start, follow_up_at), {
    id: messageId(`follow-up ${taken.length + 1}`)
  })
  const more = {
    messages: [...messages, sent],
    taken: [...taken, Build.taken({ anchor_id, follow_up_at, message_id: sent.id, step })]
  }
  return followUp(scheduler, more, until)
}

const line = (at: DateTime.Utc, fields: object) =>
  JSON.stringify({ at: DateTime.formatIso(at), chat_id: "chat_1", ...fields })

const logOf = ({ messages, taken }: Silence, end: number) => {
  const ours = new Set(taken.map(({ message_id }) => message_id))
  const opened = messages[0]!.at
  return [
    line(opened, { kind: "contact", contact_id: "contact_1", blocked: false, unsubscribed: false }),
    line(opened, { kind: "chat", contact_id: "contact_1", country: null, channel_type: "custom" }),
    ...messages.map(({ at, author, id }) =>
      line(at, {
        kind: "message",
        message_id: id,
        author,
        cause: author === "contact" ? "opening" : ours.has(id) ? "follow_up" : "reply",
        status: "COMPLETED"
      })
    ),
    line(after(end), {
      kind: "request",
      answered_at: DateTime.formatIso(after(end)),
      key: "dashboard",
      endpoint: "inbox.list",
      chat_id: null,
      status: 200
    })
  ].join("\n")
}

const gaps = FastCheck.array(FastCheck.integer({ min: second, max: 40 * hour }), { maxLength: 5 })

const schedulers = policies.flatMap((fields) => [true, false].map((hasLedger) => ({ fields, hasLedger })))

it.each(schedulers)(
  "whatever the assistant writes unasked, the checker agrees with the steps that are taken: %j",
  ({ fields, hasLedger }) => {
    const scheduler = { policy: Build.policy(fields), hasLedger }
    const rules = Either.getOrThrow(Checker.readPolicy(JSON.stringify({ ...fields, time_zone: "UTC" })))
    FastCheck.assert(
      FastCheck.property(gaps, (gaps) => {
        const instants = Arr.scan(gaps, 0, (at, gap) => at + gap).slice(1)
        const end = (instants.at(-1) ?? 0) + 20 * day
        const began: Silence = { messages: [message("contact", -minute), message("assistant", 0)], taken: [] }
        const written = instants.reduce<Silence>((before, at) => {
          const { messages, taken } = followUp(scheduler, before, at)
          return { messages: [...messages, message("assistant", at)], taken }
        }, began)
        const log = logOf(followUp(scheduler, written, end), end)
        expect(
          Checker.check(Either.getOrThrow(Checker.readLog(log)), rules, { grace: "1 minute" }).violations,
          log
        ).toEqual([])
      })
    )
  }
)
