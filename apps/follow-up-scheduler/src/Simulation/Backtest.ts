/**
 * What a policy would have done over recorded conversations, by the same Decide and Plan that run in production. Pure.
 *
 * A conversation is played as it is on record. What a contact would have answered to another follow-up is not known.
 */
import * as RateLimit from "@effect-invent/client/RateLimit"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Conversation } from "./RecordedConversation.ts"
import * as Decide from "../Decide.ts"
import * as Policy from "../Policy.ts"
import { Reason } from "../Decide/Reason.ts"
import * as Variant from "../Decide/Variant.ts"
import * as Replay from "./Replay.ts"

/** How late steps were taken. Without any step, 0. */
export const Lateness = Schema.Struct({
  /** Seconds from the end of a step's silence to the step. */
  median: Schema.Number,
  p95: Schema.Number,
  longest: Schema.Number
})
/** How late steps were taken, in seconds. */
export type Lateness = typeof Lateness.Type

/** An estimate of the requests that the policy would have cost. */
export const Quota = Schema.Struct({
  /** 2 for each read of a chat and 1 for each step, if a chat has at most a hundred messages. */
  requests: Schema.Int,
  busiestMinute: Schema.Int,
  /** Requests per minute that the vendor allows. */
  limit: Schema.Int,
  /** Seconds by which the quota would have made the worst minute run late. */
  behind: Schema.Number
})
/** An estimate of the requests that the policy would have cost. */
export type Quota = typeof Quota.Type

/** The result of a backtest, as `simulate --json` prints it. */
export const Report = Schema.Struct({
  policy: Schema.String,
  conversations: Schema.Int,
  /** Conversations in which at least one follow-up was written. */
  nudged: Schema.Int,
  nudges: Schema.Int,
  /** Steps that write nothing: snooze, close, assign. */
  state_changed: Schema.Int,
  /** How often each step was taken, from the first. */
  steps: Schema.Array(Schema.Int),
  /** Of a policy with variants: in how many conversations the contact is in each, and is written to. */
  variants: Schema.optionalWith(
    Schema.Array(
      Schema.Struct({ name: Schema.String, conversations: Schema.Int, nudged: Schema.Int, nudges: Schema.Int })
    ),
    { exact: true }
  ),
  /** Steps that were put off, or not needed any more, because their silence ended in quiet hours or on a day off. */
  nightSendsAvoided: Schema.Int,
  /** Steps that a timer without a fresh decision would have taken after a human agent had taken over. */
  takeoversAvoided: Schema.Int,
  /** Steps that a timer without a fresh decision would have taken although the contact had written. */
  repliesFirst: Schema.Int,
  lateness: Lateness,
  quota: Quota,
  /** Nudges by the hour of the contact's day. */
  hours: Schema.Array(Schema.Int),
  /** By reason, how many conversations ended so; they add up to `conversations`. */
  // oxlint-disable-next-line no-restricted-properties -- Only known reasons are keys.
  ends: Schema.partialWith(Schema.Record({ key: Schema.Union(Reason, Schema.Literal("due")), value: Schema.Int }), {
    exact: true
  })
})
/** The result of a backtest. */
export type Report = typeof Report.Type

/** A backtest of one policy. Conversations are added one by one, so that a large record need not be in memory. */
export interface Backtest {
  /** Plays a conversation; gives how many follow-ups were written in it. */
  readonly add: (conversation: Conversation) => number
  readonly report: () => Report
}

const minute = Duration.toMillis(Duration.minutes(1))
const requestsOfLook = 2

const hourOf = (at: DateTime.Utc, zone: string | undefined): number | undefined =>
  Option.map(DateTime.makeZoned(at, { timeZone: zone ?? "UTC" }), (local) => DateTime.getPart(local, "hours")).pipe(
    Option.getOrUndefined
  )

