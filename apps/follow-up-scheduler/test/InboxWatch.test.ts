import * as InventClient from "@effect-invent/client/InventClient"
import { InboxChange } from "@effect-invent/client/InboxChange"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { Chat } from "@effect-invent/domain/Chat"
import { ChatId, ContactId, ConversationId, MessageId } from "@effect-invent/domain/Ids"
import * as InventError from "@effect-invent/domain/InventError"
import * as Socket from "@effect/platform/Socket"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Erasure from "../src/Privacy/Erasure.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Plan from "../src/Plan.ts"
import * as MonotonicClock from "../src/MonotonicClock.ts"
import * as Policies from "../src/Policies.ts"
import { ActivePolicy } from "../src/Policy.ts"
import * as ResolveUnknown from "../src/operatorPage/ResolveUnknown.ts"
import * as Timer from "../src/Timer.ts"
import type { Reason } from "../src/Decide/Reason.ts"
import { Watch } from "../src/Watch.ts"
import * as ChatRows from "../src/Watch/ChatRows.ts"
import * as ReadingShare from "../src/Watch/ReadingShare.ts"
import * as SeenChats from "../src/Watch/SeenChats.ts"
import * as InboxWatch from "../src/Watch/InboxWatch.ts"
import * as Databases from "./Databases.ts"
import * as AuditEvents from "./AuditEvents.ts"
import * as Build from "./Build.ts"

const id = (n: number) => ChatId.make(`chat_${n}`)
const every = Duration.minutes(1)
const perPage = 100

/** An inbox whose chats a test changes; the latest change comes first, or in no order where it `isUnordered`. */
const makeInbox = (count: number, isUnordered = false) => {
  const chats = new Map(
    Arr.makeBy(count, (n): readonly [ChatId, Chat] => [
      id(n),
      { id: id(n), updated_at: Build.after(-n * Build.second) }
    ])
  )
  const pushes = Effect.runSync(Queue.unbounded<Chat>())
  const seen = { requests: 0, lanes: new Set<string>(), failure: undefined as InventError.RepeatableError | undefined }
  const listed = () => {
    const all = [...chats.values()]
    return isUnordered
      ? all.toReversed()
      : all.toSorted((a, b) => (b.updated_at?.epochMillis ?? 0) - (a.updated_at?.epochMillis ?? 0))
  }
  const stream = () =>
    Stream.paginateChunkEffect(0, (page) =>
      Effect.flatMap(RateLimit.CurrentLane, (lane) =>
        Effect.suspend(() => {
          seen.requests++
          seen.lanes.add(lane)
          if (seen.failure !== undefined) return Effect.fail(seen.failure)
          const items = listed().slice(page * perPage, (page + 1) * perPage)
          const next = (page + 1) * perPage < chats.size ? Option.some(page + 1) : Option.none<number>()
          return Effect.succeed([Chunk.fromIterable(items), next] as const)
        })
      )
    )
  const events = () =>
    Stream.map(Stream.fromQueue(pushes), (chat) => InboxChange.Pushed({ chat, type: "chat.updated" as never }))
  return {
    seen,
    set: (chat: Chat) => Effect.sync(() => void chats.set(chat.id, chat)),
    touch: (n: number, fields: Partial<Chat> = {}) =>
      Effect.map(DateTime.now, (now) => void chats.set(id(n), { id: id(n), updated_at: now, ...fields })),
    push: (n: number) => Queue.offer(pushes, chats.get(id(n))!),
    layer: InventClient.layerMock({ inbox: { stream, events } })
  }
}

type Inboxed = ReturnType<typeof makeInbox>

const database = Databases.sqlite
const noSocket = Layer.succeed(Socket.WebSocketConstructor, () => {
  throw new Error("no test opens a socket")
})

const under = (inbox: Inboxed, version = 1) =>
  InboxWatch.layer(every).pipe(
    Layer.provideMerge(Layer.mergeAll(Erasure.layer, ChatRows.layer, Policies.layer)),
    Layer.provideMerge(Ledger.layer),
    Layer.provide([inbox.layer, noSocket, Layer.succeed(ActivePolicy, Build.policy({ version }))])
  )

