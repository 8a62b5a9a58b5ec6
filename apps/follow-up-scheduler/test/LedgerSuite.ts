/** What every database must do for the ledger: a suite as a function of a layer. */
import { ChatId, ConversationId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import type { it as Tests } from "../../../tools/testing/it.ts"
import type { FollowUp } from "../src/Plan/FollowUp.ts"
import { type Change, Ledger, layer } from "../src/Ledger.ts"
import * as AuditEvent from "../src/Ledger/AuditEvent.ts"
import { CurrentOperator } from "../src/Ledger/Operator.ts"
import * as Plan from "../src/Plan.ts"
import * as AuditEvents from "./AuditEvents.ts"
import * as Build from "./Build.ts"

const { after, chat_id, conversation_id, hour, messageId, minute } = Build

const plan = (fields: Partial<Plan.Plan> = {}): Plan.Plan => ({
  ...Plan.make(Build.policy(), Build.chat(), { step: 1, anchor_id: messageId("assistant@0") }, after(hour)),
  ...fields
})

const planNamed = (name: string, fields: Partial<Plan.Plan> = {}) =>
  plan({ key: Plan.FollowUpKey.make(name), ...fields })

const record = (planned: Plan.Plan = plan()) =>
  Effect.flatMap(Ledger, (ledger) => ledger.plan(planned, AuditEvents.some.planned))
const planned = (fields?: Plan.Plan) => Effect.flatten(record(fields))
const change = (from: FollowUp, change: Change) =>
  Effect.flatMap(Ledger, (ledger) => ledger.advance(from, change, AuditEvents.some.brought_forward))
const found = Effect.flatMap(
  Effect.flatMap(Ledger, (ledger) => ledger.find(plan().key)),
  (row) => row
)
const events = Effect.flatMap(Ledger, (ledger) =>
  Effect.map(ledger.story(chat_id), (entries) => entries.map(({ event }) => event))
)
const armed = { status: "armed", follow_up_at: after(hour) } as const

const latest = { chat_id, conversation_id, decision: "Wait", reason: "silence", until: after(hour) } as const
const decided = (fields: Partial<Parameters<Ledger["Type"]["decided"]>[0]> = {}) =>
  Effect.flatMap(Ledger, (ledger) => ledger.decided({ ...latest, ...fields }))

/** `database`: an empty one, each time it is built. `it`: makes tests, of which TestClock moves the time. */
export const suite = <E>(database: Layer.Layer<SqlClient.SqlClient, E>, it: Pick<typeof Tests, "effect">): void => {
  const ledger = Layer.provideMerge(layer, database)

  const story = <E>(name: string, test: Effect.Effect<void, E, Ledger | SqlClient.SqlClient>) =>
    it.effect(name, () =>
      Effect.zipRight(TestClock.setTime(Build.start.epochMillis), test).pipe(Effect.provide(ledger))
    )

  describe("a plan", () => {
    story(
      "is written as it was made, and not begun",
      Effect.gen(function* () {
        const row = yield* planned()
        expect({ ...row }).toEqual({
          ...plan(),
          variant: null,
          status: "planned",
          revision: 0,
          follow_up_at: null,
          after_id: null,
          confirmed_at: null,
          attempts: 0,
          confirm_checks: 0,
          failures: 0,
          writes: true,
          message_id: null,
          reason: null
        })
        expect(yield* found).toEqual(row)
      })
    )

    story(
      "made twice is written once, with one line in the story",
      Effect.gen(function* () {
        yield* planned()
        expect(Option.isNone(yield* record())).toBe(true)
        expect(yield* events).toEqual(["planned"])
      })
    )

    story(
      "made many times at once is written once",
      Effect.gen(function* () {
        const rows = yield* Effect.all(
          Array.from({ length: 20 }, () => record()),
          { concurrency: "unbounded" }
        )
        expect(rows.filter(Option.isSome)).toHaveLength(1)
      })
    )

    story(
      "for an earlier time brings a waiting follow-up forward, and makes its timer stale",
      Effect.gen(function* () {
        const before = yield* planned()
        const moved = yield* planned(plan({ due_at: after(minute) }))
        expect(moved).toMatchObject({ status: "planned", due_at: after(minute), revision: before.revision + 1 })
      })
    )

    story(
      "for a later time, or one within the same minute, leaves a waiting follow-up where it is",
      Effect.gen(function* () {
        const before = yield* planned()
        for (const due_at of [after(2 * hour), after(hour - minute)]) {
          expect(Option.isNone(yield* record(plan({ due_at })))).toBe(true)
        }
        expect(yield* found).toEqual(before)
      })
    )

    for (const status of ["skipped", "withdrawn"] as const) {
      for (const reason of [
        "replied",
        "superseded",
        "snoozed",
        "not_ours",
        "muted",
        "closed",
        "human_takeover"
      ] as const) {
        story(
          `is made again after it was ${status} because of ${reason}, as if it were new`,
          Effect.gen(function* () {
            const first = yield* planned()
            yield* change(first, {
              ...armed,
              attempts: 3,
              confirm_checks: 2,
              confirmed_at: after(minute),
              after_id: messageId("last")
            })
            const ended = yield* Effect.flatten(change(yield* found, { status, reason }))
            const again = yield* planned(plan({ due_at: after(2 * hour), policy: "nudge@2" }))
            expect({ ...again }).toEqual({
              ...first,
              due_at: after(2 * hour),
              policy: "nudge@2",
              revision: ended.revision + 1
            })
          })
        )
      }
    }

    for (const status of ["armed", "sent", "unknown"] as const) {
      story(
        `is not made again once it is ${status}`,
        Effect.gen(function* () {
          yield* change(yield* planned(), { ...armed, status, reason: status === "unknown" ? "not_confirmed" : null })
          const before = yield* found
          expect(Option.isNone(yield* record(plan({ due_at: after(minute) })))).toBe(true)
          expect(yield* found).toEqual(before)
        })
      )
    }

    for (const status of ["skipped", "withdrawn"] as const) {
      for (const reason of ["assistant_declined", "cancelled", "refused", "chat_gone"] as const) {
        story(
          `is not made again once it was armed and ${status} because of ${reason}`,
          Effect.gen(function* () {
            yield* change(yield* planned(), { ...armed, status, reason })
            expect(Option.isNone(yield* record())).toBe(true)
          })
        )
      }
    }

    for (const reason of ["refused", "chat_gone"] as const) {
      story(
        `is made again when it was never armed and its chat could not be read: ${reason}`,
        Effect.gen(function* () {
          yield* change(yield* planned(), { status: "skipped", reason })
          expect((yield* planned()).status).toBe("planned")
        })
      )
    }
  })

  describe("a change", () => {
    story(
      "is made once by two that read the same row",
      Effect.gen(function* () {
        const row = yield* planned()
        expect((yield* Effect.flatten(change(row, armed))).status).toBe("armed")
        expect(Option.isNone(yield* change(row, { status: "skipped", reason: "replied" }))).toBe(true)
        expect((yield* found).status).toBe("armed")
        expect(yield* events).toEqual(["planned", "brought_forward"])
      })
    )

    story(
      "that leaves the status as it is makes the row that was read stale all the same",
      Effect.gen(function* () {
        const row = yield* planned()
        expect(Option.isSome(yield* change(row, {}))).toBe(true)
        expect(Option.isNone(yield* change(row, armed))).toBe(true)
        expect((yield* found).status).toBe("planned")
      })
    )

    story(
      "is made once by many at the same moment",
      Effect.gen(function* () {
        const row = yield* planned()
        const changed = yield* Effect.all(
          Array.from({ length: 20 }, () => change(row, armed)),
          { concurrency: "unbounded" }
        )
        expect(changed.filter(Option.isSome)).toHaveLength(1)
        expect(yield* events).toEqual(["planned", "brought_forward"])
      })
    )

    story(
      "requires the status that was read as well as for the revision",
      Effect.gen(function* () {
        const row = yield* planned()
        const sql = yield* SqlClient.SqlClient
        yield* sql`UPDATE follow_ups SET status = 'sent'`
        expect(Option.isNone(yield* change(row, armed))).toBe(true)
        expect((yield* found).status).toBe("sent")
      })
    )

    story(
      "leaves alone what it does not name, and counts the look",
      Effect.gen(function* () {
        const row = yield* Effect.flatten(change(yield* planned(), { ...armed, after_id: messageId("last") }))
        const next = yield* Effect.flatten(change(row, { confirm_checks: 1 }))
        expect({ ...next }).toEqual({ ...row, confirm_checks: 1, revision: row.revision + 1 })
      })
    )

    story(
      "can clear a value",
      Effect.gen(function* () {
        const row = yield* Effect.flatten(change(yield* planned(), armed))
        expect((yield* Effect.flatten(change(row, { follow_up_at: null }))).follow_up_at).toBeNull()
      })
    )

    story(
      "arms no second follow-up of a conversation while one is under way",
      Effect.gen(function* () {
        const other = yield* planned(planNamed("other"))
        const row = yield* Effect.flatten(change(yield* planned(), armed))
        expect(Option.isNone(yield* change(other, armed))).toBe(true)
        expect(yield* Effect.flatMap(Ledger, (ledger) => ledger.isCurrent(other))).toBe(true)
        yield* change(row, { status: "sent" })
        expect(Option.isSome(yield* change(other, armed))).toBe(true)
      })
    )

    story(
      "makes every earlier reading of the row outdated",
      Effect.gen(function* () {
        const ledger = yield* Ledger
        const row = yield* planned()
        expect(yield* ledger.isCurrent(row)).toBe(true)
        const next = yield* Effect.flatten(change(row, {}))
        expect([yield* ledger.isCurrent(row), yield* ledger.isCurrent(next)]).toEqual([false, true])
      })
    )

    story(
      "touches no other follow-up",
      Effect.gen(function* () {
        const other = yield* planned(planNamed("other"))
        yield* change(yield* planned(), armed)
        expect(yield* Effect.flatten(Effect.flatMap(Ledger, (ledger) => ledger.find(other.key)))).toEqual(other)
      })
    )
  })

  describe("without its line in the story", () => {
    const dropAudit = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`DROP TABLE audit`)

    story(
      "a change is not made",
      Effect.gen(function* () {
        const row = yield* planned()
        yield* dropAudit
        expect((yield* Effect.flip(change(row, armed)))._tag).toBe("SqlError")
        expect(yield* found).toEqual(row)
      })
    )

    story(
      "a plan is not made",
      Effect.gen(function* () {
        yield* dropAudit
        expect((yield* Effect.flip(record()))._tag).toBe("SqlError")
        const ledger = yield* Ledger
        expect(Option.isNone(yield* ledger.find(plan().key))).toBe(true)
      })
    )

    story(
      "a plan is not made again",
      Effect.gen(function* () {
        yield* change(yield* planned(), { status: "skipped", reason: "replied" })
        const row = yield* found
        yield* dropAudit
        expect((yield* Effect.flip(record()))._tag).toBe("SqlError")
        expect(yield* found).toEqual(row)
      })
    )

    story(
      "a decision is not recorded",
      Effect.gen(function* () {
        yield* dropAudit
        expect((yield* Effect.flip(decided()))._tag).toBe("SqlError")
        expect(yield* Effect.flatMap(Ledger, (ledger) => ledger.tally)).toEqual([])
      })
    )
  })

  describe("what is overdue", () => {
    const overdue = (before: DateTime.Utc) =>
      Effect.flatMap(Ledger, (ledger) => Effect.map(ledger.overdue(before), (rows) => rows.map(({ key }) => key)))

    story(
      "comes with the longest overdue first, up to and including the given instant",
      Effect.gen(function* () {
        for (const [name, due] of [
          ["b", 2],
          ["a", 1],
          ["d", 4],
          ["c", 3]
        ] as const)
          yield* record(planNamed(name, { due_at: after(due) }))
        expect(yield* overdue(after(3))).toEqual(["a", "b", "c"])
        expect(yield* overdue(after(0))).toEqual([])
      })
    )

    story(
      "is planned or armed, and nothing that has ended",
      Effect.gen(function* () {
        for (const status of ["planned", "armed", "sent", "skipped", "withdrawn", "unknown"] as const) {
          yield* change(yield* planned(planNamed(status, { due_at: after(1) })), { ...armed, status })
        }
        expect([...(yield* overdue(after(1)))].sort()).toEqual(["armed", "planned"])
      })
    )

    story(
      "is counted ahead by pending: open, and due within the given time",
      Effect.gen(function* () {
        const ledger = yield* Ledger
        yield* record(planNamed("soon", { due_at: after(minute) }))
        yield* record(planNamed("late", { due_at: after(minute + 1) }))
        yield* change(yield* planned(planNamed("ended", { due_at: after(minute) })), { status: "sent" })
        expect(yield* ledger.pending(Duration.minutes(1))).toBe(1)
        yield* TestClock.adjust("1 millis")
        expect(yield* ledger.pending(Duration.minutes(1))).toBe(2)
      })
    )
  })

  describe("the follow-ups that a conversation has had", () => {
    const taken = (conversation = conversation_id) => Effect.flatMap(Ledger, (ledger) => ledger.taken(conversation))

    const counted = { armed: "under_way", sent: "done", done: "state_changed", unknown: "unknown" } as const
    for (const status of ["armed", "sent", "done", "unknown"] as const) {
      story(
        `count one that is ${status}`,
        Effect.gen(function* () {
          yield* change(yield* planned(), {
            ...armed,
            status,
            message_id: status === "sent" ? messageId("follow-up") : null
          })
          expect(yield* taken()).toEqual([
            Build.taken({ status: counted[status], message_id: status === "sent" ? messageId("follow-up") : undefined })
          ])
        })
      )
    }

    for (const reason of ["assistant_declined", "cancelled", "refused", "chat_gone"] as const) {
      story(
        `count one that was armed and had its chance: ${reason}`,
        Effect.gen(function* () {
          yield* change(yield* planned(), { ...armed, status: "skipped", reason })
          expect(yield* taken()).toHaveLength(1)
        })
      )
    }

    story(
      "leave out what is only planned, was never armed, was taken back, or belongs to another conversation",
      Effect.gen(function* () {
        yield* record(planNamed("planned"))
        yield* change(yield* planned(planNamed("never armed")), { status: "skipped", reason: "refused" })
        yield* change(yield* planned(planNamed("taken back")), { ...armed, status: "withdrawn", reason: "replied" })
        yield* change(yield* planned(planNamed("other", { conversation_id: ConversationId.make("other") })), {
          ...armed,
          status: "sent"
        })
        expect(yield* taken()).toEqual([])
        expect(yield* taken(ConversationId.make("other"))).toHaveLength(1)
      })
    )
  })

  describe("decisions", () => {
    const tally = Effect.flatMap(Ledger, (ledger) => ledger.tally)

    story(
      "write a line in the story only when the decision or its reason changes",
      Effect.gen(function* () {
        yield* decided()
        yield* decided({ until: after(2 * hour) })
        yield* decided({ reason: "quiet_hours" })
        yield* decided({ decision: "Act", reason: null, until: null })
        yield* decided({ decision: "Act", reason: null, until: null })
        yield* decided({ decision: "Stop", reason: "replied", until: null })
        yield* decided()
        const entries = yield* Effect.flatMap(Ledger, (ledger) => ledger.story(chat_id))
        expect(entries.map(({ detail }) => `${detail["decision"]} ${detail["reason"]}`)).toEqual([
          "Wait silence",
          "Wait quiet_hours",
          "Act null",
          "Stop replied",
          "Wait silence"
        ])
      })
    )

    story(
      "count each chat once, by its latest decision and what was sent to it",
      Effect.gen(function* () {
        for (const [name, reason] of [
          ["a", "silence"],
          ["b", "silence"],
          ["c", "muted"]
        ] as const) {
          yield* decided({ chat_id: name, reason: "quiet_hours" })
          yield* decided({ chat_id: name, reason })
        }
        yield* change(yield* planned(planNamed("1", { chat_id: ChatId.make("a") })), { ...armed, status: "sent" })
        yield* change(yield* planned(planNamed("2", { chat_id: ChatId.make("a") })), { ...armed, status: "sent" })
        yield* change(yield* planned(planNamed("3", { chat_id: ChatId.make("b") })), {
          ...armed,
          status: "withdrawn",
          reason: "replied"
        })
        const rows = yield* tally
        expect(new Set(rows)).toEqual(
          new Set([
            { decision: "Wait", reason: "silence", sent: 2, chats: 1 },
            { decision: "Wait", reason: "silence", sent: 0, chats: 1 },
            { decision: "Wait", reason: "muted", sent: 0, chats: 1 }
          ])
        )
        expect(rows.reduce((sum, { chats }) => sum + chats, 0)).toBe(3)
      })
    )
  })

  describe("the story of a chat", () => {
    story(
      "is in the order in which things happened, each with its time, and of this chat only",
      Effect.gen(function* () {
        yield* decided()
        yield* TestClock.adjust("1 second")
        const row = yield* planned()
        yield* TestClock.adjust("1 second")
        yield* decided({ chat_id: "another" })
        yield* change(row, armed)
        const entries = yield* Effect.flatMap(Ledger, (ledger) => ledger.story(chat_id))
        expect(entries.map(({ at, event, key }) => [event, at, key])).toEqual([
          ["decided", after(0), null],
          ["planned", after(1000), row.key],
          ["brought_forward", after(2000), row.key]
        ])
      })
    )

    story(
      "arms no more than a policy allows for all contacts together, and holds everything then",
      Effect.gen(function* () {
        const ledger = yield* Ledger
        const within = { chat: Build.chat(), limits: Build.policy({ at_most_per_hour: 1 }) }
        const soon = { status: "armed", follow_up_at: after(minute) } as const
        const first = yield* Effect.flatten(record(planNamed("first")))
        const second = yield* Effect.flatten(
          record(planNamed("second", { conversation_id: ConversationId.make("another") }))
        )
        expect(Option.isSome(yield* ledger.arm(first, soon, AuditEvents.some.armed, within))).toBe(true)
        expect(Option.isSome(yield* ledger.arm(second, soon, AuditEvents.some.armed, within))).toBe(false)
        expect(Option.isSome(yield* ledger.paused)).toBe(true)
        expect(yield* ledger.heldBy).toEqual(Option.some("at_most_per_hour: 1 follow-up within an hour"))
      })
    )

    const version = Build.policy().id
    const waiting = (names: ReadonlyArray<string>) =>
      Effect.forEach(names, (name) => {
        const of = { chat_id: ChatId.make(name), conversation_id: ConversationId.make(name) }
        return Effect.zipRight(decided(of), Effect.flatten(record(planNamed(name, of))))
      })

    story(
      "begins nothing of a version that was never in force before its contacts were counted",
      Effect.gen(function* () {
        const ledger = yield* Ledger
        yield* ledger.start(version)
        expect([
          (yield* ledger.held)(version),
          (yield* ledger.held)("another@1"),
          yield* ledger.isStarting(version)
        ]).toEqual([true, false, true])
        yield* waiting(["one", "two"])
        yield* ledger.settle(version, 2)
        expect([(yield* ledger.held)(version), yield* ledger.isStarting(version)]).toEqual([false, false])
        yield* ledger.start(version)
        expect(yield* ledger.isStarting(version)).toBe(false)
      })
    )

    story(
      "holds everything where a start would reach more contacts than were confirmed, until they are",
      Effect.gen(function* () {
        const ledger = yield* Ledger
        yield* ledger.start(version)
        yield* waiting(["one", "two", "three"])
        yield* ledger.settle(version, 2)
        expect(yield* ledger.toConfirm).toEqual(Option.some(3))
        expect((yield* ledger.held)("another@1")).toBe(true)
        expect(yield* Effect.flip(ledger.resumeWith(2))).toMatchObject({
          _tag: "NotConfirmed",
          contacts: 3,
          confirmed: 2
        })
        expect(Option.isSome(yield* ledger.paused)).toBe(true)
        yield* TestClock.adjust("1 second")
        yield* ledger.resumeWith(3)
        expect(yield* ledger.isStarting(version)).toBe(true)
        yield* TestClock.adjust("2 hours")
        yield* ledger.settle(version, 0)
        expect([(yield* ledger.held)(version), yield* ledger.toConfirm]).toEqual([false, Option.none()])
      })
    )

    story(
      "records who had confirmed a start that reaches more contacts than go without it",
      Effect.gen(function* () {
        const ledger = yield* Ledger
        const rita = Effect.provideService(CurrentOperator, "Rita")
        const confirmations = Effect.map(ledger.story(ChatId.make(AuditEvent.ofAllChats)), (entries) =>
          entries.flatMap(({ detail, event }) => (event === "start_confirmed" ? [detail] : []))
        )
        yield* ledger.start(version)
        yield* waiting(Arr.makeBy(100, (n) => `chat_${n}`))
        yield* rita(ledger.settle(version, 1000))
        expect(yield* confirmations).toEqual([])
        yield* ledger.pause
        yield* ledger.resumeWith(0)
        yield* waiting(["one_more"])
        yield* TestClock.adjust("2 hours")
        yield* rita(ledger.settle(version, 1000))
        expect(yield* confirmations).toEqual([
          { by: "Rita", start: "sending goes on after a pause or a restore", contacts: 101 }
        ])
        expect(Option.isNone(yield* ledger.paused)).toBe(true)
      })
    )

    story(
      "records who paused and who resumed, once each, and how many contacts were confirmed",
      Effect.gen(function* () {
        const ledger = yield* Ledger
        const anna = Effect.provideService(CurrentOperator, "Anna")
        const changes = Effect.map(ledger.story(ChatId.make(AuditEvent.ofAllChats)), (entries) =>
          entries.map(({ detail, event }) => ({ event, detail }))
        )
        yield* anna(ledger.pause)
        yield* ledger.pause
        yield* ledger.resumeWith(0)
        yield* anna(ledger.resumeWith(0))
        const first = [
          { event: "paused", detail: { by: "Anna" } },
          { event: "resumed", detail: {} }
        ]
        expect(yield* changes).toEqual(first)
        yield* TestClock.adjust("1 second")
        yield* ledger.hold("too many", 3)
        yield* Effect.flip(anna(ledger.resumeWith(2)))
        expect(yield* changes).toEqual(first)
        yield* anna(ledger.resumeWith(5))
        expect(yield* changes).toEqual([...first, { event: "resumed", detail: { by: "Anna", confirmed: 3 } }])
      })
    )

    story(
      "counts after a pause the contacts that waited and those that were found since, and no others",
      Effect.gen(function* () {
        const ledger = yield* Ledger
        yield* waiting(["due in an hour"])
        yield* TestClock.adjust("1 minute")
        yield* ledger.pause
        yield* ledger.resumeWith(0)
        yield* ledger.settle(version, 0)
        expect(yield* ledger.toConfirm).toEqual(Option.none())
        yield* ledger.pause
        yield* TestClock.adjust("1 hour")
        yield* ledger.resumeWith(0)
        yield* waiting(["found since"])
        yield* ledger.settle(version, 0)
        expect(yield* ledger.toConfirm).toEqual(Option.some(2))
      })
    )

    story(
      "lists which chats have an end from which nothing followed yet",
      Effect.gen(function* () {
        const { unobserved } = yield* Ledger
        const row = yield* Effect.flatten(change(yield* planned(), armed))
        expect(yield* unobserved).toEqual([])
        yield* change(row, { status: "sent" })
        expect(yield* unobserved).toEqual([chat_id])
        yield* decided({ chat_id: "another" })
        expect(yield* unobserved).toEqual([chat_id])
        yield* decided()
        expect(yield* unobserved).toEqual([])
      })
    )

    story(
      "counts the refused follow-ups from an instant on, and not what could not be read or taken back",
      Effect.gen(function* () {
        const { refusedSince } = yield* Ledger
        const refused = { status: "skipped", reason: "refused" } as const
        const end = (name: string, fields: Change) =>
          Effect.flatMap(planned(planNamed(name, { conversation_id: ConversationId.make(name) })), (row) =>
            change(row, { ...refused, ...fields })
          )
        yield* end("not read", {})
        yield* end("not taken back", { status: "unknown", follow_up_at: after(hour) })
        yield* end("gone", { reason: "chat_gone", follow_up_at: after(hour) })
        expect(yield* refusedSince(Build.start)).toEqual({ count: 0, first: Option.none() })
        for (const [name, at] of Object.entries({ first: 1, last: 3, second: 2 }))
          yield* end(name, { follow_up_at: after(at * hour) })
        expect(yield* refusedSince(after(hour))).toEqual({ count: 3, first: Option.some(after(hour)) })
        expect(yield* refusedSince(after(hour + 1))).toEqual({ count: 2, first: Option.some(after(2 * hour)) })
      })
    )

    story(
      "keeps the order of things that happened in the same millisecond, and their details",
      Effect.gen(function* () {
        const ledger = yield* Ledger
        let row = yield* planned()
        for (let step = 0; step < 12; step++)
          row = yield* Effect.flatten(ledger.advance(row, {}, { name: "sending", detail: { step } }))
        const entries = yield* ledger.story(chat_id)
        expect(entries.slice(1).map(({ detail }) => detail["step"])).toEqual(
          Array.from({ length: 12 }, (_, step) => step)
        )
      })
    )
  })

  it.effect("a ledger opened again over the same database keeps what it holds", () =>
    Effect.gen(function* () {
      const row = yield* Effect.provide(planned(), layer)
      expect(yield* Effect.provide(found, Layer.fresh(layer))).toEqual(row)
    }).pipe(Effect.provide(database))
  )
}
