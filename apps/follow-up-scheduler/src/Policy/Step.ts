/** The steps of a cadence: after how much silence which action, and what becomes of one that is late. */
import { IntegrationId } from "@effect-invent/domain/Integration"
import { OrgMemberId } from "@effect-invent/domain/Ids"
import * as Schema from "effect/Schema"
import { DurationText } from "./DurationText.ts"
import { Template } from "./Template.ts"

/** A kind of channel, in the vendor's words. */
export const Channel = Schema.Literal(...IntegrationId.values)
/** A kind of channel, as the vendor spells it. The list is that of `IntegrationId`. */
export type Channel = typeof Channel.Type

/** How late a step may be, for whatever cause, and what becomes of one that is later. */
export const Lateness = Schema.Struct({
  limit: DurationText.annotations({
    description: "Counted from the instant at which the step would have been taken in time."
  }),
  /**
   * - `send`: it is taken all the same.
   * - `skip`: it is left out, and the next step's silence counts.
   * - `shift`: it is taken at the same time, by the clocks where the contact is, on the next day on which it is
   *   allowed, so
   *   that steps that are late together are not taken together.
   */
  beyond: Schema.Literal("send", "skip", "shift").annotations({
    description:
      "send: take it all the same. skip: leave it out. shift: take it at the same time of the next allowed day."
  })
})

const common = {
  after: DurationText.annotations({ description: "Silence since our last message, an earlier follow-up included." }),
  lateness: Schema.optional(
    Lateness.annotations({ description: "How late the step may be, and what becomes of it when it is later." })
  )
}

const ScheduleFollowUp = Schema.Struct({ ...common, action: Schema.Literal("schedule_follow_up") }).annotations({
  description: "The assistant writes the follow-up itself: its follow_up_at is set."
})

const SendMessage = Schema.Struct({ ...common, action: Schema.Literal("send_message"), message: Template }).annotations(
  {
    description: "A message in the words of this policy, sent as the API key."
  }
)

const Snooze = Schema.Struct({ ...common, action: Schema.Literal("snooze") }).annotations({
  description: "Puts the chat to SNOOZED. The API knows no time at which it wakes."
})

const Close = Schema.Struct({ ...common, action: Schema.Literal("close") }).annotations({
  description: "Puts the chat to CLOSED."
})

const Assign = Schema.Struct({
  ...common,
  action: Schema.Literal("assign"),
  member_id: OrgMemberId.pipe(Schema.minLength(1))
}).annotations({
  description: "Hands the chat to a member of the staff."
})

/** A step of a cadence: one of five actions, each with `after` and an optional `lateness`. */
export const Step = Schema.Union(ScheduleFollowUp, SendMessage, Snooze, Close, Assign)
/** A step of a cadence. `action` says which of the other fields it has. */
export type Step = typeof Step.Type
/**
 * What a step does. `schedule_follow_up` and `send_message` write to the contact; the others change the chat's place in
 * the inbox.
 */
export type Action = Step["action"]

/** Whether the action writes to the contact. Caps and channel windows hold for these actions only. */
export const isWriting = ({ action }: Pick<Step, "action">): boolean =>
  action === "schedule_follow_up" || action === "send_message"

/**
 * The steps of a policy, at least one. `snooze`, `close` and `assign` end a cadence: a policy with a step after one of
 * them is refused, because that step would never be taken.
 */
export const Steps = Schema.NonEmptyArray(Step).pipe(
  Schema.filter((steps) => {
    const last = steps.findIndex((step) => !isWriting(step))
    return last === -1 || last === steps.length - 1
      ? true
      : {
          path: [last + 1],
          message: `comes after ${steps[last]?.action}, which ends a cadence, and would never be taken`
        }
  })
)