const look = (chat_id: ChatId, reason: Reason = "replied", read: Effect.Effect<void> = Effect.void) =>
  Effect.flatMap(Ledger.Ledger, (ledger) =>
    ledger.reviewing(
      chat_id,
      Effect.zipRight(
        read,
        ledger.decided({ chat_id, conversation_id: chat_id, decision: "Stop", reason: reason as never, until: null })
      )
    )
  )

/** A process that names chats and is gone before it reviews any; gives what it has named. */
const killedAfterNaming = (inbox: Inboxed) =>
  Effect.gen(function* () {
    const { after } = yield* watching(() => Effect.void)
    return yield* after(0)
  }).pipe(Effect.provide(under(inbox)), Effect.scoped)

/** Puts on record that so many chats of a new inbox were looked at, as the watch and a look at each of them would. */
const recordLooks = (count: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { epochMillis: now } = yield* DateTime.now
    for (const some of Arr.chunksOf(
      Arr.makeBy(count, (n) => n),
      1000
    )) {
      const named = { policy: Build.policy().id, named_at: now, namings: 1, reviewed: 1 }
      yield* sql`INSERT INTO seen ${sql.insert(some.map((n) => ({ chat_id: id(n), updated_at: now - n * Build.second, ...named })))}`
      const latest = { decision: "Stop", reason: "replied", until: null, decided_at: now }
      yield* sql`INSERT INTO chat_decisions ${sql.insert(some.map((n) => ({ chat_id: id(n), conversation_id: id(n), ...latest })))}`
    }
  })

/** Watches, and looks at each chat that is named; returns the chats that were listed since the last call. */
const watching = (
  onNamed: (chat_id: ChatId) => Effect.Effect<void, unknown, Ledger.Ledger> = (chat_id) => look(chat_id)
) =>
  Effect.gen(function* () {
    const { chats } = yield* Watch
    const named: Array<ChatId> = []
    const fiber = yield* Effect.forkScoped(
      Stream.runForEach(chats, (chat_id) =>
        Effect.zipRight(
          Effect.sync(() => named.push(chat_id)),
          onNamed(chat_id)
        )
      )
    )
    const after = (wait: Duration.DurationInput) =>
      Effect.zipRight(
        TestClock.adjust(wait),
        Effect.sync(() => named.splice(0))
      )
    return { after, fiber }
  })

const story = (name: string, test: Effect.Effect<void, unknown, SqlClient.SqlClient | import("effect/Scope").Scope>) =>
  it.scoped(name, () => Effect.provide(Effect.zipRight(TestClock.setTime(Build.start.epochMillis), test), database))

