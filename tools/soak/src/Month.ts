/** Days of the real scheduler among random people and faults, in virtual time, judged by the checker; 30 at most. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { ChatId } from "@effect-invent/domain/Ids"
import * as Checker from "@effect-invent/follow-up-checker/Checker"
import type { Verdict } from "@effect-invent/follow-up-checker/Checker"
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Log from "@effect-invent/emulator/Log"
import * as People from "@effect-invent/emulator/People"
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import { World } from "@effect-invent/emulator/World"
import * as ChatReader from "@effect-invent/follow-up-scheduler/ChatReader"
import * as Ledger from "@effect-invent/follow-up-scheduler/Ledger"
import * as OptOuts from "@effect-invent/follow-up-scheduler/ChatReader/OptOuts"
import { ActivePolicy } from "@effect-invent/follow-up-scheduler/Policy"
import * as PolicyFile from "@effect-invent/follow-up-scheduler/Policies/PolicyFile"
import * as Scheduler from "@effect-invent/follow-up-scheduler/Scheduler"
import * as Watch from "@effect-invent/follow-up-scheduler/Watch"
import * as InboxWatch from "@effect-invent/follow-up-scheduler/Watch/InboxWatch"
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as Socket from "@effect/platform/Socket"
import * as SqlClient from "@effect/sql/SqlClient"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as CrashInjection from "./CrashInjection.ts"
import * as Timers from "./Timers.ts"
import * as FaultSchedule from "./FaultSchedule.ts"

export interface Settings {
  readonly seed: number
  readonly conversations: number
  /** Which days of the month; all 30 unless given. */
  readonly days?: { readonly from: number; readonly count: number }
  /** How the scheduler learns what has passed: by the events of the channels, unless given, or from the inbox. */
  readonly watch?: "events" | "inbox"
}

export interface Outcome {
  readonly verdict: Verdict
  /** How often each fault befell the scheduler. */
  readonly fired: Readonly<Record<string, number>>
  /** How often the scheduler was killed. */
  readonly kills: number
  /** Entries of the emulator's log, as JSON lines. */
  readonly log: string
}

/** Clocks go back in Europe on the 25th, and some of its people live elsewhere. */
const begin = "2026-09-30T00:00:00Z"
const month = { from: 0, count: 30 }
/** Nobody arrives on the last days, so that what was begun comes to its end. */
const lastDays = 4

/** A timer that a fault made late is found by the sweep. */
const options = {
  sweepEvery: Duration.minutes(10),
  sweepSlack: Duration.seconds(10),
  countEvery: Duration.days(1)
} satisfies Scheduler.ServeOptions
/** An outage of ten minutes, the longest wait that follows it, and some looks for what may have become of a request. */
const grace = Duration.minutes(30)

/** What a second request may take. */
const reaction = Duration.seconds(1)

/** A channel reports a message once its chat has had time to answer, and reports again what was not taken in. */
const makeHints = Effect.gen(function* () {
  const { world } = yield* Emulator.Emulator
  const passed = yield* Queue.unbounded<ChatId>()
  const hints = yield* FiberMap.make<ChatId, boolean>()
  const reported = new Map<ChatId, DateTime.Utc>()
  const report = (chat_id: ChatId) =>
    Effect.flatMap(DateTime.now, (now) => {
      reported.set(chat_id, now)
      return Queue.offer(passed, chat_id)
    })
  const hint = (chat_id: ChatId) =>
    Effect.flatMap(Random.nextIntBetween(600, 3000), (millis) =>
      FiberMap.run(hints, chat_id, Effect.delay(report(chat_id), Duration.millis(millis)))
    )
  const reportAgain = Effect.flatMap(DateTime.now, (now) => {
    const latest = [...reported].filter(([, at]) => DateTime.distance(at, now) < Duration.toMillis(options.sweepEvery))
    return Effect.asVoid(
      Queue.offerAll(
        passed,
        latest.map(([chat_id]) => chat_id)
      )
    )
  })
  const events = yield* world.events
  yield* Queue.take(events).pipe(
    Effect.flatMap((event) =>
      event._tag === "FollowUpSet" && event.follow_up_at !== null ? Effect.void : hint(event.chat_id)
    ),
    Effect.forever,
    Effect.forkScoped
  )
  return { passed, hint, reportAgain }
})

