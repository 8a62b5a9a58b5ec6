/** What runs in each runtime: makes the calls of a command over a transport, and prints how each of them ended. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as Ids from "@effect-invent/domain/Ids"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

type Client = InventClient.InventClient["Type"]

const chat_id = Ids.ChatId.make("chat_1")
const contact_id = Ids.ContactId.make("contact_1")

/** A request that the contract does not have, to a path that all servers of the suite know. */
const unsafe = (method: "GET" | "POST" | "PUT" | "DELETE", payload?: unknown) => (invent: Client) =>
  invent.request({ method, path: "/lost", safety: "Unsafe", ...(payload === undefined ? {} : { payload }) })

const calls = {
  Safe: (invent: Client) => invent.messages.list({ path: { chat_id } }),
  Idempotent: (invent: Client) => invent.state.update({ path: { chat_id }, payload: { ai_enabled: true } }),
  Unsafe: (invent: Client) =>
    invent.contacts.sendMessage({
      path: { contact_id, chat_id },
      payload: { message: [{ type: "text", text: "hello" }] }
    }),
  UnsafeGet: unsafe("GET"),
  UnsafePost: unsafe("POST"),
  UnsafePut: unsafe("PUT", { hello: "x" }),
  UnsafeDelete: unsafe("DELETE"),
  /** More than the buffers between two sockets hold. */
  Large: unsafe("POST", "x".repeat(32 * 1024 * 1024))
}

/** The connection of an answer is free for the next call in the next turn of the event loop. */
const turn = Effect.async<void>((resume) => void setTimeout(() => resume(Effect.void)))

/** What the suite asks of the program. */
export interface Command {
  readonly baseUrl: string
  /** One after the other. */
  readonly calls: ReadonlyArray<keyof typeof calls>
  /** Where the program asks; with the answer it interrupts the calls. */
  readonly interruptAt?: string
}

/** `ok`, the tag of the error with its status, or what no call may end in. */
const outcomeOf = Exit.match({
  onSuccess: () => "ok",
  onFailure: (cause: Cause.Cause<{ readonly _tag: string }>) => {
    if (Cause.isInterruptedOnly(cause)) return "interrupted"
    return Option.match(Cause.failureOption(cause), {
      onNone: () => `defect: ${Cause.pretty(cause)}`,
      onSome: (error) => ("status" in error ? `${error._tag} ${String(error.status)}` : error._tag)
    })
  }
})

/** Makes the calls of a command, and gives one outcome for each. */
export const run = (transport: Layer.Layer<HttpClient.HttpClient>, command: Command): Promise<ReadonlyArray<string>> =>
  Effect.gen(function* () {
    const client = InventClient.layer({
      apiKey: Redacted.make("key-1"),
      baseUrl: command.baseUrl,
      deadlines: { attempt: "2 minutes", total: "4 minutes" },
      rateLimit: { limit: 1_000_000 },
      retry: { baseDelay: 1, maxAttempts: 2 }
    })
    const invent = Context.get(yield* Layer.build(Layer.provide(client, transport)), InventClient.InventClient)
    const call = (name: Command["calls"][number]) => Effect.exit<unknown, { _tag: string }, never>(calls[name](invent))
    const made = yield* Effect.fork(
      Effect.forEach(command.calls, (name) => Effect.zipLeft(Effect.map(call(name), outcomeOf), turn))
    )
    if (command.interruptAt === undefined) return yield* Fiber.join(made)
    const url = command.interruptAt
    yield* Effect.promise(() => fetch(url).then((response) => response.text()))
    return [outcomeOf(yield* Fiber.interrupt(made))]
  }).pipe(Effect.scoped, Effect.provide(Logger.remove(Logger.defaultLogger)), Effect.runPromise)
