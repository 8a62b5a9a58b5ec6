/** `backup` and `restore`: a copy of the ledger, and the ledger from a copy. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Database from "../Ledger/Database.ts"
import * as Ledger from "../Ledger.ts"
import * as Restored from "../Privacy/Restored.ts"
import type { Db } from "./Options.ts"
import * as Output from "./Output.ts"
import * as CountText from "../Policy/CountText.ts"

const printBackup = Output.document(Schema.Struct({ file: Schema.String }))

interface Options {
  readonly file: string
  readonly db: Db
  readonly json: boolean
}

/**
 * Copies the ledger to a new file, also while `serve` runs on it. Fails with `DatabaseUnusable` where the file exists
 * or the ledger is in PostgreSQL, which has tools for this.
 */
export const backup = ({ db, file, json }: Options) =>
  Effect.gen(function* () {
    yield* Database.backup(db, file)
    yield* json
      ? printBackup({ file })
      : Output.lines([`The ledger is copied to ${file}. Keep it as safe as the ledger: it names contacts and chats.`])
  })

const printRestored = Output.document(
  Schema.Struct({
    file: Schema.String,
    /** Where the ledger is that was replaced. */
    kept_as: Schema.NullOr(Schema.String),
    /** Erasures and opt-outs that were taken over from it; null where it could not be read. */
    erasures: Schema.NullOr(Schema.Int),
    consents: Schema.NullOr(Schema.Int)
  })
)

const linesOf = (
  file: string,
  keptAs: Option.Option<string>,
  kept: Option.Option<Restored.Kept>
): ReadonlyArray<string> => [
  `The ledger is as it was in ${file}. What was sent since then, the chats show: no step is sent twice.`,
  Option.match(kept, {
    onNone: () => "No ledger could be read in its place: repeat each erase, opt-out and opt-in since then.",
    onSome: ({ consents, erasures }) =>
      `Taken over from the ledger in its place: ${CountText.count(erasures, "erasure")}, ` +
      `${CountText.count(consents, "opt-out or opt-in", "opt-outs and opt-ins")}.`
  }),
  ...Option.toArray(
    Option.map(
      keptAs,
      (name) => `That one is kept as ${name}. It names contacts and chats: remove it when it is not needed any more.`
    )
  )
]

/**
 * Puts a copy in the place of the ledger. Erasures, opt-outs and opt-ins of the ledger that is replaced are taken over,
 * as far as it can be read. Fails, and changes nothing, while a scheduler runs on it.
 */
export const restore = ({ db, file, json }: Options) =>
  Effect.gen(function* () {
    const found = yield* Ref.make(Option.none<Restored.Kept>())
    const prepare = (replaced: string) =>
      Effect.flatMap(Restored.bringUpToDate(replaced), (kept) => Ref.set(found, kept)).pipe(
        Effect.provide(Ledger.layer)
      )
    const keptAs = yield* Database.restore(db, file, prepare)
    const kept = yield* found
    const counts = Option.getOrElse(kept, () => ({ consents: null, erasures: null }))
    yield* json
      ? printRestored({ file, kept_as: Option.getOrNull(keptAs), ...counts })
      : Output.lines(linesOf(file, keptAs, kept))
  })
