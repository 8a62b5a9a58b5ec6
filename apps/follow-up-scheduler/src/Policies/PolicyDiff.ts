/** The differences between two versions of a policy. */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { AnyPolicy } from "../Policy.ts"

const encode = Schema.encodeSync(AnyPolicy)

/** One field with another value, as it is written in the policy's file. */
export const Difference = Schema.Struct({
  /** Where in the policy, for example `steps.1.after`. */
  path: Schema.String,
  /** Undefined where that version does not have the field. */
  before: Schema.Unknown,
  after: Schema.Unknown
})
/** One field with another value. */
export type Difference = typeof Difference.Type

const isLeaf = (value: unknown): boolean => !Predicate.isRecord(value) && !Array.isArray(value)

const entriesOf = (value: unknown): ReadonlyArray<readonly [string, unknown]> =>
  Array.isArray(value)
    ? value.map((item, index) => [String(index), item] as const)
    : Predicate.isRecord(value)
      ? Object.entries(value)
      : []

const compare = (path: string, before: unknown, after: unknown): ReadonlyArray<Difference> => {
  if (before === undefined || after === undefined || isLeaf(before) || isLeaf(after)) {
    return before === after ? [] : [{ path, before, after }]
  }
  const [were, are] = [new Map(entriesOf(before)), new Map(entriesOf(after))]
  return [...new Set([...were.keys(), ...are.keys()])].flatMap((key) =>
    compare(path === "" ? key : `${path}.${key}`, were.get(key), are.get(key))
  )
}

/** All differences except that of the version. */
export const between = (before: AnyPolicy, after: AnyPolicy): ReadonlyArray<Difference> =>
  compare("", encode(before), encode(after)).filter(({ path }) => path !== "version")

/** The top-level fields of the policy that differ. */
export const fields = (before: AnyPolicy, after: AnyPolicy): ReadonlyArray<string> => [
  ...new Set(between(before, after).map(({ path }) => path.split(".")[0] ?? path))
]

const shown = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value))

/** A difference in one line, for people. */
export const describe = ({ after, before, path }: Difference): string => `${path}: ${shown(before)} → ${shown(after)}`
