import * as InventClient from "@effect-invent/client/InventClient"
import { ChatId } from "@effect-invent/domain/Ids"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"

const isSnoozed = (chat_id: ChatId) =>
  Effect.flatMap(InventClient.InventClient, (invent) => invent.state.update({ path: { chat_id }, payload: {} })).pipe(
    Effect.map((chat) => chat.state?.state === "SNOOZED")
  )

it.effect("knows a snoozed chat", () =>
  Effect.gen(function* () {
    expect(yield* isSnoozed(ChatId.make("chat_1"))).toBe(true)
  }).pipe(
    Effect.provide(
      InventClient.layerMock({
        state: {
          update: ({ path }) => Effect.succeed({ id: path.chat_id, state: { id: "state_1", state: "SNOOZED" } })
        }
      })
    )
  )
)
