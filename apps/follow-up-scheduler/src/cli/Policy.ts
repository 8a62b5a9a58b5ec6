/** `policy apply`: puts a new version of a policy in force, after showing what it changes. */
import * as Command from "@effect/cli/Command"
import * as CliOptions from "@effect/cli/Options"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ActivePolicy } from "../Policy.ts"
import * as Difference from "../Policy/Difference.ts"
import * as PolicyChange from "../PolicyChange.ts"
import * as Options from "./Options.ts"

const running = CliOptions.choice("running", PolicyChange.Running.literals).pipe(
  CliOptions.withDescription("what becomes of cadences on earlier versions; without it the difference is shown and nothing changes"),
  CliOptions.optional
)

const shown = (id: string, { before, differences, running }: PolicyChange.Preview): ReadonlyArray<string> => [
  before === undefined ? `${id}: the first version on record` : `${before.id} → ${id}`,
  ...differences.map((difference) => `  ${Difference.describe(difference)}`),
  ...running.map(({ conversations, policy }) => `${conversations} conversations have a follow-up waiting or under way by ${policy}`)
]

const told = (id: string, { before, differences, running }: PolicyChange.Preview, applied: PolicyChange.Running | undefined): string =>
  JSON.stringify({ policy: id, before: before?.id ?? null, differences, running, applied: applied ?? null }, undefined, 2)

const outcomes: Record<PolicyChange.Running, string> = {
  keep: "they go on as they began",
  retime: "those on earlier versions go on by this one, from the next look",
  exit: "those on earlier versions have ended"
}

export const apply = Command.make("apply", { policy: Options.policy, db: Options.db, running, json: Options.json }, ({ json, running }) =>
  Effect.gen(function* () {
    const policy = yield* ActivePolicy
    const preview = yield* PolicyChange.preview(policy)
    const print = (line: string) => (json ? Effect.void : Console.log(line))
    yield* Effect.forEach(shown(policy.id, preview), print, { discard: true })
    if (Option.isSome(running)) yield* PolicyChange.apply(policy, running.value)
    if (json) return yield* Console.log(told(policy.id, preview, Option.getOrUndefined(running)))
    if (Option.isNone(running)) return yield* Console.log("Nothing was changed; say --running keep, retime or exit to apply it.")
    yield* Console.log(`${policy.id} is on record; ${outcomes[running.value]}.`)
  })
).pipe(Command.withDescription("show what a version of a policy changes, and put it in force"))

export const policy = Command.make("policy").pipe(Command.withDescription("versions of a policy"))
