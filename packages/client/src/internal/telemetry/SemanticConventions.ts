/**
 * The attributes that OpenTelemetry's conventions want of an HTTP request, for its span and for its duration.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
import type { HttpClientRequest } from "@effect/platform/HttpClientRequest"
import * as Cause from "effect/Cause"
import type * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { Failure } from "../../RetryPolicy.ts"
import type { CallState } from "../pipeline/CallState.ts"

/** Attributes of spans and metrics, by OpenTelemetry's names. */
export type Attributes = Readonly<Record<string, string | number>>

const portOf = (url: URL): number => (url.port !== "" ? Number(url.port) : url.protocol === "https:" ? 443 : 80)

/** What all requests of a client have in common. */
export const client = ({
  baseUrl,
  name
}: {
  readonly baseUrl: string
  readonly name: string | undefined
}): Attributes => {
  const url = new URL(baseUrl)
  return {
    // An IPv6 address has no brackets there.
    "server.address": url.hostname.replaceAll(/[[\]]/g, ""),
    "server.port": portOf(url),
    ...(name === undefined ? {} : { "invent.client.name": name })
  }
}

/** Gives the attributes of a request's endpoint. */
export type EndpointOf = (request: HttpClientRequest, call: CallState) => Attributes

/** What all requests of an endpoint have in common: the same object each time. Requests of one's own share a name. */
export const endpoints = (client: Attributes): EndpointOf => {
  const known = new Map<string, Attributes>()
  return ({ method }, { endpoint, template }) => {
    const before = known.get(endpoint)
    if (before?.["http.request.method"] === method && before["url.template"] === template) return before
    const attributes = { "http.request.method": method, "url.template": template, ...client }
    known.set(endpoint, attributes)
    return attributes
  }
}

/** Of the query, names without values: what somebody searches for can name a contact. */
export const fullUrl = (request: HttpClientRequest): string => {
  const query = request.urlParams.map(([name]) => `${encodeURIComponent(name)}=REDACTED`).join("&")
  return query === "" ? request.url : `${request.url}?${query}`
}

const nameOf = (failure: Failure): string => (failure._tag === "Rejected" ? failure.error._tag : failure._tag)

const errorType = (exit: Exit.Exit<unknown, Failure>, { status }: CallState): string | undefined => {
  if (exit._tag === "Success") return undefined
  if (status !== undefined && status >= 400) return String(status)
  return Option.match(Cause.failureOption(exit.cause), { onNone: () => "Interrupted", onSome: nameOf })
}

/** How it ended. */
export const endingOf = (exit: Exit.Exit<unknown, Failure>, call: CallState): Attributes => {
  const type = errorType(exit, call)
  return {
    ...(call.status === undefined ? {} : { "http.response.status_code": call.status }),
    ...(type === undefined ? {} : { "error.type": type })
  }
}
