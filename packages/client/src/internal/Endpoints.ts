/** Derives a method from each endpoint of the contract, and gives each call its span, its safety and its errors. */
import { CallableApi } from "@effect-invent/domain/api/InventApi"
import { Blocking } from "@effect-invent/domain/api/Blocking"
import { RetrySafety, type Safety } from "@effect-invent/domain/api/RetrySafety"
import { WebSocket } from "@effect-invent/domain/api/WebSocket"
import * as InventError from "@effect-invent/domain/InventError"
import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiClient from "@effect/platform/HttpApiClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Stream from "effect/Stream"
import type { Extras, Methods, Mock, Service, Streams } from "../Methods.ts"
import type { Settings } from "../Settings.ts"
import * as Authentication from "./Authentication.ts"
import * as Call from "./Call.ts"
import * as Deadline from "./Deadline.ts"
import * as Outcome from "./Outcome.ts"
import * as Pages from "./Pages.ts"

interface Request {
  readonly path?: Readonly<Record<string, unknown>>
  readonly urlParams?: unknown
  readonly payload?: unknown
  readonly withResponse?: boolean
}

type Derived = (request: Request) => Effect.Effect<unknown, unknown, Call.CurrentCall>

interface Entry {
  readonly group: string
  readonly name: string
  readonly safety: Safety
  readonly hasOrg: boolean
  /** Whether a call with this payload waits for work at the server. */
  readonly isBlocking: (payload: unknown) => boolean
}

const entries: ReadonlyArray<Entry> = (() => {
  const found: Array<Entry> = []
  HttpApi.reflect(CallableApi, {
    onGroup: () => {},
    onEndpoint: ({ endpoint, group }) => {
      if (Option.isSome(Context.getOption(endpoint.annotations, WebSocket))) return
      found.push({
        group: group.identifier,
        name: endpoint.name,
        safety: Context.get(endpoint.annotations as Context.Context<RetrySafety>, RetrySafety),
        hasOrg: endpoint.path.includes("/:org_id/"),
        isBlocking: Option.getOrElse(Context.getOption(endpoint.annotations, Blocking), () => () => false)
      })
    }
  })
  return found
})()

/** No id: nothing, a step in a path, or text that has no UTF-8. */
const noId = /^\.{0,2}$|\p{Surrogate}/u

/** An id becomes one segment of the path, whatever it holds. */
const segments = (
  endpoint: string,
  path: Readonly<Record<string, unknown>>
): Either.Either<Record<string, string>, InventError.InvalidRequest> => {
  const encoded: Record<string, string> = {}
  for (const [name, value] of Object.entries(path)) {
    if (typeof value !== "string" || noId.test(value)) {
      const issue = `path.${name}: expected an id, got ${JSON.stringify(value)}`
      return Either.left(new InventError.InvalidRequest({ endpoint, issue }))
    }
    encoded[name] = encodeURIComponent(value)
  }
  return Either.right(encoded)
}

const toInventError = (call: Call.Call, withoutKey: (text: string) => string) => (error: unknown): InventError.InventError => {
  if (!ParseResult.isParseError(error)) {
    // Of the platform's own errors only "no schema for this status" comes this far.
    return isInventError(error) ? error : Outcome.unexpected(call, "no page describes this status")
  }
  const issue = shortened(withoutKey(deepest(error)))
  return call.attempts === 0
    ? new InventError.InvalidRequest({ endpoint: call.endpoint, issue })
    : Outcome.unexpected(call, issue)
}

const longestIssue = 200

/** Of everything that does not fit, the innermost: where a field may be null, every level above says "expected null", too. */
const deepest = (error: ParseResult.ParseError): string => {
  // What came is printed recursively, and a server can nest it deeper than the stack is.
  const formatted = Either.try(() => ParseResult.ArrayFormatter.formatErrorSync(error))
  if (Either.isLeft(formatted)) return "it does not fit, and it is nested too deep to say where"
  const issues = formatted.right
  const innermost = issues.reduce((a, b) => (b.path.length > a.path.length ? b : a))
  return innermost.path.length === 0 ? innermost.message : `${innermost.path.map(String).join(".")}: ${innermost.message}`
}

