/** Values on their way into a statement and out of it, the same with each driver. */
import * as Predicate from "effect/Predicate"
import { SqliteError } from "../SqliteError.ts"
import type { Stored } from "./Driver.ts"

const refuse = (message: string) => new SqliteError({ message, extendedCode: 0 })

const encodeText = (text: string): string => {
  if (!text.includes("\0")) return text
  throw refuse("text that contains a NUL character cannot be stored: SQLite would end it there when it is read")
}

const encodeObject = (value: object): Stored => {
  if (value instanceof Uint8Array) return value
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (Predicate.isDate(value) && !Number.isNaN(value.getTime())) return value.toISOString()
  throw refuse(
    "a parameter cannot be " +
      `${Predicate.isDate(value) ? "an invalid Date" : `an object (${Object.prototype.toString.call(value)})`}`
  )
}

/**
 * What SQLite stores for a parameter. A boolean becomes 1 or 0, a Date its ISO 8601 text, `undefined` NULL, an integral
 * number an INTEGER and no REAL. Throws for a value that SQLite has no type for: the drivers take some of them for
 * NULL.
 */
export const encode = (value: unknown): Stored => {
  switch (typeof value) {
    case "string":
      return encodeText(value)
    case "number":
      return Number.isSafeInteger(value) ? BigInt(value) : value
    case "bigint":
      return value
    case "boolean":
      return value ? 1n : 0n
    case "undefined":
      return null
    case "object":
      return value === null ? null : encodeObject(value)
    default:
      throw refuse(`a parameter cannot be a ${typeof value}`)
  }
}

const largest = BigInt(Number.MAX_SAFE_INTEGER)

/** An integer as a number where a number holds it exactly, as a bigint beyond. */
const narrow = (value: unknown): unknown =>
  typeof value === "bigint" && value <= largest && value >= -largest ? Number(value) : value

const keep = (value: unknown): unknown => value

/** How integers are returned: all of them as bigints, or only those that no number holds exactly. */
export const decodeWith = (areAllBigInts: boolean): ((value: unknown) => unknown) => (areAllBigInts ? keep : narrow)

/** A column may have any name; as a plain assignment, `__proto__` would set the prototype. */
const setColumn = (row: object, name: string, value: unknown) =>
  Object.defineProperty(row, name, { configurable: true, enumerable: true, value, writable: true })

/** A row by the names of its columns; of two with the same name the last. */
export const toRow = (
  names: ReadonlyArray<string>,
  values: ReadonlyArray<unknown>,
  decode: (value: unknown) => unknown
): object => {
  const row: Record<string, unknown> = {}
  names.forEach((name, index) => {
    if (name === "__proto__") setColumn(row, name, decode(values[index]))
    else row[name] = decode(values[index])
  })
  return row
}
