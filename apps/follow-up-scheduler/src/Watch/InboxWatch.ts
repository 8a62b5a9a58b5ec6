/**
 * Watches the whole inbox. Its first page is read often, and the next page only if the one before had news. All of it
 * is read now and then, because the order of the list is undocumented. Where that reading shows the chats in the order
 * of their changes, the first pages show every change, and it is repeated more seldom (decision 0026). What the server
 * pushes only saves the wait: without a connection everything is found all the same. Several organizations are listed
 * in turns, a page of each.
 *
 * Cost. Idle chats cost a request each time the first page is read, and one for every hundred chats in a whole reading.
 * Those of a large inbox are so rare that they take `ReadingShare.wholeInbox` of the documented quota at most. In the
 * order of changes one comes every 15 minutes with 500 chats, every 5 hours with 10,000, and every 6 hours with more.
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
import * as Stream from "effect/Stream"
import * as ReadingShare from "./ReadingShare.ts"
import { reasonOf } from "../Ledger/Database/DatabaseUnusable.ts"
import type { Erasure } from "../Privacy/Erasure.ts"
import * as Policies from "../Policies.ts"
import type { ActivePolicy } from "../Policy.ts"
import { Watch } from "../Watch.ts"
import * as Orgs from "../Policy/Orgs.ts"
import * as MonotonicClock from "../MonotonicClock.ts"
import * as ChatRows from "./ChatRows.ts"
import * as InTurns from "./InTurns.ts"
import * as ListOrder from "./ListOrder.ts"
import * as SeenChats from "./SeenChats.ts"

const shortestFullReadWait = Duration.minutes(15)

type Failure = RepeatableError | SqlError

/** How long to wait after a reading of this many pages: 15 minutes, or longer for a large inbox. */
export const fullReadEvery = (pages: number): Duration.Duration =>
  Duration.max(
    shortestFullReadWait,
    Duration.times(RateLimit.defaults.window, pages / RateLimit.defaults.limit / ReadingShare.wholeInbox)
  )

/** How long a reading of so many pages counts, where it showed that the chats come in the order of their changes. */
const wholeFor = (pages: number): Duration.Duration =>
  Duration.clamp(Duration.minutes(3 * pages), { minimum: shortestFullReadWait, maximum: Duration.hours(6) })

const idsOf = (chats: Iterable<Chat>): ReadonlyArray<ChatId> => Array.from(chats, ({ id }) => id)

/** What the inboxes are read with. */
interface Reading {
  readonly invent: InventClient["Type"]
  readonly orgs: Orgs.Orgs["Type"]
  readonly rows: ChatRows.ChatRows["Type"]
  readonly seen: SeenChats.Seen
  readonly policies: Policies.Policies["Type"]
  /** Of which changes the news were found, by organization. */
  readonly looked: ReadonlyMap<Orgs.Org, ListOrder.Coverage>
}

const makeReading = Effect.all({
  invent: InventClient,
  orgs: Orgs.Orgs,
  rows: ChatRows.ChatRows,
  seen: SeenChats.make,
  policies: Policies.Policies,
  looked: Effect.map(Orgs.Orgs, (orgs) => new Map(Orgs.listed(orgs).map((org) => [org, ListOrder.make()])))
})

/** The pages of an organization's inbox. The rows of all chats are kept for the reads that follow. */
const pagesOf = ({ invent, orgs, rows }: Pick<Reading, "invent" | "orgs" | "rows">, org: Orgs.Org) =>
  Stream.suspend(() => {
    let last: ChatRows.Page | undefined
    return invent.inbox.stream({ path: Orgs.pathOf(org) }).pipe(
      InTurns.reporting(orgs, org),
      ChatRows.pagesOf,
      Stream.tap((page) => {
        last = page
        return rows.keepPage(org, page)
      }),
      Stream.onEnd(Effect.suspend(() => (last ? rows.readWhole(org, last) : Effect.void)))
    )
  })

/** The chats of a page that have news. */
interface News {
  readonly chat_ids: ReadonlyArray<ChatId>
  /** The number of the page, from 1. */
  readonly number: number
  /** Whether the pages so far show every change since the last reading. */
  readonly isComplete: boolean
}

