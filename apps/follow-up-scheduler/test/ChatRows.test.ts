import * as InventClient from "@effect-invent/client/InventClient"
import type { Chat } from "@effect-invent/domain/Chat"
import { ChatId } from "@effect-invent/domain/Ids"
import * as InventError from "@effect-invent/domain/InventError"
import { Undecodable } from "@effect-invent/domain/schema/Undecodable"
import { describe, expect } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as MonotonicClock from "../src/MonotonicClock.ts"
import * as ChatRows from "../src/Watch/ChatRows.ts"
import * as Build from "./Build.ts"

const id = (n: number) => ChatId.make(`chat_${n}`)
const perPage = 100

/** An inbox of so many chats, each answer of which takes a second, and a list of these other chats. */
const service = (count: number, others: ReadonlyArray<Chat> = []) => {
  const chats = Arr.makeBy(count, (n): Chat => ({ id: id(n), updated_at: Build.after(0) }))
  const requests: Array<string> = []
  const pages = (name: string, entries: ReadonlyArray<Chat | Undecodable>) =>
    Stream.paginateChunkEffect(0, (page) =>
      Effect.delay(
        Effect.sync(() => {
          requests.push(`${name} ${page + 1}`)
          const next = (page + 1) * perPage < entries.length ? Option.some(page + 1) : Option.none<number>()
          return [Chunk.fromIterable(entries.slice(page * perPage, (page + 1) * perPage)), next] as const
        }),
        "1 second"
      )
    )
  const inbox: { entries: ReadonlyArray<Chat | Undecodable>; failure: InventError.RepeatableError | undefined } = {
    entries: chats,
    failure: undefined
  }
  const client = InventClient.layerMock({
    inbox: {
      stream: () => (inbox.failure === undefined ? pages("inbox", inbox.entries) : Stream.fail(inbox.failure)),
      list: ({ urlParams: { page = 1 } = {} } = {}) =>
        Effect.delay(
          Effect.sync(() => {
            requests.push(`only inbox ${page}`)
            return inbox.entries.slice((page - 1) * perPage, page * perPage)
          }),
          "1 second"
        )
    },
    chats: { stream: () => pages("chats", others) }
  })
  return { inbox, requests, layer: Layer.provide(ChatRows.layer, client) }
}

const millis = Effect.map(Effect.clock, (clock) => Number(clock.unsafeCurrentTimeNanos()) / 1e6)

/** What is found under a clock that moves on until it is. */
const find = (chat_id: ChatId, need: Partial<ChatRows.Need> = {}) =>
  Effect.gen(function* () {
    const rows = yield* ChatRows.ChatRows
    return yield* rows.find(chat_id, { since: yield* millis, ...need })
  })
const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.fork(effect), (fiber) => Effect.zipRight(TestClock.adjust("1 minute"), fiber.await)).pipe(
    Effect.flatten
  )

/** Runs a test whose wall clock goes on when the machine is `suspended`, while its monotonic clock stands still. */
const suspendable = <A, E, R>(test: (suspended: (millis: number) => void) => Effect.Effect<A, E, R>) =>
  Effect.clockWith((clock) => {
    let slept = 0
    const wall = () => clock.unsafeCurrentTimeMillis() + slept
    const both: Clock.Clock = Object.assign(Object.create(clock), {
      unsafeCurrentTimeMillis: wall,
      currentTimeMillis: Effect.sync(wall)
    })
    return Effect.withClock(
      test((millis) => void (slept += millis)),
      both
    )
  })

/** Reads all of an inbox, as the watch does, an hour ago. */
const readWhole = (entries: ReadonlyArray<Chat>) =>
  Effect.flatMap(ChatRows.ChatRows, (rows) =>
    ChatRows.pagesOf(Stream.rechunk(Stream.fromIterable(entries), perPage)).pipe(
      Stream.tap((page) => rows.keepPage(undefined, page)),
      Stream.runLast,
      Effect.flatMap(Option.match({ onNone: () => Effect.void, onSome: (last) => rows.readWhole(undefined, last) })),
      Effect.zipRight(TestClock.adjust("1 hour"))
    )
  )

const found = Option.match({ onNone: () => undefined, onSome: ({ chat }: ChatRows.Row) => chat.id })

