/** An `HttpClient` that hands each request to the emulator and never opens a socket: both live in one runtime, under one clock. */
import * as HttpClient from "@effect/platform/HttpClient"
import { RequestError } from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type { HttpRouter } from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { App } from "./Server.ts"

/** Where the emulator is found. The name is reserved for tests and exists nowhere. */
export const url = "https://invent.test"

/** All requests come from this machine, as over a socket. */
const remoteAddress = "127.0.0.1"

const bodyOf = (request: HttpClientRequest.HttpClientRequest): Effect.Effect<RequestInit["body"] | undefined> => {
  switch (request.body._tag) {
    case "Empty":
      return Effect.succeed(undefined)
    case "FormData":
      return Effect.succeed(request.body.formData)
    case "Stream":
      return Stream.toReadableStreamEffect(request.body.stream)
    default:
      return Effect.succeed(request.body.body as RequestInit["body"])
  }
}

const headersOf = ({ body, headers }: HttpClientRequest.HttpClientRequest): Record<string, string> =>
  body._tag === "Empty" || body.contentLength === undefined
    ? headers
    : { ...headers, "content-length": String(body.contentLength) }

const toWeb = (request: HttpClientRequest.HttpClientRequest, url: URL, signal: AbortSignal) =>
  bodyOf(request).pipe(
    Effect.flatMap((body) =>
      Effect.try({
        try: () => {
          const init = { method: request.method, headers: headersOf(request), signal, duplex: "half" } as const
          return new Request(url, body === undefined ? init : { ...init, body })
        },
        catch: (cause) => new RequestError({ request, reason: "Encode", cause })
      })
    )
  )

/** What a request to a host that does not exist ends with. */
const notFound = (request: HttpClientRequest.HttpClientRequest, host: string) =>
  new RequestError({
    request,
    reason: "Transport",
    cause: { code: "ENOTFOUND", message: `${host} is not the emulator, and there is no network` }
  })

export const make = Effect.gen(function* () {
  const app = yield* App
  const context = yield* Effect.context<HttpRouter.DefaultServices>()
  return HttpClient.make((request, target, signal) =>
    Effect.gen(function* () {
      if (target.origin !== url) return yield* notFound(request, target.host)
      const received = HttpServerRequest.fromWeb(yield* toWeb(request, target, signal)).modify({ remoteAddress })
      const answer = yield* Effect.scoped(app).pipe(
        Effect.provideService(HttpServerRequest.HttpServerRequest, received),
        Effect.provide(context)
      )
      return HttpClientResponse.fromWeb(request, HttpServerResponse.toWeb(answer))
    })
  )
})