describe("watching the inbox", () => {
  story(
    "names every chat at first, and one that has changed at the next look",
    Effect.gen(function* () {
      const inbox = makeInbox(250)
      yield* Effect.gen(function* () {
        const { after } = yield* watching()
        expect((yield* after(0)).toSorted()).toEqual(Arr.makeBy(250, id).toSorted())
        expect(yield* after(every)).toEqual([])
        yield* inbox.touch(137)
        expect(yield* after(every)).toEqual([id(137)])
        expect(yield* after("3 hours")).toEqual([])
        expect([...inbox.seen.lanes]).toEqual(["watch"])
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  story(
    "names a chat once more whose newer state was not reviewed, though a review from before is recorded after that",
    Effect.gen(function* () {
      const inbox = makeInbox(1)
      expect(yield* killedAfterNaming(inbox)).toEqual([id(0)])
      yield* Effect.gen(function* () {
        const isThawed = yield* Deferred.make<void>()
        const frozen = yield* Effect.fork(look(id(0), "replied", Deferred.await(isThawed)))
        yield* TestClock.adjust(every)
        yield* inbox.touch(0)
        expect(yield* killedAfterNaming(inbox)).toEqual([id(0)])
        yield* TestClock.adjust(every)
        yield* Deferred.succeed(isThawed, undefined)
        yield* Fiber.join(frozen)
        expect(yield* killedAfterNaming(inbox)).toEqual([id(0)])
        yield* look(id(0))
        expect(yield* killedAfterNaming(inbox)).toEqual([])
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  story(
    "names a chat once more that changed twice in the same second",
    Effect.gen(function* () {
      const inbox = makeInbox(1)
      const updated_at = Build.after(0)
      const lastly = (last_message: NonNullable<Chat["last_message"]>) =>
        inbox.set({ id: id(0), updated_at, last_message })
      yield* Effect.gen(function* () {
        yield* lastly(Build.wireMessage("assistant", 0, { status: "RUNNING" }))
        const { after } = yield* watching()
        expect(yield* after(0)).toEqual([id(0)])
        expect(yield* after(every)).toEqual([])
        yield* lastly(Build.wireMessage("assistant", 0))
        expect(yield* after(every)).toEqual([id(0)])
        yield* lastly(Build.wireMessage("contact", 0))
        expect(yield* after(every)).toEqual([id(0)])
        expect(yield* after(every)).toEqual([])
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  story(
    "finds what changed although the list is in no order, at the next whole reading",
    Effect.gen(function* () {
      const inbox = makeInbox(250, true)
      yield* Effect.gen(function* () {
        const { after } = yield* watching()
        yield* after(0)
        yield* inbox.touch(1)
        expect(yield* after("14 minutes")).toEqual([])
        expect(yield* after("1 minute")).toEqual([id(1)])
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  story(
    "names a chat at once when the server pushes it, and not once more when it is listed",
    Effect.gen(function* () {
      const inbox = makeInbox(3)
      yield* Effect.gen(function* () {
        const { after } = yield* watching()
        yield* after(0)
        yield* inbox.touch(2)
        yield* inbox.push(2)
        expect(yield* after("1 second")).toEqual([id(2)])
        yield* inbox.push(1)
        expect(yield* after("1 hour")).toEqual([])
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  story(
    "does not name what was looked at before a restart, but what changed meanwhile, and everything under another version",
    Effect.gen(function* () {
      const inbox = makeInbox(250)
      const run = (version: number) =>
        Effect.scoped(Effect.flatMap(watching(), ({ after }) => after("1 second"))).pipe(
          Effect.provide(under(inbox, version))
        )
      expect(yield* run(1)).toHaveLength(250)
      yield* inbox.touch(40)
      expect(yield* run(1)).toEqual([id(40)])
      expect(yield* run(2)).toHaveLength(250)
    })
  )

  story(
    "names again after a restart what was named and not looked at",
    Effect.gen(function* () {
      const inbox = makeInbox(3)
      const run = (onNamed: Parameters<typeof watching>[0]) =>
        Effect.scoped(Effect.flatMap(watching(onNamed), ({ after }) => after("1 second"))).pipe(
          Effect.provide(under(inbox))
        )
      yield* run((chat_id) => (chat_id === id(1) ? Effect.void : look(chat_id)))
      expect(yield* run(look)).toEqual([id(1)])
    })
  )

  story(
    "comes back in the next whole reading to a chat that could not be read, had no opening, or has another's value, " +
      "and to one that was gone and is listed again",
    Effect.gen(function* () {
      const inbox = makeInbox(5)
      yield* Effect.gen(function* () {
        const reasons = new Map<ChatId, Reason>([
          [id(0), "unreachable"],
          [id(1), "no_opening"],
          [id(2), "not_ours"],
          [id(3), "chat_gone"]
        ])
        const { after } = yield* watching((chat_id) => look(chat_id, reasons.get(chat_id)))
        yield* after(0)
        expect(yield* after("14 minutes")).toEqual([])
        expect((yield* after("1 minute")).toSorted()).toEqual([id(0), id(1), id(2), id(3)])
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  story(
    "comes back in the next whole reading to the chats of a contact who has opted in again",
    Effect.gen(function* () {
      const inbox = makeInbox(3)
      yield* Effect.gen(function* () {
        const contact_id = ContactId.make("contact_1")
        const { after } = yield* watching((chat_id) => look(chat_id, "opted_out"))
        yield* after(0)
        yield* (yield* Erasure.Erasure).mark(Build.chat({ chat_id: id(1), contact_ids: [contact_id] }))
        expect(yield* after("20 minutes")).toEqual([])
        yield* (yield* Ledger.Ledger).setConsent(contact_id, false)
        expect(yield* after("15 minutes")).toEqual([id(1)])
        expect(yield* after("1 hour")).toEqual([])
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  story(
    "names a chat again whose review has not ended after a quarter of an hour, without another listing of it",
    Effect.gen(function* () {
      const count = 2000
      const inbox = makeInbox(count)
      yield* Effect.gen(function* () {
        yield* recordLooks(count)
        let isStuck = true
        const { after } = yield* watching((chat_id) => (isStuck && chat_id === id(700) ? Effect.void : look(chat_id)))
        yield* after(0)
        yield* inbox.touch(700)
        expect(yield* after(every)).toEqual([id(700)])
        // Two looks later it is not on the first page any more, and the chats there are known.
        for (const [first, last] of [
          [0, 59],
          [60, 119],
          [120, 129]
        ] as const) {
          yield* Effect.forEach(Arr.range(first, last), (n) => inbox.touch(n))
          if (last === 129) isStuck = false
          yield* after(every)
        }
        inbox.seen.requests = 0
        expect(yield* after("25 minutes")).toEqual([])
        expect(yield* after("1 minute")).toEqual([id(700)])
        expect(inbox.seen.requests).toBe(26)
        expect(yield* after("30 minutes")).toEqual([])
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  story(
    "looks now and then at a chat that the server does not date",
    Effect.gen(function* () {
      const inbox = makeInbox(1)
      yield* inbox.set({ id: id(0) })
      yield* Effect.gen(function* () {
        const { after } = yield* watching()
        expect(yield* after(0)).toEqual([id(0)])
        expect(yield* after("14 minutes")).toEqual([])
        expect(yield* after("1 minute")).toEqual([id(0)])
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  story(
    "leaves an armed follow-up to its own looks, and takes our own message for no news",
    Effect.gen(function* () {
      const inbox = makeInbox(1)
      yield* Effect.gen(function* () {
        const ledger = yield* Ledger.Ledger
        const { after } = yield* watching()
        yield* after(0)
        const due = { step: 1, anchor_id: MessageId.make("anchor") }
        const planned = yield* ledger.plan(
          Plan.make(Build.policy(), Build.chat({ chat_id: id(0) }), due, Build.after(Build.hour)),
          AuditEvents.some.planned
        )
        const armed = yield* ledger.advance(Option.getOrThrow(planned), { status: "armed" }, AuditEvents.some.armed)
        yield* inbox.touch(0)
        expect(yield* after(every)).toEqual([])
        const now = yield* DateTime.now
        const last_message = { id: MessageId.make("ours"), created_at: now }
        yield* ledger.advance(
          Option.getOrThrow(armed),
          { status: "sent", message_id: last_message.id },
          AuditEvents.some.sent
        )
        yield* inbox.touch(0, { last_message })
        expect(yield* after(every)).toEqual([])
        // Somebody closes it, and later the contact writes.
        yield* inbox.touch(0, { last_message })
        expect(yield* after(every)).toEqual([id(0)])
        yield* inbox.touch(0, { last_message: { id: MessageId.make("theirs"), created_at: yield* DateTime.now } })
        expect(yield* after(every)).toEqual([id(0)])
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  story(
    "names a chat whose unknown outcome was taken as delivered, whenever anybody writes there",
    Effect.gen(function* () {
      const inbox = makeInbox(1)
      yield* Effect.gen(function* () {
        const ledger = yield* Ledger.Ledger
        const { after } = yield* watching()
        yield* after(0)
        const due = { step: 1, anchor_id: MessageId.make("anchor") }
        const planned = yield* ledger.plan(
          Plan.make(Build.policy(), Build.chat({ chat_id: id(0) }), due, Build.after(Build.hour)),
          AuditEvents.some.planned
        )
        const change = { status: "unknown", reason: "not_confirmed", follow_up_at: Build.after(0) } as const
        yield* ledger.advance(Option.getOrThrow(planned), change, AuditEvents.some.unknown)
        yield* ResolveUnknown.resolve(Option.getOrThrow(planned).key, "delivered")
        for (const author of ["theirs", "answer", "theirs again"]) {
          yield* inbox.touch(0, { last_message: { id: MessageId.make(author), created_at: yield* DateTime.now } })
          expect(yield* after(every)).toEqual([id(0)])
        }
      }).pipe(Effect.provide(Layer.merge(under(inbox), Timer.layerNone)))
    })
  )

  story(
    "comes back in the next whole reading to a chat that could not be read after our own message",
    Effect.gen(function* () {
      const inbox = makeInbox(1)
      yield* Effect.gen(function* () {
        const ledger = yield* Ledger.Ledger
        const { after } = yield* watching()
        yield* after(0)
        const due = { step: 1, anchor_id: MessageId.make("anchor") }
        const planned = yield* ledger.plan(
          Plan.make(Build.policy(), Build.chat({ chat_id: id(0) }), due, Build.after(Build.hour)),
          AuditEvents.some.planned
        )
        const last_message = { id: MessageId.make("ours"), created_at: yield* DateTime.now }
        yield* ledger.advance(
          Option.getOrThrow(planned),
          { status: "sent", message_id: last_message.id },
          AuditEvents.some.sent
        )
        yield* TestClock.adjust("1 second")
        yield* inbox.touch(0, { last_message })
        yield* look(id(0), "unreachable")
        expect(yield* after("14 minutes")).toEqual([])
        expect(yield* after("1 minute")).toEqual([id(0)])
        expect(yield* after("1 hour")).toEqual([])
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  story(
    "takes for no news what a change of ours was answered with, unless a message is new",
    Effect.gen(function* () {
      const inbox = makeInbox(1)
      yield* Effect.gen(function* () {
        const countAsSeen = yield* SeenChats.makeCountAsSeen
        const { after } = yield* watching()
        yield* after(0)
        const updated_at = yield* DateTime.now
        yield* inbox.touch(0)
        yield* countAsSeen({ id: id(0), updated_at })
        expect(yield* after(every)).toEqual([])
        const last_message = { id: MessageId.make("theirs"), created_at: yield* DateTime.now }
        yield* inbox.touch(0, { last_message })
        yield* countAsSeen({ id: id(0), updated_at: yield* DateTime.now, last_message })
        expect(yield* after(every)).toEqual([id(0)])
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  const outage = new InventError.ServerFault({ endpoint: "inbox.list", attempts: 3, status: 503, excerpt: "" })

  story(
    "fails when the inbox cannot be read at the start, and outlasts it later",
    Effect.gen(function* () {
      const inbox = makeInbox(3)
      inbox.seen.failure = outage
      yield* Effect.gen(function* () {
        const { fiber } = yield* watching()
        expect(yield* Fiber.await(fiber)).toEqual(Exit.fail(outage))
        inbox.seen.failure = undefined
        const { after } = yield* watching()
        yield* after(0)
        inbox.seen.failure = outage
        yield* inbox.touch(1)
        expect(yield* after("1 hour")).toEqual([])
        inbox.seen.failure = undefined
        expect(yield* after(every)).toEqual([id(1)])
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  story(
    "finds all that changed in the order of changes, also below a page without news",
    Effect.gen(function* () {
      const inbox = makeInbox(1000)
      yield* Effect.gen(function* () {
        const ledger = yield* Ledger.Ledger
        const { after } = yield* watching()
        yield* after(0)
        const armed = Arr.makeBy(150, (n) => n + 300)
        for (const n of armed) {
          const due = { step: 1, anchor_id: MessageId.make("anchor") }
          const chat = Build.chat({ chat_id: id(n), conversation_id: ConversationId.make(id(n)) })
          const plan = Plan.make(Build.policy(), chat, due, Build.after(Build.hour))
          const planned = yield* ledger.plan(plan, AuditEvents.some.planned)
          yield* ledger.advance(Option.getOrThrow(planned), { status: "armed" }, AuditEvents.some.armed)
        }
        inbox.seen.requests = 0
        yield* inbox.touch(900)
        yield* Effect.forEach(armed, (n) => inbox.touch(n))
        yield* inbox.touch(901, { updated_at: Build.after(2 * Build.minute) })
        yield* TestClock.adjust("10 seconds")
        expect((yield* after(every)).toSorted()).toEqual([id(900), id(901)])
        expect(inbox.seen.requests).toBe(2)
        yield* Effect.forEach(Arr.range(0, 9), (n) => inbox.touch(n))
        yield* after(every)
        inbox.seen.requests = 0
        expect(yield* after(every)).toEqual([])
        expect(inbox.seen.requests).toBe(1)
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  story(
    "reads a few pages a look where very many chats changed at once, and the whole inbox every quarter of an hour",
    Effect.gen(function* () {
      const inbox = makeInbox(1500)
      yield* Effect.gen(function* () {
        const { after } = yield* watching()
        yield* after(0)
        yield* TestClock.adjust("1 second")
        yield* Effect.forEach(Arr.range(0, 999), (n) => inbox.touch(n))
        expect(yield* after(every)).toHaveLength(1000)
        inbox.seen.requests = 0
        expect(yield* after("1 hour")).toEqual([])
        expect(inbox.seen.requests).toBeLessThanOrEqual(60 * 5 + 4 * 15)
        yield* Effect.forEach(Arr.range(0, 9), (n) => inbox.touch(n))
        yield* after("15 minutes")
        inbox.seen.requests = 0
        expect(yield* after("15 minutes")).toEqual([])
        expect(inbox.seen.requests).toBe(15)
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  story(
    "takes the first page that is read for others as a look, and looks again a minute after that",
    Effect.gen(function* () {
      const inbox = makeInbox(250)
      yield* Effect.gen(function* () {
        const { after } = yield* watching()
        const rows = yield* ChatRows.ChatRows
        const readForOthers = Effect.flatMap(MonotonicClock.elapsed, (since) => rows.find(id(3), { since, pages: 1 }))
        yield* after("5 minutes")
        inbox.seen.requests = 0
        yield* inbox.touch(137)
        yield* TestClock.adjust("40 seconds")
        yield* readForOthers
        expect(yield* after(0)).toEqual([id(137)])
        yield* inbox.touch(138)
        expect(yield* after("59 seconds")).toEqual([])
        expect(inbox.seen.requests).toBe(1)
        expect(yield* after("1 second")).toEqual([id(138)])
        yield* TestClock.adjust("10 seconds")
        yield* readForOthers
        expect(yield* after("50 seconds")).toEqual([])
        expect(inbox.seen.requests).toBe(4)
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  story(
    "reads 4,000 chats in the order of changes whole every two hours only, and soon under other policies",
    Effect.gen(function* () {
      const count = 4000
      const inbox = makeInbox(count)
      yield* Effect.gen(function* () {
        yield* recordLooks(count)
        const { after } = yield* watching()
        const policies = yield* Policies.Policies
        const requests = (wait: Duration.DurationInput) =>
          Effect.suspend(() => {
            inbox.seen.requests = 0
            return Effect.map(after(wait), ({ length }) => ({ named: length, requests: inbox.seen.requests }))
          })
        // The first page of a whole reading is a look.
        const [looks, whole] = [60, count / perPage - 1]
        yield* after(0)
        expect(yield* requests("1 hour")).toEqual({ named: 0, requests: looks })
        expect(yield* requests("2 hours")).toEqual({ named: 0, requests: 2 * looks + whole })
        yield* policies.replace([Build.policy({ version: 2 })])
        expect(yield* requests("1 hour")).toEqual({ named: count, requests: looks + whole })
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  story(
    "10,000 idle chats cost at most a tenth of the quota, in whatever order they are listed",
    Effect.gen(function* () {
      const count = 10_000
      const inbox = makeInbox(count, true)
      yield* Effect.gen(function* () {
        yield* recordLooks(count)
        const { after } = yield* watching()
        expect(yield* after(0)).toEqual([])
        inbox.seen.requests = 0
        const watched = Duration.hours(2)
        expect(yield* after(watched)).toEqual([])
        const quota =
          RateLimit.defaults.limit * (Duration.toMillis(watched) / Duration.toMillis(RateLimit.defaults.window))
        // Each of its hundreds was read, and more than once.
        expect(inbox.seen.requests).toBeGreaterThan((2 * count) / perPage)
        expect(inbox.seen.requests / quota).toBeLessThanOrEqual(0.1)
      }).pipe(Effect.provide(under(inbox)))
    })
  )

  it("reads a larger inbox whole more seldom, so that this never takes more than its share", () => {
    const perMinute = (pages: number) => pages / (Duration.toMillis(InboxWatch.fullReadEvery(pages)) / Build.minute)
    for (const pages of [1, 100, 1000, 100_000]) {
      expect(perMinute(pages)).toBeLessThanOrEqual(ReadingShare.wholeInbox * RateLimit.defaults.limit + 1e-9)
    }
    expect(InboxWatch.fullReadEvery(1)).toEqual(Duration.minutes(15))
  })
})
