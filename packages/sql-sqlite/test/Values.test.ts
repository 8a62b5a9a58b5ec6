import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { it } from "../../../tools/testing/it.ts"
import * as Databases from "./Databases.ts"

/** A value as SQLite stores it, and as it is returned. */
const stored = (value: unknown) =>
  Effect.gen(function* () {
    const sql = yield* Databases.open()
    const [row] = yield* sql.unsafe<{ value: unknown; type: string }>("SELECT ?1 AS value, typeof(?1) AS type", [value])
    return { ...row }
  })

const refused = (value: unknown) =>
  Effect.flatMap(Databases.open(), (sql) => Databases.causeOf(sql.unsafe("SELECT ? AS value", [value])))

const beyond = BigInt(Number.MAX_SAFE_INTEGER) + 1n

describe("a parameter", () => {
  const cases: ReadonlyArray<readonly [string, unknown, { readonly value: unknown; readonly type: string }]> = [
    ["text", "naïve 🎈 '", { value: "naïve 🎈 '", type: "text" }],
    ["empty text", "", { value: "", type: "text" }],
    ["an integral number", 3, { value: 3, type: "integer" }],
    ["a fraction", 0.1, { value: 0.1, type: "real" }],
    ["a number beyond the safe integers", 2 ** 60, { value: 2 ** 60, type: "real" }],
    ["infinity", -Infinity, { value: -Infinity, type: "real" }],
    ["a number that is none", NaN, { value: null, type: "null" }],
    ["a small bigint", -7n, { value: -7, type: "integer" }],
    ["the largest safe integer", beyond - 1n, { value: Number.MAX_SAFE_INTEGER, type: "integer" }],
    ["the first integer beyond", beyond, { value: beyond, type: "integer" }],
    ["the first integer beyond, negative", -beyond, { value: -beyond, type: "integer" }],
    ["the largest integer", 2n ** 63n - 1n, { value: 2n ** 63n - 1n, type: "integer" }],
    ["the smallest integer", -(2n ** 63n), { value: -(2n ** 63n), type: "integer" }],
    ["true", true, { value: 1, type: "integer" }],
    ["false", false, { value: 0, type: "integer" }],
    ["a Date", new Date(1), { value: "1970-01-01T00:00:00.001Z", type: "text" }],
    ["null", null, { value: null, type: "null" }],
    ["undefined", undefined, { value: null, type: "null" }],
    ["bytes", new Uint8Array([0, 255]), { value: new Uint8Array([0, 255]), type: "blob" }],
    ["no bytes", new Uint8Array(0), { value: new Uint8Array(0), type: "blob" }],
    ["a Buffer", Buffer.from("ab"), { value: new Uint8Array([97, 98]), type: "blob" }],
    ["an Int8Array", new Int8Array([-1]), { value: new Uint8Array([255]), type: "blob" }],
    ["a part of a buffer", new Uint8Array([1, 2, 3]).subarray(1, 2), { value: new Uint8Array([2]), type: "blob" }],
    ["an ArrayBuffer", new Uint8Array([4]).buffer, { value: new Uint8Array([4]), type: "blob" }]
  ]
  for (const [name, value, expected] of cases) {
    it.scoped(`that is ${name} is stored and returned`, () =>
      Effect.map(stored(value), (row) => expect(row).toEqual(expected))
    )
  }

  const unsupported: ReadonlyArray<readonly [string, unknown]> = [
    ["an object", { a: 1 }],
    ["an object without keys", {}],
    ["an array", [1]],
    ["an invalid Date", new Date(NaN)],
    ["a function", () => 1],
    ["a symbol", Symbol("a")],
    ["an integer beyond 64 bits", 2n ** 63n],
    ["text with a NUL character", "a\0b"]
  ]
  for (const [name, value] of unsupported) {
    it.scoped(`that is ${name} fails with a SqlError and is not taken for NULL`, () =>
      Effect.map(refused(value), (cause) => {
        expect(cause._tag).toBe("SqliteError")
        expect(cause.extendedCode).toBe(0)
      })
    )
  }

  it.scoped("that is one too many fails", () =>
    Effect.gen(function* () {
      const sql = yield* Databases.open()
      const cause = yield* Databases.causeOf(sql.unsafe("SELECT ? AS value", [1, 2]))
      expect(cause.message).toBe("column index out of range")
    })
  )
})

describe("an integer", () => {
  it.scoped("of 64 bits is the same after it was stored, whichever it is", () =>
    Effect.gen(function* () {
      const sql = yield* Databases.open()
      const integers = FastCheck.sample(FastCheck.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), {
        numRuns: 300,
        seed: 1
      })
      const near = Array.from({ length: 9 }, (_, i) => beyond - 4n + BigInt(i))
      for (const integer of [...integers, ...near, ...near.map((n) => -n)]) {
        const [row] = yield* sql<{ value: number | bigint }>`SELECT ${integer} AS value`
        expect(BigInt(row!.value)).toBe(integer)
        expect(typeof row!.value).toBe(
          Number.isSafeInteger(Number(integer)) && BigInt(Number(integer)) === integer ? "number" : "bigint"
        )
      }
    })
  )

  it.scoped("is always a bigint with SafeIntegers, and a number again without, in the same statement", () =>
    Effect.gen(function* () {
      const sql = yield* Databases.open()
      const one = sql`SELECT 1 AS value`
      expect(yield* Effect.provideService(one, SqlClient.SafeIntegers, true)).toEqual([{ value: 1n }])
      expect(yield* one).toEqual([{ value: 1 }])
      expect(yield* Effect.provideService(one.values, SqlClient.SafeIntegers, true)).toEqual([[1n]])
      expect(yield* one.values).toEqual([[1]])
    })
  )
})

describe("a row", () => {
  it.scoped("is a plain object; a column may have any name", () =>
    Effect.gen(function* () {
      const sql = yield* Databases.open()
      const [row] = yield* sql<Record<string, unknown>>`SELECT x'01' AS "__proto__", 2 AS "constructor", 3 AS "0"`
      expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
      expect(Object.entries(row!)).toEqual([
        ["0", 3],
        ["__proto__", new Uint8Array([1])],
        ["constructor", 2]
      ])
    })
  )

  it.scoped("has the last of two columns with the same name; as values it has both", () =>
    Effect.gen(function* () {
      const sql = yield* Databases.open()
      const both = sql`SELECT 1 AS a, 2 AS a`
      expect(yield* both).toEqual([{ a: 2 }])
      expect(yield* both.values).toEqual([[1, 2]])
    })
  )
})
