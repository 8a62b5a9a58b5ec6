/** Assertions over the log, for tests: each dies with the requests that break it. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import { Emulator } from "./Emulator.ts"
import type { RequestEntry } from "./Log.ts"

/** A request as the log has it, when it was answered. */
export type Request = Schema.Schema.Type<typeof RequestEntry>

/** Every request so far, in the order in which they were answered. */
export const requests: Effect.Effect<ReadonlyArray<Request>, never, Emulator> = Effect.gen(function* () {
  const { log } = yield* Emulator
  return (yield* log.entries).filter((entry) => entry.kind === "request")
})

const line = ({ applied, at, fault, method, path, status }: Request) =>
  `  ${DateTime.formatIso(at)} ${method} ${path} ` +
  `${status}${applied ? ", applied" : ""}${fault === null ? "" : `, fault "${fault}"`}`

const violated = (what: string, culprits: ReadonlyArray<Request>) =>
  Effect.dieMessage([what, ...culprits.map(line)].join("\n"))

/** The endpoint's change was made exactly so often, whatever the answers were: 1 is neither lost nor doubled. */
export const applied = (endpoint: string, times: number): Effect.Effect<void, never, Emulator> =>
  Effect.flatMap(requests, (all) => {
    const of = all.filter((request) => request.endpoint === endpoint)
    const count = of.filter((request) => request.applied).length
    return count === times ? Effect.void : violated(`${endpoint} was applied ${count} times, not ${times}`, of)
  })

/** No request was answered with 429. */
export const neverLimited: Effect.Effect<void, never, Emulator> = Effect.flatMap(requests, (all) => {
  const limited = all.filter(({ status }) => status === 429)
  return limited.length === 0 ? Effect.void : violated(`${limited.length} requests were answered with 429`, limited)
})

/** No window, wherever it begins, holds more requests than the limit. */
export const within = (limit: number, window: Duration.DurationInput): Effect.Effect<void, never, Emulator> =>
  Effect.flatMap(requests, (all) => {
    const sorted = all.toSorted((a, b) => DateTime.toEpochMillis(a.at) - DateTime.toEpochMillis(b.at))
    const first = sorted.findIndex((request, index) => {
      const beyond = sorted[index + limit]
      return beyond !== undefined && DateTime.distance(request.at, beyond.at) < Duration.toMillis(window)
    })
    return first === -1
      ? Effect.void
      : violated(
          `More than ${limit} requests within ${Duration.format(window)}`,
          sorted.slice(first, first + limit + 1)
        )
  })
