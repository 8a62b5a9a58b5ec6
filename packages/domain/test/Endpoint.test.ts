import * as Endpoint from "@effect-invent/domain/api/Endpoint"
import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiMiddleware from "@effect/platform/HttpApiMiddleware"
import * as OpenApi from "@effect/platform/OpenApi"
import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Schema from "effect/Schema"

class Colour extends Context.Tag("Colour")<Colour, string>() {}
class Guard extends HttpApiMiddleware.Tag<Guard>()("Guard", { failure: Schema.Number }) {}

const id = Schema.Struct({ id: Schema.NumberFromString })

/** Everything that can be said of an endpoint. */
const said = <Name extends string>(endpoint: HttpApiEndpoint.HttpApiEndpoint<Name, "POST">) =>
  endpoint
    .setPath(id)
    .setUrlParams(Schema.Struct({ page: Schema.NumberFromString }))
    .setPayload(Schema.Struct({ title: Schema.String }))
    .setHeaders(Schema.Struct({ "x-of": Schema.String }))
    .addSuccess(Schema.String)
    .addSuccess(Schema.Void, { status: 202 })
    .addError(Schema.Boolean, { status: 418 })
    .middleware(Guard)
    .prefix("/v1")
    .annotate(Colour, "red")
    .annotateContext(OpenApi.annotations({ summary: "of all" }))

const documented = (endpoint: HttpApiEndpoint.HttpApiEndpoint.Any) =>
  OpenApi.fromApi(
    HttpApi.make("api").add(HttpApiGroup.make("things").add(endpoint as HttpApiEndpoint.HttpApiEndpoint.AnyWithProps))
  )

describe("an endpoint of the contract", () => {
  it("is the platform's, whatever is said of it", () => {
    const ours = said(Endpoint.post("create", "/things/:id"))
    const platforms = said(HttpApiEndpoint.post("create", "/things/:id"))
    expect(HttpApiEndpoint.isHttpApiEndpoint(ours)).toBe(true)
    expect(documented(ours)).toEqual(documented(platforms))
    for (const key of ["name", "path", "method", "middlewares"] as const) expect(ours[key]).toEqual(platforms[key])
    expect(Context.get(ours.annotations as Context.Context<Colour>, Colour)).toBe("red")
  })

  it("can be all that the platform's can", () => {
    const keys = (endpoint: object) => [
      ...Reflect.ownKeys(endpoint),
      ...Reflect.ownKeys(Object.getPrototypeOf(endpoint))
    ]
    for (const [ours, platforms] of [
      [Endpoint.get("call", "/things"), HttpApiEndpoint.get("call", "/things")],
      [Endpoint.post("call", "/things"), HttpApiEndpoint.post("call", "/things")],
      [Endpoint.patch("call", "/things"), HttpApiEndpoint.patch("call", "/things")],
      [Endpoint.del("call", "/things"), HttpApiEndpoint.del("call", "/things")]
    ] as const) {
      expect(new Set(keys(ours))).toEqual(new Set(keys(platforms)))
      expect(ours.method).toBe(platforms.method)
      expect(documented(ours)).toEqual(documented(platforms))
    }
  })

  it("stays as it is when something is said of it", () => {
    const before = Endpoint.get("list", "/")
    expect([before.prefix("/things").path, before.path]).toEqual(["/things", "/"])
  })
})
