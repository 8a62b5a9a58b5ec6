/** `doctor` reports what the service refused a short time ago, in the words of the alert. */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { ConversationId } from "@effect-invent/domain/Ids"
import { expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ledger from "../src/Ledger.ts"
import { advice } from "../src/Operations/Trouble.ts"
import * as Plan from "../src/Plan.ts"
import * as AuditEvents from "./AuditEvents.ts"
import * as Build from "./Build.ts"
import * as CommandLine from "./CommandLine.ts"

const { messageId } = Build

/** Ends a follow-up of this conversation that was to be carried out so many minutes ago. */
const refused = (name: string, minutesAgo: number) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger.Ledger
    const now = yield* DateTime.now
    const step = { step: 1, anchor_id: messageId("assistant@0") }
    const plan = {
      ...Plan.make(Build.policy(), Build.chat(), step, now),
      key: Plan.FollowUpKey.make(name),
      conversation_id: ConversationId.make(name)
    }
    const planned = yield* Effect.flatten(ledger.plan(plan, AuditEvents.some.planned))
    const follow_up_at = DateTime.subtract(now, { minutes: minutesAgo })
    yield* ledger.advance(
      planned,
      { status: "skipped", reason: "refused", follow_up_at },
      {
        name: "skipped",
        detail: { reason: "refused" }
      }
    )
    return `${DateTime.formatIso(follow_up_at).slice(0, 16)}Z`
  })

const inLedger = <A, E>(work: Effect.Effect<A, E, Ledger.Ledger>) =>
  Effect.provide(work, Layer.provide(Ledger.layer, SqliteClient.layer({ filename: "a.db" })))

/** Names the time, and nothing else. */
const http = HttpClient.make((request) =>
  Effect.sync(() =>
    HttpClientResponse.fromWeb(request, Response.json([], { headers: { date: new Date().toUTCString() } }))
  )
)

/** What it finds about sending, and its exit code. */
const doctor = Effect.map(
  CommandLine.run(["doctor", "--db", "a.db", "--json"], { http, env: { INVENT_API_KEY: "inv_key" } }),
  ({ code, stdout }) => {
    const findings = JSON.parse(stdout) as ReadonlyArray<{ readonly check: string }>
    return { code, sending: findings.filter(({ check }) => check === "sending") }
  }
)

const isWell = { check: "sending", state: "ok", found: "nothing is held, late, refused or of unknown outcome" }

it.live("an update or a message that was refused within an hour is an error, with what to do", () =>
  CommandLine.inFolder(
    {},
    Effect.gen(function* () {
      yield* inLedger(refused("before", 61))
      expect(yield* doctor).toEqual({ code: 0, sending: [isWell] })
      const first = yield* inLedger(refused("first", 58))
      // It is armed some seconds before it is to be carried out.
      yield* inLedger(refused("now", -1))
      const { command, fix, safe } = advice.write_refused
      const words = `The service refused the update or message of 2 follow-ups in the last hour, since ${first}.`
      const found = `${words} ${fix} First: follow-ups ${command}. ${safe}`
      expect(yield* doctor).toEqual({ code: 1, sending: [{ check: "sending", state: "error", found }] })
    })
  )
)
