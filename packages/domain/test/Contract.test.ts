import { CallableApi, InventApi } from "@effect-invent/domain/api/InventApi"
import * as OpenApiDocument from "@effect-invent/domain/api/OpenApiDocument"
import * as Provenance from "@effect-invent/domain/api/Provenance"
import { RetrySafety } from "@effect-invent/domain/api/RetrySafety"
import * as HttpApi from "@effect/platform/HttpApi"
import { Validator } from "@seriousme/openapi-schema-validator"
import { describe, expect } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { readdirSync, readFileSync } from "node:fs"
import { it } from "../../../tools/testing/it.ts"
import { scale } from "../../../tools/properties/Seed.ts"
import { pages } from "./Pages.ts"

interface Endpoint {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly safety: Option.Option<string>
  readonly parts: Provenance.Parts
  readonly schemas: Readonly<Record<string, Schema.Schema<unknown, unknown>>>
}

const endpoints: Array<Endpoint> = []
HttpApi.reflect(CallableApi, {
  onGroup: () => {},
  onEndpoint: ({ endpoint, group }) => {
    const { payloadSchema, pathSchema, successSchema, urlParamsSchema } = endpoint
    const given: Record<string, Option.Option<unknown>> = {
      path: pathSchema,
      query: urlParamsSchema,
      body: payloadSchema,
      answer: Option.some(successSchema)
    }
    const schemas = Object.entries(given).flatMap(([part, schema]) =>
      Option.isSome(schema) ? [[part, schema.value]] : []
    )
    endpoints.push({
      name: `${group.identifier}.${endpoint.name}`,
      method: endpoint.method,
      path: endpoint.path,
      safety: Context.getOption(endpoint.annotations, RetrySafety),
      parts: Context.get(endpoint.annotations as Context.Context<Provenance.Provenance>, Provenance.Provenance),
      schemas: Object.fromEntries(schemas) as Endpoint["schemas"]
    })
  }
})

const sources = new URL("../src/api/", import.meta.url)
const text = readdirSync(sources)
  .map((file) => readFileSync(new URL(file, sources), "utf8"))
  .join("\n")

/** The docstring of an endpoint: what stands right above the constant that makes it. */
const docs = new Map(
  [
    ...text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const \w+ = Endpoint\s*\.\w+\(\s*"(\w+)",\s*"([^"]+)"/g)
  ].map(([, doc, name, path]) => [`${name} ${path}`, doc!] as const)
)

const coverage = readFileSync(new URL("../../../docs/coverage.md", import.meta.url), "utf8")

/** The newest pages of endpoints lie in folders, as in `orgs-contacts/get-contacts`. */
const newestPage = (name: string): string => {
  const all = pages.find(({ endpoint }) => endpoint === name)!.pages
  return all.find((page) => /\/api-reference\/(?!getting-started\/)[^/]+\/[^/]+$/.test(page)) ?? all[0]
}

describe("the contract", () => {
  for (const { method, name, parts, path, safety } of endpoints) {
    it(`${name} says how safe its repetition is, links to the vendor, and says what no page prints`, () => {
      expect(Option.isSome(safety)).toBe(true)
      if (method === "GET") expect(safety).toEqual(Option.some("Safe"))
      if (method === "PATCH" || method === "DELETE") expect(safety).toEqual(Option.some("Idempotent"))
      const doc = docs.get(`${name.split(".")[1]} ${path}`) ?? ""
      expect(doc).toMatch(new RegExp(`@see ${newestPage(name)}\\s`))
      expect(coverage).toContain(`\n| [${name}](${newestPage(name)}) | \`${method} `)
      expect(doc.includes("@experimental")).toBe(Provenance.isExperimental(parts))
      const { method: _, path: __, ...others } = parts
      expect(doc.includes("@inferred")).toBe(Object.values(others).some((standing) => standing !== "printed"))
    })
  }

  it("has no path without an organization or a chat: the un-scoped ones of old pages are gone", () => {
    expect(endpoints.filter(({ path }) => !/^\/(orgs\/:org_id|chats\/:chat_id)(\/|$)/.test(path))).toEqual([])
  })

  it("has one endpoint for each method and path where it is served, and one more to call", () => {
    const served: Array<string> = []
    HttpApi.reflect(InventApi, {
      onGroup: () => {},
      onEndpoint: ({ endpoint }) => served.push(`${endpoint.method} ${endpoint.path}`)
    })
    expect(new Set(served).size).toBe(served.length)
    const called = endpoints.map(({ method, path }) => `${method} ${path}`)
    expect(called.filter((each, index) => called.indexOf(each) !== index)).toEqual([
      "POST /orgs/:org_id/broadcasts/:broadcast_id/send"
    ])
    expect(new Set(called)).toEqual(new Set(served))
  })
})

const runs = { numRuns: 8 * scale }

describe("any value", () => {
  for (const { name, schemas } of endpoints) {
    for (const [part, schema] of Object.entries(schemas)) {
      it.effect(`of the ${part} of ${name} survives being written and read`, () =>
        Effect.gen(function* () {
          const equal = Schema.equivalence(schema)
          for (const value of FastCheck.sample(Arbitrary.make(schema), runs)) {
            const back = yield* Effect.flatMap(Schema.encode(schema)(value), Schema.decodeUnknown(schema))
            expect(equal(back, value) || JSON.stringify(back) === JSON.stringify(value), JSON.stringify(value)).toBe(
              true
            )
          }
        })
      )
    }
  }
})

