/**
 * Watches the whole inbox. Its first page is read often, and the next page only if the one before had news. All of it
 * is read now and then, because the order of the list is undocumented. What the server pushes only saves the wait:
 * without a connection everything is found all the same. Several organizations are listed in turns, a page of each.
 *
 * Cost. Idle chats cost a request each time the first page is read, and one for every hundred chats in a sweep. Sweeps
 * of a large inbox are so rare that they take `ReadingShare.wholeInbox` of the documented quota at most.
 */
import { InventClient } from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatId } from "@effect-invent/domain/Ids"
import type { RepeatableError } from "@effect-invent/domain/InventError"
import type { WebSocketConstructor } from "@effect/platform/Socket"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Undecodable from "@effect-invent/domain/schema/Undecodable"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as ReadingShare from "./ReadingShare.ts"
import type { Erasure } from "../Privacy/Erasure.ts"
import * as Policies from "../Policies.ts"
import type { ActivePolicy } from "../Policy.ts"
import { Watch } from "../Watch.ts"
import * as Orgs from "../Policy/Orgs.ts"
import * as ChatRows from "./ChatRows.ts"
import * as InTurns from "./InTurns.ts"
import * as SeenChats from "./SeenChats.ts"

const shortestFullReadWait = Duration.minutes(15)

type Failure = RepeatableError | SqlError

/** How long to wait after a sweep of this many pages: 15 minutes, or longer for a large inbox. */
export const fullReadEvery = (pages: number): Duration.Duration =>
  Duration.max(
    shortestFullReadWait,
    Duration.times(RateLimit.defaults.window, pages / RateLimit.defaults.limit / ReadingShare.wholeInbox)
  )

const idsOf = (chats: Iterable<Chat>): ReadonlyArray<ChatId> => Array.from(chats, ({ id }) => id)

/** What the inboxes are read with. */
interface Reading {
  readonly invent: InventClient["Type"]
  readonly orgs: Orgs.Orgs["Type"]
  readonly rows: ChatRows.ChatRows["Type"]
  readonly seen: SeenChats.Seen
}

const makeReading = Effect.all({ invent: InventClient, orgs: Orgs.Orgs, rows: ChatRows.ChatRows, seen: SeenChats.make })

/** The chats of an organization, page by page. The rows of all chats are kept for the reads that follow. */
const rowsOf = ({ invent, orgs, rows }: Omit<Reading, "seen">, org: Orgs.Org) =>
  invent.inbox.stream({ path: Orgs.pathOf(org) }).pipe(
    InTurns.reporting(orgs, org),
    ChatRows.pagesOf,
    Stream.mapEffect(({ asked_at, entries, number }) => {
      const chats = Undecodable.omit(entries)
      return Effect.as(rows.keep(chats, asked_at, { org, page: number }), chats)
    })
  )

/** The chats of an organization that have news, page by page. */
const pages =
  (reading: Reading, isThorough: boolean) =>
  (org: Orgs.Org): Stream.Stream<ReadonlyArray<ChatId>, Failure> =>
    Stream.mapEffect(rowsOf(reading, org), (chats) => Effect.map(reading.seen.changed(chats, isThorough), idsOf))

/** The chats of an organization that have news, up to the first page without any. */
const firstPages = (reading: Reading) => (org: Orgs.Org) =>
  Stream.takeUntil(pages(reading, false)(org), (news) => news.length === 0)

/** Logs a failure, and ends this reading of the list; the next one comes at its time. */
const loggingFailure = <A, R>(stream: Stream.Stream<A, Failure, R>): Stream.Stream<A, never, R> =>
  Stream.catchAll(stream, (error) =>
    Effect.logWarning(`the inbox was not read: ${error.message}`).pipe(Stream.fromEffect, Stream.drain)
  )

const pushEvents = ({ invent, rows, seen }: Reading, org: Orgs.Org) =>
  Stream.flattenIterables(
    Stream.mapEffect(invent.inbox.events({ path: Orgs.pathOf(org), listEvery: "never" }), (change) =>
      change._tag === "Unreadable"
        ? Effect.succeed([])
        : Effect.zipRight(
            rows.keep([change.chat], undefined, { org }),
            Effect.map(seen.changed([change.chat], false), idsOf)
          )
    )
  )

/** Reads all inboxes at once, and then again and again; fails only if the first reading of all of them does. */
const fullReads = (reading: Reading) =>
  Ref.make(0).pipe(
    Effect.map((count) => {
      const whole = InTurns.ofEach(reading.orgs, pages(reading, true)).pipe(
        Stream.tap(() => Ref.update(count, (pages) => pages + 1)),
        Stream.flattenIterables
      )
      const wait = Effect.flatMap(Ref.getAndSet(count, 0), (pages) => Effect.sleep(fullReadEvery(pages)))
      return Stream.concat(whole, Stream.forever(Stream.unwrap(Effect.as(wait, loggingFailure(whole)))))
    }),
    Stream.unwrap
  )

/** The ids of all chats of the inboxes. Of several organizations, one whose inbox cannot be read is logged. */
export const all = Effect.flatMap(
  Effect.all({ invent: InventClient, orgs: Orgs.Orgs, rows: ChatRows.ChatRows }),
  (reading) => Stream.runCollect(InTurns.ofEach(reading.orgs, (org) => Stream.map(rowsOf(reading, org), idsOf)))
).pipe(
  Effect.map((found) => [...new Set(Chunk.toReadonlyArray(found).flat())]),
  RateLimit.withLane("watch")
)

const newsOf = (reading: Reading) =>
  Stream.runCollect(InTurns.ofEach(reading.orgs, pages(reading, true))).pipe(
    Effect.map((found) => Chunk.toReadonlyArray(found).flat()),
    RateLimit.withLane("watch")
  )

/** The ids of all chats of the inboxes that have news. */
export const news = Effect.flatMap(makeReading, newsOf)

/** The inboxes, whose first page is read each `every`. */
export const layer = (
  every: Duration.Duration
): Layer.Layer<
  Watch,
  SqlError,
  ActivePolicy | ChatRows.ChatRows | Erasure | InventClient | SqlClient | WebSocketConstructor
> =>
  Layer.effect(
    Watch,
    Effect.gen(function* () {
      const reading = yield* makeReading
      const context = yield* Effect.context<WebSocketConstructor>()
      const looks = Schedule.spaced(every).pipe(
        Stream.fromSchedule,
        Stream.flatMap(() => Stream.flattenIterables(loggingFailure(InTurns.ofEach(reading.orgs, firstPages(reading)))))
      )
      const pushedBy = (org: Orgs.Org) =>
        Stream.concat(
          loggingFailure(pushEvents(reading, org)),
          Stream.drain(Stream.fromEffect(Effect.sleep(shortestFullReadWait)))
        ).pipe(Stream.forever)
      const pushed = Stream.mergeAll(Orgs.listed(reading.orgs).map(pushedBy), { concurrency: "unbounded" })
      const chats = Stream.mergeAll([fullReads(reading), looks, Stream.provideContext(pushed, context)], {
        concurrency: "unbounded"
      })
      const inLane = Stream.provideSomeLayer(chats, Layer.succeed(RateLimit.CurrentLane, "watch"))
      return { chats: inLane, news: newsOf(reading), keepsRows: true, inTurn: identity }
    })
  ).pipe(Layer.provide(Policies.layer))
