/**
 * A scheduler that is well and has nothing to do, for an hour, which is longer than any alert about reading or sweeping
 * takes: none is sent, and each sweep is followed by one heartbeat.
 */
import * as InventClient from "@effect-invent/client/InventClient"
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Socket from "@effect/platform/Socket"
import { expect, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Dispatch } from "../src/Dispatch.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Alerts from "../src/Operations/Alerts.ts"
import * as Health from "../src/Operations/Health.ts"
import * as Thresholds from "../src/Operations/Health/Thresholds.ts"
import * as QuotaForecast from "../src/Operations/QuotaForecast.ts"
import { ActivePolicy } from "../src/Policy.ts"
import * as Scheduler from "../src/Scheduler.ts"
import * as InboxWatch from "../src/Watch/InboxWatch.ts"
import * as Databases from "./Databases.ts"
import * as Build from "./Build.ts"

const noSocket = Layer.succeed(Socket.WebSocketConstructor, () => {
  throw new Error("this service has no WebSocket")
})

const policy = Build.policy({ effective_from: "all", steps: [{ after: "1 day", action: "schedule_follow_up" }] })

const idle = Duration.hours(1)

const environment = ConfigProvider.fromMap(
  new Map([
    ["FOLLOW_UPS_ALERT_URL", "https://hooks.example/secret"],
    ["FOLLOW_UPS_HEARTBEAT_URL", "https://beats.example/1"]
  ])
)

const client = Layer.unwrapEffect(
  Effect.map(Emulator.Emulator, ({ apiKey, url }) => InventClient.layer({ apiKey: apiKey("scheduler"), baseUrl: url }))
)

/** Accepts every request, and records it with its time. */
const makeReceiver = () => {
  const requests: Array<{ readonly at: number; readonly line: string }> = []
  const http = HttpClient.make((request) =>
    Effect.map(Clock.currentTimeMillis, (at) => {
      requests.push({ at, line: `${request.method} ${request.url}` })
      return HttpClientResponse.fromWeb(request, new Response(null, { status: 200 }))
    })
  )
  return { requests, http }
}

/** The scheduler, as `serve` builds it; the dispatcher runs `onSweep` after each good sweep. */
const scheduler = (onSweep: Effect.Effect<void>) => {
  const counting = (dispatch: Dispatch["Type"]): Dispatch["Type"] => ({
    ...dispatch,
    sweep: (slack) => Effect.tap(dispatch.sweep(slack), onSweep)
  })
  const counted = Layer.effect(Dispatch, Effect.map(Dispatch, counting))
  return Layer.provide(InboxWatch.layer(Duration.seconds(20)), noSocket).pipe(
    Layer.provideMerge(counted),
    Layer.provideMerge(Scheduler.layerServe(Duration.seconds(30))),
    Layer.provideMerge(
      Layer.provideMerge(Health.layer(Thresholds.defaults, QuotaForecast.costOf(QuotaForecast.quota())), Ledger.layer)
    ),
    Layer.provideMerge(Layer.mergeAll(client, Databases.sqlite, Layer.succeed(ActivePolicy, policy)))
  )
}

it.live("an hour without trouble: no alert, and one heartbeat after each sweep", () =>
  Effect.gen(function* () {
    const { log, world } = yield* Emulator.Emulator
    const contact = yield* world.addContact({ name: "Ada", country: "IE", channels: [{ type: "custom" }] })
    yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Do you ship to Malta?" })
    const { requests, http } = makeReceiver()
    const sweeps: Array<number> = []
    const swept = Effect.map(Clock.currentTimeMillis, (at) => void sweeps.push(at))
    const serving = Effect.gen(function* () {
      const alerts = yield* Alerts.make(yield* Alerts.settings)
      const { sweepEvery } = Scheduler.serveDefaults
      const work = [
        Effect.provideService(alerts.watching(sweepEvery), HttpClient.HttpClient, http),
        Health.untilStuck(Thresholds.defaults, () => Effect.dieMessage("the loop is stuck")),
        Scheduler.serve(Scheduler.serveDefaults)
      ]
      yield* Effect.all(work, { concurrency: "unbounded", discard: true })
    })
    yield* Effect.raceFirst(Effect.sleep(idle), Effect.zipRight(serving, Effect.never)).pipe(
      Effect.provide(scheduler(swept)),
      Effect.withConfigProvider(environment)
    )
    expect(requests.filter(({ line }) => line !== "GET https://beats.example/1")).toEqual([])
    expect(requests.map(({ at }) => at)).toEqual(sweeps)
    expect(sweeps.length).toBeGreaterThanOrEqual(400)
    const received = (yield* log.entries).filter((entry) => entry.kind === "request")
    expect(received.length).toBeGreaterThan(50)
  }).pipe(Effect.provide(Emulator.layer()), Effect.withTracerEnabled(false), (test) =>
    Effect.zipRight(Scheduler.load, VirtualTime.run(test, Build.start))
  )
)
