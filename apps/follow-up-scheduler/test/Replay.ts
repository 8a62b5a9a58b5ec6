/**
 * Replays a trace: what people did, minute by minute, against the same Decide and Plan that the program runs on. The vendor
 * and the ledger are as small as can be: a chat that changes, and a record with one entry for each key.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import type { ChatSnapshot, Message } from "../src/ChatSnapshot.ts"
import * as Decide from "../src/Decide.ts"
import * as Episode from "../src/Episode.ts"
import * as Plan from "../src/Plan.ts"
import type { Policy } from "../src/Policy.ts"
import * as Template from "../src/Policy/Template.ts"
import * as Build from "./Build.ts"

const Instant = Schema.DateTimeUtc

const Facts = Schema.Struct({
  state: Schema.optionalWith(Schema.Literal("OPEN", "SNOOZED", "CLOSED"), { exact: true }),
  ai_enabled: Schema.optionalWith(Schema.Boolean, { exact: true }),
  isAssigned: Schema.optionalWith(Schema.Boolean, { exact: true }),
  isBlocked: Schema.optionalWith(Schema.Boolean, { exact: true }),
  isUnsubscribed: Schema.optionalWith(Schema.Boolean, { exact: true }),
  muted_until: Schema.optionalWith(Schema.UndefinedOr(Instant), { exact: true }),
  follow_up_at: Schema.optionalWith(Schema.UndefinedOr(Instant), { exact: true }),
  zone: Schema.optionalWith(Schema.String, { exact: true }),
  country: Schema.optionalWith(Schema.String, { exact: true }),
  channel: Schema.optionalWith(Schema.String, { exact: true })
})

const Event = Schema.Struct({
  at: Instant,
  /** Somebody writes. */
  writes: Schema.optional(Schema.Literal("contact", "assistant", "human")),
  /** Something about the chat changes. */
  becomes: Schema.optional(Facts),
  /** The scheduler's process ends, or starts. */
  scheduler: Schema.optional(Schema.Literal("down", "up"))
})

export const Trace = Schema.Struct({
  incident: Schema.String,
  seen_at: Schema.String,
  policy: Schema.Unknown,
  /** The rule and the field by which the policy is refused; then there is nothing to replay. */
  refused: Schema.optional(Schema.String),
  /** How many schedulers look at the chat at the same moment; 1 unless given. */
  workers: Schema.optionalWith(Schema.Int, { default: () => 1 }),
  /** Whether wake-ups are lost, so that only the sweep is left. */
  without_timers: Schema.optionalWith(Schema.Boolean, { default: () => false }),
  chat: Schema.optionalWith(Facts, { default: () => ({}) }),
  events: Schema.optionalWith(Schema.Array(Event), { default: () => [] }),
  until: Schema.optional(Instant),
  /** What we did, in order. */
  messages: Schema.optionalWith(Schema.Array(Schema.Struct({ at: Instant, step: Schema.Int, action: Schema.String })), { default: () => [] }),
  /** The decision at the end. */
  ends: Schema.optional(Schema.String)
})
export type Trace = typeof Trace.Type

/** How often every chat is looked at, whatever wakes it. */
const sweepEvery = 10 * Build.minute

interface Open extends Episode.Taken {
  readonly key: Plan.FollowUpKey
}

