/**
 * `snooze`, `close` and `assign`: changes the chat's place in the inbox. A request sets a value, so it is safe to
 * repeat: after a lost answer the chat is read, decided about again, and changed again where that is still due. Where
 * the contact wrote meanwhile, a snoozed or closed chat is opened again.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as ChatSnapshot from "../Decide/ChatSnapshot.ts"
import * as Decide from "../Decide.ts"
import type { FollowUp } from "../Plan/FollowUp.ts"
import type { Policy, Step } from "../Policy.ts"
import { type Look, lookOf, maxAttempts, type ActionContext, ifStillOwned } from "./ActionContext.ts"
import * as Transitions from "./Transitions.ts"

type StateStep = Extract<Step, { readonly action: "snooze" | "close" | "assign" }>

const stateAfter = { snooze: "SNOOZED", close: "CLOSED" } as const

/**
 * The action of such a step. `arm` records the intent and sends the request. `check` reads from the chat whether it was
 * applied, and repeats it until the row has been armed {@link maxAttempts} times; then the follow-up ends as
 * `unreachable`. A request that did not leave counts as no attempt.
 */
export const make = (context: ActionContext, policy: Policy, step: StateStep) => {
  const { invent, ledger, transitions, chatReview, policies, stateUpdates } = context

  const setState = (chat: ChatSnapshot.ChatSnapshot, state: "OPEN" | "SNOOZED" | "CLOSED") =>
    Effect.map(stateUpdates.update({ path: { chat_id: chat.chat_id }, payload: { state } }), (answer) =>
      ChatSnapshot.refresh(chat, answer)
    )

  const request = (chat: ChatSnapshot.ChatSnapshot) =>
    step.action === "assign"
      ? invent.state
          .assign({ path: { chat_id: chat.chat_id }, payload: { member_id: step.member_id } })
          .pipe(Effect.ensuring(stateUpdates.forget(chat.chat_id)), Effect.as(chat))
      : setState(chat, stateAfter[step.action])

  const isApplied = (chat: ChatSnapshot.ChatSnapshot) =>
    step.action === "assign" ? chat.isAssigned : chat.state === stateAfter[step.action]

  /**
   * Whether the contact wrote while the request was under way. Does not count for `assign`: the human agent will see
   * the message.
   */
  const hasContactWritten = (armed: FollowUp, chat: ChatSnapshot.ChatSnapshot) => {
    const last = chat.messages.at(-1)
    return step.action !== "assign" && last !== undefined && last.id !== armed.after_id && last.author === "contact"
  }

  const settle = Effect.fn("ChangeInboxState.settle")(function* (armed: FollowUp, chat: ChatSnapshot.ChatSnapshot) {
    if (!hasContactWritten(armed, chat)) {
      yield* ledger.advance(armed, { status: "done" }, { name: "state_changed", detail: { action: step.action } })
      return
    }
    const reopened = yield* Effect.either(setState(chat, "OPEN").pipe(ifStillOwned(context, armed, undefined)))
    yield* reopened._tag === "Left"
      ? transitions.onError(armed, reopened.left, "unknown")
      : transitions.end(armed, "withdrawn", "replied")
  })

  const arm = (from: FollowUp, look: Look, at: DateTime.Utc) =>
    Effect.gen(function* () {
      const { chat } = look
      const armed = yield* ledger.advance(
        from,
        {
          status: "armed",
          writes: false,
          follow_up_at: at,
          after_id: chat.messages.at(-1)?.id ?? null,
          attempts: from.attempts + 1,
          due_at: DateTime.addDuration(at, policy.confirm_after)
        },
        { name: "changing_state", detail: { step: from.step, action: step.action } }
      )
      if (Option.isNone(armed)) return
      const hasLeft = yield* Ref.make(false)
      const beginning = { look, freshFor: policy.confirm_after }
      const answered = yield* Effect.either(
        request(chat).pipe(ifStillOwned(context, armed.value, beginning, Ref.set(hasLeft, true)))
      )
      if (answered._tag === "Right") return yield* settle(armed.value, answered.right)
      return yield* !(yield* Ref.get(hasLeft)) && Transitions.canSucceedLater(answered.left)
        ? transitions.planAgain(armed.value, answered.left)
        : transitions.onError(armed.value, answered.left, "skipped")
    })

  /** Goes on after a lost answer or a crash, by what the chat shows now. */
  const check = Effect.fn("ChangeInboxState.check")(function* (armed: FollowUp, chat: ChatSnapshot.ChatSnapshot) {
    if (isApplied(chat)) {
      yield* settle(armed, chat)
    } else if (Option.isSome(yield* ledger.paused)) {
      return yield* transitions.rescheduleIn(
        armed,
        Duration.zero,
        { status: "planned", follow_up_at: null, attempts: armed.attempts - 1 },
        { name: "planned_again" }
      )
    } else {
      const others = (yield* ledger.taken(armed.conversation_id)).filter(({ status }) => status !== "under_way")
      const first_in_force = yield* policies.firstInForce(policy)
      const decision = Decide.decide({ policy, chat, taken: others, now: yield* DateTime.now, first_in_force })
      if (decision._tag === "Stop" || decision._tag === "Skip") {
        yield* transitions.end(armed, "withdrawn", decision.reason)
      } else if (decision.anchor_id !== armed.anchor_id || decision.step !== armed.step) {
        yield* transitions.end(
          armed,
          "withdrawn",
          decision.anchor_id === armed.anchor_id && decision.step > armed.step ? "late" : "superseded"
        )
      } else if (decision._tag === "Wait") {
        const { reason, until } = decision
        return yield* transitions.reschedule(
          armed,
          { status: "planned", follow_up_at: null, due_at: until },
          { name: "postponed", detail: { reason } }
        )
      } else if (armed.attempts < maxAttempts) {
        return yield* arm(armed, yield* lookOf(chat), decision.at)
      } else {
        return yield* transitions.endUnreachable(armed)
      }
    }
    yield* chatReview.review(chat)
  })

  return { arm, check }
}
