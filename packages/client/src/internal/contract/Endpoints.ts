/** Derives a method from each endpoint of the contract, and gives each call its span, its safety and its errors. */
import { Blocking } from "@effect-invent/domain/api/Blocking"
import { OwnLimit } from "@effect-invent/domain/api/OwnLimit"
import { RepeatBefore, RetrySafety } from "@effect-invent/domain/api/RetrySafety"
import { WebSocket } from "@effect-invent/domain/api/WebSocket"
import * as Issue from "@effect-invent/domain/schema/Issue"
import * as InventError from "@effect-invent/domain/InventError"
import type * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import type * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import type { ClientMethods } from "../../ClientMethods.ts"
import type { Extras, Mock, Service } from "../../ClientTypes.ts"
import type { Settings } from "../../Settings.ts"
import * as Authentication from "../pipeline/Authentication.ts"
import * as ResponseBody from "../pipeline/ResponseBody.ts"
import * as CallState from "../pipeline/CallState.ts"
import * as ValidateOption from "../pipeline/ValidateOption.ts"
import * as Deadline from "../pipeline/Deadline.ts"
import * as RecordMetrics from "../telemetry/RecordMetrics.ts"
import * as FailureToError from "../pipeline/FailureToError.ts"
import * as RunCall from "../pipeline/RunCall.ts"
import * as Pagination from "./Pagination.ts"
import * as EndpointCodec from "./EndpointCodec.ts"

interface Request {
  readonly path?: Readonly<Record<string, unknown>>
  readonly urlParams?: unknown
  readonly payload?: unknown
  readonly withResponse?: boolean
}

/** Groups of the contract by their names. */
export type Groups = Readonly<Record<string, HttpApiGroup.HttpApiGroup.Any>>

interface Entry {
  readonly group: string
  readonly name: string
  readonly endpoint: HttpApiEndpoint.HttpApiEndpoint.AnyWithProps
}

/** What is called of these groups, and not opened as a WebSocket. */
const entriesOf = (groups: Groups): ReadonlyArray<Entry> =>
  Object.values(groups as Readonly<Record<string, HttpApiGroup.HttpApiGroup.AnyWithProps>>).flatMap(
    ({ endpoints, identifier }) =>
      Object.values(endpoints)
        .filter(({ annotations }) => Option.isNone(Context.getOption(annotations, WebSocket)))
        .map((endpoint) => ({ group: identifier, name: endpoint.name, endpoint }))
  )

/** An id becomes one segment of the path, whatever it holds. */
const segments = (
  endpoint: string,
  path: Readonly<Record<string, unknown>>
): Either.Either<Record<string, string>, InventError.InvalidRequest> => {
  const encoded: Record<string, string> = {}
  for (const [name, value] of Object.entries(path)) {
    if (typeof value !== "string" || !ValidateOption.isId(value)) {
      const issue = `path.${name}: expected an id, got ${JSON.stringify(value)}`
      return Either.left(new InventError.InvalidRequest({ endpoint, issue }))
    }
    encoded[name] = encodeURIComponent(value)
  }
  return Either.right(encoded)
}

const isGiven = (value: unknown) =>
  value !== undefined && !(Predicate.isRecord(value) && Object.keys(value).length === 0)

const parts = new Set(["path", "urlParams", "payload", "withResponse"])

/**
 * What an endpoint does not take, or no request has, is refused: left out in silence, it would look as if it had been
 * sent.
 */
const superfluous = (endpoint: HttpApiEndpoint.HttpApiEndpoint.AnyWithProps, request: Request): string | undefined => {
  const { payload, urlParams } = request
  const misspelt = Object.keys(request).find((key) => !parts.has(key))
  if (misspelt !== undefined) return `${misspelt}: is no part of a request, which has path, urlParams and payload`
  if (isGiven(urlParams) && Option.isNone(endpoint.urlParamsSchema)) return "urlParams: this endpoint takes none"
  return payload !== undefined && Option.isNone(endpoint.payloadSchema)
    ? "payload: this endpoint takes none"
    : undefined
}

