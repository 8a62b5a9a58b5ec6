/**
 * The newest row of each chat, as the lists of the inbox and of the organization's chats show it: its state, its members and
 * its last message. Reading one is a GET and changes nothing in the chat.
 *
 * Cost. A list shows 100 chats a request. Readers that need a row at the same time share one reading of the list, which goes on
 * until each of them has its row; a row that is fresh enough costs nothing.
 */
import { InventClient } from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatId } from "@effect-invent/domain/Ids"
import { type RepeatableError, UnexpectedResponse } from "@effect-invent/domain/InventError"
import { isUndecodable, type Undecodable } from "@effect-invent/domain/Undecodable"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import * as BoundedMap from "./BoundedMap.ts"
import * as MonotonicClock from "../MonotonicClock.ts"

/** Rows that are kept: at about 3 kB each, 60 MB at most. Of other chats, the lists are read again. */
const atMost = 20_000

/** A row, and when it became known, on the monotonic clock in milliseconds. */
export interface Row {
  readonly chat: Chat
  /** When it was asked for; undefined where an event told it, which may have waited. */
  readonly asked_at: number | undefined
  readonly known_at: number
}

/** How fresh a row has to be, and how much may be read for it. */
export interface Need {
  /** It was asked for at this instant of the monotonic clock, or later. */
  readonly since: number
  /** Pages of the inbox that may be read for it; without it, the whole inbox and then the whole list of chats. */
  readonly pages?: number
  /** Whether one that an event told counts as asked for when the event came. */
  readonly orTold?: boolean
}

export class ChatRows extends Context.Tag("@effect-invent/follow-up-scheduler/Watch/ChatRows")<
  ChatRows,
  {
    /** Keeps rows that were asked for at this instant, or that an event told; an older one takes no newer one's place. */
    readonly keep: (chats: ReadonlyArray<Chat>, asked_at: number | undefined) => Effect.Effect<void>
    /** Forgets the row of a chat that has changed, where nothing tells how: who needs it has the lists read anew. */
    readonly forget: (chat_id: ChatId) => Effect.Effect<void>
    /** The newest row that is known, however old. */
    readonly known: (chat_id: ChatId) => Effect.Effect<Option.Option<Row>>
    /**
     * A row that is fresh enough; reads the lists where none is known. None where no page that may be read shows the chat. A
     * row that cannot be read fails with `UnexpectedResponse`.
     */
    readonly find: (chat_id: ChatId, need: Need) => Effect.Effect<Option.Option<Row>, RepeatableError>
  }
>() {}

/** What a page holds, and when it was asked for. */
export interface Page {
  readonly entries: ReadonlyArray<Chat | Undecodable>
  readonly asked_at: number
}

/** The pages of a list, each asked for when the one before it has been dealt with. */
export const pagesOf = <E, R>(list: Stream.Stream<Chat | Undecodable, E, R>): Stream.Stream<Page, E, R> =>
  Stream.unwrap(
    Effect.map(MonotonicClock.millis, (begun_at) => {
      let asked_at = begun_at
      return Stream.chunks(list).pipe(
        Stream.mapEffect((chunk) =>
          Effect.map(MonotonicClock.millis, (now): Page => {
            const page = { entries: [...chunk], asked_at }
            asked_at = now
            return page
          })
        )
      )
    })
  )

/** A service without this list: it shows nothing. */
const hasNoList = ({ _tag }: RepeatableError) => _tag === "NotFound"

/** The id of an entry that cannot be read, where it has one. */
const idOfUndecodable = ({ raw }: Undecodable): unknown => (Predicate.hasProperty(raw, "id") ? raw.id : undefined)

interface Want extends Need {
  readonly chat_id: ChatId
  readonly found: Deferred.Deferred<Option.Option<Row>, RepeatableError>
}

/** All pages of the inbox. Both lists are infinitely many. */
const wholeInbox = Number.MAX_SAFE_INTEGER

/** A reading of the lists: when it began, and how many pages of the inbox it has read. */
interface Reading {
  readonly begun_at: number
  readonly pages: number
}

const noReading: Reading = { begun_at: Number.NEGATIVE_INFINITY, pages: 0 }

const updatedAt = ({ updated_at }: Chat) => updated_at?.epochMillis ?? 0

const isFresh = (row: Row, { orTold, since }: Need): boolean =>
  (row.asked_at !== undefined && row.asked_at >= since) || (orTold === true && row.known_at >= since)

