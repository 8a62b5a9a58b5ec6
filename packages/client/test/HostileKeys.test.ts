/** Keys such as `__proto__` and `toString`, in what the client sends and in what it is answered. */
import { BroadcastId, OrgId } from "@effect-invent/domain/Ids"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { it } from "../../../tools/testing/it.ts"
import { entriesOf, hostileKeys, mark, polluted, withKey, withKeyEverywhere } from "../../domain/test/HostileKeys.ts"
import * as Vendor from "./Vendor.ts"

const path = { chat_id: Vendor.chat_id }
const page = [
  {
    id: "message_1",
    messages: [{ role: "user", parts: [{ type: "text", text: "Hello" }] }],
    member: { id: "m", platform_data: {} }
  }
]

describe.each(hostileKeys)("a key %s", (key) => {
  it.scoped("of an answer is in the value, at any depth, and sets no prototype", () =>
    Effect.gen(function* () {
      for (const value of [mark, "text", null]) {
        const answer = withKeyEverywhere(page, key, value)
        const { invent } = yield* Vendor.connect(() => Vendor.json(answer))
        const listed = yield* invent.messages.list({ path, urlParams: {} })
        expect(polluted(listed)).toEqual([])
        expect(entriesOf(listed)).toEqual(entriesOf(answer))
      }
    })
  )

  it.scoped("of the variables of a broadcast is on the wire as it was given", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => Vendor.json({ recipients: [] }))
      const variables = { ...withKey({ a: 1 }, key, mark) }
      const to = { org_id: OrgId.make("c"), broadcast_id: BroadcastId.make("broadcast_1") }
      yield* invent.broadcasts.sendTransactional({ path: to, payload: { contact_id: Vendor.contact_id, variables } })
      expect(entriesOf(JSON.parse(seen[0]!.body))).toEqual(entriesOf({ contact_id: Vendor.contact_id, variables }))
    })
  )

  it.scoped("that the contract does not know is refused in a body and in a query, and not sent", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => Vendor.json(Vendor.chat))
      const body = yield* Effect.flip(invent.state.update({ path, payload: withKey({}, key, mark) }))
      const query = yield* Effect.flip(invent.messages.list({ path, urlParams: withKey({}, key, "1") }))
      expect([body._tag, query._tag, seen.length]).toEqual(["InvalidRequest", "InvalidRequest", 0])
    })
  )

  it.scoped("of the path is not sent", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => Vendor.json(Vendor.chat))
      yield* invent.state.update({ path: { ...path, ...withKey({}, key, "x") }, payload: {} })
      expect(seen.map(({ url }) => url.pathname)).toEqual(["/chats/chat_1/state"])
    })
  )
})
