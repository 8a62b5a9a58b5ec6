import type * as InventClient from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import * as Ids from "@effect-invent/domain/Ids"
import type * as InventError from "@effect-invent/domain/InventError"
import { describe, expect } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { inspect } from "node:util"
import { it } from "../../../tools/testing/it.ts"
import * as Spans from "./Spans.ts"
import * as Vendor from "./Vendor.ts"

const { apiKey, calls, inOrder, json, within } = Vendor

type Client = InventClient.InventClient["Type"]
type Call = (invent: Client) => Effect.Effect<unknown, InventError.InventError>

/** Every way in which a program can print a value. */
const printed = (value: unknown): ReadonlyArray<string> => [
  String(value),
  JSON.stringify(value) ?? "",
  inspect(value, { depth: 10, showHidden: true, getters: true }),
  inspect(value, { depth: 10 })
]

const echoedIn = [
  "x-request-id",
  "request-id",
  "x-amzn-requestid",
  "cf-ray",
  "x-echo",
  "location",
  "content-type",
  "set-cookie"
]

/**
 * A server that repeats what it was sent, the API key included, in the body and in every header that is read.
 */
const echo =
  (status: number, wrap: (authorization: string) => string, headers: Record<string, string> = {}): Vendor.Answer =>
  (request) => {
    const authorization = request.headers["authorization"] ?? "nothing"
    const echoed = Object.fromEntries(echoedIn.map((name) => [name, authorization]))
    return Vendor.text(wrap(authorization), status, { ...echoed, ...headers })(request)
  }

const inHtml = (authorization: string) => `<pre>authorization: ${authorization}</pre>`

const unavailable = Layer.map(Layer.orDie(RateLimit.layerMemory()), (context) =>
  Context.make(RateLimit.RateLimit, {
    ...Context.get(context, RateLimit.RateLimit),
    permit: () => Effect.fail(new RateLimit.RateLimitUnavailable({ reason: "database is locked" }))
  })
)

interface Kind {
  readonly answer: Vendor.Answer
  readonly call: Call
  readonly rateLimit?: { readonly limit: number; readonly maxQueued: number }
  readonly shared?: Layer.Layer<RateLimit.RateLimit>
}

/** Answers with one thing: an odd entry of a list is no error. */
const one: Call = (invent) => invent.assistants.get({ path: { assistant_id: Ids.AssistantId.make("assistant_1") } })

const kinds: Record<InventError.InventError["_tag"], Kind> = {
  InvalidRequest: {
    answer: json([]),
    call: (invent) => invent.messages.list({ path: { chat_id: Ids.ChatId.make("") } })
  },
  BadRequest: { answer: echo(400, inHtml), call: calls.Safe },
  Unauthorized: { answer: echo(401, inHtml), call: calls.Safe },
  Forbidden: { answer: echo(403, inHtml), call: calls.Safe },
  NotFound: { answer: echo(404, inHtml), call: calls.Safe },
  Conflict: { answer: echo(409, inHtml), call: calls.Safe },
  UnprocessableContent: { answer: echo(422, inHtml), call: calls.Safe },
  RateLimited: { answer: echo(429, inHtml), call: calls.Safe },
  ServerFault: { answer: echo(500, inHtml), call: calls.Safe },
  UnexpectedResponse: { answer: echo(200, (key) => JSON.stringify({ id: { key } })), call: one },
  ConnectionFailed: { answer: Vendor.refused, call: calls.Safe },
  ConnectionLost: { answer: Vendor.reset, call: calls.Safe },
  TimedOut: { answer: Vendor.stalls, call: calls.Safe },
  QueueFull: {
    answer: Vendor.stalls,
    // One leaves, one may wait, and the third is too much.
    call: (invent) =>
      Effect.scoped(
        Effect.zipRight(
          Effect.forEach([calls.Safe(invent), calls.Safe(invent)], (call) =>
            Effect.zipLeft(Effect.forkScoped(call), Effect.yieldNow())
          ),
          calls.Safe(invent)
        )
      ),
    rateLimit: { limit: 1, maxQueued: 1 }
  },
  RateLimitUnavailable: { answer: json([]), call: calls.Safe, shared: unavailable },
  RetryAfterTooLong: { answer: echo(429, inHtml, { "retry-after": "3600" }), call: calls.Safe },
  OutcomeUnknown: { answer: echo(500, inHtml), call: calls.Unsafe }
}

/** The end of a span, printed in every way there is, whether it went well or not. */
const ending = ({ status }: Spans.Recorded): ReadonlyArray<string> => {
  if (status._tag !== "Ended") return []
  const pretty = Exit.isSuccess(status.exit) ? "" : Cause.pretty(status.exit.cause, { renderErrorCause: true })
  return [pretty, ...printed(status.exit)]
}

const options = {
  retry: { maxAttempts: 2, baseDelay: 10 },
  deadlines: { attempt: "2 seconds", total: "4 seconds" }
} as const

