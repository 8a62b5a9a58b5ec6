/**
 * Answers requests to the contract: decodes what a request carries, hands it to its handler, and encodes what that
 * answers. The platform's `HttpApiBuilder` takes as long for that as all the rest of a request.
 */
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import * as Paging from "@effect-invent/domain/api/Paging"
import { ChatId, OrgId } from "@effect-invent/domain/Ids"
import type { HttpApiEndpoint } from "@effect/platform/HttpApiEndpoint"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import { Options } from "../Behaviour.ts"
import * as Handlers from "../Handlers.ts"
import type { Handler } from "../Handlers/Handler.ts"
import { badRequest, notFound, Refusal } from "../Refusal.ts"
import type { Call } from "../RequestContext.ts"
import * as Routes from "../Routes.ts"
import { World } from "../World.ts"
import { AnswerCheck } from "../World/Core.ts"
import type { Page } from "../World/Pages.ts"
import * as JsonDepth from "./JsonDepth.ts"
import type { IncomingRequest } from "./IncomingRequest.ts"

type Response = HttpServerResponse.HttpServerResponse
type Answer = Effect.Effect<Response, Refusal>
type Decode = (input: unknown) => Either.Either<unknown, Refusal>

const refused = (issue: ParseResult.ParseIssue) => badRequest(ParseResult.TreeFormatter.formatIssueSync(issue))

const decoder = (schema: Option.Option<Schema.Schema.All>): Decode => {
  if (Option.isNone(schema)) return () => Either.right(undefined)
  const decode = ParseResult.decodeUnknownEither(schema.value as Schema.Schema<unknown>)
  return (input) => Either.mapLeft(decode(input), refused)
}

const isList = (ast: AST.AST): boolean => AST.isTupleType(ast) || (AST.isUnion(ast) && ast.types.some(isList))

/** The names of the query whose values are lists, also where there is one value. */
const listsIn = (schema: Option.Option<Schema.Schema.All>): ReadonlySet<string> => {
  const ast = Option.map(schema, (of) => AST.encodedAST(of.ast))
  const properties = Option.isSome(ast) && AST.isTypeLiteral(ast.value) ? ast.value.propertySignatures : []
  return new Set(properties.flatMap(({ name, type }) => (typeof name === "string" && isList(type) ? [name] : [])))
}

const queryOf = (search: string, lists: ReadonlySet<string>): Either.Either<object, Refusal> => {
  const query: OpenRecord.OpenRecord<string | Array<string>> = {}
  for (const [name, value] of new URLSearchParams(search)) {
    // It would set the prototype, and the request be answered as if it had none.
    if (name === "__proto__") return badQuery
    const before = OpenRecord.get(query, name) ?? (lists.has(name) ? [] : undefined)
    OpenRecord.set(query, name, before === undefined ? value : [before, value].flat())
  }
  return Either.right(query)
}

const queryDecoder = (schema: Option.Option<Schema.Schema.All>) => {
  const decode = decoder(schema)
  const lists = listsIn(schema)
  const ofNone = decode({})
  return (url: string): Either.Either<unknown, Refusal> => {
    const start = url.indexOf("?")
    return start === -1 ? ofNone : Either.flatMap(queryOf(url.slice(start), lists), decode)
  }
}

const badQuery = Either.left(badRequest("No endpoint has a parameter __proto__"))

const isJson = ({ headers }: IncomingRequest) => /^$|json/i.test(headers["content-type"] ?? "")

const bodyOf = (request: IncomingRequest): Effect.Effect<string, Refusal> =>
  isJson(request)
    ? Effect.mapError(JsonDepth.text(request), (error) => (error instanceof Refusal ? error : JsonDepth.notJson))
    : JsonDepth.notJson

/** Decodes a body. Some limits depend on the clock of this world, so it runs where the request is handled. */
const payloadDecoder = (schema: Schema.Schema.All): ((body: string) => Effect.Effect<unknown, Refusal>) => {
  const decode = ParseResult.decodeUnknown(schema as Schema.Schema<unknown>)
  return (body) => Effect.flatMap(JsonDepth.parse(body), (json) => Effect.mapError(decode(json), refused))
}

const isVoid = (ast: AST.AST): boolean => AST.isVoidKeyword(ast) || (AST.isUnion(ast) && ast.types.every(isVoid))

/** How the value of a handler becomes a response: a page with its counts in the headers, or a deletion's answer. */
const encoder = (
  { successSchema }: HttpApiEndpoint.AnyWithProps,
  deleted: Response
): ((value: unknown) => Response) => {
  if (isVoid(successSchema.ast)) return () => deleted
  const encode = Schema.encodeSync(successSchema as Schema.Schema<unknown>)
  if (!AST.isTupleType(successSchema.ast)) return (value) => HttpServerResponse.unsafeJson(encode(value))
  return (value) => {
    const { count, entries, page, take } = value as Page<unknown>
    const headers = {
      [Paging.headers.count]: String(count),
      [Paging.headers.page]: String(page),
      [Paging.headers.take]: String(take)
    }
    return HttpServerResponse.unsafeJson(encode(entries), { headers })
  }
}

