/** Effect 4: a call, an error that is caught by its tag, and a call that is given up, which ends its request. */
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Bridge from "./Bridge.ts"
import * as Client from "./invent/Client.ts"

const program = Effect.gen(function* () {
  const invent = yield* Bridge.withLayer(Client.layer)
  const messagesOf = (chat: string) =>
    invent(Client.use(({ messages }) => messages.list({ path: { chat_id: Client.ChatId.make(chat) } })))

  const chat = yield* Config.String("CHAT_ID")
  yield* Console.log((yield* messagesOf(chat)).length, "messages")

  const gone = messagesOf("chat_unknown").pipe(Effect.catchTag("NotFound", ({ _tag }) => Effect.succeed(_tag)))
  yield* Console.log("a chat that is not there:", yield* gone)

  const soon = yield* Effect.timeoutOption(messagesOf(chat), "1 second")
  yield* Console.log("given up:", Option.isNone(soon))
})

await Effect.runPromise(Effect.scoped(program))
