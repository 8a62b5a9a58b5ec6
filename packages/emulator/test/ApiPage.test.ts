import * as OpenApiDocument from "@effect-invent/domain/api/OpenApiDocument"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { it } from "../../../tools/testing/it.ts"
import * as ApiDocs from "../src/Http/ApiDocs.ts"

const get = (path: string, method = "GET") =>
  Effect.gen(function* () {
    const { respond } = yield* ApiDocs.make
    const request = HttpServerRequest.fromWeb(new Request(`http://127.0.0.1${path}`, { method }))
    const response = HttpServerResponse.toWeb(yield* respond(request))
    return { response, text: yield* Effect.promise(() => response.text()) }
  })

describe("the contract to browse", () => {
  it.effect("names every path of it", () =>
    Effect.gen(function* () {
      const { response, text } = yield* get("/docs")
      assert.strictEqual(response.status, 200)
      assert.include(response.headers.get("content-type") ?? "", "text/html")
      for (const path of Object.keys(OpenApiDocument.make().paths)) assert.include(text, JSON.stringify(path))
    })
  )

  it.effect("says of each endpoint what of it no page prints", () =>
    Effect.gen(function* () {
      const { text } = yield* get("/docs")
      const operations = Object.values(OpenApiDocument.make().paths).flatMap((path) => Object.values(path))
      const provenance = operations.map((operation) =>
        "x-provenance" in operation ? Object.values(operation["x-provenance"] as object) : []
      )
      const unprinted = provenance.filter((parts) => parts.some((standing) => standing !== "printed"))
      assert.isAbove(unprinted.length, 0)
      assert.strictEqual(text.split('"description":"On no page: ').length - 1, unprinted.length)
    })
  )

  it.effect("asks nobody else for anything", () =>
    Effect.gen(function* () {
      const { response, text } = yield* get("/docs")
      const sources = (response.headers.get("content-security-policy") ?? "").split("; ")
      assert.include(sources, "default-src 'none'")
      assert.isFalse(sources.some((source) => /https?:|\*/.test(source)))
      assert.notMatch(text.slice(0, text.indexOf("<style>")), /src=|href=/)
    })
  )

  it.effect("is there for tools, too", () =>
    Effect.gen(function* () {
      const { response, text } = yield* get("/openapi.json")
      assert.include(response.headers.get("content-type") ?? "", "application/json")
      const { paths, servers } = JSON.parse(text)
      assert.deepStrictEqual(Object.keys(paths), Object.keys(OpenApiDocument.make().paths))
      assert.deepStrictEqual(servers, [{ url: "/" }])
    })
  )

  it.effect("is there to be read", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* get("/docs", "POST")).response.status, 404)
    })
  )

  it("is at two paths, and nothing of the API is", () => {
    assert.isTrue(ApiDocs.isFor("/docs"))
    assert.isTrue(ApiDocs.isFor("/openapi.json"))
    assert.isFalse(ApiDocs.isFor("/orgs/c/contacts"))
  })
})
