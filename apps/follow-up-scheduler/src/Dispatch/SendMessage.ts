/**
 * `send_message`: sends the policy's own text as the API key. The vendor has no idempotency key, so the intent is on
 * record before the request is sent, and a lost answer is followed by a look for the message. It is sent a second time
 * only if it was looked for {@link maxConfirmChecks} times in vain, and never a third time. If that does not settle it,
 * the follow-up is `unknown` and the cadence ends until an operator decides.
 */
import * as SendGuard from "@effect-invent/client/SendGuard"
import { text } from "@effect-invent/domain/Chat/MessagePart"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ChatSnapshot, Message } from "../Decide/ChatSnapshot.ts"
import * as Episode from "../Decide/Episode.ts"
import type { FollowUp } from "../Plan/FollowUp.ts"
import type { Policy, Step } from "../Policy.ts"
import * as Template from "../Policy/Template.ts"
import { snapshotMaxAge, type Look, maxConfirmChecks, type ActionContext, ifStillOwned } from "./ActionContext.ts"
import * as Delay from "./Delay.ts"
import * as Transitions from "./Transitions.ts"

type Sent = Extract<Step, { readonly action: "send_message" }>

const maxSends = 2

/**
 * A message of this step that already follows the anchor, though nothing is on record here. Undefined where there is
 * none.
 */
export const earlier = (step: Step | undefined, planned: FollowUp, chat: ChatSnapshot): Message | undefined => {
  const anchor = chat.messages.findIndex(({ id }) => id === planned.anchor_id)
  return step?.action === "send_message" && anchor !== -1
    ? chat.messages.slice(anchor + 1).find((message) => Template.isFrom(step.message, message.text))
    : undefined
}

/**
 * The action of such a step. `arm` records the intent and sends the message; `check` looks for it; `sent` records a
 * message that is already in the chat.
 */
export const make = (context: ActionContext, policy: Policy, step: Sent) => {
  const { invent, ledger, transitions, chatReview, stateUpdates } = context
  const { end, reschedule, rescheduleIn } = transitions

  const sent = (from: FollowUp, chat: ChatSnapshot, message: Message) =>
    Effect.zipRight(
      ledger.advance(
        from,
        {
          status: "sent",
          variant: from.variant,
          message_id: message.id,
          follow_up_at: from.follow_up_at ?? message.at
        },
        { name: "sent", detail: { message: message.id, at: message.at } }
      ),
      chatReview.review(chat)
    )

  const send = Effect.fn("SendMessage.send")(function* (armed: FollowUp, look: Look) {
    const { chat } = look
    const content = Template.render(step.message, chat.values)
    const answered = yield* Effect.either(
      invent.messages
        .create({ path: { chat_id: armed.chat_id }, payload: { message: text(content) } })
        .pipe(
          ifStillOwned(context, armed, { look, freshFor: snapshotMaxAge(policy) }),
          Effect.ensuring(stateUpdates.forget(armed.chat_id))
        )
    )
    const now = yield* DateTime.now
    if (answered._tag === "Right") {
      const at = answered.right.created_at ?? now
      const message: Message = {
        id: answered.right.id,
        author: "assistant",
        at,
        isDated: true,
        whole_at: at,
        changed_at: undefined,
        isRunning: false,
        isBroadcast: false,
        isToolResult: false,
        text: content
      }
      return yield* sent(armed, { ...chat, messages: [...chat.messages, message] }, message)
    }
    const error = answered.left
    if (!SendGuard.isWithheld(error))
      yield* Effect.logWarning(`follow-up ${armed.key} was not confirmed`, error.message)
    // It may have been applied: look for it.
    if (error._tag === "OutcomeUnknown" || error._tag === "UnexpectedResponse") {
      const due_at = DateTime.addDuration(now, Delay.visibleWithin)
      return yield* reschedule(armed, { due_at }, { name: "answer_lost", detail: { error: error._tag } })
    }
    if (error._tag === "NotFound") return yield* transitions.endChatGone(armed)
    // Every other error means that it was not applied. A row that another process has changed meanwhile stays as it is.
    yield* Transitions.canSucceedLater(error) ? transitions.planAgain(armed, error) : transitions.endRefused(armed)
  })

  const arm = (planned: FollowUp, look: Look, at: DateTime.Utc) =>
    Effect.gen(function* () {
      const armed = yield* ledger.arm(
        planned,
        {
          status: "armed",
          writes: true,
          follow_up_at: at,
          after_id: look.chat.messages.at(-1)?.id ?? null,
          attempts: planned.attempts + 1,
          confirm_checks: 0,
          due_at: DateTime.addDuration(at, policy.confirm_after)
        },
        { name: "sending", detail: { step: planned.step } },
        { chat: look.chat, limits: policy }
      )
      if (Option.isSome(armed)) yield* send(armed.value, look)
    })

  const found = ({ after_id, follow_up_at }: FollowUp, { messages }: ChatSnapshot): Message | undefined => {
    const index = messages.findIndex(({ id }) => id === after_id)
    const sent_at = follow_up_at ?? undefined
    return (
      sent_at &&
      messages.slice(index + 1).find((message) => Episode.matchesSentTemplate(step.message, sent_at, message))
    )
  }

  const check = (armed: FollowUp, chat: ChatSnapshot) => {
    const message = found(armed, chat)
    if (message !== undefined) return sent(armed, chat, message)
    if (armed.confirm_checks < maxConfirmChecks)
      return rescheduleIn(
        armed,
        policy.confirm_after,
        { confirm_checks: armed.confirm_checks + 1 },
        { name: "message_absent" }
      )
    return armed.attempts < maxSends
      ? rescheduleIn(armed, Duration.zero, { status: "planned", follow_up_at: null }, { name: "planned_again" })
      : Effect.zipRight(end(armed, "unknown", "not_confirmed"), chatReview.review(chat))
  }

  return { arm, check, sent }
}
