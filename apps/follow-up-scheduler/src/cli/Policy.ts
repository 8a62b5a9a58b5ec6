/** `policy apply`: shows what a new version of a policy changes, and puts it in force. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ActivePolicy } from "../Policy.ts"
import * as PolicyDiff from "../Policies/PolicyDiff.ts"
import * as Rollout from "../Policies/Rollout.ts"
import * as PolicyFile from "../Policies/PolicyFile.ts"
import * as Ledgers from "./Ledgers.ts"
import type { Db } from "./Options.ts"
import * as Output from "./Output.ts"

const shown = (id: string, { before, differences, running }: Rollout.Preview): ReadonlyArray<string> => [
  before === undefined ? `${id}: the first version on record` : `${before.id} → ${id}`,
  ...differences.map((difference) => `  ${PolicyDiff.describe(difference)}`),
  ...running.map(
    ({ conversations, policy }) => `${conversations} conversations have a follow-up waiting or under way by ${policy}`
  )
]

const print = Output.document(
  Schema.Struct({
    policy: Schema.String,
    before: Schema.NullOr(Schema.String),
    differences: Schema.Array(PolicyDiff.Difference),
    running: Schema.Array(Schema.Struct({ policy: Schema.String, conversations: Schema.Int })),
    applied: Schema.NullOr(Rollout.Running)
  })
)

const outcomes: Record<Rollout.Running, string> = {
  keep: "they go on as they began",
  retime: "those on earlier versions go on by this one, from the next look",
  exit: "those on earlier versions have ended"
}

interface Options {
  readonly policy: string
  readonly db: Db
  readonly running: Option.Option<Rollout.Running>
  readonly json: boolean
}

/**
 * Prints the differences from the latest version on record. Changes nothing without `--running`. Fails with
 * `PolicyRefused` or `VersionChanged`, before anything is changed.
 */
export const apply = ({ db, json, policy, running }: Options) =>
  Effect.gen(function* () {
    const policy = yield* ActivePolicy
    const preview = yield* Rollout.preview(policy)
    if (!json) yield* Output.lines(shown(policy.id, preview))
    if (Option.isSome(running)) yield* Rollout.apply(policy, running.value)
    if (json)
      return yield* print({
        ...preview,
        policy: policy.id,
        before: preview.before?.id ?? null,
        applied: Option.getOrNull(running)
      })
    if (Option.isNone(running))
      return yield* Output.lines(["Nothing was changed; say --running keep, retime or exit to apply it."])
    yield* Output.lines([`${policy.id} is on record; ${outcomes[running.value]}.`])
  }).pipe(Effect.provide(Layer.merge(Ledgers.writing(db), PolicyFile.layer(policy))))