/** The chats of a page that have news. It counts as looked at once these are recorded. */
const newsOfPage =
  ({ looked, seen }: Reading, org: Orgs.Org, isThorough: boolean) =>
  (page: ChatRows.Page): Effect.Effect<News, SqlError> =>
    Effect.map(seen.changed(Undecodable.omit(page.entries), isThorough), (chats) => ({
      chat_ids: idsOf(chats),
      number: page.number,
      isComplete: looked.get(org)?.pages(page) === true
    }))

/** The chats of an organization that have news, page by page. */
const newsOf =
  (reading: Reading, isThorough: boolean) =>
  (org: Orgs.Org): Stream.Stream<News, Failure> =>
    Stream.suspend(() => {
      let last: ChatRows.Page | undefined
      return pagesOf(reading, org).pipe(
        Stream.tap((page) => Effect.sync(() => void (last = page))),
        Stream.mapEffect(newsOfPage(reading, org, isThorough)),
        Stream.onEnd(Effect.sync(() => last && reading.looked.get(org)?.whole(last)))
      )
    })

/**
 * After so many pages, one without news ends a look also where the order of changes would have it go on: very many
 * chats may have changed at once. The whole inbox is then read sooner.
 */
const mostPages = 5

/**
 * The chats of an organization that have news: in the order of changes those since the last reading, else up to the
 * first page without any.
 */
const firstPages = (reading: Reading) => (org: Orgs.Org) => {
  const find = newsOf(reading, false)
  const isByChange = () => reading.looked.get(org)?.knownUntil() !== undefined
  return find(org).pipe(
    Stream.takeUntil(
      ({ chat_ids, isComplete, number }) =>
        isComplete || (chat_ids.length === 0 && (number >= mostPages || !isByChange()))
    ),
    Stream.map(({ chat_ids }) => chat_ids)
  )
}

/**
 * Waits this long after the last look at any of the inboxes. A reader of a single chat may have read a first page
 * meanwhile, which is a look: see {@link pagesOfOthers}.
 */
const untilLook = ({ looked }: Reading, every: Duration.Duration) => {
  const left = Effect.map(MonotonicClock.elapsed, (now) => {
    const known = Array.from(looked.values(), (each) => each.knownUntil() ?? Number.NEGATIVE_INFINITY)
    return Duration.millis(Math.max(0, Math.min(...known) + Duration.toMillis(every) - now))
  })
  return Effect.iterate(every, {
    while: (wait) => Duration.greaterThan(wait, Duration.zero),
    body: (wait) => Effect.zipRight(Effect.sleep(wait), left)
  })
}

/** Logs a failure, and ends this reading of the list; the next one comes at its time. */
const loggingFailure = <A, R>(stream: Stream.Stream<A, Failure, R>): Stream.Stream<A, never, R> =>
  Stream.catchAll(stream, (error) =>
    Effect.logWarning(`the inbox was not read: ${reasonOf(error)}`).pipe(Stream.fromEffect, Stream.drain)
  )

/**
 * The chats with news on the first pages that readers of single chats have read. In the order of changes such a reading
 * counts as a look, if the last look is older than a quarter of the time between two looks.
 */
const pagesOfOthers = (reading: Reading, every: Duration.Duration) => {
  const counted = new Map<Orgs.Org, number>()
  const counts = ([org, { begun_at, number }]: readonly [Orgs.Org, ChatRows.Page]) => {
    const known = reading.looked.get(org)?.knownUntil()
    if (number === 1 && known !== undefined && begun_at - known >= Duration.toMillis(every) / 4)
      counted.set(org, begun_at)
    return counted.get(org) === begun_at
  }
  return reading.rows.pagesRead.pipe(
    Stream.filter(counts),
    Stream.flatMap(([org, page]) => loggingFailure(Stream.fromEffect(newsOfPage(reading, org, false)(page)))),
    Stream.mapConcat(({ chat_ids }) => chat_ids)
  )
}

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

/** Whether all changes are known up to an instant that is not long ago. */
const isRecent = (known_until: number | undefined, now: number) =>
  known_until !== undefined && now - known_until < Duration.toMillis(shortestFullReadWait)