describe("finding the rows of chats", () => {
  it.effect(
    "those who need one at the same time share a reading of the list, which goes on until each has its own",
    () => {
      const { layer, requests } = service(1000)
      return Effect.gen(function* () {
        const wanted = [3, 299, 5, 150].map(id)
        const rows = yield* inTime(
          Effect.all(
            wanted.map((each) => find(each)),
            { concurrency: "unbounded" }
          )
        )
        expect(rows.map(found)).toEqual(wanted)
        expect(requests).toEqual(["inbox 1", "inbox 2", "inbox 3"])
      }).pipe(Effect.provide(layer))
    }
  )

  it.effect("one that is fresh enough costs nothing, and an older one is read again", () => {
    const { layer, requests } = service(10)
    return Effect.gen(function* () {
      yield* inTime(find(id(1)))
      const now = yield* millis
      yield* inTime(find(id(1), { since: now - 2 * Build.minute }))
      expect(requests).toHaveLength(1)
      yield* inTime(find(id(1)))
      expect(requests).toHaveLength(2)
    }).pipe(Effect.provide(layer))
  })

  it.effect(
    "one that the order of the inbox shows as unchanged costs the first page, and nothing soon after that",
    () => {
      const { inbox, layer, requests } = service(1000)
      const byChange = (at: number) =>
        Arr.makeBy(1000, (n): Chat => ({ id: id(n), updated_at: Build.after(n < 20 ? at : -n * Build.minute) }))
      const recent = (n: number) => inTime(find(id(n), { pages: 5, orByOrder: true }))
      return Effect.gen(function* () {
        yield* readWhole(byChange(0))
        inbox.entries = byChange(Build.minute)
        expect(found(yield* recent(700))).toBe(id(700))
        expect(requests).toEqual(["inbox 1"])
        // The clock has moved on by a minute.
        const since = (yield* millis) - Build.minute - Build.second
        expect(found(yield* find(id(800), { since, pages: 5, orByOrder: true }))).toBe(id(800))
        expect(requests).toEqual(["inbox 1"])
      }).pipe(Effect.provide(layer))
    }
  )

  it.effect("one that the page does not show is searched for where the list has another order", () => {
    const { inbox, layer, requests } = service(1000)
    return Effect.gen(function* () {
      const chats = Arr.makeBy(1000, (n): Chat => ({ id: id(n), updated_at: Build.after(n * Build.minute) }))
      yield* readWhole(chats)
      inbox.entries = chats
      expect(found(yield* inTime(find(id(300), { pages: 5, orByOrder: true })))).toBe(id(300))
      expect(requests).toEqual(["inbox 1", "inbox 2", "inbox 3", "inbox 4"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("one far down in the order of changes is read on its own page, or on the next", () => {
    const { inbox, layer, requests } = service(0)
    const byChange = Arr.makeBy(1000, (n): Chat => ({ id: id(n), updated_at: Build.after(-n * Build.minute) }))
    const others = (count: number) =>
      Arr.makeBy(count, (n): Chat => ({ id: ChatId.make(`new_${n}`), updated_at: Build.after(Build.hour) }))
    const far = (n: number) => Effect.map(inTime(find(id(n))), found)
    return Effect.gen(function* () {
      yield* readWhole(byChange)
      inbox.entries = byChange
      expect(yield* far(700)).toBe(id(700))
      expect(requests.splice(0)).toEqual(["only inbox 8"])
      inbox.entries = [...others(50), ...byChange]
      expect(yield* far(777)).toBe(id(777))
      expect(requests.splice(0)).toEqual(["only inbox 8", "only inbox 9"])
      expect(yield* far(150)).toBe(id(150))
      expect(requests.splice(0)).toEqual(["inbox 1", "inbox 2", "inbox 3"])
      inbox.entries = [...others(500), ...byChange]
      expect(yield* far(250)).toBe(id(250))
      expect(requests.splice(0).slice(0, 4)).toEqual(["only inbox 4", "only inbox 5", "inbox 1", "inbox 2"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("one far down is found unchanged by the first pages, or changed on them, where the order is enough", () => {
    const { inbox, layer, requests } = service(0)
    const byChange = Arr.makeBy(1000, (n): Chat => ({ id: id(n), updated_at: Build.after(-n * Build.minute) }))
    const changed = (n: number): Chat => ({ id: id(n), updated_at: Build.after(Build.hour), title: "changed" })
    const byOrder = (n: number) =>
      Effect.map(
        inTime(find(id(n), { pages: 5, orByOrder: true })),
        Option.map(({ chat }) => [chat.id, chat.title])
      )
    return Effect.gen(function* () {
      yield* readWhole(byChange)
      inbox.entries = [changed(800), ...byChange.filter((chat) => chat.id !== id(800))]
      expect(yield* byOrder(700)).toEqual(Option.some([id(700), undefined]))
      expect(yield* byOrder(800)).toEqual(Option.some([id(800), "changed"]))
      expect(requests).toEqual(["inbox 1", "inbox 1"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("one whose entry cannot be decoded is not taken for unchanged", () => {
    const { inbox, layer, requests } = service(300)
    const byChange = Arr.makeBy(300, (n): Chat => ({ id: id(n), updated_at: Build.after(-n * Build.minute) }))
    return Effect.gen(function* () {
      yield* readWhole(byChange)
      const raw = { id: id(3), updated_at: 7 }
      inbox.entries = byChange.with(3, new Undecodable({ raw, issue: "no instant" }) as never)
      yield* inTime(find(id(0)))
      requests.length = 0
      const since = (yield* millis) - Build.hour
      const result = yield* inTime(Effect.either(find(id(3), { since, pages: 5, orByOrder: true })))
      expect(result).toMatchObject({ left: { _tag: "UnexpectedResponse" } })
      expect(requests.length).toBeGreaterThan(0)
    }).pipe(Effect.provide(layer))
  })

  it.effect("one from before the machine was suspended is old, and a wall clock put back makes none fresh", () => {
    const { layer, requests } = service(10)
    return suspendable((suspended) =>
      Effect.gen(function* () {
        const findRecent = Effect.flatMap(MonotonicClock.elapsed, (now) =>
          find(id(1), { since: now - 2 * Build.minute })
        )
        yield* inTime(find(id(1)))
        yield* inTime(findRecent)
        expect(requests).toHaveLength(1)
        suspended(8 * Build.hour)
        yield* inTime(findRecent)
        expect(requests).toHaveLength(2)
        suspended(-16 * Build.hour)
        yield* TestClock.adjust("2 minutes")
        yield* inTime(findRecent)
        expect(requests).toHaveLength(3)
      }).pipe(Effect.provide(layer))
    )
  })

  it.effect("reads no more pages than it may, and not again what was just read in vain", () => {
    const { layer, requests } = service(1000)
    return Effect.gen(function* () {
      const since = yield* millis
      expect(found(yield* inTime(find(id(700), { since, pages: 2 })))).toBeUndefined()
      expect(found(yield* inTime(find(id(800), { since, pages: 2 })))).toBeUndefined()
      expect(requests).toEqual(["inbox 1", "inbox 2"])
      expect(found(yield* inTime(find(id(700))))).toBe(id(700))
    }).pipe(Effect.provide(layer))
  })

  it.effect("searches no first pages for a chat that a later page showed last, until an answer gives its row", () => {
    const { layer, requests } = service(1000)
    return Effect.gen(function* () {
      const rows = yield* ChatRows.ChatRows
      yield* inTime(find(id(350)))
      yield* TestClock.adjust("1 minute")
      requests.length = 0
      expect(found(yield* inTime(find(id(350), { pages: 3 })))).toBeUndefined()
      expect(requests).toEqual([])
      expect(found(yield* inTime(find(id(350), { pages: 4 })))).toBe(id(350))
      yield* rows.keep([{ id: id(350), updated_at: Build.after(0) }], yield* millis)
      yield* TestClock.adjust("1 minute")
      requests.length = 0
      yield* inTime(find(id(350), { pages: 1 }))
      expect(requests).toEqual(["inbox 1"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("goes on in the list of chats where the inbox does not show it, or is not there", () => {
    const { inbox, layer, requests } = service(10, [{ id: id(77) }])
    return Effect.gen(function* () {
      expect(found(yield* inTime(find(id(77))))).toBe(id(77))
      expect(found(yield* inTime(find(id(78))))).toBeUndefined()
      inbox.failure = new InventError.NotFound({ endpoint: "inbox.list", attempts: 1, status: 404, excerpt: "" })
      expect(found(yield* inTime(find(id(77))))).toBe(id(77))
      expect(requests).toEqual(["inbox 1", "chats 1", "inbox 1", "chats 1", "chats 1"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("fails as the list does, each time anew", () => {
    const { inbox, layer } = service(10)
    const outage = new InventError.ServerFault({ endpoint: "inbox.list", attempts: 3, status: 503, excerpt: "" })
    return Effect.gen(function* () {
      inbox.failure = outage
      expect(yield* Effect.flip(inTime(find(id(1))))).toBe(outage)
      inbox.failure = undefined
      expect(found(yield* inTime(find(id(1))))).toBe(id(1))
    }).pipe(Effect.provide(layer))
  })

  it.effect("takes no older row for one that cannot be read", () => {
    const { inbox, layer } = service(3)
    return Effect.gen(function* () {
      const rows = yield* ChatRows.ChatRows
      yield* inTime(find(id(1)))
      inbox.entries = [new Undecodable({ raw: { id: id(1), state: 5 }, issue: "a state is no number" })]
      expect(yield* Effect.flip(inTime(find(id(1))))).toMatchObject({ _tag: "UnexpectedResponse" })
      expect(Option.isNone(yield* rows.known(id(1)))).toBe(true)
    }).pipe(Effect.provide(layer))
  })

  it.effect("keeps the row of an event where a page that was requested before it shows less, and no longer", () => {
    const { layer } = service(10)
    return Effect.gen(function* () {
      const rows = yield* ChatRows.ChatRows
      const received: Chat = { id: id(1), updated_at: Build.after(Build.minute) }
      const asked_at = yield* millis
      yield* TestClock.adjust("1 second")
      yield* rows.keep([received], undefined)
      yield* rows.keep([{ id: id(1), updated_at: Build.after(0) }], asked_at)
      expect(Option.map(yield* rows.known(id(1)), ({ chat }) => chat)).toEqual(Option.some(received))
      // The row of an event counts as fresh only for readers that accept it.
      yield* rows.keep([received], undefined)
      expect(found(yield* inTime(find(id(1), { orByEvent: true })))).toBe(id(1))
      yield* inTime(find(id(1)))
      expect(Option.map(yield* rows.known(id(1)), ({ chat }) => chat.updated_at)).toEqual(Option.some(Build.after(0)))
    }).pipe(Effect.provide(layer))
  })
})
