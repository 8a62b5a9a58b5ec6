/**
 * Each fault in turn under a running `serve`, and what a supervisor and a person receive: over a server that shares
 * no code with ours, a plain listener in place of a chat program, and the built program. What becomes of its database:
 * AlertsOfDatabase.e2e.test.ts.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as AlertHarness from "./AlertHarness.ts"

const { isReportedOnce, serving, harness, until } = AlertHarness

interface Fault extends AlertHarness.Fault {
  readonly under?: AlertHarness.Options
}

const breaking =
  (status: number) =>
  ({ world }: AlertHarness.Serving) =>
    Effect.sync(() => void (world.broken = () => ({ status, body: "{}" })))
const mending = ({ world }: AlertHarness.Serving) => Effect.sync(() => void (world.broken = () => undefined))
/** Waits until the only follow-up is there. */
const unknown =
  (status: "planned" | "unknown") =>
  ({ inLedger }: AlertHarness.Serving) =>
    inLedger((sql) =>
      Effect.repeat(sql`UPDATE follow_ups SET status = ${status} RETURNING key`, {
        schedule: Schedule.spaced("50 millis"),
        until: (rows) => rows.length === 1
      })
    )

const faults: Readonly<Record<string, Fault>> = {
  "the key is revoked": {
    begin: breaking(401),
    end: mending,
    alert: "The service refuses the API key",
    reason: "key_refused"
  },
  "the key may read, and no longer write": {
    begin: ({ vendor, world }) =>
      Effect.sync(() => {
        world.broken = (line) => (line.startsWith("PATCH ") ? { status: 403, body: "{}" } : undefined)
        vendor.writes("chat_of_ada", "assistant")
      }),
    // The step that was refused is not tried again. The next silence begins with another answer.
    end: (serving) =>
      Effect.map(mending(serving), () => {
        serving.vendor.writes("chat_of_ada", "contact")
        serving.vendor.writes("chat_of_ada", "assistant")
      }),
    alert: "The service refused the last update or message with 403",
    under: { after: "1 second", isUnanswered: true }
  },
  "the inbox is not answered": {
    begin: breaking(503),
    end: mending,
    alert: "No list of chats was read for 10s",
    reason: "not_looked",
    under: { env: { FOLLOW_UPS_LOOK_WITHIN: "10 seconds" } }
  },
  "another program spends the quota": {
    begin: breaking(429),
    end: mending,
    alert: "The service answers with 429"
  },
  "the machine's clock is ten minutes ahead": {
    begin: ({ hold, world }) =>
      until(hold.isHolding).pipe(
        Effect.zipRight(Effect.sync(() => void (world.date = () => new Date(Date.now() - 600_000).toUTCString()))),
        Effect.zipRight(hold.release)
      ),
    end: ({ vendor, world }) =>
      Effect.gen(function* () {
        expect(vendor.requests.filter((line) => line.startsWith("PATCH "))).toEqual([])
        world.date = () => new Date().toUTCString()
        yield* until(() => vendor.sentTo("chat_of_ada") === 1)
      }),
    alert: "This machine's clock is 10m ahead of the server's",
    reason: "clock_off",
    under: { after: "1 second", isHeld: true, env: { FOLLOW_UPS_SWEEP_SLACK: "0 millis" } }
  },
  "a follow-up that is due is not sent, because the service does not answer for its chat": {
    begin: ({ hold, vendor }) =>
      Effect.zipRight(
        Effect.sync(() => vendor.writes("chat_of_ada", "assistant")),
        until(hold.isHolding)
      ),
    end: ({ hold, vendor }) =>
      Effect.zipRight(
        hold.release,
        until(() => vendor.sentTo("chat_of_ada") === 1)
      ),
    alert: "1 follow-up more than 1s",
    // The timer takes it up, since a sweep that takes it up waits for it. A timer does nothing during the count of a
    // start, so the follow-up is planned after that.
    under: {
      after: "1 second",
      isHeld: true,
      isUnanswered: true,
      env: { FOLLOW_UPS_LATE_AFTER: "1 second", FOLLOW_UPS_SWEEP_SLACK: "1 hour" }
    }
  },
  "an outcome is unknown": {
    begin: unknown("unknown"),
    end: unknown("planned"),
    alert: "The outcome of 1 follow-up is unknown"
  },
  "everything is paused for longer than stated": {
    begin: ({ command }) => command("pause"),
    end: ({ command }) => command("resume"),
    alert: "Everything is paused"
  },
  "the ledger fails, and is back": {
    begin: ({ inLedger }) => inLedger((sql) => sql`ALTER TABLE follow_ups RENAME TO gone`),
    end: ({ inLedger }) => inLedger((sql) => sql`ALTER TABLE gone RENAME TO follow_ups`),
    alert: "The ledger cannot be used",
    reason: "ledger_failing",
    isSwept: true
  }
}

// Each has a folder, a service and a process of its own, and waits for most of its time.
describe.concurrent("one alert reports that it began and one that it is over, where", () => {
  for (const [what, { under = {}, ...fault }] of Object.entries(faults)) {
    it.live(what, () =>
      Effect.gen(function* () {
        yield* isReportedOnce(yield* serving(under), fault)
      }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
    )
  }

  it.live("the receiver refuses the first three tries", () =>
    Effect.gen(function* () {
      const serve = yield* serving({ refusals: 3 })
      yield* breaking(401)(serve)
      yield* until(() => serve.alerts.length > 0)
      yield* mending(serve)
      yield* until(() => serve.alerts.length > 1)
      expect(serve.alerts.map((text) => text.slice(0, 10))).toEqual(["The servic", "No longer:"])
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
  )
})

it.live(
  "a key that is refused at the start is reported once, however often a supervisor starts it, and ends the process with 2",
  () =>
    Effect.gen(function* () {
      const { alerts, start, world } = yield* harness({})
      world.broken = () => ({ status: 401, body: "{}" })
      for (let starts = 0; starts < 3; starts++) {
        const { code, stderr } = yield* Effect.scoped(Effect.flatMap(start, ({ ended }) => ended))
        expect([code, stderr]).toEqual([2, expect.stringContaining("API key")])
        expect(alerts.map((text) => text.slice(0, 31))).toEqual(["The service refuses the API key"])
      }
      expect(alerts[0]).not.toMatch(/inv_key|ada|Malta/i)
      world.broken = () => undefined
      yield* start
      yield* until(() => alerts.length > 1)
      expect(alerts[1]).toMatch(/^No longer: the service refuses the API key/)
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
)

it.live("a loop that is stuck is reported, and ends the process with 4", () =>
  Effect.gen(function* () {
    const serve = yield* serving({
      after: "1 second",
      canCrash: true,
      env: { HANGS_AT: "before record", FOLLOW_UPS_SWEEP_SLACK: "0 millis", FOLLOW_UPS_STUCK_AFTER: "3 seconds" }
    })
    const { code, stderr } = yield* serve.running.ended
    expect([code, stderr]).toEqual([4, expect.stringContaining("has not turned for 3s")])
    expect(serve.alerts.map((text) => text.slice(0, 8))).toEqual(["The loop"])
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
)
