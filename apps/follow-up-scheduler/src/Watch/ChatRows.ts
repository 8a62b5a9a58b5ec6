/**
 * The newest row of each chat, as the lists of the inbox and of the organization's chats show it: its state, its
 * members and its last message. Reading one is a GET and changes nothing in the chat.
 *
 * Cost. A list shows 100 chats a request. Readers that need a row at the same time share one reading of the list, which
 * goes on until each of them has its row; a row that is fresh enough costs nothing.
 */
import { InventClient } from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatId } from "@effect-invent/domain/Ids"
import { type RepeatableError, UnexpectedResponse } from "@effect-invent/domain/InventError"
import { isUndecodable, type Undecodable } from "@effect-invent/domain/schema/Undecodable"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import * as ChatSnapshot from "../Decide/ChatSnapshot.ts"
import * as BoundedMap from "./BoundedMap.ts"
import { ContactNames } from "./ContactNames.ts"
import * as MonotonicClock from "../MonotonicClock.ts"

/**
 * Maximum number of rows kept in memory: at about 3 kB each, 60 MB. The rows of other chats are read from the lists
 * again.
 */
const atMost = 20_000

/** A row, and when it became known, in milliseconds of `MonotonicClock.elapsed`. */
export interface Row {
  readonly chat: Chat
  /** When it was requested; undefined where an event delivered it, because the event may have been delayed. */
  readonly asked_at: number | undefined
  readonly known_at: number
  /** The page of the inbox that showed it last, from 1; undefined where an answer or an event gave the row. */
  readonly page: number | undefined
}

/** How fresh a row has to be, and how many pages may be read for it. */
export interface Need {
  /** It was requested at this instant of `MonotonicClock.elapsed`, or later. */
  readonly since: number
  /** How many pages of the inbox may be read for it. Without it, the whole inbox and then the whole list of chats. */
  readonly pages?: number
  /** Whether a row that an event delivered counts as requested when the event arrived. */
  readonly orByEvent?: boolean
}

/** The newest row of each chat, kept in memory. Concurrent readers share one reading of the lists. */
export class ChatRows extends Context.Tag("@effect-invent/follow-up-scheduler/Watch/ChatRows")<
  ChatRows,
  {
    /**
     * Keeps rows that were requested at this instant; undefined for those that an event delivered. An older row never
     * replaces a newer one. `page`: the page of the inbox that shows them, from 1.
     */
    readonly keep: (chats: ReadonlyArray<Chat>, asked_at: number | undefined, page?: number) => Effect.Effect<void>
    /**
     * Drops the row of a chat that was changed in a way that no answer shows. The next read of it reads the lists anew.
     */
    readonly forget: (chat_id: ChatId) => Effect.Effect<void>
    /** The newest row in memory, however old; none where the chat was never seen. */
    readonly known: (chat_id: ChatId) => Effect.Effect<Option.Option<Row>>
    /**
     * A row that is fresh enough. Reads the lists where none is in memory; none where no page that may be read shows
     * the chat, and without a request where a later page showed it last. Fails with `UnexpectedResponse` where the
     * chat's row cannot be decoded, and with the error of the request.
     */
    readonly find: (chat_id: ChatId, need: Need) => Effect.Effect<Option.Option<Row>, RepeatableError>
  }
>() {}

/** A page of a list: its entries, and when it was requested. */
export interface Page {
  readonly entries: ReadonlyArray<Chat | Undecodable>
  readonly asked_at: number
  /** Its number, from 1. */
  readonly number: number
}

/** The pages of a list. A page is requested when the one before it has been handled; that instant is its `asked_at`. */
export const pagesOf = <E, R>(list: Stream.Stream<Chat | Undecodable, E, R>): Stream.Stream<Page, E, R> =>
  Stream.unwrap(
    Effect.map(MonotonicClock.elapsed, (begun_at) => {
      let asked_at = begun_at
      let number = 0
      return Stream.chunks(list).pipe(
        Stream.mapEffect((chunk) =>
          Effect.map(MonotonicClock.elapsed, (now): Page => {
            const page = { entries: [...chunk], asked_at, number: ++number }
            asked_at = now
            return page
          })
        )
      )
    })
  )

/** Whether the service does not have this list: a 404 counts as an empty one. */
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

const isFresh = (row: Row, { orByEvent, since }: Need): boolean =>
  (row.asked_at !== undefined && row.asked_at >= since) || (orByEvent === true && row.known_at >= since)

