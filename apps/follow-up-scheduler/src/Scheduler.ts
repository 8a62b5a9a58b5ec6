/** Runs the follow-ups: one pass for a cron job, or for as long as the process lives. */
import type { ChatId } from "@effect-invent/domain/Ids"
import type { RepeatableError } from "@effect-invent/domain/InventError"
import type { SqlError } from "@effect/sql/SqlError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as Decide from "./Decide.ts"
import { Dispatch } from "./Dispatch.ts"
import { Observe } from "./Observe.ts"
import { Watch } from "./Watch.ts"

const concurrency = 8

/** What a pass found in one chat. */
export interface Found {
  readonly chat_id: ChatId
  readonly decision: Decide.Decision | undefined
  readonly error: RepeatableError | undefined
}

/** Errors that every other chat would meet, too. */
const isHopeless = (error: RepeatableError | SqlError): boolean =>
  error._tag === "Unauthorized" || error._tag === "ConnectionFailed" || error._tag === "SqlError"

const look = (chat_id: ChatId) =>
  Effect.gen(function* () {
    const observe = yield* Observe
    return yield* observe.chat(chat_id).pipe(
      Effect.map((decision): Found => ({ chat_id, decision, error: undefined })),
      Effect.catchIf(
        (error): error is Exclude<RepeatableError, { _tag: "Unauthorized" | "ConnectionFailed" }> => !isHopeless(error),
        (error) => Effect.succeed<Found>({ chat_id, decision: undefined, error })
      )
    )
  })

/** Looks at each chat once and carries out what is due; what is to come later waits in the ledger for the next pass. */
export const runOnce = (chat_ids: ReadonlyArray<ChatId>, onFound: (found: Found) => Effect.Effect<void>) =>
  Effect.gen(function* () {
    const dispatch = yield* Dispatch
    // The first chat alone: a wrong key or host shows before anything else is tried.
    const [first, ...others] = chat_ids
    if (first !== undefined) yield* Effect.flatMap(look(first), onFound)
    yield* Effect.forEach(others, (chat_id) => Effect.flatMap(look(chat_id), onFound), { concurrency, discard: true })
    return yield* dispatch.sweep(Duration.zero)
  })

export interface ServeOptions {
  /** How often the ledger is searched for what no timer woke. */
  readonly sweepEvery: Duration.Duration
  /** How long a timer may be late before the sweep takes its follow-up. */
  readonly sweepSlack: Duration.Duration
}

export const serveDefaults: ServeOptions = { sweepEvery: Duration.seconds(15), sweepSlack: Duration.seconds(30) }

const watch = Effect.gen(function* () {
  const { chats } = yield* Watch
  yield* Stream.runForEach(
    Stream.mapEffect(chats, look, { concurrency, unordered: true }),
    ({ chat_id, error }) => (error === undefined ? Effect.void : Effect.logWarning(`chat ${chat_id}: ${error.message}`))
  )
})

/** Watches, wakes and sweeps until it is interrupted or meets an error that no retry mends. */
export const serve = (options: ServeOptions) =>
  Effect.gen(function* () {
    const dispatch = yield* Dispatch
    // Whatever a crash left behind is taken up before anything new.
    const left = yield* dispatch.sweep(options.sweepSlack)
    if (left > 0) yield* Effect.logInfo(`took up ${left} follow-ups that an earlier run had left`)
    const sweeping = Effect.repeat(dispatch.sweep(options.sweepSlack), Schedule.spaced(options.sweepEvery))
    yield* Effect.all([Effect.zipRight(watch, Effect.never), sweeping], { concurrency: "unbounded", discard: true })
  })
