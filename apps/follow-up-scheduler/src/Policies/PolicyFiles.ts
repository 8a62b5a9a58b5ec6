/**
 * Reads the policies that `--policy` names: files, and folders of them, in the stated order. Refuses them with all that
 * is wrong in all of them at once.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Arr from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type { InForce } from "../Decide/PolicyChoice.ts"
import { ActivePolicy, FurtherPolicies } from "../Policy.ts"
import * as PolicyFile from "./PolicyFile.ts"

/** A file with its text, or why it has none. */
export interface Content {
  readonly file: string
  readonly text: Either.Either<string, PolicyFile.PolicyRefused>
}

/** Files that an editor keeps beside the one that is edited begin with a dot. */
const isPolicy = (name: string): boolean => /^[^.].*\.ya?ml$/.test(name)

const withoutPolicy = (folder: string): Content => ({
  file: folder,
  text: Either.left(
    new PolicyFile.PolicyRefused({
      file: folder,
      line: undefined,
      reason: "is a folder without a policy; put a .yaml or .yml file into it, or name a file with --policy"
    })
  )
})

const contentOf = (file: string) =>
  Effect.either(PolicyFile.read(file)).pipe(Effect.map((text): Content => ({ file, text })))

/** The files of a folder by their names; a path that is no folder is a file itself, also where nothing is there. */
const contentsOf = Effect.fnUntraced(function* (path: string) {
  const [files, paths] = [yield* FileSystem.FileSystem, yield* Path.Path]
  const names = yield* Effect.option(files.readDirectory(path))
  if (names._tag === "None") return [yield* contentOf(path)]
  const found = names.value.filter(isPolicy).toSorted()
  return found.length === 0
    ? [withoutPolicy(path)]
    : yield* Effect.forEach(found, (name) => contentOf(paths.join(path, name)))
})

/** What the paths hold now, in the stated order; of a folder, its `.yaml` and `.yml` files by their names. */
export const read = (paths: ReadonlyArray<string>) =>
  Effect.map(Effect.forEach(paths, contentsOf), (contents): ReadonlyArray<Content> => contents.flat())

/** The first of the policies that have a name is right; of each later one its place is wrong. */
const namedTwice = (placed: ReadonlyArray<PolicyFile.Placed>): ReadonlyArray<PolicyFile.PolicyRefused> =>
  placed.flatMap(({ column, file, line, policy: { name } }, index) => {
    const first = placed.findIndex(({ policy }) => policy.name === name)
    if (first === index) return []
    const reason = `name: ${name} is the name of ${placed[first]?.file}, too; give each policy a name of its own`
    return [new PolicyFile.PolicyRefused({ file, line, column, reason })]
  })

/** Parses these contents. Fails with one `PolicyRefused` that names every problem of every file. */
export const parse = Effect.fn("PolicyFiles.parse")(function* (contents: ReadonlyArray<Content>) {
  const each = yield* Effect.forEach(contents, ({ file, text }) =>
    Effect.either(Effect.flatMap(text, (text) => PolicyFile.parsePlaced(text, file)))
  )
  const [refused, placed] = Arr.separate(each)
  const problems = [...refused, ...namedTwice(placed)]
  if (Arr.isNonEmptyReadonlyArray(problems)) return yield* PolicyFile.together(problems)
  const [first, ...further] = placed.map(({ policy }) => policy)
  if (first === undefined)
    return yield* new PolicyFile.PolicyRefused({ file: "(none)", line: undefined, reason: "name a file with --policy" })
  const inForce: InForce = [first, ...further]
  return inForce
})

/** Reads and parses the policies of these paths. Fails with `PolicyRefused`. */
export const load = (paths: ReadonlyArray<string>) => Effect.flatMap(read(paths), parse)

/** The policies of these paths as the ones in force, in the stated order. Fails with `PolicyRefused`. */
export const layer = (paths: ReadonlyArray<string>) =>
  Layer.effectContext(
    Effect.map(load(paths), ([first, ...further]) =>
      Context.add(Context.make(ActivePolicy, first), FurtherPolicies, further)
    )
  )