const share = (sorted: ReadonlyArray<number>, part: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0

/**
 * By how many seconds the limit delays the latest request, where requests queue. Keys of `minutes` are minutes since
 * 1970.
 */
const behind = (minutes: ReadonlyMap<number, number>, limit: number): number => {
  let waiting = 0
  let longest = 0
  let before = 0
  for (const [now, count] of [...minutes].toSorted(([a], [b]) => a - b)) {
    waiting = Math.max(0, waiting - limit * (now - before)) + count
    longest = Math.max(longest, waiting - limit)
    before = now
  }
  return Math.round((longest / limit) * 60)
}

interface Avoided {
  readonly night: number
  readonly takeovers: number
  readonly replies: number
}

/** How many sends waiting and deciding again avoided. Each step of each silence counts once. */
const avoided = (looks: ReadonlyArray<Replay.Look>, policy: Policy.Policy): Avoided => {
  const night = new Set<string>()
  const takeovers = new Set<string>()
  const replies = new Set<string>()
  for (const [index, { decision, since }] of looks.entries()) {
    const next = looks[index + 1]
    if (next === undefined || since === undefined || decision._tag !== "Wait") continue
    const step = policy.steps[decision.step - 1]
    if (step === undefined) continue
    const key = `${decision.anchor_id} ${decision.step}`
    const isOver = DateTime.greaterThan(next.at, DateTime.addDuration(since, step.after))
    if (decision.reason === "quiet_hours" && isOver) night.add(key)
    const stopped = next.decision._tag === "Stop" ? next.decision.reason : undefined
    if (stopped === "human_takeover" || stopped === "ai_disabled") takeovers.add(key)
    if (stopped === "replied") replies.add(key)
  }
  return { night: night.size, takeovers: takeovers.size, replies: replies.size }
}

/** Counts the conversations of each variant; undefined where the policy has none. */
const countVariants = (policy: Policy.AnyPolicy) =>
  Policy.variantsOf(policy)?.map(({ name }) => ({ name, conversations: 0, nudged: 0, nudges: 0 }))

/** An empty backtest. `limit`: requests per minute; the documented limit unless given. */
export const make = (version: Policy.AnyPolicy, limit: number = RateLimit.defaults.limit): Backtest => {
  const steps = Array.from(
    { length: Math.max(...Variant.policiesOf(version).map(({ steps }) => steps.length)) },
    () => 0
  )
  const variants = countVariants(version)
  const hours = Array.from({ length: 24 }, () => 0)
  const ends: Partial<Record<Reason | "due", number>> = {}
  const lateness: Array<number> = []
  const minutes = new Map<number, number>()
  const sums = { conversations: 0, nudged: 0, nudges: 0, state_changed: 0, night: 0, takeovers: 0, replies: 0 }

  const spend = (at: DateTime.Utc, requests: number) => {
    const key = Math.floor(at.epochMillis / minute)
    minutes.set(key, (minutes.get(key) ?? 0) + requests)
  }

  const countIn = (variant: string | undefined, nudges: number) => {
    const counts = variants?.find(({ name }) => name === variant)
    if (counts === undefined) return
    counts.conversations++
    counts.nudged += nudges > 0 ? 1 : 0
    counts.nudges += nudges
  }

  const add = (conversation: Conversation) => {
    const variant = Variant.nameFor(version, Replay.memberOf(conversation))
    const policy = Variant.policyOf(version, variant)
    const { chat, done, last, looks } = Replay.play(conversation, policy, { isWatched: true })
    const nudges = done.filter(({ step }) => Policy.isWriting(policy.steps[step - 1]!))
    const { night, replies, takeovers } = avoided(looks, policy)
    for (const { at } of looks) spend(at, requestsOfLook)
    for (const { at, ideal, step } of done) {
      spend(at, 1)
      steps[step - 1]!++
      lateness.push(Math.max(0, DateTime.distance(ideal, at)) / 1000)
    }
    for (const { at } of nudges) {
      const hour = hourOf(at, Decide.zonesOf(policy, chat, at)[0])
      if (hour !== undefined) hours[hour]!++
    }
    const end = last._tag === "Act" ? "due" : last.reason
    ends[end] = (ends[end] ?? 0) + 1
    countIn(variant, nudges.length)
    sums.conversations++
    sums.nudged += nudges.length > 0 ? 1 : 0
    sums.nudges += nudges.length
    sums.state_changed += done.length - nudges.length
    sums.night += night
    sums.takeovers += takeovers
    sums.replies += replies
    return nudges.length
  }

  const report = (): Report => {
    const sorted = lateness.toSorted((a, b) => a - b)
    const spent = [...minutes.values()]
    return {
      policy: version.id,
      conversations: sums.conversations,
      nudged: sums.nudged,
      nudges: sums.nudges,
      state_changed: sums.state_changed,
      steps,
      ...(variants !== undefined && { variants }),
      nightSendsAvoided: sums.night,
      takeoversAvoided: sums.takeovers,
      repliesFirst: sums.replies,
      lateness: { median: share(sorted, 0.5), p95: share(sorted, 0.95), longest: share(sorted, 1) },
      quota: {
        requests: spent.reduce((sum, count) => sum + count, 0),
        busiestMinute: spent.reduce((most, count) => Math.max(most, count), 0),
        limit,
        behind: behind(minutes, limit)
      },
      hours,
      ends
    }
  }

  return { add, report }
}

/** In how many of the same conversations two policies wrote. */
export const Comparison = Schema.Struct({
  both: Schema.Int,
  onlyFirst: Schema.Int,
  onlySecond: Schema.Int,
  neither: Schema.Int
})
/** In how many of the same conversations two policies wrote. */
export type Comparison = typeof Comparison.Type