/** What a slow sweep over all chats would find: those that could not be read when something passed. */
const sweep = (passed: Queue.Queue<ChatId>) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) => sql<{ chat_id: ChatId }>`SELECT chat_id FROM chat_decisions WHERE decision = 'Failed'`
  ).pipe(
    Effect.flatMap((rows) =>
      Queue.offerAll(
        passed,
        rows.map(({ chat_id }) => chat_id)
      )
    ),
    Effect.repeat(Schedule.spaced(options.sweepEvery))
  )

const client = Layer.unwrapEffect(
  Effect.map(Emulator.Emulator, ({ apiKey, url }) => InventClient.layer({ apiKey: apiKey("scheduler"), baseUrl: url }))
)

const layerLife = Timers.layerWaker.pipe(
  Layer.provideMerge(Scheduler.layer),
  Layer.provideMerge(ChatReader.layerMatching),
  Layer.provideMerge(client),
  Layer.provide(CrashInjection.layerClient),
  Layer.provideMerge(Ledger.layer)
)

/** As old as it may be, so that there are few of them in a month. */
const optOutPace = { ...RateLimit.defaults, every: Duration.minutes(2), maxAge: Duration.minutes(2) }

/** What outlives a process. */
const layerAround = (policy: string) =>
  Layer.mergeAll(
    Timers.layer,
    Layer.succeed(OptOuts.OptOutPace, optOutPace),
    SqliteClient.layer({ filename: ":memory:" }),
    // A calendar of public holidays is a file of its own.
    Layer.effect(ActivePolicy, VirtualTime.outside(PolicyFile.parse(policy, "policy")))
  )

const noSocket = Layer.succeed(Socket.WebSocketConstructor, () => {
  throw new Error("nothing is pushed here")
})
const lookEvery = Duration.minutes(15)
/** The inbox alone, its first page every quarter of an hour. */
const layerInbox = Layer.provide(InboxWatch.layer(lookEvery), noSocket)

const play = ({ conversations, days = month, seed, watch = "events" }: Settings) =>
  Effect.gen(function* () {
    const { faults, log, world } = yield* Emulator.Emulator
    const { hint, passed, reportAgain } = yield* makeHints
    const down: Array<CrashInjection.Down> = []
    const onCrash = (crash: CrashInjection.Down) =>
      Effect.zipRight(
        Effect.sync(() => void down.push(crash)),
        reportAgain
      )
    const events = Watch.layerEvents(Stream.fromQueue(passed))
    const byEvents = Effect.all([Scheduler.serve(options), sweep(passed)], {
      concurrency: "unbounded",
      discard: true
    }).pipe(Effect.provide(Layer.provideMerge(events, layerLife)))
    const byInbox = Effect.provide(Scheduler.serve(options), Layer.provideMerge(layerInbox, layerLife))
    const life = watch === "inbox" ? byInbox : byEvents
    const people = Effect.provideService(
      People.run({ seed, conversations, during: Duration.days(days.count - lastDays), onAct: hint }),
      World,
      world
    )
    yield* Effect.all([people, CrashInjection.restartForever(life, onCrash)], {
      concurrency: "unbounded",
      discard: true
    }).pipe(Effect.timeoutOption(Duration.days(days.count)))
    return { entries: yield* log.entries, fired: yield* faults.fired, down }
  }).pipe(Effect.scoped, Effect.provide(layerAround(FaultSchedule.policyOf(seed))))

export const run = (settings: Settings): Effect.Effect<Outcome, unknown> =>
  Effect.gen(function* () {
    const { days = month, seed } = settings
    const from = DateTime.add(DateTime.unsafeMake(begin), { days: days.from })
    const emulator = Emulator.layer({
      seed,
      faults: FaultSchedule.faults,
      unfired: "ignore",
      script: People.assistant(seed)
    })
    const playing = play(settings).pipe(
      Effect.provide(emulator),
      Effect.withRandom(Random.make(seed)),
      Effect.withTracerEnabled(false)
    )
    const { down, entries, fired } = yield* VirtualTime.run(Logger.withMinimumLogLevel(playing, LogLevel.Error), from)
    const log = Log.toJsonLines(entries)
    const read = yield* Checker.readLog(log)
    const verdict = Checker.check(read, yield* Checker.readPolicy(FaultSchedule.policyOf(seed)), {
      grace,
      reaction,
      down
    })
    return { verdict, fired, kills: down.length, log }
  })
