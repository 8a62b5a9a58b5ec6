/**
 * Holds the answers of the emulator to what the vendor's pages print: the contract cannot vouch for them, as it is what
 * the emulator encodes them by.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Pages from "../../domain/test/Pages.ts"
import * as Routes from "../src/Routes.ts"

const nounOf = (endpoint: string, hasBody: boolean): string | undefined => {
  // Two pages describe one path: without a body, a marketing broadcast is sent.
  const name = endpoint === "broadcasts.sendTransactional" && !hasBody ? "broadcasts.sendMarketing" : endpoint
  return Pages.pages.find((page) => page.endpoint === name)?.noun
}

const isAllowed = (key: string): boolean => Pages.isPrinted(key) || key in Pages.unprinted.sent

/** All keys of an answer. */
export const keysOf = (endpoint: string, hasBody: boolean, json: Pages.Json): ReadonlyArray<string> => {
  const noun = nounOf(endpoint, hasBody)
  return noun === undefined ? [] : Pages.keysOf(noun, json)
}

/** Those of them that no page prints, and that are not listed with a reason. */
export const surplus = (keys: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set(keys)].filter((key) => !isAllowed(key))

const parse = (text: string): Pages.Json => {
  try {
    return JSON.parse(text) as Pages.Json
  } catch {
    return null
  }
}

const check = (response: HttpClientResponse.HttpClientResponse) =>
  Effect.flatMap(response.text, (text) => {
    const { body, method, url } = response.request
    const endpoint = Routes.find(method, new URL(url).pathname)?.route.name
    const found =
      endpoint === undefined || response.status !== 200
        ? []
        : surplus(keysOf(endpoint, body._tag !== "Empty", parse(text)))
    // A body can be read once only.
    const { headers, status } = response
    return found.length === 0
      ? Effect.succeed(HttpClientResponse.fromWeb(response.request, new Response(text, { status, headers })))
      : Effect.dieMessage(
          `${endpoint} answers with what no page prints: ${found.join(", ")}; list it with its reason, or do not send it`
        )
  }).pipe(Effect.orDie)

/** The same client, which dies of such an answer. */
export const checked = <R>(
  context: Context.Context<R | HttpClient.HttpClient>
): Context.Context<R | HttpClient.HttpClient> =>
  Context.add(
    context,
    HttpClient.HttpClient,
    HttpClient.transformResponse(
      Context.get(context, HttpClient.HttpClient),
      Effect.flatMap((response) =>
        response.headers["content-type"]?.includes("json") === true ? check(response) : Effect.succeed(response)
      )
    )
  ) as Context.Context<R | HttpClient.HttpClient>
