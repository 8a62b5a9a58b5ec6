/**
 * Reads the policy files again while `serve` runs, and puts what is new in force. A content counts once two looks in a
 * row have found it the same, so that no half-written file does. One look is enough where an operator asks for it,
 * because they know that the files are whole. Files that are wrong or gone change nothing: the policies in force stay,
 * and the trouble `policy_refused` lasts until the files are right.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type { InForce } from "../Decide/PolicyChoice.ts"
import { Ledger } from "../Ledger.ts"
import * as Policies from "../Policies.ts"
import * as Activity from "../Telemetry/Activity.ts"
import * as PolicyFiles from "./PolicyFiles.ts"
import * as PolicyVersions from "./PolicyVersions.ts"
import * as Rollout from "./Rollout.ts"

/** Policies in force that no file has any more. They stay in force: only a start without them takes them away. */
export class PoliciesMissing extends Schema.TaggedError<PoliciesMissing>()("PoliciesMissing", {
  names: Schema.Array(Schema.String)
}) {
  override get message() {
    return this.names
      .map(
        (name) =>
          `policy ${name} is in force and no file has it any more; put its file back, or start serve again without it`
      )
      .join("\n")
  }
}

/** Which files there are and what they hold, to find out whether anything changed. */
const printOf = (contents: ReadonlyArray<PolicyFiles.Content>): string =>
  JSON.stringify(
    contents.map(({ file, text }) => [file, Either.match(text, { onLeft: String, onRight: (text) => [text] })])
  )

/** The policies of these contents, if they may replace those in force. */
const judge = Effect.fnUntraced(function* (contents: ReadonlyArray<PolicyFiles.Content>, current: InForce) {
  const next = yield* PolicyFiles.parse(contents)
  const missing = current.filter(({ name }) => !next.some((policy) => policy.name === name))
  if (missing.length > 0) return yield* new PoliciesMissing({ names: missing.map(({ name }) => name) })
  yield* PolicyVersions.refuseChanged(...next)
  return next
})

const replace = Effect.fnUntraced(function* (current: InForce, next: InForce, running: Rollout.Running) {
  const [ledger, policies] = [yield* Ledger, yield* Policies.Policies]
  // The start is open before anything is planned by the new version, so that nothing of it is sent uncounted.
  yield* Effect.forEach(next, ({ id }) => ledger.start(id), { discard: true })
  const left = yield* Rollout.putInForce(next, running)
  yield* policies.replace(next)
  yield* Effect.logInfo(
    `the policy files have changed: in force are ${Policies.idsOf(next)}, before ${Policies.idsOf(current)}`
  )
  yield* Effect.forEach(Rollout.describeLeft(left, running), (line) => Effect.logInfo(line), { discard: true })
})

/** The two ways to look at the files. A failure of the database is logged, and the next look tries again. */
export interface Reload<R> {
  /** One of the looks that are made all the time. Logs nothing where nothing has changed. */
  readonly look: Effect.Effect<void, never, R>
  /** The look that an operator asks for. Always logs what came of it. */
  readonly lookNow: Effect.Effect<void, never, R>
}

/** Looks at the files of these paths. One look is made at a time. `running`: see `Rollout.Running`. */
export const make = (paths: ReadonlyArray<string>, running: Rollout.Running) => {
  let [found, judged] = ["", ""]
  let isRefused = false

  const refuse = (error: Error) => {
    isRefused = true
    return Effect.zipRight(
      Effect.logError(`the policy files are refused, and the policies in force stay:\n${error.message}`),
      Activity.policiesRefused(error.message)
    )
  }

  const accept = Effect.fnUntraced(function* (current: InForce, next: InForce, isAsked: boolean) {
    if (Policies.keyOf(next) !== Policies.keyOf(current)) yield* replace(current, next, running)
    else if (isRefused) yield* Effect.logInfo("the policy files are those in force again")
    else if (isAsked) yield* Effect.logInfo("the policy files were read again: nothing has changed")
    isRefused = false
    yield* Activity.policiesRefused(undefined)
  })

  const take = Effect.fnUntraced(function* (contents: ReadonlyArray<PolicyFiles.Content>, isAsked: boolean) {
    const { current } = yield* Policies.Policies
    const before = yield* current
    const next = yield* Effect.either(judge(contents, before))
    if (Either.isRight(next)) return yield* accept(before, next.right, isAsked)
    return yield* next.left._tag === "SqlError" ? next.left : refuse(next.left)
  })

  const lookOnce = Effect.fnUntraced(function* (isAsked: boolean) {
    const contents = yield* PolicyFiles.read(paths)
    const print = printOf(contents)
    const isSettled = print === found
    found = print
    if (!isAsked && (!isSettled || print === judged)) return
    yield* Effect.matchEffect(take(contents, isAsked), {
      onFailure: (error) => Effect.logWarning(`the policy files are read again later: ${error.message}`),
      onSuccess: () => Effect.sync(() => (judged = print))
    })
  })

  const oneAtATime = Effect.unsafeMakeSemaphore(1).withPermits(1)
  return { look: oneAtATime(lookOnce(false)), lookNow: oneAtATime(lookOnce(true)) }
}

/** Looks at once and after each `every`, and also at each element of `asked`, as `lookNow` does. Never ends. */
export const watching = <R>(reload: Reload<R>, every: Duration.Duration, asked: Queue.Dequeue<void>) =>
  Effect.all(
    [
      Effect.repeat(reload.look, Schedule.spaced(every)),
      Effect.forever(Effect.zipRight(Queue.take(asked), reload.lookNow))
    ],
    { concurrency: "unbounded", discard: true }
  )