const make = Effect.gen(function* () {
  const invent = yield* InventClient
  const scope = yield* Effect.scope
  const names = yield* ContactNames
  const rows = BoundedMap.make<ChatId, Row>(atMost)
  const wants = new Set<Want>()
  let isReading = false
  let latest = noReading

  /** Where two answers crossed each other, the one with the later `updated_at` is kept. */
  const keepOne = (chat: Chat, asked_at: number | undefined, known_at: number, page: number | undefined) => {
    const before = rows.get(chat.id)
    const earlier = before?.asked_at ?? Number.NEGATIVE_INFINITY
    const hasCrossed = before !== undefined && (asked_at === undefined || before.known_at > asked_at)
    const isOlder =
      hasCrossed && (updatedAt(before.chat) > updatedAt(chat) || earlier > (asked_at ?? Number.POSITIVE_INFINITY))
    if (isOlder && asked_at === undefined) return
    rows.keep(chat.id, {
      chat: isOlder ? before.chat : chat,
      asked_at: asked_at && Math.max(asked_at, earlier),
      known_at,
      page
    })
  }

  const keep: ChatRows["Type"]["keep"] = (chats, asked_at, page) =>
    Effect.flatMap(MonotonicClock.elapsed, (now) => {
      chats.forEach((chat) => keepOne(chat, asked_at, now, page))
      return names.keep(chats.map(ChatSnapshot.contactsOfRow))
    })

  const freshRow = (chat_id: ChatId, need: Need): Option.Option<Row> =>
    Option.filter(Option.fromNullable(rows.get(chat_id)), (row) => isFresh(row, need))

  const settle = (want: Want, result: Effect.Effect<Option.Option<Row>, RepeatableError>) => {
    wants.delete(want)
    Deferred.unsafeDone(want.found, result)
  }

  /** Answers the readers whose row has been found. */
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

  /** Reads a list until `isEnough`, which is called after each page. */
  const readList = (
    endpoint: string,
    list: Stream.Stream<Chat | Undecodable, RepeatableError>,
    isEnough: () => boolean
  ) =>
    pagesOf(list).pipe(
      Stream.mapEffect(({ asked_at, entries, number }) =>
        Effect.map(
          keep(
            entries.filter((entry): entry is Chat => !isUndecodable(entry)),
            asked_at,
            endpoint === "inbox.list" ? number : undefined
          ),
          () => {
            settleUnreadable(entries, endpoint)
            settleFound()
            return isEnough()
          }
        )
      ),
      Stream.takeUntil((enough) => enough),
      Stream.runDrain,
      Effect.catchIf(hasNoList, (error) => Effect.logDebug(`${endpoint} shows no chat: ${error.message}`))
    )

  /**
   * Reads the lists once, until every reader that waited when it began has an answer. A reader that comes during it
   * gets its row only if a later page shows it.
   */
  const readOnce = Effect.gen(function* () {
    const begun_at = yield* MonotonicClock.elapsed
    const waiting = [...wants]
    const isWaiting = (pages: number) =>
      waiting.some((want) => wants.has(want) && (want.pages ?? Number.POSITIVE_INFINITY) > pages)
    let pages = 0
    yield* readList("inbox.list", invent.inbox.stream(), () => {
      latest = { begun_at, pages: ++pages }
      for (const want of waiting)
        if (wants.has(want) && (want.pages ?? wholeInbox) <= pages) settle(want, Effect.succeedNone)
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
    // Reads of chats wait for it, those of a backlog too.
    RateLimit.withLane("verify"),
    Effect.retry({ times: 1, while: ({ _tag }) => _tag === "UnexpectedResponse" }),
    Effect.catchAllCause((cause) => Effect.sync(() => wants.forEach((want) => settle(want, Effect.failCause(cause)))))
  )

  const readAll = Effect.repeat(readOnce, { while: () => wants.size > 0 }).pipe(
    Effect.ensuring(Effect.sync(() => void (isReading = false)))
  )

  /** Whether a later page of the inbox showed the chat last than may be read for it. */
  const isFurtherOn = (chat_id: ChatId, { pages = wholeInbox }: Need) => (rows.get(chat_id)?.page ?? 0) > pages

  const wasSearched = ({ pages = Number.POSITIVE_INFINITY, since }: Need) =>
    latest.begun_at >= since && latest.pages >= pages

  const find: ChatRows["Type"]["find"] = (chat_id, need) =>
    Effect.suspend(() => {
      const row = freshRow(chat_id, need)
      if (Option.isSome(row) || wasSearched(need) || isFurtherOn(chat_id, need)) return Effect.succeed(row)
      const want: Want = { ...need, chat_id, found: Deferred.unsafeMake(FiberId.none) }
      wants.add(want)
      const begin = Effect.suspend(() => {
        if (isReading) return Effect.void
        isReading = true
        return Effect.forkIn(readAll, scope)
      })
      return Effect.zipRight(begin, Deferred.await(want.found)).pipe(
        Effect.onInterrupt(() => Effect.sync(() => wants.delete(want)))
      )
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

/** Reads the lists in fibers of the layer's scope; nothing is read before the first {@link ChatRows.find}. */
export const layer = Layer.scoped(ChatRows, make)
