/**
 * `snooze`, `close` and `assign`: changes the chat's place in the inbox. These set values, so a lost answer is no riddle: the
 * chat is read, decided upon and, if need be, changed again. A contact who wrote meanwhile gets the open chat back.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ChatSnapshot from "../ChatSnapshot.ts"
import * as Decide from "../Decide.ts"
import type { FollowUp } from "../FollowUp.ts"
import type { Policy, Step } from "../Policy.ts"
import { type Means, maxArms } from "./Means.ts"

type Filed = Extract<Step, { readonly action: "snooze" | "close" }>

const stateAfter = { snooze: "SNOOZED", close: "CLOSED" } as const

export const make = ({ invent, ledger, moves, observe }: Means, policy: Policy, step: Filed) => {
  const wanted = stateAfter[step.action]
  const setState = ({ chat_id }: FollowUp, state: "OPEN" | "SNOOZED" | "CLOSED") =>
    invent.state.update({ path: { chat_id }, payload: { state } })

  /** Somebody wrote while the request was under way. */
  const isOvertaken = (armed: FollowUp, chat: ChatSnapshot.ChatSnapshot) => {
    const last = chat.messages.at(-1)
    return last !== undefined && last.id !== armed.after_id && last.author === "contact"
  }

  const file = Effect.fn("Filing.file")(function* (armed: FollowUp, before: ChatSnapshot.ChatSnapshot) {
    const answered = yield* Effect.either(setState(armed, wanted))
    if (answered._tag === "Left") return yield* moves.onError(armed, answered.left, "skipped")
    const chat = ChatSnapshot.refresh(before, answered.right)
    if (!isOvertaken(armed, chat)) {
      return yield* ledger.advance(armed, { status: "done" }, { name: "filed", detail: { action: step.action } })
    }
    const reopened = yield* Effect.either(setState(armed, "OPEN"))
    if (reopened._tag === "Left") return yield* moves.onError(armed, reopened.left, "unknown")
    yield* moves.end(armed, "withdrawn", "replied")
  })

  const arm = (planned: FollowUp, chat: ChatSnapshot.ChatSnapshot, at: DateTime.Utc) =>
    Effect.flatMap(
      ledger.advance(
        planned,
        {
          status: "armed",
          follow_up_at: at,
          after_id: chat.messages.at(-1)?.id ?? null,
          arms: planned.arms + 1,
          due_at: DateTime.addDuration(at, policy.confirm_after)
        },
        { name: "filing", detail: { step: planned.step, action: step.action } }
      ),
      Option.match({ onNone: () => Effect.void, onSome: (armed) => file(armed, chat) })
    )

  /** The answer was lost, or the process ended: what the chat shows now decides. */
  const check = Effect.fn("Filing.check")(function* (armed: FollowUp, chat: ChatSnapshot.ChatSnapshot) {
    if (chat.state === wanted) {
      if (!isOvertaken(armed, chat)) {
        yield* ledger.advance(armed, { status: "done" }, { name: "filed", detail: { action: step.action } })
      } else {
        const reopened = yield* Effect.either(setState(armed, "OPEN"))
        yield* reopened._tag === "Left" ? moves.onError(armed, reopened.left, "unknown") : moves.end(armed, "withdrawn", "replied")
      }
      return yield* observe.snapshot(chat)
    }
    const others = (yield* ledger.taken(armed.conversation_id)).filter(({ status }) => status !== "under_way")
    const decision = Decide.decide({ policy, chat, taken: others, now: yield* DateTime.now })
    if (decision._tag === "Act" && decision.step === armed.step && decision.anchor_id === armed.anchor_id && armed.arms < maxArms) {
      return yield* arm(armed, chat, decision.at)
    }
    yield* moves.end(armed, "withdrawn", decision._tag === "Stop" || decision._tag === "Skip" ? decision.reason : "superseded")
    return yield* observe.snapshot(chat)
  })

  return { arm, check }
}
