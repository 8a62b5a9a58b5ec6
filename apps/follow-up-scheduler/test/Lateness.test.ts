/**
 * More follow-ups fall due at one moment than the quota lets through; the client, the limiter and the timers are the
 * real ones.
 */
import * as Emulator from "@effect-invent/emulator/Emulator"
import type { Entry } from "@effect-invent/emulator/Log"
import * as SqlClient from "@effect/sql/SqlClient"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as QuotaForecast from "../src/Operations/QuotaForecast.ts"
import * as ServiceStatus from "../src/Operations/ServiceStatus.ts"
import * as Build from "./Build.ts"
import { arrive, followUps, lead, life, opening, played, quota } from "./EmulatedService.ts"

/** When each chat got its follow-up, in milliseconds. */
const sentAt = (entries: ReadonlyArray<Entry>) => new Map(followUps(entries))

const refused = (entries: ReadonlyArray<Entry>) =>
  entries.filter((entry) => entry.kind === "request" && entry.status === 429)

it.live.each([
  { answers: "at once", faults: [], within: 2 },
  // Reading who opted out takes twice the share of this quota that it takes of the documented one.
  { answers: "after two seconds", faults: [{ name: "slow", do: { delay: "2 seconds" } }], within: 5 }
])(
  "a backlog is sent as forecast or $within s later, by a service that answers $answers and from the ledger alone",
  ({ faults, within }) => {
    const people = 90
    // Half of the documented one, so that half as many follow-ups make the same backlog.
    const limit = quota(1 / 2)
    const test = Effect.gen(function* () {
      const { log } = yield* Emulator.Emulator
      const chats = yield* arrive(people)
      yield* Effect.sleep("1 minute")
      yield* life(limit, Stream.fromIterable(chats))(Effect.sleep("4 minutes"))
      const foreseen = yield* life(
        limit,
        Stream.empty
      )(
        Effect.zipLeft(
          Effect.delay(ServiceStatus.waiting(QuotaForecast.quota(limit)), "2 minutes"),
          Effect.sleep("6 minutes")
        )
      )
      const entries = yield* log.entries
      const went = sentAt(entries)
      expect(went.size).toBe(people)
      expect(refused(entries)).toEqual([])
      const latest = Math.max(...went.values()) - opening.epochMillis
      expect(latest).toBeGreaterThan(Build.minute)
      // What is foreseen is when each is armed; the assistant writes a lead later.
      const beyond = foreseen.map(({ chat_id, eta }) => went.get(chat_id)! - lead - eta.epochMillis)
      expect(Math.max(...beyond)).toBeLessThanOrEqual(within * Build.second)
      const order = foreseen.map(({ chat_id }) => went.get(chat_id)!)
      const overtakes = order.map((at, index) => Math.max(0, ...order.slice(0, index)) - at)
      expect(Math.max(...overtakes)).toBeLessThanOrEqual(5 * Build.second)
      const sql = yield* SqlClient.SqlClient
      const events = yield* sql<{ event: string }>`SELECT DISTINCT event FROM audit`
      expect(events.map(({ event }) => event)).not.toContain("resumed_by_sweep")
    })
    return played(test, { faults, limit })
  },
  180_000
)

it.live("a quota of one request a second, of which twelve chats read at a time are read too early, is enough", () => {
  const people = 14
  const limit = quota(1 / 8)
  const test = Effect.gen(function* () {
    const { log } = yield* Emulator.Emulator
    const chats = yield* arrive(people)
    yield* Effect.sleep("1 minute")
    yield* life(limit, Stream.fromIterable(chats))(Effect.sleep("11 minutes"))
    const entries = yield* log.entries
    expect(sentAt(entries).size).toBe(people)
    expect(refused(entries)).toEqual([])
  })
  return played(test, { limit })
})
