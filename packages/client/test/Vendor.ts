/** A vendor without a network: answers each request as the test says, and remembers what it was sent. */
import * as InventClient from "@effect-invent/client/InventClient"
import type * as RateLimit from "@effect-invent/client/RateLimit"
import type * as Settings from "@effect-invent/client/Settings"
import * as Ids from "@effect-invent/domain/Ids"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type { HttpClientRequest } from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type { DurationInput } from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"

export interface Seen {
  /** Counted from 1. */
  readonly nth: number
  readonly at: number
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

type Answered = Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

export type Answer = (request: HttpClientRequest) => Answered

export const text =
  (body: string | null, status = 200, headers: Record<string, string> = {}): Answer =>
  (request) =>
    Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(body, { status, headers })))

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  text(JSON.stringify(body), status, { "content-type": "application/json", ...headers })

/** The transport fails with an error of this shape. */
export const fails =
  (cause: unknown): Answer =>
  (request) =>
    Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause }))

export const refused = fails(Object.assign(new Error("connect"), { code: "ECONNREFUSED", syscall: "connect" }))
export const reset = fails(Object.assign(new Error("read"), { code: "ECONNRESET", syscall: "read" }))
export const stalls: Answer = () => Effect.never

/** Status and headers come, then a piece of the body, then nothing but an error. */
export const brokenBody: Answer = (request) =>
  Effect.sync(() => {
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode(`{"id":`))
        controller.error(new Error("terminated"))
      }
    })
    return HttpClientResponse.fromWeb(request, new Response(body, { status: 200 }))
  })

/** The answers in this order; the last one stays. */
export const inOrder =
  (...answers: readonly [Answer, ...Array<Answer>]) =>
  (seen: Seen): Answer =>
    answers[Math.min(seen.nth, answers.length) - 1]!

export const apiKey = "ik_live_Zx81-NEVER-PRINT-ME"

/** The transport to such a vendor, and the list of requests so far. */
export const serve = (answer: (seen: Seen) => Answer) => {
  const seen: Array<Seen> = []
  const transport = HttpClient.make((request, url) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) => {
      const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
      const entry = { nth: seen.length + 1, at, method: request.method, url, headers: { ...request.headers }, body }
      seen.push(entry)
      return answer(entry)(request)
    })
  )
  return { seen, transport: Layer.succeed(HttpClient.HttpClient, transport) }
}

/** A client of such a vendor, with a limiter of its own or with this one. */
export const connect = <E = never>(
  answer: (seen: Seen) => Answer,
  options: Partial<Settings.Options> = {},
  shared?: Layer.Layer<RateLimit.RateLimit, E>
) =>
  Effect.gen(function* () {
    const { seen, transport } = serve(answer)
    const all: Settings.Options = {
      apiKey: Redacted.make(apiKey),
      retry: { baseDelay: 100, maxDelay: 400 },
      ...options
    }
    const client = shared === undefined ? InventClient.layer(all) : Layer.provide(InventClient.layerShared(all), shared)
    const context = yield* Layer.build(Layer.provide(client, transport))
    return { invent: Context.get(context, InventClient.InventClient), seen }
  })

/** Lets time pass until a call is over, and returns how it ended; it must end within `time`. */
export const within = <A, E, R>(time: DurationInput, call: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(call)
    yield* TestClock.adjust(time)
    const exit = yield* Effect.flatMap(
      Fiber.poll(fiber),
      Effect.orElseFail(() => new Error("the call is still running"))
    ).pipe(Effect.orDie)
    return yield* exit
  })

/** Whether a call is over, without waiting for it. */
export const isOver = <A, E>(fiber: Fiber.RuntimeFiber<A, E>) => Effect.map(Fiber.poll(fiber), Option.isSome)

export const chat_id = Ids.ChatId.make("chat_1")
export const contact_id = Ids.ContactId.make("contact_1")
export const channel_id = Ids.ChannelId.make("channel_1")

export const chat = { id: "chat_1" }
export const message = (id: string) => ({ id })

export type Client = InventClient.InventClient["Type"]

/** One call of each kind of safety. */
export const calls = {
  Safe: (invent: Client) => invent.messages.list({ path: { chat_id } }),
  Idempotent: (invent: Client) => invent.state.update({ path: { chat_id }, payload: { ai_enabled: true } }),
  Unsafe: (invent: Client) =>
    invent.contacts.sendMessage({
      path: { contact_id, chat_id },
      payload: { message: [{ type: "text", text: "hello" }] }
    })
} as const