const callable = (
  { endpoint, group, name }: Entry,
  step: CallState.Middleware<InventError.InventError>,
  settings: Settings
) => {
  const wire = EndpointCodec.make(endpoint, settings.baseUrl)
  const common = {
    endpoint: `${group}.${name}`,
    safety: Context.get(endpoint.annotations as Context.Context<RetrySafety>, RetrySafety),
    template: endpoint.path.replaceAll(/:(\w+)/g, "{$1}"),
    hasOwnLimit: Option.isSome(Context.getOption(endpoint.annotations, OwnLimit))
  }
  const isBlocking = Option.getOrElse(Context.getOption(endpoint.annotations, Blocking), () => () => false)
  const repeatBefore = Option.getOrElse(Context.getOption(endpoint.annotations, RepeatBefore), () => () => undefined)
  const hasOrg = endpoint.path.includes("/:org_id/")
  const withoutKey = Authentication.withoutKey(settings.apiKey)
  const withOrg = (path: Request["path"]) =>
    hasOrg ? { ...path, org_id: path?.["org_id"] ?? settings.orgId } : { ...path }
  const blocking = Deadline.ofBlocking(settings.deadlines)

  // What came where a secret belongs may be one.
  const issueOf = ({ issue }: ParseResult.ParseError) =>
    Issue.innermost(issue, withoutKey).replace(/(secret_key.*?: ).*/s, "$1not as documented")

  const read = (response: HttpClientResponse, call: CallState.CallState) =>
    Option.match(wire.read(response.status, call.text), {
      onNone: () => CallState.fail(call, FailureToError.unexpected(call, "no page describes this status")),
      onSome: Effect.catchAll((error) => CallState.fail(call, FailureToError.unexpected(call, issueOf(error))))
    })

  const refuse = (issue: string) => new InventError.InvalidRequest({ endpoint: common.endpoint, issue })

  const write = (request: Request, call: CallState.CallState) => {
    const issue = superfluous(endpoint, request)
    if (issue !== undefined) return CallState.fail(call, refuse(issue))
    return Either.match(segments(common.endpoint, withOrg(request.path)), {
      onLeft: (error) => CallState.fail(call, error),
      onRight: (path) =>
        Effect.catchAll(wire.write({ ...request, path }), (error) => CallState.fail(call, refuse(issueOf(error))))
    })
  }

  const value =
    (request: Request): RunCall.Work["read"] =>
    (response, call, fiber) =>
      Effect.map(read(response, call), (value) => {
        RecordMetrics.undecodable(fiber, call, value)
        return request.withResponse === true ? [value, ResponseBody.withText(response, call.text)] : value
      })

  const run = RunCall.make(step, settings)

  return (request: Request = {}) =>
    run({
      endpoint: common,
      deadlines: isBlocking(request.payload) ? blocking : settings.deadlines,
      repeatBefore: repeatBefore(request.payload)?.epochMillis,
      write: (call) => write(request, call),
      read: value(request)
    })
}

/** The stream of a list: `stream` of `list`, `streamNotes` of `listNotes`. */
const streamName = (name: string): string | undefined =>
  name.startsWith("list") ? `stream${name.slice("list".length)}` : undefined

/** All methods of these groups, and a stream for each that lists. */
export const make = (groups: Groups, step: CallState.Middleware<InventError.InventError>, settings: Settings) => {
  const methods: Record<string, Record<string, unknown>> = {}
  for (const entry of entriesOf(groups)) {
    const group = (methods[entry.group] ??= {})
    const method = callable(entry, step, settings)
    group[entry.name] = method
    const stream = streamName(entry.name)
    if (stream !== undefined) {
      group[stream] = Pagination.stream(`${entry.group}.${entry.name}`, method as unknown as Pagination.ListWithHeaders)
    }
  }
  // The contract's types say what reflection cannot: each method's request, success and errors.
  return methods as unknown as ClientMethods
}

const extras = { state: ["newestChat"], orgs: ["serverTime"], inbox: ["events"], chats: ["events"] } satisfies {
  readonly [Group in keyof Extras]: ReadonlyArray<keyof Extras[Group]>
}
const streaming: ReadonlySet<string> = new Set(["events"])

/** A service that answers with what it was given and dies, by name, where it was given nothing. */
export const mock = (groups: Groups, given: Mock): Service => {
  const service: Record<string, Record<string, unknown>> = {}
  const absent = (group: string, name: string, die: (message: string) => unknown) => {
    const message = `InventClient.layerMock was not given ${group}.${name}, and the program called it`
    ;(service[group] ??= {})[name] = () => die(message)
  }
  for (const { group, name } of entriesOf(groups)) {
    absent(group, name, Effect.dieMessage)
    const stream = streamName(name)
    if (stream !== undefined) absent(group, stream, Stream.dieMessage)
  }
  for (const [group, names] of Object.entries(extras)) {
    for (const name of names) absent(group, name, streaming.has(name) ? Stream.dieMessage : Effect.dieMessage)
  }
  const {
    request = () => Effect.dieMessage("InventClient.layerMock was not given request, and the program called it"),
    ...groupsGiven
  } = given
  for (const [group, methods] of Object.entries(groupsGiven)) Object.assign((service[group] ??= {}), methods)
  return { ...service, request } as unknown as Service
}