const make = Effect.gen(function* () {
  const invent = yield* InventClient
  const scope = yield* Effect.scope
  const rows = BoundedMap.make<ChatId, Row>(atMost)
  const wants = new Set<Want>()
  let isReading = false
  let latest = noReading

  /** Of two that crossed each other, the one of the later change is kept. */
  const keepOne = (chat: Chat, asked_at: number | undefined, known_at: number) => {
    const before = rows.get(chat.id)
    const earlier = before?.asked_at ?? Number.NEGATIVE_INFINITY
    const hasCrossed = before !== undefined && (asked_at === undefined || before.known_at > asked_at)
    const isOlder = hasCrossed && (updatedAt(before.chat) > updatedAt(chat) || earlier > (asked_at ?? Number.POSITIVE_INFINITY))
    if (isOlder && asked_at === undefined) return
    rows.keep(chat.id, { chat: isOlder ? before.chat : chat, asked_at: asked_at && Math.max(asked_at, earlier), known_at })
  }

  const keep: ChatRows["Type"]["keep"] = (chats, asked_at) =>
    Effect.map(MonotonicClock.millis, (now) => chats.forEach((chat) => keepOne(chat, asked_at, now)))

  const freshRow = (chat_id: ChatId, need: Need): Option.Option<Row> =>
    Option.filter(Option.fromNullable(rows.get(chat_id)), (row) => isFresh(row, need))

  const settle = (want: Want, result: Effect.Effect<Option.Option<Row>, RepeatableError>) => {
    wants.delete(want)
    Deferred.unsafeDone(want.found, result)
  }

  /** Those that have what they need. */
  const settleFound = () => {
    for (const want of wants) {
      const row = freshRow(want.chat_id, want)
      if (Option.isSome(row)) settle(want, Effect.succeed(row))
    }
  }

  const settleUnreadable = (entries: Page["entries"], endpoint: string) => {
    const ids = new Set(entries.filter(isUndecodable).map(idOfUndecodable))
    for (const want of wants) {
      if (!ids.has(want.chat_id)) continue
      rows.take(want.chat_id)
      const issue = "the row of the chat cannot be read"
      settle(want, Effect.fail(new UnexpectedResponse({ endpoint, attempts: 1, status: 200, excerpt: "", issue })))
    }
  }

  /** Reads a list until `isEnough`, which is asked after each page. */
  const readList = (endpoint: string, list: Stream.Stream<Chat | Undecodable, RepeatableError>, isEnough: () => boolean) =>
    pagesOf(list).pipe(
      Stream.mapEffect(({ asked_at, entries }) =>
        Effect.map(keep(entries.filter((entry): entry is Chat => !isUndecodable(entry)), asked_at), () => {
          settleUnreadable(entries, endpoint)
          settleFound()
          return isEnough()
        })
      ),
      Stream.takeUntil((enough) => enough),
      Stream.runDrain,
      Effect.catchIf(hasNoList, (error) => Effect.logDebug(`${endpoint} shows no chat: ${error.message}`))
    )

  /** Reads the lists once, for those who wait when it begins; who comes meanwhile gets what is on the pages to come. */
  const readOnce = Effect.gen(function* () {
    const begun_at = yield* MonotonicClock.millis
    const waiting = [...wants]
    const isWaiting = (pages: number) => waiting.some((want) => wants.has(want) && (want.pages ?? Number.POSITIVE_INFINITY) > pages)
    let pages = 0
    yield* readList("inbox.list", invent.inbox.stream(), () => {
      latest = { begun_at, pages: ++pages }
      for (const want of waiting) if (wants.has(want) && (want.pages ?? wholeInbox) <= pages) settle(want, Effect.succeedNone)
      return !isWaiting(pages)
    })
    if (!isWaiting(pages)) return
    latest = { begun_at, pages: wholeInbox }
    for (const want of waiting) if (wants.has(want) && want.pages !== undefined) settle(want, Effect.succeedNone)
    if (!isWaiting(wholeInbox)) return
    yield* readList("chats.list", invent.chats.stream(), () => !isWaiting(wholeInbox))
    if (isWaiting(wholeInbox)) latest = { begun_at, pages: Number.POSITIVE_INFINITY }
    for (const want of waiting) if (wants.has(want)) settle(want, Effect.succeedNone)
  }).pipe(
    // Looks wait for it, those of a backlog too.
    RateLimit.withLane("verify"),
    Effect.retry({ times: 1, while: ({ _tag }) => _tag === "UnexpectedResponse" }),
    Effect.catchAllCause((cause) => Effect.sync(() => wants.forEach((want) => settle(want, Effect.failCause(cause)))))
  )

  const readAll = Effect.repeat(readOnce, { while: () => wants.size > 0 }).pipe(
    Effect.ensuring(Effect.sync(() => void (isReading = false)))
  )

  const wasSearched = ({ pages = Number.POSITIVE_INFINITY, since }: Need) => latest.begun_at >= since && latest.pages >= pages

  const find: ChatRows["Type"]["find"] = (chat_id, need) =>
    Effect.suspend(() => {
      const row = freshRow(chat_id, need)
      if (Option.isSome(row) || wasSearched(need)) return Effect.succeed(row)
      const want: Want = { ...need, chat_id, found: Deferred.unsafeMake(FiberId.none) }
      wants.add(want)
      const begin = Effect.suspend(() => {
        if (isReading) return Effect.void
        isReading = true
        return Effect.forkIn(readAll, scope)
      })
      return Effect.zipRight(begin, Deferred.await(want.found)).pipe(Effect.onInterrupt(() => Effect.sync(() => wants.delete(want))))
    })

  return {
    keep,
    find,
    forget: (chat_id) =>
      Effect.sync(() => {
        rows.take(chat_id)
        latest = noReading
      }),
    known: (chat_id) => Effect.sync(() => Option.fromNullable(rows.get(chat_id)))
  } satisfies ChatRows["Type"]
})

export const layer = Layer.scoped(ChatRows, make)
