/** What the control routes read, and what they answer. */
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import * as JsonDepth from "./JsonDepth.ts"

/** An answer in JSON. */
export const answer = (status: number, body: unknown): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.unsafeJson(body, { status })

/** The answer to a change of which there is nothing to say. */
export const done = answer(200, { ok: true })

/** Decodes the body. Refuses unknown keys: a misspelt one would do nothing, silently. */
export const body = <A, I>(schema: Schema.Schema<A, I>) =>
  Effect.zipRight(
    Effect.flatMap(HttpServerRequest.HttpServerRequest, JsonDepth.text),
    HttpServerRequest.schemaBodyJson(schema, { onExcessProperty: "error" })
  )
