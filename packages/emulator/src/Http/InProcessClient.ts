/**
 * An `HttpClient` that hands each request to the emulator and never opens a socket: both live in one runtime, under one
 * clock.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import { RequestError } from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Carrier, type Delivery } from "./RawResponse.ts"
import * as InProcessBridge from "./InProcessBridge.ts"
import { App } from "./Server.ts"

/** Where the emulator is found. The name is reserved for tests and exists nowhere. */
export const url = "https://invent.test"

/** What a request to a host that does not exist ends with. */
const notFound = (request: HttpClientRequest.HttpClientRequest, host: string) =>
  new RequestError({
    request,
    reason: "Transport",
    cause: { code: "ENOTFOUND", message: `${host} is not the emulator, and there is no network` }
  })

/** Hands the planned delivery to {@link make}, which plays it. */
export const layerCarrier = Layer.succeed(Carrier, (_, delivery) =>
  Effect.succeed(HttpServerResponse.raw(delivery, { status: delivery.answer.status }))
)

const deliveryIn = ({ body }: HttpServerResponse.HttpServerResponse): Delivery | undefined =>
  body._tag === "Raw" ? (body.body as Delivery) : undefined

const cutOff = (request: HttpClientRequest.HttpClientRequest) =>
  new RequestError({
    request,
    reason: "Transport",
    cause: { code: "ECONNRESET", syscall: "read", message: "The emulator cut the connection" }
  })

const hasNoBody = (status: number) => status === 204 || status === 205 || status === 304

/**
 * The pieces of the body up to its declared length: the last `past` bytes of the piece before `next`, and what follows.
 */
const bodyOfDelivery = (from: {
  readonly pieces: ReadonlyArray<Uint8Array>
  readonly next: number
  readonly past: number
  readonly declared: number
}) => {
  const opening = from.pieces[from.next - 1] ?? new Uint8Array()
  let missing = from.declared
  const body: Array<Uint8Array> = []
  for (const piece of [opening.subarray(opening.length - from.past), ...from.pieces.slice(from.next)]) {
    body.push(piece.subarray(0, missing))
    missing -= Math.min(missing, piece.length)
  }
  return { body, isWhole: missing === 0 }
}

/** Plays a delivery as a client on a socket sees it: an error or silence, or an answer whose body may end in either. */
const play = Effect.fnUntraced(function* (
  request: HttpClientRequest.HttpClientRequest,
  { answer, end, every, headLength, pieces }: Delivery
) {
  let count = 0
  let next = 0
  while (count < headLength) {
    const piece = pieces[next]
    if (piece === undefined) return yield* end === "silence" ? Effect.never : cutOff(request)
    if (next++ > 0) yield* Effect.sleep(every)
    count += piece.length
  }
  const { body, isWhole } = bodyOfDelivery({
    pieces,
    next,
    past: count - headLength,
    declared: Number(answer.headers["content-length"])
  })
  const rest = Stream.mapEffect(Stream.fromIterable(body.slice(1)), (piece) =>
    Effect.delay(Effect.succeed(piece), every)
  )
  const ending = isWhole ? Stream.empty : end === "silence" ? Stream.never : Stream.fail("terminated" as const)
  const source = yield* Stream.toReadableStreamEffect(
    Stream.concat(Stream.concat(Stream.fromIterable(body.slice(0, 1)), rest), ending)
  )
  const init = { status: answer.status, headers: answer.headers }
  return HttpClientResponse.fromWeb(request, new Response(hasNoBody(answer.status) ? null : source, init))
})

/**
 * Makes a client of the emulator in this process. Any other address than the emulator's fails as a host that does not
 * resolve.
 */
export const make = Effect.gen(function* () {
  const app = yield* App
  return HttpClient.make((request, target, signal) =>
    Effect.gen(function* () {
      if (target.origin !== url) return yield* notFound(request, target.host)
      const received = yield* InProcessBridge.received(request, target, signal)
      const answer = yield* app(received)
      const delivery = deliveryIn(answer)
      return delivery === undefined ? InProcessBridge.answered(request, answer) : yield* play(request, delivery)
    })
  )
})
