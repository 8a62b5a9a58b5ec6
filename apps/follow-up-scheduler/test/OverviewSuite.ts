/** What every database must do for the operator page's overview: a suite as a function of a layer. */
import * as RateLimit from "@effect-invent/client/RateLimit"
import { ChatId, ConversationId } from "@effect-invent/domain/Ids"
import { ServerFault } from "@effect-invent/domain/InventError"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { it as Tests } from "../../../tools/testing/it.ts"
import * as ChatReader from "../src/ChatReader.ts"
import * as QuotaForecast from "../src/Operations/QuotaForecast.ts"
import * as Ledger from "../src/Ledger.ts"
import * as QuotaShares from "../src/Ledger/QuotaShares.ts"
import * as Health from "../src/Operations/Health.ts"
import * as Thresholds from "../src/Operations/Health/Thresholds.ts"
import * as QuotaUsage from "../src/Operations/QuotaUsage.ts"
import * as Api from "../src/operatorPage/Api.ts"
import * as Overview from "../src/operatorPage/Overview.ts"
import * as ResolveUnknown from "../src/operatorPage/ResolveUnknown.ts"
import { FollowUpKey } from "../src/Plan.ts"
import { Policies } from "../src/Policies.ts"
import { ActivePolicy } from "../src/Policy.ts"
import * as Scheduler from "../src/Scheduler.ts"
import * as Timer from "../src/Timer.ts"
import * as AuditEvents from "./AuditEvents.ts"
import * as Build from "./Build.ts"
import * as FakeChat from "./FakeChat.ts"
import { type Fields, reviewChat, setClock } from "./Scheduling.ts"

const { after, chat_id, hour, second } = Build

const meter = Layer.provide(QuotaUsage.layer(RateLimit.defaults), RateLimit.layerMemory())

const under = (fake: FakeChat.FakeChat, fields: Fields) =>
  Overview.layer.pipe(
    Layer.provide(Health.layer(Thresholds.defaults, Duration.zero)),
    Layer.provideMerge(Scheduler.layer),
    Layer.provideMerge(ChatReader.layer),
    Layer.provideMerge(Layer.mergeAll(Timer.layerNone, Ledger.layer, fake.layer, meter)),
    Layer.provideMerge(Layer.succeed(ActivePolicy, Build.policy(fields)))
  )

const nights = { quiet_hours: { start: "21:00", end: "09:00" } }
const steps = [
  { after: "1 hour", action: "send_message", message: "Are you still with us?" },
  { after: "2 hours", action: "close" }
]

const overview = Effect.flatMap(Overview.Overview, (board) => board.overview)
const ledger = <A, E>(use: (ledger: Ledger.Ledger["Type"]) => Effect.Effect<A, E>) => Effect.flatMap(Ledger.Ledger, use)
const planned = Effect.flatMap(
  ledger((ledger) => ledger.overdue(after(Build.day))),
  (rows) => Effect.fromNullable(rows[0])
)

/** The messages that a subscriber of the page receives from now on. */
const listen = Effect.gen(function* () {
  const { changes } = yield* Overview.Overview
  const texts = yield* Queue.unbounded<string>()
  yield* Effect.forkScoped(Stream.runForEach(changes, (text) => Queue.offer(texts, text)))
  return texts
})
const next = (texts: Queue.Dequeue<string>) =>
  Effect.flatMap(Queue.take(texts), Schema.decode(Schema.parseJson(Api.Overview)))

