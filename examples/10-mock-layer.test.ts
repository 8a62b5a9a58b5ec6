/** Tests code that uses the client with answers of your own and no network. A method without one dies with its name. */
import * as InventClient from "@effect-invent/client/InventClient"
import { ChatId } from "@effect-invent/domain/Ids"
import * as InventError from "@effect-invent/domain/InventError"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"

const chat_id = ChatId.make("chat_1")

/** What is tested: a chat that is gone counts as closed. */
const isClosed = (chat_id: ChatId) =>
  Effect.flatMap(InventClient.InventClient, (invent) => invent.state.update({ path: { chat_id }, payload: {} })).pipe(
    Effect.map((chat) => chat.state?.state === "CLOSED"),
    Effect.catchTag("NotFound", () => Effect.succeed(true))
  )

const gone = new InventError.NotFound({ endpoint: "state.update", attempts: 1, status: 404, excerpt: "" })

it.effect("a chat that is gone counts as closed", () =>
  Effect.gen(function* () {
    expect(yield* isClosed(chat_id)).toBe(true)
  }).pipe(Effect.provide(InventClient.layerMock({ state: { update: () => Effect.fail(gone) } })))
)
