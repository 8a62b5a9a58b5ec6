/**
 * Reads an answer's body into memory, up to a bound: beyond it the reading stops and the connection is let go. A body
 * whose length is announced and small is read at once; one that is announced as compressed may become any length.
 */
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"

/** The bytes of an answer, up to the limit. */
export interface Body {
  readonly bytes: ArrayBuffer
  /** Whether more was announced, or came, than was to be read. */
  readonly isCut: boolean
}

const announced = (response: HttpClientResponse): number | undefined => {
  const { "content-encoding": encoding = "identity", "content-length": length = "" } = response.headers
  return encoding === "identity" && /^\d{1,15}$/.test(length) ? Number(length) : undefined
}

const joined = (pieces: ReadonlyArray<Uint8Array>, length: number): ArrayBuffer => {
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    const fits = piece.subarray(0, length - at)
    whole.set(fits, at)
    at += fits.length
  }
  return whole.buffer
}

/** A body that comes in pieces. What came before a failure or an interruption can still be taken. */
const inPieces = (response: HttpClientResponse, maxBytes: number) => {
  const pieces: Array<Uint8Array> = []
  let size = 0
  // Of a body that is announced to be too large, the first piece only ends the reading.
  const mayGoOn = () => size <= maxBytes && (announced(response) ?? 0) <= maxBytes
  const read = Stream.runForEachWhile(response.stream, (piece) =>
    Effect.sync(() => {
      pieces.push(piece)
      size += piece.length
      return mayGoOn()
    })
  )
  const taken = (): Body => ({ bytes: joined(pieces, Math.min(size, maxBytes)), isCut: !mayGoOn() })
  return { read, taken }
}

const isEmpty = (error: unknown) =>
  Predicate.isTagged(error, "ResponseError") && Predicate.hasProperty(error, "reason") && error.reason === "EmptyBody"

/**
 * Why a body cannot be read. A web stream that broke refuses to be cancelled, and reports it in a defect beside its
 * failure.
 */
const failed = (cause: Cause.Cause<unknown>): Effect.Effect<void, unknown> => {
  if (Cause.isInterrupted(cause)) return Effect.interrupt
  const error = Either.match(Cause.failureOrCause(cause), { onLeft: (error) => error, onRight: Cause.squash })
  return isEmpty(error) ? Effect.void : Effect.fail(error)
}

/** The whole body, or its first `maxBytes`. Fails with the transport's error where a body broke off. */
export const read = (response: HttpClientResponse, maxBytes: number): Effect.Effect<Body, unknown> =>
  Effect.suspend(() => {
    if ((announced(response) ?? Infinity) <= maxBytes) {
      return Effect.map(response.arrayBuffer, (bytes) => ({ bytes, isCut: false }))
    }
    const pieces = inPieces(response, maxBytes)
    return Effect.map(Effect.catchAllCause(pieces.read, failed), pieces.taken)
  })

/** What comes of a body, of which nothing but its beginning is wanted: at most so much, and no later than that. */
export const beginning = (
  response: HttpClientResponse,
  maxBytes: number,
  patience: number
): Effect.Effect<ArrayBuffer> =>
  Effect.suspend(() => {
    const pieces = inPieces(response, maxBytes)
    return Effect.catchAllCause(pieces.read, failed).pipe(
      Effect.timeout(patience),
      Effect.ignore,
      Effect.map(() => pieces.taken().bytes)
    )
  })

/** The response with the body that was read of it: a reader of its text finds it in memory. */
export const withText = (response: HttpClientResponse, text: string): HttpClientResponse =>
  Object.create(response, { text: { value: Effect.succeed(text) } })