/** `database`: an empty one, each time it is built. `it`: makes tests, of which TestClock moves the time. */
export const suite = (database: Layer.Layer<SqlClient.SqlClient, unknown>, it: Pick<typeof Tests, "effect">): void => {
  const story = (name: string, test: (fake: FakeChat.FakeChat) => Effect.Effect<void, unknown, SqlClient.SqlClient>) =>
    it.effect(name, () =>
      Effect.zipRight(
        TestClock.setTime(Build.start.epochMillis),
        Effect.suspend(() => test(FakeChat.make()))
      ).pipe(Effect.provide(database))
    )

  describe("the board", () => {
    story(
      "shows what comes, what its step does, why not sooner, and the hours in which nothing goes out there",
      (fake) =>
        Effect.gen(function* () {
          yield* reviewChat
          const { outcomes, policy, quiet, upcoming } = yield* overview
          expect(policy).toBe("nudge@1")
          expect(upcoming.total).toBe(1)
          const [first] = upcoming.first
          expect(first).toMatchObject({
            chat_id,
            step: 1,
            action: "send_message",
            status: "planned",
            at: after(hour),
            zone: "UTC"
          })
          expect(first?.why).toBe("the customer may still answer")
          const [night] = quiet[first?.hours ?? ""] ?? []
          expect(night).toEqual({
            from: DateTime.unsafeMake("2026-07-15T21:00:00Z"),
            to: DateTime.unsafeMake("2026-07-16T09:00:00Z")
          })
          expect(outcomes).toEqual([
            expect.objectContaining({ words: "no follow-up; waiting, the customer may still answer", chats: 1 })
          ])
        }).pipe(Effect.provide(under(fake, { ...nights, steps })))
    )

    story("compares the groups of a policy with a holdout, and shows nothing of one without", (fake) =>
      Effect.gen(function* () {
        yield* reviewChat
        expect((yield* overview).holdouts).toEqual([])
        const sql = yield* SqlClient.SqlClient
        const row = { policy: "nudge", contact_id: "c", conversation_id: "c", assigned: "holdout", enrolled_at: 0 }
        yield* sql`INSERT INTO enrolments ${sql.insert({ ...row, replied_at: null })}`
        yield* Effect.flatMap(Overview.Overview, ({ renew }) => renew)
        expect((yield* overview).holdouts).toEqual([
          [
            "Replies within 3d of the first follow-up of nudge:",
            "  followed up: 0 contacts; 0 of 0 observed replied",
            "  left out: 1 contact; 0 of 1 observed replied: 0.0 % (0.0 % to 79.3 %)",
            "  more replies are needed to see whether follow-ups change it"
          ]
        ])
      }).pipe(Effect.provide(under(fake, { steps })))
    )

    story("names the policies in force, also after they were replaced, and the policy of each follow-up", (fake) =>
      Effect.gen(function* () {
        yield* reviewChat
        const { current, replace } = yield* Policies
        const [nudge] = yield* current
        yield* replace([Build.policy({ name: "quotes", version: 3, effective_from: "all" }), nudge])
        const { policies, policy, upcoming } = yield* overview
        expect(policy).toBe("quotes@3, nudge@1")
        expect(policies).toEqual([
          { id: "quotes@3", effective_from: null },
          { id: "nudge@1", effective_from: Build.start }
        ])
        expect(upcoming.first).toMatchObject([{ policy: "nudge@1", step: 1 }])
      }).pipe(Effect.provide(under(fake, { steps })))
    )

    story("shows the hours and the steps of the version that a follow-up was planned by", (fake) =>
      Effect.gen(function* () {
        yield* Effect.provide(reviewChat, under(fake, { ...nights, steps }))
        const { policy, quiet, upcoming } = yield* Effect.provide(overview, under(fake, { version: 2 }))
        expect(policy).toBe("nudge@2")
        expect(upcoming.first[0]).toMatchObject({ action: "send_message" })
        expect(quiet[upcoming.first[0]?.hours ?? ""]).not.toEqual([])
      })
    )

    story("shows why what is due does not go out: it is, unless there is a pause", (fake) =>
      Effect.gen(function* () {
        yield* reviewChat
        yield* setClock(after(2 * hour))
        expect((yield* overview).upcoming.first[0]?.why).toBe("due now")
        yield* ledger((ledger) => ledger.pause)
        expect((yield* overview).upcoming.first[0]?.why).toBe("follow-ups are paused")
      }).pipe(Effect.provide(under(fake, {})))
    )

    story("shows nothing to come of a chat in which a look has found an end", (fake) =>
      Effect.gen(function* () {
        yield* reviewChat
        yield* setClock(after(second))
        yield* fake.writes("contact")
        yield* reviewChat
        const { recent, upcoming } = yield* overview
        expect(upcoming).toEqual({ total: 0, first: [] })
        expect(recent[0]).toMatchObject({ chat_id, kind: "decision", at: after(second) })
      }).pipe(Effect.provide(under(fake, {})))
    )

    story("foresees the requests of what is due within the window, and of nothing later", (fake) =>
      Effect.gen(function* () {
        yield* reviewChat
        expect((yield* overview).quota).toMatchObject({ limit: 500, used: 0, reserved: 0, due: 0, forecast: 0 })
        yield* setClock(after(hour - 30 * second))
        expect((yield* overview).quota).toMatchObject({ due: 1, forecast: QuotaForecast.requestsPerFollowUp })
      }).pipe(Effect.provide(under(fake, {})))
    )

    story("adds up what the other schedulers use of the quota, as long as they record it", (fake) =>
      Effect.gen(function* () {
        const { process } = yield* QuotaUsage.QuotaUsage
        const { record } = QuotaShares.make(yield* SqlClient.SqlClient)
        const sql = yield* SqlClient.SqlClient
        expect((yield* overview).quota).toMatchObject({ schedulers: 1, used: 0, reserved: 0, queued: 0 })
        yield* record("two", { used: 100, reserved: 3, queued: 1 })
        yield* record("two", { used: 200, reserved: 4, queued: 2 })
        yield* record("__proto__", { used: 30, reserved: 0, queued: 0 })
        // Its own record is older than what it knows of itself.
        yield* record(process, { used: 7, reserved: 7, queued: 7 })
        expect((yield* overview).quota).toMatchObject({ schedulers: 3, used: 230, reserved: 4, queued: 2 })
        yield* sql`UPDATE quota_shares SET at = at - 15001 WHERE process = 'two'`
        expect((yield* overview).quota).toMatchObject({ schedulers: 2, used: 30, reserved: 0, queued: 0 })
        yield* sql`UPDATE quota_shares SET at = at - 3600000 WHERE process = 'two'`
        yield* record("four", { used: 1, reserved: 0, queued: 0 })
        const left = yield* sql<{ process: string }>`SELECT process FROM quota_shares ORDER BY used`
        expect(left.map((row) => row.process)).toEqual(["four", process, "__proto__"])
      }).pipe(Effect.provide(under(fake, {})))
    )

    story("says how late a backlog will run", () =>
      Effect.gen(function* () {
        expect((yield* overview).quota.backlog).toBeNull()
        for (let index = 0; index < 200; index++) {
          const id = ChatId.make(`chat_${index}`)
          const conversation_id = ConversationId.make(`conversation_${index}`)
          const { key, policy, step, anchor_id } = Build.followUp({ key: FollowUpKey.make(`key_${index}`) })
          yield* ledger((ledger) =>
            ledger.decided(
              { chat_id: id, conversation_id, decision: "Wait", reason: "silence", until: after(hour) },
              {
                plan: { key, policy, step, anchor_id, chat_id: id, conversation_id, due_at: after(hour) },
                event: AuditEvents.some.planned
              }
            )
          )
        }
        yield* TestClock.adjust("2 minutes")
        const { quota, upcoming } = yield* overview
        expect(quota.backlog).toMatch(
          /^200 follow-ups from 2026-07-15T13:00Z will take 3m; the latest will be 3m late$/
        )
        expect(upcoming).toMatchObject({ total: 200 })
      }).pipe(Effect.provide(under(FakeChat.make(), {})))
    )

    story("says so when the service does not answer, until it does again", (fake) =>
      Effect.gen(function* () {
        yield* reviewChat
        expect((yield* overview).troubles).toEqual([])
        yield* setClock(after(second))
        yield* fake.once(
          "read",
          FakeChat.unsent(new ServerFault({ endpoint: "state.update", attempts: 1, status: 503, excerpt: "" }))
        )
        yield* Effect.ignore(reviewChat)
        expect((yield* overview).troubles[0]?.words).toContain("The service has not answered: 1 failed looks")
        yield* setClock(after(2 * second))
        yield* reviewChat
        expect((yield* overview).troubles).toEqual([])
      }).pipe(Effect.provide(under(fake, {})))
    )

    story("shows what is of unknown outcome until a person has resolved it", (fake) =>
      Effect.gen(function* () {
        yield* reviewChat
        const row = yield* planned
        yield* ledger((ledger) =>
          ledger.advance(
            row,
            { status: "unknown", reason: "not_confirmed", follow_up_at: after(hour) },
            AuditEvents.some.unknown
          )
        )
        const { unresolved, upcoming } = yield* overview
        expect(upcoming.total).toBe(0)
        expect(unresolved).toMatchObject({
          total: 1,
          first: [{ key: row.key, chat_id, step: 1, action: "send_message", follow_up_at: after(hour) }]
        })
        yield* ResolveUnknown.resolve(row.key, "delivered")
        expect((yield* overview).unresolved).toEqual({ total: 0, first: [] })
      }).pipe(Effect.provide(under(fake, { steps })))
    )

    story("tells everybody who looks at once, and again only when something has changed", (fake) =>
      Effect.gen(function* () {
        const heard = yield* Effect.all([listen, listen])
        for (const { paused_since } of yield* Effect.forEach(heard, next)) expect(paused_since).toBeNull()
        yield* TestClock.adjust("10 seconds")
        yield* ledger((ledger) => ledger.pause)
        yield* Effect.repeat(
          Effect.zipRight(
            TestClock.adjust("1 second"),
            Effect.forEach(heard, (texts) => texts.size)
          ),
          { until: (sizes) => sizes.every((size) => size > 0) }
        )
        for (const { paused_since } of yield* Effect.forEach(heard, next))
          expect(paused_since).toEqual(after(10 * second))
      }).pipe(Effect.scoped, Effect.provide(under(fake, {})))
    )
  })
}
