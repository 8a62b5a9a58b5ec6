/** Invent in an Effect service that was there before: its callers learn nothing of HTTP, and its errors are its own. */
import * as InventClient from "@effect-invent/client/InventClient"
import { ChatId } from "@effect-invent/domain/Ids"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Console, Context, Data, DateTime, Effect, Layer, Schema } from "effect"

class ReminderFailed extends Data.TaggedError("ReminderFailed")<{ readonly reason: string }> {}

class Orders extends Context.Tag("shop/Orders")<
  Orders,
  { readonly remind: (chat_id: ChatId, at: DateTime.Utc) => Effect.Effect<void, ReminderFailed> }
>() {
  static readonly layer = Layer.effect(
    Orders,
    Effect.map(InventClient.InventClient, ({ state }) => ({
      remind: (chat_id: ChatId, follow_up_at: DateTime.Utc) =>
        state.update({ path: { chat_id }, payload: { follow_up_at } }).pipe(
          Effect.asVoid,
          Effect.mapError((error) => new ReminderFailed({ reason: error.message }))
        )
    }))
  )
}

const program = Effect.gen(function* () {
  const orders = yield* Orders
  const at = DateTime.add(yield* DateTime.now, { days: 1 })
  yield* orders.remind(yield* Schema.Config("CHAT_ID", ChatId), at)
  yield* Console.log("the assistant reminds the customer tomorrow")
})

const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici)
await Effect.runPromise(Effect.provide(program, Layer.provide(Orders.layer, invent)))
