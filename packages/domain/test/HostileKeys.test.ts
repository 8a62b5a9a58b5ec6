/** Keys such as `__proto__` and `toString`, in every object of every request and answer of the contract. */
import { CallableApi } from "@effect-invent/domain/api/InventApi"
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import * as HttpApi from "@effect/platform/HttpApi"
import { describe, expect, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { entriesOf, hostileKeys, mark, polluted, withKey, withKeyEverywhere } from "./HostileKeys.ts"

type Json = Schema.Schema<unknown, unknown>

const places: Array<{ readonly name: string; readonly schema: Json }> = []
HttpApi.reflect(CallableApi, {
  onGroup: () => {},
  onEndpoint: ({ endpoint, group }) => {
    const name = `${group.identifier}.${endpoint.name}`
    const parts: Record<string, Option.Option<unknown>> = {
      path: endpoint.pathSchema,
      query: endpoint.urlParamsSchema,
      body: endpoint.payloadSchema,
      answer: Option.some(endpoint.successSchema)
    }
    for (const [part, schema] of Object.entries(parts)) {
      if (Option.isSome(schema)) places.push({ name: `the ${part} of ${name}`, schema: schema.value as Json })
    }
  }
})

const values = [mark, "text", null]

const samples = new Map<Json, unknown>()

/** Encoded, as it is on the wire. */
const sampleOf = (schema: Json): unknown => {
  if (!samples.has(schema)) {
    const [value] = FastCheck.sample(Arbitrary.make(schema), 1)
    samples.set(schema, JSON.parse(JSON.stringify(Schema.encodeSync(schema)(value)) ?? "null"))
  }
  return samples.get(schema)
}

describe.each(hostileKeys)("a key %s", (key) => {
  it.each(places)("in any object of $name is kept or refused, and sets no prototype", ({ schema }) => {
    const sample = sampleOf(schema)
    const decode = Schema.decodeUnknownEither(schema)
    for (const value of values) {
      const json = withKeyEverywhere(sample, key, value)
      const decoded = decode(json)
      if (Either.isLeft(decoded)) {
        expect(ParseResult.isParseError(decoded.left)).toBe(true)
        continue
      }
      expect(polluted(decoded.right)).toEqual([])
      const written = entriesOf(Schema.encodeSync(schema)(decoded.right))
      expect([entriesOf(json), entriesOf(sample)]).toContainEqual(written)
    }
  })

  const records = {
    "the variables of a broadcast": [
      "the body of broadcasts.sendTransactional",
      (value: object) => ({ variables: value })
    ],
    "the input of an action": [
      "the body of connections.actionOptions",
      (value: object) => ({ action_id: "TOOLS:HTTP_REQUEST", input: value })
    ]
  } as const

  it.each(Object.entries(records))("in %s is kept", (_, [place, around]) => {
    const { schema } = places.find(({ name }) => name === place)!
    for (const value of values) {
      const json = around(withKey({ a: 1 }, key, value))
      const decoded = Schema.decodeUnknownSync(schema)(json)
      expect(polluted(decoded)).toEqual([])
      expect(entriesOf(Schema.encodeSync(schema)(decoded))).toEqual(entriesOf(json))
    }
  })

  it("of a record is found where it was put, and nowhere else", () => {
    const object = {}
    expect(OpenRecord.get(object, key)).toBeUndefined()
    OpenRecord.set(object, key, "mine")
    expect(OpenRecord.get(object, key)).toBe("mine")
    expect(Object.keys(object)).toEqual([key])
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype)
  })

  it("of a record with a wrong value is refused by its name", () => {
    const refused = Schema.decodeUnknownEither(OpenRecord.record(Schema.Number))(withKey({ a: 1 }, key, "no number"))
    expect(Either.isLeft(refused) && refused.left.message).toContain(`["${key}"]`)
  })
})

describe("an open answer", () => {
  const answers = places.filter(({ name }) => name.startsWith("the answer"))

  it.each(answers)("keeps an own key __proto__ in every object: $name", ({ schema }) => {
    const sample = sampleOf(schema)
    if (typeof sample !== "object" || sample === null) return
    const json = withKeyEverywhere(sample, "__proto__", [1])
    const decoded = Schema.decodeUnknownSync(schema)(json)
    expect(entriesOf(Schema.encodeSync(schema)(decoded))).toEqual(entriesOf(json))
  })
})
