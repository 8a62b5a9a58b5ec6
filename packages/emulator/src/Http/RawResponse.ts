/** An answer as bytes, and the ways in which it can fail to arrive whole. */
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import { STATUS_CODES } from "node:http"
import type { IncomingRequest } from "./IncomingRequest.ts"

/** An answer before it is sent: its status, its headers by lower-case name, and its body. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Bytes are counted from the first of the answer, its head included. */
export interface Manner {
  readonly cut?: number | undefined
  readonly stall?: number | undefined
  readonly drip?: { readonly bytes: number; readonly every: Duration.Duration } | undefined
}

/** Pieces to be sent one `every` after the other, and what comes then. */
export interface Delivery {
  readonly answer: Answer
  readonly headLength: number
  readonly pieces: ReadonlyArray<Uint8Array>
  readonly every: Duration.Duration
  readonly end: "close" | "cut" | "silence"
}

/** Brings an answer to the client byte by byte, where the server's own way would bring it whole. */
export class Carrier extends Context.Tag("@effect-invent/emulator/Carrier")<
  Carrier,
  (request: IncomingRequest, delivery: Delivery) => Effect.Effect<HttpServerResponse.HttpServerResponse>
>() {}

/** An instant as the `Date` header spells it. */
export const httpDate = (millis: number): string => DateTime.toDate(DateTime.unsafeMake(millis)).toUTCString()

const encoder = new TextEncoder()

const bytesOf = ({ body }: HttpServerResponse.HttpServerResponse): Uint8Array =>
  body._tag === "Uint8Array" ? body.body : new Uint8Array()

/** Takes an answer of the platform's apart. Its body is bytes or nothing. */
export const fromResponse = (response: HttpServerResponse.HttpServerResponse): Answer => ({
  status: response.status,
  headers: {
    ...response.headers,
    ...(response.body._tag === "Uint8Array" ? { "content-type": response.body.contentType } : {})
  },
  body: bytesOf(response)
})

/** Puts an answer together again for the platform. */
export const toResponse = ({ body, headers, status }: Answer): HttpServerResponse.HttpServerResponse => {
  const { "content-type": contentType, ...others } = headers
  if (body.length === 0) return HttpServerResponse.empty({ status, headers })
  return HttpServerResponse.uint8Array(body, {
    status,
    headers: others,
    ...(contentType === undefined ? {} : { contentType })
  })
}

const head = ({ headers, status }: Answer): string =>
  [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    ...Object.entries({ ...headers, connection: "close" }).map(([name, value]) => `${name}: ${value}`),
    "\r\n"
  ].join("\r\n")

const slices = (bytes: Uint8Array, size: number): ReadonlyArray<Uint8Array> =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size))

/** Says which bytes are sent and when: all, up to a cut, drop by drop, or up to a stall. */
export const plan = (answer: Answer, { cut, drip, stall }: Manner): Delivery => {
  const start = encoder.encode(head(answer))
  const whole = new Uint8Array(start.length + answer.body.length)
  whole.set(start)
  whole.set(answer.body, start.length)
  const sent = whole.subarray(0, Math.min(cut ?? Infinity, stall ?? Infinity, whole.length))
  const end = cut !== undefined && cut <= (stall ?? Infinity) ? "cut" : stall === undefined ? "close" : "silence"
  return {
    answer,
    headLength: start.length,
    pieces: slices(sent, drip?.bytes ?? Math.max(1, sent.length)),
    every: drip?.every ?? Duration.zero,
    end
  }
}
