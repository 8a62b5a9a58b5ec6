/**
 * Hands a request over to a server in the same process, and its answer back. Bytes in memory stay what they are; what
 * only the web's own requests and responses can carry, forms and streams, goes by those.
 */
import * as Headers from "@effect/platform/Headers"
import { RequestError } from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Refusal } from "../Refusal.ts"
import { longestBody, tooLong, type IncomingRequest } from "./IncomingRequest.ts"

/** All requests come from this machine, as over a socket. */
const remoteAddress = "127.0.0.1"

const none = new Uint8Array()
const decoder = new TextDecoder()

/** To read takes a turn, as whatever comes from outside. */
const reading = <A>(read: () => A) => Effect.zipRight(Effect.yieldNow(), Effect.sync(read))

const textOf = (bytes: Uint8Array) => reading(() => decoder.decode(bytes))

const readable = (bytes: Uint8Array) => ({
  text: { value: textOf(bytes) },
  // A copy: the `slice` of a Buffer would share the memory of others.
  arrayBuffer: { value: reading(() => new Uint8Array(bytes).buffer) },
  ...(bytes.length === 0 ? {} : { stream: { value: Stream.make(bytes) } })
})

const headersOf = ({ body, headers }: HttpClientRequest.HttpClientRequest): Headers.Headers =>
  body._tag === "Empty" || body.contentLength === undefined
    ? headers
    : Headers.set(headers, "content-length", String(body.contentLength))

const bodyOf = ({ body }: HttpClientRequest.HttpClientRequest): Effect.Effect<RequestInit["body"] | undefined> => {
  switch (body._tag) {
    case "Empty":
      return Effect.succeed(undefined)
    case "FormData":
      return Effect.succeed(body.formData)
    case "Stream":
      return Stream.toReadableStreamEffect(body.stream)
    default:
      return Effect.succeed(body.body as RequestInit["body"])
  }
}

const bounded = (text: string): Effect.Effect<string, Refusal> =>
  Buffer.byteLength(text) > longestBody ? tooLong : Effect.succeed(text)

const byWeb = (request: HttpClientRequest.HttpClientRequest, url: URL, signal: AbortSignal) =>
  bodyOf(request).pipe(
    Effect.flatMap((body) =>
      Effect.try({
        try: () => {
          const init = { method: request.method, headers: headersOf(request), signal, duplex: "half" } as const
          return new Request(url, body === undefined ? init : { ...init, body })
        },
        catch: (cause) => new RequestError({ request, reason: "Encode", cause })
      })
    ),
    Effect.map((web): IncomingRequest => {
      const { headers, method, text, upgrade, url } = HttpServerRequest.fromWeb(web)
      return {
        method,
        url,
        headers,
        remoteAddress: Option.some(remoteAddress),
        text: Effect.flatMap(text, bounded),
        upgrade
      }
    })
  )

/** The request as the server receives it. */
export const received = (
  request: HttpClientRequest.HttpClientRequest,
  url: URL,
  signal: AbortSignal
): Effect.Effect<IncomingRequest, RequestError> => {
  const { body, method } = request
  if (body._tag !== "Empty" && body._tag !== "Uint8Array") return byWeb(request, url, signal)
  return Effect.succeed({
    method,
    url: url.pathname + url.search,
    headers: headersOf(request),
    remoteAddress: Option.some(remoteAddress),
    text: textOf(body._tag === "Empty" ? none : body.body),
    upgrade: Effect.fail("not an upgrade")
  })
}

const blankResponse = HttpClientResponse.fromWeb(HttpClientRequest.get("https://blank.invalid"), new Response())

/** A response whose body is in memory. */
export const whole = (
  request: HttpClientRequest.HttpClientRequest,
  { headers, status }: { readonly headers: Headers.Headers; readonly status: number },
  body: Uint8Array
): HttpClientResponse.HttpClientResponse =>
  Object.create(blankResponse, {
    request: { value: request },
    status: { value: status },
    headers: { value: headers },
    ...readable(body)
  })

/** The response as the client receives it. */
export const answered = (
  request: HttpClientRequest.HttpClientRequest,
  response: HttpServerResponse.HttpServerResponse
): HttpClientResponse.HttpClientResponse => {
  const { body } = response
  if (body._tag !== "Empty" && body._tag !== "Uint8Array")
    return HttpClientResponse.fromWeb(request, HttpServerResponse.toWeb(response))
  return whole(request, response, body._tag === "Empty" ? none : body.body)
}
