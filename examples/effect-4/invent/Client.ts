/** The client on Effect 3, over fetch; reads `INVENT_API_KEY` and `INVENT_BASE_URL`. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export { ChatId } from "@effect-invent/domain/Ids"

export const layer = Layer.provide(InventClient.layerConfig(), FetchHttpClient.layer)

/** A call of the client, such as `use(({ contacts }) => contacts.list())`. */
export const use = <A, E, R>(call: (client: InventClient.Service) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(InventClient.InventClient, call)
