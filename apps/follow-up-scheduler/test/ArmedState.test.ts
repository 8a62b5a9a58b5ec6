import { describe, expect, it } from "@effect/vitest"
import type { ChatSnapshot, Message } from "../src/Decide/ChatSnapshot.ts"
import * as ArmedState from "../src/Plan/ArmedState.ts"
import { ChatId } from "@effect-invent/domain/Ids"
import type { Reason } from "../src/Decide/Reason.ts"
import * as Build from "./Build.ts"

const { after, chat, followUp, hour, message, messageId, minute, policy } = Build

/** The chat after its follow-up was armed for an hour after `Build.start`, with these messages since. */
const since = (messages: ReadonlyArray<Message>, fields: Partial<ChatSnapshot> = {}) =>
  chat({ messages: [...chat().messages, ...messages], ...fields })

const read = (chat: ChatSnapshot, fields: Readonly<Record<string, unknown>> = {}) =>
  ArmedState.read(followUp(), chat, policy(fields))
const overtaken = (reason: Reason) => ArmedState.ArmedState.Invalidated({ reason })
const unclear = expect.objectContaining({ _tag: "Ambiguous", reason: "replied" })
const standing = { follow_up_at: after(hour) }

describe("an armed follow-up", () => {
  it("stands while our value is there and nobody wrote", () => {
    expect(read(since([], standing))).toEqual(ArmedState.ArmedState.Pending())
  })

  it("is cleared when no value is there and no message", () => {
    expect(read(since([]))).toEqual(ArmedState.ArmedState.Cleared())
  })

  it("is replaced when another value is there, even a millisecond away", () => {
    for (const other of [5 * hour, hour + 1, hour - 1]) {
      expect(read(since([], { follow_up_at: after(other) }))).toEqual(ArmedState.ArmedState.Replaced())
    }
  })

  it("is sent when the assistant wrote at its instant, later, or up to a second early", () => {
    for (const at of [hour, hour + 10 * minute, hour - 1000]) {
      const written = message("assistant", at)
      expect(read(since([written]))).toEqual(ArmedState.ArmedState.Sent({ message: written }))
    }
  })

  it("is overtaken by another message of ours more than a second before its instant", () => {
    expect(read(since([message("assistant", hour - 1001)], standing))).toEqual(overtaken("superseded"))
  })

  it("is sent by its first message: what comes after that does not matter", () => {
    const written = message("assistant", hour)
    for (const author of ["contact", "human", "assistant"] as const) {
      expect(read(since([written, message(author, hour + 1)]))).toEqual(
        ArmedState.ArmedState.Sent({ message: written })
      )
    }
  })

  it("is not a broadcast that came at its instant, and is overtaken by one that came before", () => {
    const broadcast = (at: number) => message("assistant", at, { isBroadcast: true })
    expect(read(since([broadcast(hour)]))).toEqual(ArmedState.ArmedState.Cleared())
    const written = message("assistant", hour + 1)
    expect(read(since([broadcast(hour), written]))).toEqual(ArmedState.ArmedState.Sent({ message: written }))
    expect(read(since([broadcast(30 * minute)], standing))).toEqual(overtaken("superseded"))
  })

  it("is overtaken by a reply, though the assistant has answered that since", () => {
    expect(read(since([message("contact", 30 * minute), message("assistant", hour)], standing))).toEqual(
      overtaken("replied")
    )
  })

  it("is overtaken by a human of the staff", () => {
    expect(read(since([message("human", 30 * minute)], standing))).toEqual(overtaken("human_takeover"))
  })

  it("is not sent while its message is still being written", () => {
    const running = message("assistant", hour, { isRunning: true })
    expect(read(since([running]))).toEqual(ArmedState.ArmedState.Cleared())
    expect(read(since([running, message("contact", hour + 1)]))).toEqual(unclear)
  })

  it("that crossed a reply is sent, if the reply is answered by another message, before it or after", () => {
    const written = message("assistant", hour)
    for (const reply of [2 * minute, 100]) {
      for (const answered of [hour + 5, hour + minute, hour - 50]) {
        const messages = [
          message("contact", hour - reply),
          ...[written, message("assistant", answered)].sort((a, b) => a.at.epochMillis - b.at.epochMillis)
        ]
        expect(read(since(messages))).toEqual(ArmedState.ArmedState.Sent({ message: written }))
        expect(read(since([...messages, message("contact", hour + 2 * minute)]))).toEqual(
          ArmedState.ArmedState.Sent({ message: written })
        )
      }
    }
  })

  it("that crossed a human's message is sent", () => {
    const written = message("assistant", hour)
    expect(read(since([message("human", hour - 1), written]))).toEqual(ArmedState.ArmedState.Sent({ message: written }))
  })

  it("is taken for the answer to a reply that has no other, once the customer goes on, or if it came long after the instant", () => {
    const reply = message("contact", hour - 100)
    const written = message("assistant", hour)
    expect(read(since([reply, written]))).toEqual(unclear)
    expect(read(since([reply, written, message("contact", hour + minute)]))).toEqual(overtaken("replied"))
    expect(read(since([reply, message("assistant", hour + 10_001)]))).toEqual(overtaken("replied"))
  })

  it("does not mistake what was there before it was armed for what came after", () => {
    const armedAfter = followUp({ after_id: messageId("reply") })
    const messages = [
      message("contact", -minute),
      message("assistant", hour + 1),
      message("contact", 0, { id: messageId("reply") })
    ]
    expect(ArmedState.read(armedAfter, chat({ messages, ...standing }), policy())).toEqual(
      ArmedState.ArmedState.Pending()
    )
  })
})

