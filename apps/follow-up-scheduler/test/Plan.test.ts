import { ChatId, ConversationId } from "@effect-invent/domain/Ids"
import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Plan from "../src/Plan.ts"
import * as Build from "./Build.ts"

const { after, chat, conversation_id, messageId, policy } = Build

const anchor_id = messageId("assistant@0")
const plan = (fields: Parameters<typeof policy>[0] = {}, inChat = chat(), step = 1, anchor = anchor_id) =>
  Plan.make(policy(fields), inChat, { step, anchor_id: anchor }, after(0))

describe("the key of a plan", () => {
  it("is the same today as on the day it was first written down", () => {
    expect(Plan.keyOf(conversation_id, "nudge", 1, anchor_id)).toBe("kpAcJ88TnQWxPxSLWrTcig")
  })

  it("is the same for the same conversation, policy, step and anchor", () => {
    expect(plan().key).toBe(plan().key)
    expect(plan().key).toBe(Plan.keyOf(conversation_id, "nudge", 1, anchor_id))
  })

  for (const [what, other] of [
    ["conversation", plan({}, chat({ conversation_id: ConversationId.make("conversation_2") }))],
    ["policy", plan({ name: "nag" })],
    ["step", plan({}, chat(), 2)],
    ["anchor", plan({}, chat(), 1, messageId("assistant@1"))]
  ] as const) {
    it(`differs for another ${what}`, () => {
      expect(other.key).not.toBe(plan().key)
    })
  }

  it("does not differ for another version of the policy, another chat of the conversation, or another time", () => {
    expect(plan({ version: 2, arm_lead: "1 minute" }).key).toBe(plan().key)
    expect(plan({}, chat({ chat_id: ChatId.make("chat_2") })).key).toBe(plan().key)
    expect(Plan.make(policy(), chat(), { step: 1, anchor_id }, after(1)).key).toBe(plan().key)
  })

  it("never runs two parts together", () => {
    const part = FastCheck.string({ maxLength: 3, unit: FastCheck.constantFrom("a", '"', ",", "\\", "1", "[") })
    const parts = FastCheck.tuple(part, part, FastCheck.integer({ min: 1, max: 12 }), part)
    const keyOf = ([conversation, name, step, anchor]: readonly [string, string, number, string]) =>
      Plan.keyOf(ConversationId.make(conversation), name, step, messageId(anchor))
    FastCheck.assert(
      FastCheck.property(parts, parts, (one, other) => {
        expect(keyOf(one) === keyOf(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
      { numRuns: 2000 }
    )
  })
})

it("a plan states what is due where, when, and by which version of the policy", () => {
  expect(plan({ version: 3 })).toEqual({
    key: plan().key,
    conversation_id,
    chat_id: Build.chat_id,
    policy: "nudge@3",
    step: 1,
    anchor_id,
    due_at: after(0)
  })
})
