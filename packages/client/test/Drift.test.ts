/** Answers that drift from the contract at any place, for every endpoint that the contract has. */
import { CallableApi } from "@effect-invent/domain/api/InventApi"
import * as WebSocket from "@effect-invent/domain/api/WebSocket"
import * as HttpApi from "@effect/platform/HttpApi"
import { describe, expect } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import { scale } from "../../../tools/properties/Seed.ts"
import { it } from "../../../tools/testing/it.ts"
import * as Vendor from "./Vendor.ts"

type Json = Schema.Schema<unknown, unknown>

interface Endpoint {
  readonly name: string
  /** Of the body; where there is none to speak of, any body is as good. */
  readonly success: Option.Option<Json>
  readonly request: object
  readonly method: (invent: Vendor.Client) => (request: object) => Effect.Effect<unknown, { readonly _tag: string }>
}

/** The smallest that the schema takes: nothing, where nothing is required. */
const least = (schema: Json): unknown => (Schema.is(schema)({}) ? {} : FastCheck.sample(Arbitrary.make(schema), 1)[0])

const part = (name: string, schema: Option.Option<Schema.Schema.All>) =>
  Option.match(schema, { onNone: () => ({}), onSome: (schema) => ({ [name]: least(schema as Json) }) })

const endpoints: ReadonlyArray<Endpoint> = (() => {
  const found: Array<Endpoint> = []
  HttpApi.reflect(CallableApi, {
    onGroup: () => {},
    onEndpoint: ({ endpoint, group }) => {
      if (WebSocket.TypeId in endpoint) return
      const success = endpoint.successSchema as unknown as Json
      const path = Object.fromEntries([...endpoint.path.matchAll(/:(\w+)/g)].map(([, name]) => [name, "id_1"]))
      found.push({
        name: `${group.identifier}.${endpoint.name}`,
        success:
          Schema.is(success)(undefined) && !AST.isUnknownKeyword(success.ast) ? Option.none() : Option.some(success),
        request: {
          path,
          ...part("urlParams", endpoint.urlParamsSchema),
          ...part("payload", endpoint.payloadSchema)
        },
        method: (invent) => (invent as never)[group.identifier][endpoint.name]
      })
    }
  })
  return found
})()

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** An edit of the value at one place, or of the object there. */
type Edit = (value: unknown) => unknown

const missing = Symbol("missing")

/** Edits the n-th value of a document, counted from the outside in; of fewer values, the n-th modulo their number. */
const editNth = (json: unknown, nth: number, edit: Edit): unknown => {
  let count = 0
  const walk = (value: unknown, target: number): unknown => {
    if (count++ === target) return edit(value)
    if (Array.isArray(value)) return value.map((item) => walk(item, target)).filter((item) => item !== missing)
    if (!isObject(value)) return value
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, item]) => [key, walk(item, target)] as const)
        .filter(([, item]) => item !== missing)
    )
  }
  walk(json, -1)
  const target = nth % count
  count = 0
  const edited = walk(json, target)
  return edited === missing ? null : edited
}

const edits: FastCheck.Arbitrary<Edit> = FastCheck.oneof(
  FastCheck.jsonValue().map(
    (any): Edit =>
      () =>
        any
  ),
  FastCheck.constantFrom<Edit>(
    () => null,
    () => missing,
    (value) =>
      typeof value === "string" ? 5 : typeof value === "number" ? "5" : Array.isArray(value) ? { 0: value } : [value],
    (value) => (typeof value === "string" ? `${value}_V2` : value),
    (value) => (typeof value === "number" ? value * 1e300 : value)
  ),
  FastCheck.tuple(FastCheck.string(), FastCheck.jsonValue()).map(
    ([key, added]): Edit =>
      (value) =>
        isObject(value) ? { ...value, [key]: added } : Array.isArray(value) ? [...value, added] : value
  )
)

const instants = ["2026-03-04T10:00:00Z", "2026-03-04T10:00:00.123456+02:00", "2026-03-04"]

/** What the contract allows, with instants in one of the forms that it is known to send. */
const allowed = (success: Json): FastCheck.Arbitrary<unknown> => {
  const encode = Schema.encodeUnknownSync(success)
  return FastCheck.tuple(Arbitrary.make(success), FastCheck.constantFrom(...instants)).map(([value, instant]) =>
    JSON.parse(JSON.stringify(encode(value)) ?? "null", (key, value) =>
      /(?:_at|_until|date|time)$/.test(key) && typeof value === "string" ? instant : value
    )
  )
}