/** What was expected stands at the beginning, what came at the end. */
const shortened = (issue: string) =>
  issue.length > longestIssue ? `${issue.slice(0, longestIssue / 2)}…${issue.slice(-longestIssue / 2)}` : issue

const isInventError = (error: unknown): error is InventError.InventError =>
  typeof error === "object" && error !== null && "_tag" in error && "endpoint" in error

const callable = (entry: Entry, derived: Derived, settings: Settings) => {
  const endpoint = `${entry.group}.${entry.name}`
  const withoutKey = Authentication.withoutKey(settings.apiKey)
  const withOrg = (path: Request["path"]) => (entry.hasOrg ? { ...path, org_id: path?.["org_id"] ?? settings.orgId } : { ...path })
  const blocking = Deadline.ofBlocking(settings.deadlines)
  return (request: Request = {}) =>
    Effect.suspend(() => {
      const call = Call.make(endpoint, entry.safety, entry.isBlocking(request.payload) ? blocking : undefined)
      return Effect.flatMap(segments(endpoint, withOrg(request.path)), (path) => derived({ urlParams: {}, ...request, path })).pipe(
        Effect.mapError(toInventError(call, withoutKey)),
        Effect.provideService(Call.CurrentCall, call)
      )
    }).pipe(Effect.withSpan(`InventClient.${endpoint}`, { captureStackTrace: false }))
}

/** The stream of a list: `stream` of `list`, `streamNotes` of `listNotes`. */
const streamName = (name: string): string | undefined => (name.startsWith("list") ? `stream${name.slice("list".length)}` : undefined)

/** All methods, and a stream for each that lists. */
export const make = (httpClient: HttpClient.HttpClient.With<InventError.InventError, Call.CurrentCall>, settings: Settings) =>
  Effect.map(HttpApiClient.makeWith(CallableApi, { httpClient, baseUrl: settings.baseUrl }), (client) => {
    const derived = client as unknown as Record<string, Record<string, Derived>>
    const methods: Record<string, Record<string, unknown>> = {}
    for (const entry of entries) {
      const group = (methods[entry.group] ??= {})
      const method = callable(entry, derived[entry.group]![entry.name]!, settings)
      group[entry.name] = method
      const stream = streamName(entry.name)
      if (stream !== undefined) {
        group[stream] = Pages.stream(`${entry.group}.${entry.name}`, method as unknown as Pages.ListWithHeaders)
      }
    }
    // The contract's types say what reflection cannot: each method's request, success and errors.
    return methods as unknown as { readonly [Group in keyof Methods]: Methods[Group] & Streams[Group] }
  })

const extras = { state: ["newestChat"], inbox: ["events"], chats: ["events"] } satisfies {
  readonly [Group in keyof Extras]: ReadonlyArray<keyof Extras[Group]>
}
const streaming: ReadonlySet<string> = new Set(["events"])

/** A service that answers with what it was given and dies, by name, where it was given nothing. */
export const mock = (given: Mock): Service => {
  const service: Record<string, Record<string, unknown>> = {}
  const absent = (group: string, name: string, die: (message: string) => unknown) => {
    const message = `InventClient.layerMock was not given ${group}.${name}, and the program called it`
    ;(service[group] ??= {})[name] = () => die(message)
  }
  for (const { group, name } of entries) {
    absent(group, name, Effect.dieMessage)
    const stream = streamName(name)
    if (stream !== undefined) absent(group, stream, Stream.dieMessage)
  }
  for (const [group, names] of Object.entries(extras)) {
    for (const name of names) absent(group, name, streaming.has(name) ? Stream.dieMessage : Effect.dieMessage)
  }
  for (const [group, methods] of Object.entries(given)) Object.assign((service[group] ??= {}), methods)
  return service as unknown as Service
}
