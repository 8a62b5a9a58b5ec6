/** Keys that a prototype makes special, or that every object inherits; and what an object becomes that has one. */

export const hostileKeys = ["__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty"] as const

/** As `JSON.parse` makes it: the key is an own property, whatever its name. */
export const withKey = (object: object, key: string, value: unknown): object =>
  Object.fromEntries([...Object.entries(object), [key, value]])

/** Puts the key into every object of a document, however deep. */
export const withKeyEverywhere = (json: unknown, key: string, value: unknown): unknown => {
  if (Array.isArray(json)) return json.map((item) => withKeyEverywhere(item, key, value))
  if (typeof json !== "object" || json === null) return json
  const entries = Object.entries(json).map(([name, inner]) => [name, withKeyEverywhere(inner, key, value)])
  return withKey(Object.fromEntries(entries), key, value)
}

/** A document as its own entries in the order of their keys: a comparison of objects may overlook a key `__proto__`. */
export const entriesOf = (json: unknown): unknown => {
  if (Array.isArray(json)) return json.map(entriesOf)
  if (typeof json !== "object" || json === null) return json
  const entries = Object.entries(json).map(([key, value]) => [key, entriesOf(value)] as const)
  return { entries: entries.toSorted(([a], [b]) => (a < b ? -1 : 1)) }
}

/** What a hostile key stands for in the tests: an object that can be recognized where it became a prototype. */
export const mark = { polluted: true }

/** The objects in a value whose prototype is the mark, or was taken away. */
export const polluted = (value: unknown): ReadonlyArray<object> => {
  if (typeof value !== "object" || value === null) return []
  const prototype: unknown = Object.getPrototypeOf(value)
  const isPolluted = prototype === null || Object.hasOwn(prototype as object, "polluted")
  return [...(isPolluted ? [value] : []), ...Object.values(value).flatMap(polluted)]
}