/** That, edited at up to four places. */
const drifted = (success: Json): FastCheck.Arbitrary<unknown> =>
  FastCheck.tuple(
    allowed(success),
    FastCheck.array(FastCheck.tuple(FastCheck.nat(10_000), edits), { maxLength: 4 })
  ).map(([json, edits]) => edits.reduce((json, [nth, edit]) => editNth(json, nth, edit), json))

const texts = FastCheck.oneof(FastCheck.json(), FastCheck.string(), FastCheck.string({ unit: "binary" }))
/** A 429 would hold the next one back. */
const statuses = FastCheck.oneof(FastCheck.constant(200), FastCheck.integer({ min: 200, max: 599 })).filter(
  (status) => status !== 429
)

interface Answer {
  readonly body: string
  readonly status: number
}

const samples = 4 * scale

/**
 * What comes of calls to a server that answers so, one by one, not repeated. A defect fails the test, and names the
 * body.
 */
const outcomes = (endpoint: Endpoint, answers: ReadonlyArray<Answer>) =>
  Effect.gen(function* () {
    let answer: Answer = { body: "", status: 200 }
    const respond: Vendor.Answer = (request) => {
      const { body, status } = answer
      return Vendor.text([204, 205, 304].includes(status) ? null : body, status)(request)
    }
    const { invent, seen } = yield* Vendor.connect(() => respond, {
      retry: { maxAttempts: 1 },
      rateLimit: { limit: 1_000_000 }
    })
    return yield* Effect.forEach(answers, (sample, index) =>
      Effect.gen(function* () {
        answer = sample
        const exit = yield* Effect.exit(endpoint.method(invent)(endpoint.request))
        const error = Exit.isSuccess(exit) ? Option.none() : Cause.failureOption(exit.cause)
        expect(Exit.isSuccess(exit) || Option.isSome(error), sample.body).toBe(true)
        expect(seen.length).toBe(index + 1)
        return {
          ...sample,
          tag: Option.match(error, { onNone: () => "value", onSome: ({ _tag }) => _tag }),
          value: Exit.getOrElse(exit, () => undefined)
        }
      })
    )
  })

describe("whatever the answer,", () => {
  for (const endpoint of endpoints) {
    if (Option.isSome(endpoint.success)) {
      const success = endpoint.success.value
      const encode = Schema.encodeUnknownSync(success)
      const answered = (bodies: ReadonlyArray<unknown>) =>
        outcomes(
          endpoint,
          bodies.map((json) => ({ body: JSON.stringify(json), status: 200 }))
        )

      it.scoped(`${endpoint.name} of a body that the contract allows is the value that the server sent`, () =>
        Effect.gen(function* () {
          for (const { body, tag, value } of yield* answered(FastCheck.sample(allowed(success), samples))) {
            expect(tag, body).toBe("value")
            expect(encode(value), body).toEqual(JSON.parse(body))
          }
        })
      )

      it.scoped(
        `${endpoint.name} of a body that drifted is the value that the server sent, or UnexpectedResponse`,
        () =>
          Effect.gen(function* () {
            // Whatever is drawn, the first is right and the second is wrong.
            const [right] = FastCheck.sample(allowed(success), 1)
            const all = yield* answered([right, "anything", ...FastCheck.sample(drifted(success), samples)])
            for (const { body, tag, value } of all) {
              expect(["value", "UnexpectedResponse"], body).toContain(tag)
              if (tag === "value") expect(encode(value), body).toEqual(JSON.parse(body))
            }
            if (!Schema.is(success)("anything")) expect(new Set(all.map(({ tag }) => tag)).size).toBe(2)
          })
      )
    }

    it.scoped(`${endpoint.name} of any text under any status is a value or a typed error`, () =>
      Effect.gen(function* () {
        const all = yield* outcomes(
          endpoint,
          FastCheck.sample(FastCheck.record({ body: texts, status: statuses }), samples)
        )
        for (const { body, status, tag } of all) {
          if (tag === "value") expect(Option.isNone(endpoint.success) ? [200, 204] : [200], body).toContain(status)
        }
      })
    )
  }
})
