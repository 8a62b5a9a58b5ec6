/**
 * A server that shares no code with ours cuts the connection instead of answering the update that sets `follow_up_at`.
 * It writes to the contact at that instant, and writes again for each update that it gets after that instant.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Build from "./Build.ts"
import * as PlainService from "./PlainService.ts"

/** Set so early that the client alone would send the update again. */
const policy = Build.policy({
  effective_from: "all",
  arm_lead: "5 minutes",
  steps: [{ after: "20 minutes", action: "schedule_follow_up" }]
})
const isUpdate = (line: string) => line.startsWith("PATCH ")

/** The requests from the first update on, and how many messages the contact got. */
const withCut = (cut: "before" | "after") => {
  let updates = 0
  const first = (line: string) => (isUpdate(line) && ++updates === 1 ? cut : undefined)
  return PlainService.played({ chats: { chat_ada: {} }, cut: first }, (vendor) =>
    Effect.gen(function* () {
      yield* PlainService.life(vendor, policy, PlainService.inbox("30 seconds"))(Effect.sleep("12 minutes"))
      const requests = vendor.requests.slice(vendor.requests.findIndex(isUpdate))
      return { requests, updates: requests.filter(isUpdate).length, sent: vendor.sentTo("chat_ada") }
    })
  )
}

describe("an update that sets follow_up_at, and whose connection was cut,", () => {
  it.live("is looked for, and not sent again where it was carried out", () =>
    Effect.gen(function* () {
      const { requests, sent, updates } = yield* withCut("after")
      expect({ sent, updates }).toEqual({ sent: 1, updates: 1 })
      expect(requests[1]).toMatch(/^GET /)
    })
  )

  it.live("is sent again after the look where it was not", () =>
    Effect.gen(function* () {
      const { requests, sent, updates } = yield* withCut("before")
      expect({ sent, updates }).toEqual({ sent: 1, updates: 2 })
      expect(requests[1]).toMatch(/^GET /)
    })
  )
})
