/** The attributes that requests of one endpoint share, and those of requests that the client has no endpoint for. */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { expect, it } from "@effect/vitest"
import type { CallState } from "../src/internal/pipeline/CallState.ts"
import * as SemanticConventions from "../src/internal/telemetry/SemanticConventions.ts"

const attributesOf = SemanticConventions.endpoints({ "server.port": 443 })
const of = (request: HttpClientRequest.HttpClientRequest, template: string) =>
  attributesOf(request, { endpoint: "request", template } as CallState)

it("requests of the same name have each their own method and template, and equal ones in a row share the object", () => {
  const posted = of(HttpClientRequest.post("/a/1"), "/a/{id}")
  expect(posted).toEqual({ "http.request.method": "POST", "url.template": "/a/{id}", "server.port": 443 })
  expect(of(HttpClientRequest.post("/a/2"), "/a/{id}")).toBe(posted)
  expect(of(HttpClientRequest.get("/b/2"), "/b/{id}")).toMatchObject({
    "http.request.method": "GET",
    "url.template": "/b/{id}"
  })
  expect(of(HttpClientRequest.del("/b/2"), "/b/{id}")).toMatchObject({ "http.request.method": "DELETE" })
})
