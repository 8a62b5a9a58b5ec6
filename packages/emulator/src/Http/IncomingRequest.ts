/** A request to the contract, whatever carried it. */
import type * as Headers from "@effect/platform/Headers"
import type { Socket } from "@effect/platform/Socket"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { Refusal } from "../Refusal.ts"

/** The longest body that is read, in bytes: a file of 50 MB in base64 takes 70 million, and the rest is its frame. */
export const longestBody = 72 * 1024 * 1024

/** The refusal of a body that is longer, whether its length was announced or not. */
export const tooLong = new Refusal({ status: 413, message: `The body is longer than ${longestBody} bytes` })

/** What is read of a request. The platform's `HttpServerRequest` is one. */
export interface IncomingRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: Headers.Headers
  readonly remoteAddress: Option.Option<string>
  /** The body. Fails with {@link tooLong} where it is longer than that, and where it breaks off. */
  readonly text: Effect.Effect<string, unknown>
  /** Opens a WebSocket. Fails where the request asks for none. */
  readonly upgrade: Effect.Effect<Socket, unknown>
}
