/** What the control routes read, and what they answer. */
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Refusal } from "../Refusal.ts"
import * as JsonDepth from "./JsonDepth.ts"

/** An answer in JSON. */
export const answer = (status: number, body: unknown): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.unsafeJson(body, { status })

/** The answer to a change of which there is nothing to say. */
export const done = answer(200, { ok: true })

/** The longest body of a control route, in bytes. */
const longest = 1024 * 1024

const tooLong = new Refusal({ status: 413, message: `The body is longer than ${longest} bytes` })

/** Reads a body to its end, and keeps no more than is allowed: a client that still sends would miss its answer. */
const textOf = ({ headers, stream }: HttpServerRequest.HttpServerRequest) => {
  if (Number(headers["content-length"] ?? 0) > longest) return tooLong
  const kept: Array<Uint8Array> = []
  let bytes = 0
  const keep = (piece: Uint8Array) => {
    bytes += piece.length
    if (bytes <= longest) kept.push(piece)
  }
  return Effect.flatMap(
    Stream.runForEach(stream, (piece) => Effect.sync(() => keep(piece))),
    () => (bytes > longest ? tooLong : Effect.succeed(Buffer.concat(kept).toString()))
  )
}

/**
 * Decodes the body. Refuses unknown keys: a misspelt one would do nothing, silently. A body that is too long is refused
 * with 413.
 */
export const body = <A, I>(schema: Schema.Schema<A, I>) => {
  const decode = Schema.decodeUnknown(schema, { onExcessProperty: "error" })
  return HttpServerRequest.HttpServerRequest.pipe(
    Effect.flatMap((request) => JsonDepth.text({ text: Effect.suspend(() => textOf(request)) })),
    Effect.flatMap(JsonDepth.parse),
    Effect.flatMap(decode)
  )
}
