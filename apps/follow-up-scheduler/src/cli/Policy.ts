/** `policy apply`: shows what a new version of a policy changes, and puts it in force. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { AnyPolicy } from "../Policy.ts"
import * as Operator from "../Ledger/Operator.ts"
import * as PolicyDiff from "../Policies/PolicyDiff.ts"
import * as PolicyVersions from "../Policies/PolicyVersions.ts"
import * as Rollout from "../Policies/Rollout.ts"
import * as PolicyFiles from "../Policies/PolicyFiles.ts"
import * as Ledgers from "./Ledgers.ts"
import type { Db } from "./Options.ts"
import * as Output from "./Output.ts"
import * as CountText from "../Policy/CountText.ts"

const shown = (id: string, { before, differences, running }: Rollout.Preview): ReadonlyArray<string> => [
  before === undefined ? `${id}: the first version on record` : `${before.id} → ${id}`,
  ...differences.map((difference) => `  ${PolicyDiff.describe(difference)}`),
  ...running.map(
    ({ conversations, policy }) =>
      `${CountText.count(conversations, "conversation")} with a follow-up waiting or under way by ${policy}`
  )
]

const Change = Schema.Struct({
  policy: Schema.String,
  before: Schema.NullOr(Schema.String),
  differences: Schema.Array(PolicyDiff.Difference),
  running: Schema.Array(Schema.Struct({ policy: Schema.String, conversations: Schema.Int })),
  applied: Schema.NullOr(Rollout.Running)
})
/** One object of one policy, and a list of several. */
const print = Output.document(Schema.Union(Change, Schema.Array(Change)))

const outcomes: Record<Rollout.Running, string> = {
  keep: "they go on as they began",
  retime: "those on earlier versions go on by this one, from the next look",
  exit: "those on earlier versions have ended"
}

interface Options {
  readonly policies: ReadonlyArray<string>
  readonly db: Db
  readonly running: Option.Option<Rollout.Running>
  readonly by: Option.Option<string>
  readonly json: boolean
}

/** Shows what one policy changes, and applies it. */
const applyOne = (policy: AnyPolicy, { json, running }: Options) =>
  Effect.gen(function* () {
    const preview = yield* Rollout.preview(policy)
    if (!json) yield* Output.lines(shown(policy.id, preview))
    if (Option.isSome(running)) yield* Rollout.apply(policy, running.value)
    const change = {
      ...preview,
      policy: policy.id,
      before: preview.before?.id ?? null,
      applied: Option.getOrNull(running)
    }
    if (!json && Option.isSome(running)) yield* Output.lines([`${policy.id} is on record; ${outcomes[running.value]}.`])
    return change
  })

/**
 * Prints the differences from the latest version on record. Changes nothing without `--running`, and nothing of a
 * policy that is not named. Fails with `PolicyRefused` or `VersionChanged`, before anything is changed.
 */
export const apply = (options: Options) =>
  Effect.flatMap(PolicyFiles.load(options.policies), (policies) =>
    Effect.gen(function* () {
      yield* PolicyVersions.refuseChanged(...policies)
      const changes = yield* Effect.forEach(policies, (policy) => applyOne(policy, options))
      const [first] = changes
      if (options.json) return yield* print(changes.length === 1 && first !== undefined ? first : changes)
      if (Option.isNone(options.running))
        yield* Output.lines(["Nothing was changed; say --running keep, retime or exit to apply it."])
    }).pipe(
      Operator.as(options.by),
      Effect.provide(Option.isNone(options.running) ? Ledgers.readingIfAny(options.db) : Ledgers.writing(options.db))
    )
  )