export const replay = (trace: Trace, policy: Policy) => {
  let chat: ChatSnapshot = Build.chat({ messages: [], last_contact_message_at: undefined, ...trace.chat })
  let record: ReadonlyArray<Open> = []
  const done: Array<{ at: DateTime.Utc; step: number; action: string }> = []
  let isUp = true
  let wakeAt = Infinity
  let last: Decide.Decision = Decide.Decision.Stop({ reason: "empty" })

  const write = (message: Message) => {
    const last_contact_message_at = message.author === "contact" ? message.at : chat.last_contact_message_at
    chat = { ...chat, last_contact_message_at, messages: [...chat.messages, message] }
  }
  const update = (key: Plan.FollowUpKey, change: Partial<Open>) =>
    (record = record.map((entry) => (entry.key === key ? { ...entry, ...change } : entry)))

  /** The vendor's assistant writes when its time has come, whether or not we are there. */
  const assistant = (now: DateTime.Utc) => {
    if (chat.follow_up_at === undefined || DateTime.lessThan(now, chat.follow_up_at)) return
    write({ ...Build.message("assistant", 0), id: Build.messageId(`follow-up ${done.length + 1}`), at: now, whole_at: now })
    const entry = record.find(({ follow_up_at, status }) => status === "under_way" && follow_up_at.epochMillis === chat.follow_up_at?.epochMillis)
    chat = { ...chat, follow_up_at: undefined }
    if (entry === undefined) return
    done.push({ at: now, step: entry.step, action: "schedule_follow_up" })
    // What the ledger learns at its next look.
    update(entry.key, { status: "done", message_id: chat.messages.at(-1)?.id })
  }

  const act = (decision: Extract<Decide.Decision, { _tag: "Act" }>, seen: ChatSnapshot) => {
    const { key } = Plan.make(policy, seen, decision, decision.at)
    // The ledger's key is unique, whoever comes first.
    if (record.some((entry) => entry.key === key)) return
    const step = policy.steps[decision.step - 1]!
    const { anchor_id, at } = decision
    record = [...record, { ...Build.taken({ policy: policy.id, anchor_id, step: decision.step, message_id: undefined, follow_up_at: at }), key, status: "under_way" }]
    if (step.action === "schedule_follow_up") {
      chat = { ...chat, follow_up_at: at }
      return
    }
    done.push({ at, step: decision.step, action: step.action })
    const id = Build.messageId(`message ${done.length}`)
    // The API key is listed as one of the staff.
    if (step.action === "send_message") write({ ...Build.message("human", 0), id, at, whole_at: at, text: Template.render(step.message, chat.values) })
    if (step.action === "close") chat = { ...chat, state: "CLOSED" }
    if (step.action === "snooze") chat = { ...chat, state: "SNOOZED" }
    if (step.action === "assign") chat = { ...chat, isAssigned: true }
    update(key, { status: "done", ...(step.action === "send_message" ? { message_id: id } : {}) })
  }

  const look = (now: DateTime.Utc) => {
    const underWay = record.find(({ status }) => status === "under_way")
    if (underWay !== undefined) {
      const others = record.filter((entry) => entry !== underWay)
      const again = Decide.decide({ policy, chat: { ...chat, follow_up_at: undefined }, taken: others, now })
      const stands = (again._tag === "Act" || again._tag === "Wait") && again.step === underWay.step && again.anchor_id === underWay.anchor_id
      if (!stands) {
        chat = { ...chat, follow_up_at: undefined }
        record = others
      }
    }
    const seen = chat
    const taken = record
    for (let worker = 0; worker < trace.workers; worker++) {
      last = Decide.decide({ policy, chat: seen, taken, now })
      if (last._tag === "Act") act(last, seen)
    }
    wakeAt = last._tag === "Wait" && !trace.without_timers ? last.until.epochMillis : Infinity
    // The last look before the assistant writes.
    if (chat.follow_up_at !== undefined) {
      const lastLook = DateTime.subtractDuration(chat.follow_up_at, Duration.times(policy.arm_lead, 1 / 3)).epochMillis
      wakeAt = Math.min(lastLook > now.epochMillis ? lastLook : Infinity, wakeAt)
    }
  }

  const end = (trace.until ?? trace.events.at(-1)!.at).epochMillis
  let sweepAt = trace.events[0]!.at.epochMillis
  let next = 0
  for (;;) {
    const eventAt = trace.events[next]?.at.epochMillis ?? Infinity
    const writesAt = chat.follow_up_at?.epochMillis ?? Infinity
    const millis = Math.min(eventAt, writesAt, wakeAt, sweepAt)
    if (millis > end) break
    const now = DateTime.unsafeMake(millis)
    if (eventAt === millis) {
      const { becomes, scheduler, writes } = trace.events[next++]!
      if (writes !== undefined) write({ ...Build.message(writes, 0), id: Build.messageId(`event ${next}`), at: now, whole_at: now })
      if (becomes !== undefined) chat = { ...chat, ...becomes }
      if (scheduler !== undefined) isUp = scheduler === "up"
      if (scheduler === "up") look(now)
      continue
    }
    if (writesAt === millis) assistant(now)
    const isLook = wakeAt === millis || sweepAt === millis
    if (wakeAt === millis) wakeAt = Infinity
    if (sweepAt === millis) sweepAt += sweepEvery
    if (isLook && isUp) look(now)
  }
  return { done, last, chat }
}
