/**
 * A contact who is blocked for a while, on a server that shares no code with ours, in virtual time. Both the contact in
 * the chat and the list of the blocked show it.
 */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Build from "./Build.ts"
import * as PlainService from "./PlainService.ts"

/** The step is due at one o'clock, when the chat was silent for an hour. */
const policy = Build.policy({ effective_from: "all" })

/** The chat of a contact who is blocked until half past twelve, or for good. */
const blocked = () => {
  let [isBlocked, changedAt] = [true, PlainService.since]
  const chat = {
    get contact() {
      return { blocked: isBlocked }
    },
    get listed() {
      return isBlocked ? ["BLOCKED"] : []
    },
    get chat() {
      return { updated_at: changedAt }
    }
  }
  const unblock = () => void ([isBlocked, changedAt] = [false, "2026-07-15T12:30:00Z"])
  return { chats: { ada: chat }, unblock }
}

it.live.each([
  { isUnblocked: true, what: "is followed up", count: 1 },
  { isUnblocked: false, what: "is not, where nobody unblocks them", count: 0 }
])("a contact who was blocked and did not write since $what", ({ count, isUnblocked }) => {
  const { chats, unblock } = blocked()
  return PlainService.played({ chats }, (vendor) =>
    Effect.gen(function* () {
      yield* Effect.sleep("20 minutes")
      if (isUnblocked) unblock()
      yield* Effect.sleep("50 minutes")
      expect(vendor.sentTo("ada")).toBe(count)
    }).pipe(PlainService.life(vendor, policy, PlainService.inbox("5 minutes")))
  )
})
