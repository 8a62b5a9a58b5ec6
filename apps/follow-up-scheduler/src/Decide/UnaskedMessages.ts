/**
 * Which messages of ours in a silence are follow-ups, as the chat itself shows them, whatever is on record. A message
 * of the assistant that comes after an earlier message of ours, without one of the contact between, answers nothing: it
 * is a follow-up, ours or another's, and counts as a step taken. Pure.
 *
 * A follow-up differs from a further part of an answer by the silence before it: at least half of the `after` of the
 * step that would come next. Not counted are
 * - further parts of an answer, and an answer that comes sooner than that after "one moment, please";
 * - what follows a tool's result, which answers that;
 * - a broadcast, which goes to many at once;
 * - the message of a human agent, who handles the chat then;
 * - the first message of the list, and a message without a date, since the silence before it is unknown.
 *
 * A message in the words of a step counts as that step. Any other counts as the next step, or as a later one where the
 * steps between would have been left out as late. No message counts as a step that writes none.
 */
import type { MessageId } from "@effect-invent/domain/Ids"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import { isWriting, type Policy, type Step } from "../Policy.ts"
import * as Template from "../Policy/Template.ts"
import type { Message } from "./MessageList.ts"

/** The share of a step's `after` that must be silent before a message for it to count as that step. */
const silentShare = 0.5

/** How far the server's clock may differ from ours. */
export const skew = Duration.minutes(2)

/** A follow-up on record that belongs to the silence. */
export interface Recorded {
  readonly step: number
  /** Undefined where its message is not known, or where it wrote none. */
  readonly message_id: MessageId | undefined
  readonly follow_up_at: DateTime.Utc
  /** Whether it follows up a message of the silence before, and crossed the contact's reply. */
  readonly hasCrossed: boolean
}

/** The follow-ups that the messages of one silence show: those on record, and those that are not. */
export interface UnaskedMessages {
  /** Follow-ups that are not on record, the oldest first. */
  readonly unrecorded: ReadonlyArray<Message>
  /** Messages of follow-ups on record, also of those on record without a message. */
  readonly recorded: ReadonlySet<MessageId>
  /** How many steps the follow-ups of the silence count as, those on record included. */
  readonly steps: number
}

type Steps = Pick<Policy, "steps">

const stepAfter = ({ steps }: Steps, taken: number): Step => steps[Math.min(taken, steps.length - 1)] ?? steps[0]

const isSilentFor = (millis: number, { after }: Step): boolean => millis >= Duration.toMillis(after) * silentShare

/** The number of the step in whose words a message is; 0 where there is none. */
export const stepInWords = ({ steps }: Steps, { text }: Message): number =>
  steps.findIndex((step) => step.action === "send_message" && Template.isFrom(step.message, text)) + 1

/** The number of the step that a message after a silence of this length counts as. */
const stepBySilence = (policy: Steps, taken: number, silentMillis: number): number => {
  const writing = policy.steps.filter(isWriting).length
  const isLeftOut = ({ after, lateness }: Step) =>
    lateness?.beyond === "skip" && silentMillis > Duration.toMillis(after) + Duration.toMillis(lateness.limit)
  let step = Math.min(taken + 1, writing)
  while (step < writing && isLeftOut(stepAfter(policy, step - 1)) && isSilentFor(silentMillis, stepAfter(policy, step)))
    step++
  return step
}

const mayBeFollowUp = ({ author, isBroadcast, isRunning, isToolResult }: Message): boolean =>
  author === "assistant" && !isBroadcast && !isToolResult && !isRunning

/**
 * Finds the follow-ups among the messages after the contact's last one. `silence`: these messages, the oldest first.
 */
export const find = (
  silence: ReadonlyArray<Message>,
  recorded: ReadonlyArray<Recorded>,
  policy: Steps
): UnaskedMessages => {
  const byId = new Map(
    recorded.flatMap((one) => (one.message_id === undefined ? [] : [[one.message_id, one] as const]))
  )
  const withoutMessage = recorded.filter(({ message_id }) => message_id === undefined)
  const found = new Set<MessageId>()
  const claimed = new Set<Recorded>()
  const unrecorded: Array<Message> = []
  let before: Message | undefined
  let taken = 0
  for (const message of silence) {
    const known = byId.get(message.id)
    if (known !== undefined) {
      found.add(message.id)
      taken = known.hasCrossed ? taken + 1 : Math.max(taken, known.step)
      // A follow-up that crossed the contact's message does not answer it: the answer is still to come.
      if (known.hasCrossed && before === undefined) continue
    } else if (before !== undefined && mayBeFollowUp(message)) {
      const had = withoutMessage.filter(
        ({ follow_up_at }) => DateTime.distance(follow_up_at, message.at) >= -Duration.toMillis(skew)
      )
      const latest = Arr.last(had.toSorted((a, b) => a.follow_up_at.epochMillis - b.follow_up_at.epochMillis))
      taken = Math.max(taken, ...had.map(({ step }) => step))
      const since = Math.max(before.at.epochMillis, latest._tag === "Some" ? latest.value.follow_up_at.epochMillis : 0)
      const silentMillis = message.at.epochMillis - since
      const words = stepInWords(policy, message)
      if (
        latest._tag === "Some" &&
        !claimed.has(latest.value) &&
        !isSilentFor(silentMillis, stepAfter(policy, taken))
      ) {
        claimed.add(latest.value)
        found.add(message.id)
      } else if (words > 0 || isSilentFor(silentMillis, stepAfter(policy, taken))) {
        unrecorded.push(message)
        taken = Math.max(taken, words > 0 ? words : stepBySilence(policy, taken, silentMillis))
      }
    }
    before = message
  }
  return { unrecorded, recorded: found, steps: taken }
}

/**
 * Whether a message that is listed as a human's is a follow-up that the API key wrote: it has the words of a step,
 * comes after a message of ours, and at least half of the step's `after` was silent before it.
 */
export const isInOurWords = (policy: Steps, before: Message | undefined, message: Message): boolean => {
  const step = stepInWords(policy, message)
  return (
    step > 0 &&
    before !== undefined &&
    before.author !== "contact" &&
    isSilentFor(DateTime.distance(before.at, message.at), stepAfter(policy, step - 1))
  )
}
