/**
 * Makes the endpoints of the contract: values that are the platform's `HttpApiEndpoint`, method by method, for its
 * clients, servers and documents. The platform's own constructors bring its server's router into every client, for
 * their `prefix`.
 */
import type { HttpApiEndpoint, TypeId as PlatformTypeId } from "@effect/platform/HttpApiEndpoint"
import type * as HttpApiMiddleware from "@effect/platform/HttpApiMiddleware"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import type { HttpMethod } from "@effect/platform/HttpMethod"
import type { PathInput } from "@effect/platform/HttpRouter"
import * as Context from "effect/Context"
import * as Option from "effect/Option"
import { pipeArguments } from "effect/Pipeable"
import * as Schema from "effect/Schema"

// A value that is imported from there is enough to bring the router.
const TypeId: PlatformTypeId = Symbol.for("@effect/platform/HttpApiEndpoint") as PlatformTypeId

type Any = HttpApiEndpoint.AnyWithProps

interface OfStatus {
  readonly status?: number | undefined
}

const withStatus = (schema: Schema.Schema.Any, of?: OfStatus): Schema.Schema.Any =>
  of?.status === undefined ? schema : schema.annotations(HttpApiSchema.annotations({ status: of.status }))

/** The same endpoint, but for this. */
const but = (endpoint: Any, change: object): Any => Object.assign(Object.create(prototype), endpoint, change)

const prototype = {
  [TypeId]: TypeId,
  pipe() {
    return pipeArguments(this, arguments)
  },
  addSuccess(this: Any, schema: Schema.Schema.Any, of?: OfStatus) {
    const success = withStatus(schema, of)
    const isFirst = (this.successSchema as unknown) === HttpApiSchema.NoContent
    return but(this, { successSchema: isFirst ? success : HttpApiSchema.UnionUnify(this.successSchema, success) })
  },
  addError(this: Any, schema: Schema.Schema.Any, of?: OfStatus) {
    return but(this, { errorSchema: HttpApiSchema.UnionUnify(this.errorSchema, withStatus(schema, of)) })
  },
  setPath(this: Any, schema: Schema.Schema.Any) {
    return but(this, { pathSchema: Option.some(schema) })
  },
  setUrlParams(this: Any, schema: Schema.Schema.Any) {
    return but(this, { urlParamsSchema: Option.some(schema) })
  },
  setPayload(this: Any, schema: Schema.Schema.Any) {
    return but(this, { payloadSchema: Option.some(schema) })
  },
  setHeaders(this: Any, schema: Schema.Schema.Any) {
    return but(this, { headersSchema: Option.some(schema) })
  },
  prefix(this: Any, prefix: PathInput) {
    return but(this, { path: this.path === "/" ? prefix : `${prefix}${this.path}` })
  },
  middleware(this: Any, middleware: HttpApiMiddleware.TagClassAny) {
    const errorSchema = HttpApiSchema.UnionUnify(this.errorSchema, middleware.failure)
    return but(this, { errorSchema, middlewares: new Set([...this.middlewares, middleware]) })
  },
  annotate(this: Any, tag: Context.Tag<unknown, unknown>, value: unknown) {
    return but(this, { annotations: Context.add(this.annotations, tag, value) })
  },
  annotateContext(this: Any, context: Context.Context<unknown>) {
    return but(this, { annotations: Context.merge(this.annotations, context) })
  }
}

const make =
  <Method extends HttpMethod>(method: Method) =>
  <const Name extends string>(name: Name, path: `/${string}`): HttpApiEndpoint<Name, Method> =>
    Object.assign(Object.create(prototype), {
      name,
      path,
      method,
      pathSchema: Option.none(),
      urlParamsSchema: Option.none(),
      payloadSchema: Option.none(),
      headersSchema: Option.none(),
      successSchema: HttpApiSchema.NoContent,
      errorSchema: Schema.Never,
      annotations: Context.empty(),
      middlewares: new Set()
    })

/** An endpoint that is called with GET. Paths name their parameters as `:chat_id`. */
export const get = /*#__PURE__*/ make("GET")
/** An endpoint that is called with POST. */
export const post = /*#__PURE__*/ make("POST")
/** An endpoint that is called with PATCH. */
export const patch = /*#__PURE__*/ make("PATCH")
/** An endpoint that is called with DELETE. */
export const del = /*#__PURE__*/ make("DELETE")
