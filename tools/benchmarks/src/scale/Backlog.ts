/** More follow-ups due at one moment than the quota lets through: how much later each goes than was forecast. */
import * as InventClient from "@effect-invent/client/InventClient"
import type * as RateLimit from "@effect-invent/client/RateLimit"
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Sqlite from "@effect-invent/follow-up-scheduler/Ledger/Database/Sqlite"
import * as QuotaForecast from "@effect-invent/follow-up-scheduler/Operations/QuotaForecast"
import * as Ledger from "@effect-invent/follow-up-scheduler/Ledger"
import * as ServiceStatus from "@effect-invent/follow-up-scheduler/Operations/ServiceStatus"
import { ActivePolicy } from "@effect-invent/follow-up-scheduler/Policy"
import * as PolicyFile from "@effect-invent/follow-up-scheduler/Policies/PolicyFile"
import * as Scheduler from "@effect-invent/follow-up-scheduler/Scheduler"
import { Watch } from "@effect-invent/follow-up-scheduler/Watch"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as Arrivals from "../Arrivals.ts"

export interface Args {
  readonly people: number
  readonly limit: number
  readonly windowSeconds: number
}

export interface Outcome {
  /** Milliseconds by which each went later than forecast. */
  readonly beyond: ReadonlyArray<number>
  /** When the last was to go, and when it went, in milliseconds after the instant at which all were due. */
  readonly foreseen: number
  readonly latest: number
  /** The requests that carried them out, and those that were answered with 429. */
  readonly requests: number
  readonly refused: number
}

const lead = Duration.seconds(6)

/** Until the assistant has answered, it is not the customer who is silent. */
const answered = (people: number) =>
  Effect.flatMap(Emulator.Emulator, ({ log }) =>
    Effect.repeat(
      Effect.map(
        log.entries,
        (entries) => entries.filter((entry) => entry.kind === "message" && entry.cause === "reply").length
      ),
      { until: (count) => count >= people, schedule: Schedule.spaced("100 millis") }
    )
  )

/** Long enough to look at all of them before. */
const silence = Duration.seconds(45)

const policy = `name: at-once
version: 1
effective_from: all
at_most_per_hour: 1000000
at_most_per_day: 1000000
time_zone: UTC
arm_lead: ${Duration.toSeconds(lead)} seconds
confirm_after: 1 second
steps:
  - { after: ${Duration.toSeconds(silence)} seconds, action: schedule_follow_up }
`

const client = (quota: RateLimit.Options) =>
  Layer.unwrapEffect(
    Effect.map(Emulator.Emulator, ({ apiKey, url }) =>
      InventClient.layer({ apiKey: apiKey("scheduler"), baseUrl: url, rateLimit: quota })
    )
  )

export const run = ({ limit, people, windowSeconds }: Args): Promise<Outcome> => {
  const quota = { limit, window: Duration.seconds(windowSeconds) }
  return Effect.gen(function* () {
    const { log } = yield* Emulator.Emulator
    const chats = yield* Arrivals.arrive(people)
    yield* answered(people)
    const due = DateTime.addDuration(yield* DateTime.now, silence)
    const scheduler = Scheduler.layerServe(Duration.millis(200)).pipe(
      Layer.provide(client(quota)),
      Layer.provideMerge(Ledger.layer),
      Layer.provideMerge(
        Layer.succeed(Watch, { chats: Stream.fromIterable(chats), keepsRows: false, inTurn: identity })
      ),
      Layer.provide(Layer.effect(ActivePolicy, PolicyFile.parse(policy, "policy")))
    )
    const went = Effect.map(
      log.entries,
      (entries) =>
        new Map(
          entries.flatMap((entry) =>
            entry.kind === "message" && entry.cause === "follow_up"
              ? [[entry.chat_id, entry.at.epochMillis] as const]
              : []
          )
        )
    )
    const soon = Effect.flatMap(DateTime.now, (now) =>
      Effect.sleep(Duration.millis(DateTime.distance(now, due) - 2 * Duration.toMillis(lead)))
    )
    const foretold = Effect.zipRight(
      soon,
      Effect.all({ waiting: ServiceStatus.waiting(QuotaForecast.quota(quota)), before: log.entries })
    )
    const story = Effect.zipLeft(
      foretold,
      Effect.repeat(went, { until: ({ size }) => size === people, schedule: Schedule.spaced("1 second") })
    ).pipe(Effect.zipLeft(Effect.sleep("3 seconds")))
    const { before, waiting } = yield* Effect.raceFirst(
      story,
      Effect.zipRight(Scheduler.serve(Scheduler.serveDefaults), Effect.never)
    ).pipe(Effect.provide(scheduler))
    const requests = (yield* log.entries).slice(before.length).filter((entry) => entry.kind === "request")
    const instants = yield* went
    const ahead = Duration.toMillis(lead)
    return {
      beyond: waiting.map(({ chat_id, eta }) => instants.get(chat_id)! - ahead - eta.epochMillis),
      foreseen: Math.max(...waiting.map(({ eta }) => eta.epochMillis)) + ahead - due.epochMillis,
      latest: Math.max(...instants.values()) - due.epochMillis,
      requests: requests.length,
      refused: requests.filter(({ status }) => status === 429).length
    }
  }).pipe(
    Effect.provide(
      Layer.mergeAll(
        Emulator.layerServer({ limit: { ...quota, model: "sliding" } }),
        Sqlite.layerEmpty,
        NodeHttpClient.layerUndici
      )
    ),
    Logger.withMinimumLogLevel(LogLevel.Warning),
    Effect.runPromise
  )
}