describe("what holds against writing at all overtakes it:", () => {
  const hindrances: ReadonlyArray<readonly [Reason, Partial<ChatSnapshot>]> = [
    ["blocked", { isBlocked: true }],
    ["unsubscribed", { isUnsubscribed: true }],
    ["opted_out", { consent: { isWithdrawn: true, at: after(0) } }],
    ["human_takeover", { isAssigned: true }],
    ["ai_disabled", { ai_enabled: false }],
    ["assistant_disabled", { switchedOff: ["assistant_disabled"] }],
    ["closed", { state: "CLOSED" }],
    ["unreadable_message", { hasUnreadable: true }],
    ["snoozed", { state: "SNOOZED" }],
    ["unknown_state", { state: "UNKNOWN" }],
    ["moved_on", { goesOnIn: ChatId.make("chat_2") }],
    ["muted", { muted_until: after(hour + 1) }]
  ]

  for (const [reason, fields] of hindrances) {
    it(reason, () => {
      expect(read(since([], { ...standing, ...fields }))).toEqual(overtaken(reason))
      expect(read(since([], fields))).toEqual(overtaken(reason))
    })

    it(`${reason}, but not a follow-up that was sent already`, () => {
      expect(read(since([message("assistant", hour)], fields))._tag).toBe("Sent")
    })
  }

  it("a mute that is over by the instant holds against nothing", () => {
    expect(read(since([], { ...standing, muted_until: after(hour) }))._tag).toBe("Pending")
  })
})

describe("a policy that is not for the chat any more overtakes it:", () => {
  const portuguese = { match: { countries: ["PT"] } }

  it("not_matched, while our value stands", () => {
    expect(read(since([], { ...standing, country: "IE" }), portuguese)).toEqual(overtaken("not_matched"))
    expect(read(since([], { ...standing, country: "PT" }), portuguese)._tag).toBe("Pending")
  })

  it("unknown_zone, where the policy has none for all", () => {
    expect(read(since([], { ...standing, zone: undefined }), { time_zone: undefined })).toEqual(
      overtaken("unknown_zone")
    )
    expect(read(since([], { ...standing, zone: undefined }))._tag).toBe("Pending")
  })

  it("but nothing that was sent, taken back or replaced already", () => {
    expect(read(since([message("assistant", hour)], { ...standing, country: "IE" }), portuguese)._tag).toBe("Sent")
    expect(read(since([], { country: "IE" }), portuguese)._tag).toBe("Cleared")
    expect(read(since([], { follow_up_at: after(2 * hour), country: "IE" }), portuguese)._tag).toBe("Replaced")
  })
})
