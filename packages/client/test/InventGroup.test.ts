import * as InventGroup from "@effect-invent/client/InventGroup"
import * as RateLimit from "@effect-invent/client/RateLimit"
import { Messages } from "@effect-invent/domain/api/Messages"
import { State } from "@effect-invent/domain/api/State"
import { OrgId } from "@effect-invent/domain/Ids"
import { expect } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { it } from "../../../tools/testing/it.ts"
import * as Vendor from "./Vendor.ts"

const { chat_id, json, message, within } = Vendor
const apiKey = Redacted.make(Vendor.apiKey)

it.effect("a group of the contract is a client with its methods and streams, and no others", () => {
  const { seen, transport } = Vendor.serve(() => json([message("m1")]))
  return Effect.gen(function* () {
    const messages = yield* InventGroup.make(Messages, { apiKey, orgId: OrgId.make("org_1") })
    expect(yield* messages.list({ path: { chat_id } })).toEqual([{ id: "m1" }])
    expect(yield* Stream.runCount(messages.stream({ path: { chat_id } }))).toBe(1)
    expect(seen.map(({ headers, url }) => [url.pathname, headers["authorization"]])).toEqual(
      Array.from({ length: 2 }, () => ["/chats/chat_1/messages", `Bearer ${Vendor.apiKey}`])
    )
    expect(Object.keys(messages).filter((name) => !(name in Messages.endpoints))).toEqual(["stream"])
  }).pipe(Effect.provide(transport))
})

it.effect("groups keep one rate limit together where it is passed to them", () => {
  const { seen, transport } = Vendor.serve(({ method }) => json(method === "GET" ? [] : Vendor.chat))
  return Effect.gen(function* () {
    const messages = yield* InventGroup.makeShared(Messages, { apiKey })
    const state = yield* InventGroup.makeShared(State, { apiKey })
    const both = Effect.all([messages.list({ path: { chat_id } }), state.update({ path: { chat_id }, payload: {} })], {
      concurrency: 2
    })
    yield* within("10 seconds", both)
    expect(seen[1]!.at - seen[0]!.at).toBeGreaterThanOrEqual(1000)
  }).pipe(Effect.provide([transport, RateLimit.layerMemory({ limit: 1, window: "1 seconds" })]))
})

it.effect("an option that is out of range is refused by its name", () => {
  const { transport } = Vendor.serve(() => json([]))
  return Effect.gen(function* () {
    const cause = yield* Effect.flip(Effect.sandbox(InventGroup.make(Messages, { apiKey, maxBodyBytes: 0 })))
    expect(Cause.pretty(cause)).toContain("maxBodyBytes")
  }).pipe(Effect.provide(transport))
})
