/**
 * A contact who may be written to again while nothing happens in the chat, on a server that shares no code with ours,
 * in virtual time. Only a list of contacts shows it, and of a blocked one the contact in the chat.
 */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Build from "./Build.ts"
import * as PlainService from "./PlainService.ts"
import type * as PlainVendor from "./PlainVendor.ts"

/** The step is due at one o'clock, when the chat was silent for an hour. */
const policy = Build.policy({ effective_from: "all" })

/** The chats of one contact who comes back, and of one who does not. */
const chatsOf = (list: string) => {
  let hasReturned = false
  const chat = (mayReturn: boolean): PlainVendor.Fixture => {
    const isOn = () => !(mayReturn && hasReturned)
    return {
      get contact() {
        return { blocked: list === "BLOCKED" && isOn() }
      },
      get listed() {
        return isOn() ? [list] : []
      }
    }
  }
  return { chats: { ada: chat(true), bob: chat(false) }, comeBack: () => void (hasReturned = true) }
}

it.live.each(["UNSUBSCRIBED", "BLOCKED", "AI_REPLIES_DISABLED"])(
  "a contact who leaves the list %s is followed up, and one who stays on it is not",
  (list) => {
    const { chats, comeBack } = chatsOf(list)
    return PlainService.played({ chats }, (vendor) =>
      Effect.gen(function* () {
        yield* Effect.sleep("20 minutes")
        comeBack()
        yield* Effect.sleep("50 minutes")
        expect([vendor.sentTo("ada"), vendor.sentTo("bob")]).toEqual([1, 0])
      }).pipe(PlainService.life(vendor, policy, PlainService.inbox("5 minutes")))
    )
  }
)
