/** An object that the vendor sends: documented keys are read, and the others kept. */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Open from "../src/schema/Open.ts"

const Thing = Open.struct({
  id: Schema.String,
  kind: Open.optional(Open.literals("a", "b")),
  count: Open.optional(Schema.Number)
})

const places = (input: unknown, options: { readonly errors?: "all" | "first" } = {}) =>
  Either.match(ParseResult.decodeUnknownEither(Thing)(input, options), {
    onLeft: (issue) => ParseResult.ArrayFormatter.formatIssueSync(issue).map(({ path }) => path.join(".")),
    onRight: () => []
  })

describe("an object of the vendor's", () => {
  it("keeps the order of its keys, documented and not, also when it is written back", () => {
    const received = { other: [1], count: 2, id: "x", kind: null, last: { deep: true } }
    const read = Schema.decodeUnknownSync(Thing)(received)
    assert.deepStrictEqual(Object.entries<unknown>(read), Object.entries<unknown>(received))
    assert.strictEqual(JSON.stringify(Schema.encodeSync(Thing)(read)), JSON.stringify(received))
  })

  it("names the first key that is wrong or missing, or all where all were asked for", () => {
    const wrong = { kind: 1, count: "many" }
    assert.deepStrictEqual(places(wrong), ["kind"])
    assert.deepStrictEqual(places(wrong, { errors: "all" }), ["kind", "count", "id"])
    assert.deepStrictEqual(places({ kind: "a" }), ["id"])
    assert.deepStrictEqual(places([]), [""])
    assert.deepStrictEqual(places(null), [""])
  })

  it("reads a value that is on no page as unknown, and lists those that are", () => {
    const Kind = Open.literals("a", "b")
    assert.deepStrictEqual(Kind.values, ["a", "b"])
    const unknown = Schema.decodeSync(Kind)("c")
    assert.deepStrictEqual(unknown, new Open.Unknown({ value: "c" }))
    assert.strictEqual(Schema.encodeSync(Kind)(unknown), "c")
    assert.isFalse(Schema.is(Schema.typeSchema(Kind))("c"))
  })

  it("is equal to another by its documented keys, null or not", () => {
    const isEqual = Schema.equivalence(Schema.typeSchema(Thing))
    assert.isTrue(isEqual({ id: "x", count: null }, { id: "x", count: null }))
    assert.isFalse(isEqual({ id: "x", count: null }, { id: "x", count: 1 }))
    assert.isTrue(isEqual({ id: "x", count: 1 }, { id: "x", count: 1 }))
  })
})
