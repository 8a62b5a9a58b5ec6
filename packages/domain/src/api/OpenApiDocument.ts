/** The contract as an OpenAPI 3.1 document, for tools that know nothing of Effect. */
import * as HttpApi from "@effect/platform/HttpApi"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Context from "effect/Context"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Open from "../schema/Open.ts"
import { Blocking } from "./Blocking.ts"
import { InventApi } from "./InventApi.ts"
import * as Paging from "./Paging.ts"
import * as Provenance from "./Provenance.ts"
import { RetrySafety } from "./RetrySafety.ts"
import { WebSocket } from "./WebSocket.ts"

const annotation = <I, S, A>(
  annotations: Context.Context<never>,
  tag: Context.Tag<I, S>,
  key: string,
  render: (value: S) => A
) =>
  Option.match(Context.getOption(annotations, tag), {
    onNone: () => ({}),
    onSome: (value) => ({ [key]: render(value) })
  })

/** What OpenAPI has no word for: `x-retry-safety`, `x-provenance` of each part, `x-blocking`, `x-websocket`. */
const extensions = (annotations: Context.Context<never>) => ({
  ...annotation(annotations, RetrySafety, "x-retry-safety", (safety) => safety),
  ...annotation(annotations, Provenance.Provenance, "x-provenance", (parts) => parts),
  ...annotation(annotations, Blocking, "x-blocking", () => true),
  ...annotation(annotations, WebSocket, "x-websocket", () => true)
})

/** The statuses that the vendor documents. What the body of an error looks like it does not. */
const refusals = {
  400: { description: "The parameters are refused" },
  401: { description: "The key is missing or wrong, or the endpoint is not open to keys" },
  404: { description: "There is no such thing" },
  429: { description: "Too many requests" }
}

/** What we send is closed; what we receive is not. */
const closed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(closed)
  if (!Predicate.isRecord(schema)) return schema
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === "additionalProperties" && value === true ? false : closed(value)
    ])
  )
}

/** How many entries there are, and which of them came, of every list. */
const counts = {
  [Paging.headers.count]: { description: "How many entries there are on all pages", schema: { type: "integer" } },
  [Paging.headers.page]: { description: "Which page this is, counted from 1", schema: { type: "integer" } },
  [Paging.headers.take]: { description: "How many entries a page has at most", schema: { type: "integer" } }
}

const isPaged = ({ parameters }: OpenApi.OpenAPISpecOperation): boolean =>
  parameters.some(({ name }) => name === "take")

/** Our own readers tolerate more than the page documents; the document for other tools has the page's schema alone. */
const asPrinted = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(asPrinted)
  if (!Predicate.isRecord(schema)) return schema
  // Two schemas of one document must not have the same name.
  if (schema["$id"] === "/schemas/unknown") return {}
  const { anyOf, ...rest } = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, asPrinted(value)]))
  if (!Array.isArray(anyOf)) return anyOf === undefined ? rest : { ...rest, anyOf }
  const printed = anyOf.filter((each) => !Predicate.hasProperty(each, Open.undecodableMark))
  return printed.length === 1 && anyOf.length > 1 ? { ...rest, ...printed[0] } : { ...rest, anyOf: printed }
}

const succeeding = (operation: OpenApi.OpenAPISpecOperation) =>
  Object.fromEntries(
    Object.entries(operation.responses).flatMap(([status, response]) =>
      status.startsWith("2") ? [[status, { ...response, ...(isPaged(operation) && { headers: counts }) }]] : []
    )
  )

/** The errors of the platform's own servers. */
const ofThePlatform: ReadonlySet<string> = new Set(["HttpApiDecodeError", "Issue", "PropertyKey"])

const bearer = { type: "http", scheme: "bearer" } as const

/**
 * Makes the document of what a server serves. The words of its operations are not in it: a script adds them from the
 * endpoints' comments.
 */
export const make = (): OpenApi.OpenAPISpec => {
  const spec = OpenApi.fromApi(InventApi, { additionalPropertiesStrategy: "allow" })
  const found = new Map<string, object>()
  HttpApi.reflect(InventApi, {
    onGroup: () => {},
    onEndpoint: ({ endpoint, group }) =>
      found.set(`${group.identifier}.${endpoint.name}`, extensions(endpoint.annotations))
  })
  // An operation's own, empty security would mean that it needs none.
  const described = (operation: OpenApi.OpenAPISpecOperation) => {
    const { security: _, ...rest } = operation
    return {
      ...rest,
      ...(operation.requestBody && { requestBody: asPrinted(closed(operation.requestBody)) }),
      responses: { ...(asPrinted(succeeding(operation)) as object), ...refusals },
      ...found.get(operation.operationId)
    }
  }
  const paths = Object.entries(spec.paths).map(([path, operations]) => [
    path,
    Object.fromEntries(Object.entries(operations).map(([method, operation]) => [method, described(operation)]))
  ])
  const schemas = Object.entries(spec.components.schemas).flatMap(([name, schema]) =>
    ofThePlatform.has(name) ? [] : [[name, asPrinted(schema)] as const]
  )
  return {
    ...spec,
    info: { title: "Invent", version: "0.0.0" },
    servers: [{ url: "https://api.useinvent.com" }],
    paths: Object.fromEntries(paths) as OpenApi.OpenAPISpec["paths"],
    components: {
      ...spec.components,
      schemas: Object.fromEntries(schemas) as OpenApi.OpenAPISpec["components"]["schemas"],
      securitySchemes: { key: bearer }
    },
    security: [{ key: [] }]
  }
}
