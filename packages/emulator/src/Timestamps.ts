/**
 * How fine the dates of an answer are: in whole seconds, as every published example has them, where the option sets
 * that.
 */
import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as RawResponse from "./Http/RawResponse.ts"
import type { Options } from "./Behaviour.ts"

const fraction = /("(?:\w+_at|muted_until)":"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\.\d+(?=Z")/g

/** Cuts the fraction of a second off every date of this JSON. */
export const inWholeSeconds = (json: string): string => json.replaceAll(fraction, "$1")

/** The same for a frame of the WebSocket, by the option. */
export const ofFrame =
  ({ timestamps }: Pick<Options["Type"], "timestamps">) =>
  (frame: string): string =>
    timestamps === "seconds" ? inWholeSeconds(frame) : frame

const decoder = new TextDecoder()
const encoder = new TextEncoder()

const inResponse = (response: HttpServerResponse.HttpServerResponse) => {
  if (response.body._tag !== "Uint8Array") return response
  const answer = RawResponse.fromResponse(response)
  return RawResponse.toResponse({ ...answer, body: encoder.encode(inWholeSeconds(decoder.decode(answer.body))) })
}

/** The same for an answer, by the option. */
export const ofAnswer =
  ({ timestamps }: Pick<Options["Type"], "timestamps">) =>
  <E>(answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E>) =>
    timestamps === "seconds" ? Effect.map(answer, inResponse) : answer