/** Refuses with 400 the change whose answer cannot be encoded: it could never be listed. */
const checkBy =
  (encode: (value: unknown) => Response) =>
  (answer: unknown): void => {
    const encoded = Either.try({ try: () => encode(answer), catch: (error) => error })
    if (Either.isRight(encoded)) return
    throw ParseResult.isParseError(encoded.left) ? refused(encoded.left.issue) : encoded.left
  }

const anyAnswer = () => {}

/** What is known of a request that was let in: its entry in the log so far, and the parameters in its path. */
interface Admitted {
  readonly call: Call
  readonly params: Readonly<Record<string, string>>
}

/** What answers for an organization. */
interface Served {
  readonly handlers: Handlers.All
  readonly orgId: OrgId
}

type Respond = (request: IncomingRequest, to: Admitted, served: Served) => Answer

/**
 * Makes what answers a request whose endpoint was found. Refuses with 400 what the contract does not allow, and with
 * 404 any organization but the key's own, which `c` means too, and those below it.
 */
export const make = Effect.gen(function* () {
  const context = yield* Effect.context<Options | World>()
  const { deletionAnswer } = yield* Options
  const world = yield* World
  const deleted =
    deletionAnswer === "empty" ? HttpServerResponse.empty({ status: 200 }) : HttpServerResponse.unsafeJson({})

  const isOther = (org_id: string | undefined, orgId: OrgId) =>
    org_id !== undefined && org_id !== "c" && org_id !== orgId

  const toAnswer = ({ endpoint, group }: Routes.Route): Respond => {
    const decodePath = decoder(endpoint.pathSchema)
    const decodeQuery = queryDecoder(endpoint.urlParamsSchema)
    const decodePayload = Option.map(endpoint.payloadSchema, payloadDecoder)
    const encode = encoder(endpoint, deleted)
    const check = endpoint.method === "GET" ? null : checkBy(encode)
    const encoded = (value: unknown) => (HttpServerResponse.isServerResponse(value) ? value : encode(value))

    return (request, { call, params }, { handlers, orgId }) => {
      const ofGroup: Readonly<Record<string, Handler<never, unknown>>> = handlers[group as keyof Handlers.All]
      const handler = ofGroup[endpoint.name] as unknown as Handler<unknown, unknown>

      const answerBy =
        (by: (request: unknown) => Effect.Effect<unknown, Refusal>, check: AnswerCheck["Type"]) =>
        (payload?: unknown): Answer => {
          const path = decodePath(params)
          if (Either.isLeft(path)) return path.left
          const urlParams = decodeQuery(request.url)
          if (Either.isLeft(urlParams)) return urlParams.left
          if (isOther(params["org_id"], orgId)) return notFound("organization", params["org_id"]!)
          const answer = by({ path: path.right, urlParams: urlParams.right, payload, request, call })
          return Effect.map(check === null ? answer : Effect.provideService(answer, AnswerCheck, check), encoded)
        }

      if (Option.isNone(decodePayload)) return answerBy(handler, check)()
      const { withoutBody } = handler
      return Effect.flatMap(bodyOf(request), (body) =>
        body === "" && withoutBody !== undefined
          ? answerBy(withoutBody, anyAnswer)()
          : Effect.flatMap(decodePayload.value(body), answerBy(handler, check))
      )
    }
  }

  const serve = (world: World["Type"]) =>
    Effect.map(Effect.provideService(Handlers.make, World, world), (handlers): Served => ({
      handlers,
      orgId: world.orgId
    }))

  const own = yield* serve(world)
  const below = yield* Effect.cachedFunction(serve)

  const top = Option.some(world)

  /** The organization of the key; none where a key was issued for one that does not exist. */
  const homeOf = ({ org_id }: Call) => (org_id === null ? top : world.below(org_id))

  /** The organization below that of the key that the path names, or whose chat it names. */
  const elsewhere = ({ chat_id, org_id }: Admitted["params"], home: World["Type"]): Option.Option<World["Type"]> => {
    if (org_id !== undefined) return isOther(org_id, home.orgId) ? home.below(OrgId.make(org_id)) : Option.none()
    return chat_id === undefined ? Option.none() : home.ofChat(ChatId.make(chat_id))
  }

  const answers = new Map(Routes.routes.map((route) => [route, toAnswer(route)]))
  return (request: IncomingRequest, route: Routes.Route, admitted: Admitted): Answer => {
    const answer = answers.get(route)!
    const home = homeOf(admitted.call)
    if (Option.isNone(home)) return notFound("organization", String(admitted.call.org_id))
    const asked = Option.getOrElse(elsewhere(admitted.params, home.value), () => home.value)
    if (asked === world) return answer(request, admitted, own)
    return Effect.flatMap(Effect.provide(below(asked), context), (served) => answer(request, admitted, served))
  }
})