describe("the API key", () => {
  it.scoped("is sent with every request", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(inOrder(Vendor.reset, json([])))
      yield* within("1 seconds", calls.Safe(invent))
      expect(seen.map(({ headers }) => headers["authorization"])).toEqual([`Bearer ${apiKey}`, `Bearer ${apiKey}`])
    })
  )

  for (const [tag, { answer, call, rateLimit = {}, shared }] of Object.entries(kinds)) {
    it.scoped(`is in no output of ${tag}, even when the server echoes it`, () =>
      Effect.gen(function* () {
        const { invent } = yield* Vendor.connect(() => answer, { ...options, rateLimit }, shared)
        const exit = yield* within("10 seconds", Effect.exit(call(invent)))
        const error = Option.getOrThrow(Exit.causeOption(exit).pipe(Option.flatMap(Cause.failureOption)))
        expect(error._tag).toBe(tag)
        const outputs = [...printed(error), ...printed(exit), error.message, error.stack ?? ""]
        for (const output of [...outputs, Cause.pretty(Cause.fail(error), { renderErrorCause: true })]) {
          expect(output).not.toContain(apiKey)
        }
      })
    )
  }

  it.scoped("is replaced in what the server says, and the rest is kept", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => echo(400, inHtml))
      const error = yield* within("1 seconds", Effect.flip(calls.Safe(invent)))
      expect(error).toMatchObject({ excerpt: "<pre>authorization: Bearer <redacted></pre>" })
    })
  )

  it.scoped("is replaced in a request id, whichever header has it, and the id is bounded", () =>
    Effect.gen(function* () {
      for (const header of echoedIn.slice(0, 4)) {
        const key = yield* Vendor.connect(() => Vendor.text("", 404, { [header]: `req-${apiKey}-7` }))
        expect(yield* within(0, Effect.flip(calls.Safe(key.invent)))).toMatchObject({ requestId: "req-<redacted>-7" })
        const long = yield* Vendor.connect(() =>
          Vendor.text("", 404, { [header]: "x".repeat(190) + apiKey + "x".repeat(10_000) })
        )
        expect(yield* within(0, Effect.flip(calls.Safe(long.invent)))).toMatchObject({
          requestId: `${"x".repeat(190)}<redacted>`
        })
      }
    })
  )

  it.scoped("is replaced where the server, or our own issue, quotes it as JSON or in a URL", () =>
    Effect.gen(function* () {
      const awkward = `ik"\\\\&%$+/=~NEVER-PRINT`
      const apiKey = Redacted.make(awkward)
      const wraps: Record<string, (key: string) => string> = {
        json: (key) => JSON.stringify({ key }),
        url: (key) => `?key=${encodeURIComponent(key)}`,
        issue: (key) => JSON.stringify({ id: { key } })
      }
      for (const [name, wrap] of Object.entries(wraps)) {
        const answer = Vendor.text(wrap(awkward), name === "issue" ? 200 : 400)
        const { invent } = yield* Vendor.connect(() => answer, { apiKey })
        const error = yield* within(0, Effect.flip(one(invent)))
        for (const output of printed(error)) expect(output).not.toContain("NEVER-PRINT")
        expect(JSON.stringify(error)).toContain("<redacted>")
      }
    })
  )

  it.scoped("is not printed in part, where an excerpt or an issue ends", () =>
    Effect.gen(function* () {
      const half = apiKey.slice(0, apiKey.length / 2)
      const many = yield* Vendor.connect(() => echo(400, (key) => `${key}\n`.repeat(1000)))
      expect(printed(yield* within(0, Effect.flip(calls.Safe(many.invent)))).join("\n")).not.toContain(half)
      for (const length of Array.from({ length: 20 }, (_, i) => 460 + 3 * i)) {
        const { invent } = yield* Vendor.connect(() => echo(400, (key) => "x".repeat(length) + key))
        const error = yield* within(0, Effect.flip(calls.Safe(invent)))
        expect(printed(error).join("\n"), String(length)).not.toContain(half)
      }
      for (const length of Array.from({ length: 20 }, (_, i) => 20 + 7 * i)) {
        const { invent } = yield* Vendor.connect(() =>
          echo(200, (key) => JSON.stringify({ id: ["x".repeat(length), key] }))
        )
        const error = yield* within(0, Effect.flip(one(invent)))
        expect(printed(error).join("\n"), String(length)).not.toContain(half)
      }
    })
  )

  it.scoped("is in no span and in no log", () =>
    Effect.gen(function* () {
      const { spans, traced } = Spans.record()
      const logs: Array<string> = []
      const logger = Logger.make(({ annotations, cause, message, spans }) => {
        logs.push(
          ...printed(message),
          ...printed(cause),
          Cause.pretty(cause),
          ...printed(HashMap.toEntries(annotations)),
          ...printed(spans)
        )
      })
      for (const { answer, call, rateLimit = {}, shared } of Object.values(kinds)) {
        const { invent } = yield* Vendor.connect(() => answer, { ...options, rateLimit }, shared)
        const logged = Effect.tapErrorCause(call(invent), (cause) => Effect.logError("the call failed", cause))
        const program = Effect.exit(logged).pipe(
          traced,
          Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
          Logger.withMinimumLogLevel(LogLevel.All)
        )
        yield* within("5 seconds", program)
      }
      expect(spans.filter(({ kind }) => kind === "internal").length).toBeGreaterThanOrEqual(Object.keys(kinds).length)
      expect(spans.filter(({ kind }) => kind === "client").length).toBeGreaterThan(Object.keys(kinds).length)
      expect(logs.some((log) => log.includes("outcome unknown"))).toBe(true)
      const inSpans = spans.flatMap((span) => [
        span.name,
        ...printed(Object.fromEntries(span.attributes)),
        ...printed(span.events),
        ...ending(span)
      ])
      for (const output of [...inSpans, ...logs]) expect(output.includes(apiKey), output.slice(0, 2000)).toBe(false)
    })
  )
})