/** JSON of the right shape with anything at all in some of its places. */
const disturbed = (json: FastCheck.JsonValue): FastCheck.Arbitrary<FastCheck.JsonValue> => {
  const anything = FastCheck.jsonValue({ maxDepth: 3 })
  const inside = Array.isArray(json)
    ? FastCheck.tuple(...json.map(disturbed))
    : typeof json === "object" && json !== null
      ? FastCheck.record(
          Object.fromEntries(Object.entries(json).map(([key, value]) => [key, disturbed(value ?? null)]))
        )
      : FastCheck.constant(json)
  return FastCheck.oneof(
    { weight: 12, arbitrary: inside as FastCheck.Arbitrary<FastCheck.JsonValue> },
    { weight: 1, arbitrary: anything }
  )
}

const fixtures = new URL("fixtures/", import.meta.url)
const bodies = readdirSync(fixtures)
  .filter((file) => file.endsWith(".response.json"))
  .map((file) => JSON.parse(readFileSync(new URL(file, fixtures), "utf8")) as FastCheck.JsonValue)

describe("any JSON whatsoever", () => {
  const json = FastCheck.oneof(FastCheck.jsonValue({ maxDepth: 5 }), ...bodies.map(disturbed))
  for (const { name, schemas } of endpoints) {
    it(`as the answer of ${name} gives a value or a parse error`, () => {
      const decode = Schema.decodeUnknownEither(schemas["answer"]!)
      FastCheck.assert(
        FastCheck.property(json, (body) => {
          const result = decode(body)
          if (Either.isLeft(result)) expect(ParseResult.isParseError(result.left)).toBe(true)
        }),
        runs
      )
    })
  }
})

describe("the OpenAPI document", () => {
  const document = OpenApiDocument.make()
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path))

  it("says of each operation how safe its repetition is, and what of it is inferred", () => {
    for (const operation of operations) {
      const endpoint = endpoints.find(({ name }) => name === operation.operationId)!
      expect(operation).toMatchObject({ "x-retry-safety": Option.getOrThrow(endpoint.safety) })
      expect(operation).toMatchObject({ "x-provenance": endpoint.parts })
    }
  })

  it("is OpenAPI 3.1 for a validator that is not ours, which finds a mistake", async () => {
    const validate = (json: object) =>
      new Validator().validate(JSON.parse(JSON.stringify(json)) as Record<string, unknown>)
    expect(await validate(document)).toEqual({ valid: true })
    const [path] = Object.keys(document.paths)
    const broken = {
      ...document,
      paths: { ...document.paths, [path!]: { get: { responses: { 200: { content: 5 } } } } }
    }
    expect(await validate(broken)).toMatchObject({ valid: false })
  })

  it("has numbers as numbers, booleans as booleans, date-times with their format, limits, and the headers of a page", () => {
    const { parameters, responses } = document.paths["/orgs/{org_id}/contacts"]!.get!
    const schemas = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]))
    expect(schemas).toMatchObject({
      page: { type: "integer", minimum: 1, default: 1 },
      take: { type: "integer", minimum: 1, maximum: 100, default: 100 },
      unsubscribed: { type: "boolean" },
      email: { type: "string", pattern: expect.any(String) }
    })
    expect(responses[200]).toMatchObject({
      content: { "application/json": { schema: { type: "array", items: { $ref: "#/components/schemas/Contact" } } } },
      headers: { "pagination-count": {}, "pagination-page": {}, "pagination-take": { schema: { type: "integer" } } }
    })
    expect(document.components.schemas["Instant"]).toMatchObject({ type: "string", format: "date-time" })
    const text = JSON.stringify(document)
    for (const ours of ["decoded into a number", "decoded into a boolean", "x-undecodable", "/schemas/unknown"]) {
      expect(text).not.toContain(ours)
    }
  })

  it("describes every list by what is in it", () => {
    const described = (schema: object) => JSON.stringify(schema) !== "{}"
    for (const { operationId, responses } of operations) {
      const json = (
        responses[200] as { readonly content?: Record<string, { readonly schema: { readonly items?: object } }> }
      ).content
      const items = json?.["application/json"]?.schema.items
      if (items !== undefined) expect(described(items), operationId).toBe(true)
    }
  })

  /** With what it refers to in its place, at any depth. */
  const resolved = (json: unknown): unknown => {
    if (Array.isArray(json)) return json.map(resolved)
    if (typeof json !== "object" || json === null) return json
    const reference = "$ref" in json && typeof json.$ref === "string" ? json.$ref.split("/").at(-1)! : undefined
    if (reference !== undefined) return resolved(document.components.schemas[reference])
    return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, resolved(value)]))
  }

  it("has a schema for every reference, and is closed in what is sent and open in what is received", () => {
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!)
    for (const name of names) expect(Object.keys(document.components.schemas)).toContain(name)
    for (const { operationId, requestBody } of operations) {
      expect(JSON.stringify(resolved(requestBody ?? {})), operationId).not.toContain('"additionalProperties":true')
    }
    expect(JSON.stringify(document.components.schemas["Chat"])).toContain('"additionalProperties":true')
  })
})