/** The last whole reading: when it began, the policies in force then, and its pages. */
interface Whole {
  readonly begun_at: number
  readonly policies: string
  readonly pages: number
}

/**
 * Reads all inboxes at once, and then again and again. As long as a reading counts, its turn is for those chats alone
 * that are to be read although nothing happened in them. Fails only if the first reading of all inboxes does.
 */
const fullReads = (reading: Reading) =>
  Stream.suspend(() => {
    const inForce = Effect.map(reading.policies.current, Policies.keyOf)
    let last: Whole | undefined
    const whole = Stream.unwrap(
      Effect.zipWith(MonotonicClock.elapsed, inForce, (begun_at, policies) => {
        let pages = 0
        return InTurns.ofEach(reading.orgs, newsOf(reading, true)).pipe(
          Stream.tap(() => Effect.sync(() => void pages++)),
          Stream.mapConcat(({ chat_ids }) => chat_ids),
          Stream.onEnd(Effect.sync(() => void (last = { begun_at, policies, pages })))
        )
      })
    )
    const stillCounts = Effect.zipWith(
      MonotonicClock.elapsed,
      inForce,
      (now, policies) =>
        last?.policies === policies &&
        now - last.begun_at < Duration.toMillis(wholeFor(last.pages)) &&
        [...reading.looked.values()].every((looked) => isRecent(looked.knownUntil(), now))
    )
    const turn = Effect.map(stillCounts, (counts) =>
      counts ? Stream.fromIterableEffect(reading.seen.unsettled(shortestFullReadWait)) : whole
    )
    const wait = Effect.suspend(() => Effect.sleep(fullReadEvery(last?.pages ?? 0)))
    const again = Stream.unwrap(Effect.zipRight(wait, turn))
    return Stream.concat(whole, Stream.forever(loggingFailure(again)))
  })

/** The ids of all chats of the inboxes. Of several organizations, one whose inbox cannot be read is logged. */
export const all = Effect.flatMap(
  Effect.all({ invent: InventClient, orgs: Orgs.Orgs, rows: ChatRows.ChatRows }),
  (reading) =>
    Stream.runCollect(
      InTurns.ofEach(reading.orgs, (org) =>
        Stream.map(pagesOf(reading, org), ({ entries }) => idsOf(Undecodable.omit(entries)))
      )
    )
).pipe(
  Effect.map((found) => [...new Set(Chunk.toReadonlyArray(found).flat())]),
  RateLimit.withLane("watch")
)

const newsOfAll = (reading: Reading) =>
  Stream.runCollect(InTurns.ofEach(reading.orgs, newsOf(reading, true))).pipe(
    Effect.map((found) => Chunk.toReadonlyArray(found).flatMap(({ chat_ids }) => chat_ids)),
    RateLimit.withLane("watch")
  )

/** The ids of all chats of the inboxes that have news. */
export const news = Effect.flatMap(makeReading, newsOfAll)

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
      const looks = Stream.repeatEffect(untilLook(reading, every)).pipe(
        Stream.flatMap(() => Stream.flattenIterables(loggingFailure(InTurns.ofEach(reading.orgs, firstPages(reading)))))
      )
      const pushedBy = (org: Orgs.Org) =>
        Stream.concat(
          loggingFailure(pushEvents(reading, org)),
          Stream.drain(Stream.fromEffect(Effect.sleep(shortestFullReadWait)))
        ).pipe(Stream.forever)
      const pushed = Stream.mergeAll(Orgs.listed(reading.orgs).map(pushedBy), { concurrency: "unbounded" })
      const ofOthers = pagesOfOthers(reading, every)
      const chats = Stream.mergeAll([fullReads(reading), looks, ofOthers, Stream.provideContext(pushed, context)], {
        concurrency: "unbounded"
      })
      const inLane = Stream.provideSomeLayer(chats, Layer.succeed(RateLimit.CurrentLane, "watch"))
      return { chats: inLane, news: newsOfAll(reading), keepsRows: true, inTurn: identity }
    })
  ).pipe(Layer.provide(Policies.layer))
