/** An endpoint of the contract as requests and answers: writes the one and reads the other by its schemas. */
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import type { HttpApiEndpoint } from "@effect/platform/HttpApiEndpoint"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"

/** What a method was given, its path checked and encoded. */
export interface Request {
  /** Segments of the path, as they are written there. */
  readonly path: Readonly<Record<string, string>>
  readonly urlParams?: unknown
  readonly payload?: unknown
}

type Parsed<A> = Effect.Effect<A, ParseResult.ParseError>

/** Writes requests of one endpoint, and reads its answers. */
export interface Wire {
  readonly write: (request: Request) => Parsed<HttpClientRequest.HttpClientRequest>
  /** The value of an answer with this status and this body; nothing when the contract has no such status. */
  readonly read: (status: number, text: string) => Option.Option<Parsed<unknown>>
}

class NotFinite extends Data.TaggedError("NotFinite")<{ readonly message: string }> {}

const json = <A>(what: string, of: unknown, make: () => A): Parsed<A> =>
  Either.try({
    try: make,
    catch: (error) =>
      ParseResult.parseError(
        new ParseResult.Type(
          AST.unknownKeyword,
          of,
          error instanceof NotFinite ? error.message : `Could not ${what} JSON`
        )
      )
  })

const reader = (asts: ReadonlyArray<AST.AST>): ((text: string) => Parsed<unknown>) => {
  if (asts.every(HttpApiSchema.isVoid)) return () => Effect.void
  const decode = Schema.decodeUnknown(Schema.make<unknown, unknown>(AST.Union.make(asts)))
  // An empty body is no value, and a schema may allow that.
  return (text) =>
    text === ""
      ? decode(undefined)
      : Effect.flatMap(
          json("parse", text, () => JSON.parse(text) as unknown),
          decode
        )
}

/** Stands for the statuses that the contract does not name. */
const anyStatus = 0

const readers = ({ ast }: Schema.Schema.Any) => {
  const asts = ast._tag === "Union" ? ast.types : [ast]
  const ofStatus = (status: number) => reader(asts.filter((ast) => HttpApiSchema.getStatusSuccessAST(ast) === status))
  const statuses = asts.map(HttpApiSchema.getStatusSuccessAST)
  // An answer that is not looked at may come with any status of a success.
  if (asts.every(HttpApiSchema.isVoid)) statuses.push(anyStatus)
  return new Map(statuses.map((status) => [status, ofStatus(status)]))
}

/** What is not in the contract is not written. */
const writer = (schema: Option.Option<Schema.Schema.Any>): ((value: unknown) => Parsed<unknown>) =>
  Option.match(schema, {
    onNone: () => () => Effect.void,
    onSome: (schema) => Schema.encodeUnknown(schema as Schema.Schema<unknown>)
  })

/** JSON writes a number that is none as null, which some keys take for a wish. */
const finite = (key: string, value: unknown): unknown => {
  if (typeof value === "number" && !Number.isFinite(value))
    throw new NotFinite({ message: `${key}: ${value} is no number of JSON` })
  return value
}

const parameter = /:(\w+)/g

/**
 * Makes the codec of an endpoint. A value that the contract refuses fails with a `ParseError` before anything is sent.
 */
export const make = (endpoint: HttpApiEndpoint.AnyWithProps, baseUrl: string): Wire => {
  const empty = HttpClientRequest.make(endpoint.method)(baseUrl)
  const writePath = writer(endpoint.pathSchema)
  const writeUrlParams = writer(endpoint.urlParamsSchema)
  const writePayload = writer(endpoint.payloadSchema)
  const readersOf = readers(endpoint.successSchema)
  return {
    write: ({ path, payload, urlParams = {} }) =>
      Effect.gen(function* () {
        const segments = (yield* writePath(path)) as Readonly<Record<string, string>>
        const url = baseUrl + endpoint.path.replaceAll(parameter, (_, name: string) => segments[name]!)
        const query = (yield* writeUrlParams(urlParams)) as Record<string, string> | undefined
        const request = HttpClientRequest.appendUrlParams(HttpClientRequest.setUrl(empty, url), query ?? {})
        if (Option.isNone(endpoint.payloadSchema)) return request
        const body = yield* writePayload(payload)
        const text = yield* json("encode as", body, () => JSON.stringify(body, finite))
        return HttpClientRequest.setBody(request, HttpBody.text(text, "application/json"))
      }),
    read: (status, text) =>
      Option.map(Option.fromNullable(readersOf.get(status) ?? readersOf.get(anyStatus)), (read) => read(text))
  }
}
