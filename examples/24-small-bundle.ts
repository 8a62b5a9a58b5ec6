/** One call over fetch by one group of the contract: what a function in the cloud loads, once it is bundled. */
import * as InventGroup from "@effect-invent/client/InventGroup"
import { Messages } from "@effect-invent/domain/api/Messages"
import { ChatId } from "@effect-invent/domain/Ids"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const program = Effect.gen(function* () {
  const messages = yield* InventGroup.make(Messages, {
    apiKey: yield* Config.redacted("INVENT_API_KEY"),
    baseUrl: yield* Config.string("INVENT_BASE_URL")
  })
  const listed = yield* messages.list({ path: { chat_id: yield* Schema.Config("CHAT_ID", ChatId) } })
  yield* Console.log(listed.length, "messages")
})

await Effect.runPromise(Effect.provide(program, FetchHttpClient.layer))
