/**
 * The contract for people and for tools: a page to browse it at `/docs`, and the OpenAPI document at `/openapi.json`.
 * Both are public, and neither loads anything from another host.
 */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as OpenApiDocument from "@effect-invent/domain/api/OpenApiDocument"
import { type Parts, unprinted } from "@effect-invent/domain/api/Provenance"
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Effect from "effect/Effect"

const paths = { page: "/docs", document: "/openapi.json" } as const

/** Whether a URL is one of these two. */
export const isFor = (url: string): boolean => url === paths.page || url === paths.document

/** The page's scripts are written into it, so that they can come from nowhere else. */
const policy = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join("; ")

/** The contract of this server, and in words what of it is inferred: pages do not show what begins with `x-`. */
const document = (): OpenApi.OpenAPISpec => {
  const { paths: described, ...spec } = OpenApiDocument.make()
  const inWords = (operation: object) => {
    const description = "x-provenance" in operation ? words(operation["x-provenance"] as Parts) : ""
    return description === "" ? operation : { ...operation, description }
  }
  const operations = (path: object) =>
    Object.fromEntries(Object.entries(path).map(([method, operation]) => [method, inWords(operation)]))
  const paths = Object.fromEntries(Object.entries(described).map(([path, each]) => [path, operations(each)]))
  return { ...spec, servers: [{ url: "/" }], paths: paths as OpenApi.OpenAPISpec["paths"] }
}

const wordsOfPart = ([part, standing]: readonly [string, Parts[keyof Parts]]): ReadonlyArray<string> => {
  if (standing === undefined || standing === "printed") return []
  const keys = unprinted(standing)
  return [
    typeof standing === "string" || keys === "all" ? `${part}: ${String(standing)}` : `${part}: ${keys.join(", ")}`
  ]
}

const words = (parts: Parts): string => {
  const inferred = Object.entries(parts).flatMap(wordsOfPart)
  return inferred.length === 0 ? "" : `On no page: ${inferred.join("; ")}.`
}

const api = InventApi.InventApi.annotate(OpenApi.Transform, document)

/** Two megabytes, which are not loaded before the first request. */
const load = Effect.flatMap(
  Effect.promise(() => import("@effect/platform/HttpApiSwagger")),
  ({ layerHttpLayerRouter }) =>
    Effect.scoped(HttpLayerRouter.toHttpEffect(layerHttpLayerRouter({ api, path: paths.page })))
)

/** Makes the answers to both URLs. The page is read once, and at the first request for it. */
export const make = Effect.map(Effect.cached(load), (page) => {
  const forTools = Effect.sync(() => HttpServerResponse.unsafeJson(document()))
  const respond = (request: HttpServerRequest.HttpServerRequest) =>
    request.url === paths.document
      ? forTools
      : Effect.flatten(page).pipe(
          Effect.map(
            HttpServerResponse.setHeaders({
              "content-security-policy": policy,
              "referrer-policy": "no-referrer",
              "x-content-type-options": "nosniff"
            })
          ),
          Effect.catchTag("RouteNotFound", () => Effect.succeed(HttpServerResponse.empty({ status: 404 }))),
          Effect.provideService(HttpServerRequest.HttpServerRequest, request),
          Effect.scoped
        )
  return { respond }
})
