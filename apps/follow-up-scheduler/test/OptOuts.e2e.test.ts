/**
 * Who must not be written to, by nothing but what the vendor's pages print: the program against a server that
 * shares no code with ours.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { followUps } from "./Passes.ts"
import type * as PlainVendor from "./PlainVendor.ts"

const unsubscribed = {
  id: "activity_1",
  type: "contact_unsubscribed",
  created_at: "2026-07-01T00:00:00Z",
  metadata: {}
}
const resubscribed = {
  id: "activity_2",
  type: "contact_resubscribed",
  created_at: "2026-07-02T00:00:00Z",
  metadata: {}
}

/** A contact, as the list and the activities of the vendor give one. */
const left: PlainVendor.Fixture = { listed: ["UNSUBSCRIBED"], activities: [unsubscribed] }

describe("a contact who opted out", () => {
  it.live("gets no follow-up, by the contact list and the activities only, while another gets both", () =>
    Effect.gen(function* () {
      const { reasons, requests, sent } = yield* followUps({
        chats: { chat_willing: {}, chat_unsubscribed: left, chat_blocked: { listed: ["BLOCKED"] } }
      })
      expect(sent).toEqual({ chat_willing: 2, chat_unsubscribed: 0, chat_blocked: 0 })
      expect(reasons).toMatchObject({ chat_unsubscribed: "unsubscribed", chat_blocked: "blocked" })
      // A list that is read serves every chat; for a contact on it one more request shows whether they came back.
      const isOfReturn = (line: string) =>
        line.includes("/contact_chat_unsubscribed/") && line.includes("contact_resubscribed")
      expect(requests.filter((line) => line.includes("/activities") && !isOfReturn(line))).toEqual([])
    })
  )

  it.live("is found by the activities, where the list cannot be had", () =>
    Effect.gen(function* () {
      const { reasons, sent } = yield* followUps({
        chats: { chat_willing: {}, chat_back: { activities: [resubscribed, unsubscribed] }, chat_unsubscribed: left },
        broken: (line) => (line.includes("status=UNSUBSCRIBED") ? { status: 400, body: "{}" } : undefined)
      })
      expect(sent).toEqual({ chat_willing: 2, chat_back: 2, chat_unsubscribed: 0 })
      expect(reasons).toMatchObject({ chat_unsubscribed: "unsubscribed" })
    })
  )

  it.live("is unknown where neither can be fetched or decoded: then nobody is written to", () =>
    Effect.gen(function* () {
      const { sent } = yield* followUps({
        chats: { chat_willing: {}, chat_unsubscribed: left },
        broken: (line) => {
          if (line.includes("status=UNSUBSCRIBED")) return { status: 200, body: "[5]" }
          return line.includes("/activities") ? { status: 200, body: '[{"type":"contact_unsubscribed"}]' } : undefined
        }
      })
      expect(sent).toEqual({ chat_willing: 0, chat_unsubscribed: 0 })
    })
  )
})

describe("a switch of the assistant", () => {
  it.live("stops every follow-up, each with its own reason, while another chat gets both", () =>
    Effect.gen(function* () {
      const assistant = { id: "ast_1", name: "Ada", enabled: true, deleted: false }
      const quiet = { conversation: { enable_ai_replies: false } }
      const { reasons, sent } = yield* followUps({
        chats: {
          chat_willing: {},
          chat_off: { state: { ai_enabled: false } },
          chat_contact_off: { contact: { ai_replies_disabled: true } },
          chat_contact_listed: { listed: ["AI_REPLIES_DISABLED"] },
          chat_assistant_off: { state: { assistant: { ...assistant, enabled: false } } },
          chat_assistant_deleted: { state: { assistant: { ...assistant, deleted: true } } },
          chat_integration_off: { state: { assistant_integration: { id: "integration_1", enabled: false } } },
          chat_no_replies: { state: { assistant: { ...assistant, config: quiet } } },
          chat_no_replies_here: { state: { assistant_config: quiet } }
        }
      })
      const { chat_willing, ...others } = sent
      expect(chat_willing).toBe(2)
      expect(new Set(Object.values(others))).toEqual(new Set([0]))
      expect(reasons).toMatchObject({
        chat_off: "ai_disabled",
        chat_contact_off: "contact_ai_disabled",
        chat_contact_listed: "contact_ai_disabled",
        chat_assistant_off: "assistant_disabled",
        chat_assistant_deleted: "assistant_deleted",
        chat_integration_off: "integration_disabled",
        chat_no_replies: "ai_replies_disabled",
        chat_no_replies_here: "ai_replies_disabled"
      })
    })
  )
})
