/**
 * One follow-up from plan to end, as the ledger keeps it.
 *
 * ```
 * planned ──▶ armed ──▶ sent, done
 *    │          ├─────▶ withdrawn, unknown
 *    └──────────┴─────▶ skipped          skipped, withdrawn ──▶ planned (the facts changed)
 * ```
 */
import { ChatId, ConversationId, MessageId } from "@effect-invent/domain/Ids"
import * as Schema from "effect/Schema"
import { FollowUpKey } from "../Plan.ts"
import { Reason } from "../Decide/Reason.ts"

/**
 * - `planned`: nothing was done yet.
 * - `armed`: we mean to carry it out, and perhaps did.
 * - `sent`: the message was seen.
 * - `done`: the chat was snoozed, closed or assigned.
 * - `skipped`: it was not carried out, and the reason says why.
 * - `withdrawn`: it was armed and taken back in time.
 * - `unknown`: it may have been sent; it is not sent again unless an operator decides so.
 */
export const Status = Schema.Literal("planned", "armed", "sent", "done", "skipped", "withdrawn", "unknown")
/** Where a follow-up is between plan and end. */
export type Status = typeof Status.Type

const Millis = Schema.DateTimeUtcFromNumber

const Flag = Schema.transformLiterals([0, false], [1, true])

/**
 * One follow-up, as a row of the ledger's table `follow_ups`. A change is made only where `status` and `revision` are
 * still as they were read, so that two writers cannot both make it. `step` counts from 1.
 */
export class FollowUp extends Schema.Class<FollowUp>("FollowUp")({
  key: FollowUpKey,
  conversation_id: ConversationId,
  chat_id: ChatId,
  policy: Schema.String,
  /** The variant of that policy; null where it has none, or the contact is not enrolled in one yet. */
  variant: Schema.NullOr(Schema.String),
  step: Schema.Int,
  anchor_id: MessageId,
  status: Status,
  /** When to read its chat next. Without meaning once the follow-up has ended. */
  due_at: Millis,
  /** Goes up by 1 with each change. A timer that was set for a lower number does nothing. */
  revision: Schema.Int,
  /** The value we set, or mean to set; or when we mean to have acted ourselves. */
  follow_up_at: Schema.NullOr(Millis),
  /**
   * Whether its step writes to the contact, as of when it was armed. Limits count the follow-ups that do. `snooze`,
   * `close` and `assign` write nothing.
   */
  writes: Flag,
  /** The last message of the chat when it was armed: the follow-up comes after it. */
  after_id: Schema.NullOr(MessageId),
  /** When the server confirmed the value; null while we only mean to set it. */
  confirmed_at: Schema.NullOr(Millis),
  /** How often it was armed. */
  attempts: Schema.Int,
  /** How often its message was looked for and not found. */
  confirm_checks: Schema.Int,
  /** How many reads or requests failed in a row. Decides how long the next wait is: see `Dispatch/Delay.ts`. */
  failures: Schema.Int,
  message_id: Schema.NullOr(MessageId),
  reason: Schema.NullOr(Reason)
}) {}
