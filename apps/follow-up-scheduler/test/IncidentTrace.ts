/** A trace of another scheduler's incident: what people did, minute by minute, and what we are to do about it. */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as RecordedConversation from "../src/Simulation/RecordedConversation.ts"
import type { Policy } from "../src/Policy.ts"
import * as Replay from "../src/Simulation/Replay.ts"
import * as Build from "./Build.ts"

const Event = Schema.Struct({
  ...RecordedConversation.Event.fields,
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
  chat: Schema.optionalWith(RecordedConversation.Facts, { default: () => ({}) }),
  events: Schema.optionalWith(Schema.Array(Event), { default: () => [] }),
  until: Schema.optional(Schema.DateTimeUtc),
  /** What we did, in order. */
  messages: Schema.optionalWith(
    Schema.Array(Schema.Struct({ at: Schema.DateTimeUtc, step: Schema.Int, action: Schema.String })),
    { default: () => [] }
  ),
  /** The decision at the end. */
  ends: Schema.optional(Schema.String)
})
export type Trace = typeof Trace.Type

export const replay = (trace: Trace, policy: Policy) =>
  Replay.play(
    {
      chat_id: Build.chat_id,
      chat: { zone: "UTC", channel: "custom", ...trace.chat },
      events: trace.events,
      until: trace.until ?? trace.events.at(-1)!.at
    },
    policy,
    { isWatched: false, sweepEvery: Duration.minutes(10), workers: trace.workers, withoutTimers: trace.without_timers }
  )
