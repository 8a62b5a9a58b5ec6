/** A request that the contract does not have, through the same pipe as those that it has. */
import * as InventError from "@effect-invent/domain/InventError"
import * as Issue from "@effect-invent/domain/schema/Issue"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { RawRequest, Service } from "../../ClientTypes.ts"
import type { Settings } from "../../Settings.ts"
import * as Authentication from "../pipeline/Authentication.ts"
import * as CallState from "../pipeline/CallState.ts"
import * as FailureToError from "../pipeline/FailureToError.ts"
import * as RunCall from "../pipeline/RunCall.ts"
import * as ValidateOption from "../pipeline/ValidateOption.ts"

const placeholder = /\{(\w+)\}/g
const methods: ReadonlySet<string> = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"])

/** The path with its placeholders filled in, or why it is none. */
const pathOf = ({ params = {}, path }: RawRequest, { orgId }: Settings): Either.Either<string, string> => {
  const values: Readonly<Record<string, string>> = { org_id: orgId, ...params }
  // A URL takes a backslash for a slash, and an encoded dot for a dot.
  if (!/^(?:\/[^/\\?#]+)+$/.test(path) || /\/(?:\.|%2e){1,2}(?:\/|$)/i.test(path)) {
    return Either.left(`path: expected a path such as "/chats/{chat_id}/state", got ${JSON.stringify(path)}`)
  }
  const names = [...path.matchAll(placeholder)].map(([, name = ""]) => name)
  const missing = names.find((name) => !Object.hasOwn(values, name) || !ValidateOption.isId(String(values[name])))
  if (missing !== undefined)
    return Either.left(`params.${missing}: expected an id, got ${JSON.stringify(values[missing])}`)
  const extra = Object.keys(params).find((name) => !names.includes(name))
  if (extra !== undefined) return Either.left(`params.${extra}: is not in the path`)
  return Either.right(path.replaceAll(placeholder, (_, name: string) => encodeURIComponent(values[name]!)))
}

const write = (options: RawRequest, settings: Settings): Either.Either<HttpClientRequest.HttpClientRequest, string> => {
  const { method, payload, urlParams = {} } = options
  if (!methods.has(method)) return Either.left(`method: expected one of ${[...methods].join(", ")}`)
  if (payload !== undefined && method === "GET") return Either.left("payload: a GET has none")
  return Either.flatMap(pathOf(options, settings), (path) => {
    const request = HttpClientRequest.make(method)(settings.baseUrl + path).pipe(
      HttpClientRequest.appendUrlParams(urlParams)
    )
    if (payload === undefined) return Either.right(request)
    return Either.try({
      try: () =>
        HttpClientRequest.setBody(request, HttpBody.text(JSON.stringify(payload) ?? "null", "application/json")),
      catch: () => "payload: could not be encoded as JSON"
    })
  })
}

/**
 * Makes `request`, for what the contract does not have. A path, a parameter or a payload that cannot be written is an
 * `InvalidRequest`, and nothing is sent.
 */
export const make =
  (step: CallState.Middleware<InventError.InventError>, settings: Settings): Service["request"] =>
  <A, I>(options: RawRequest & { readonly schema?: Schema.Schema<A, I> | undefined }) => {
    const { name: endpoint = "request", params, path, safety, schema } = options
    const withoutKey = Authentication.withoutKey(settings.apiKey)
    const decode = Schema.decodeUnknown((schema ?? Schema.Unknown) as Schema.Schema<unknown>)
    return RunCall.make(
      step,
      settings
    )({
      // Ids that are written into the path would make a time series each.
      endpoint: { endpoint, safety, template: params === undefined ? "/…" : path },
      deadlines: settings.deadlines,
      write: (call) =>
        Either.match(write(options, settings), {
          onLeft: (issue) => CallState.fail(call, new InventError.InvalidRequest({ endpoint, issue })),
          onRight: Effect.succeed
        }),
      read: (_, call) => {
        const unexpected = (issue: string) => CallState.fail(call, FailureToError.unexpected(call, issue))
        if (call.text === "") return schema === undefined ? Effect.void : unexpected("the body is empty")
        return Either.match(
          Either.try(() => JSON.parse(call.text) as unknown),
          {
            onLeft: () => unexpected("Could not parse JSON"),
            onRight: (json) =>
              Effect.catchAll(decode(json), ({ issue }) => unexpected(Issue.innermost(issue, withoutKey)))
          }
        )
      }
    }) as never
  }
