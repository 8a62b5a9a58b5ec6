/** Puts the API key on a request, and removes it from the texts of a server. Nothing else reads the key. */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import type { Middleware } from "./CallState.ts"

/**
 * Puts the key into `Authorization: Bearer`, which every endpoint of the vendor's takes.
 *
 * @see https://docs.useinvent.com/api-reference/getting-started/introduction
 */
export const make =
  (apiKey: Redacted.Redacted) =>
  <E>(next: Middleware<E>): Middleware<E> =>
  (request, call) =>
    next(HttpClientRequest.bearerToken(request, apiKey), call)

/** The value of a key of JSON that is a secret of the vendor's: an assistant's. */
const secretValue = /("secret_key"\s*:\s*")(?:[^"\\]|\\.)*/g

/**
 * Removes the key from text, also where it is quoted as JSON or in a URL: a server may echo what it was sent. Removes
 * an assistant's `secret_key` from JSON, too.
 */
export const withoutKey = (apiKey: Redacted.Redacted): ((text: string) => string) => {
  const key = Redacted.value(apiKey)
  const forms = new Set([key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key)])
  return (text) =>
    [...forms].reduce((text, form) => text.replaceAll(form, "<redacted>"), text).replaceAll(secretValue, "$1<redacted>")
}
