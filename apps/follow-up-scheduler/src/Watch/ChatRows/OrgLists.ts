/**
 * The lists of one organization: its inbox, and all its chats. Readers that need a row at the same time share one
 * reading of the lists, which goes on until each of them has its row.
 */
import type { InventClient } from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatId } from "@effect-invent/domain/Ids"
import * as Paging from "@effect-invent/domain/api/Paging"
import { type RepeatableError, UnexpectedResponse } from "@effect-invent/domain/InventError"
import type { Undecodable } from "@effect-invent/domain/schema/Undecodable"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as MonotonicClock from "../../MonotonicClock.ts"
import * as Orgs from "../../Policy/Orgs.ts"
import * as InTurns from "../InTurns.ts"
import * as ListOrder from "../ListOrder.ts"
import { idsOfUndecodable, isFresh, type Need, type Page, pagesOf, type Row, type Rows } from "./Row.ts"

/** Whether the service does not have this list: a 404 counts as an empty one. */
const hasNoList = ({ _tag }: RepeatableError) => _tag === "NotFound"

interface Want extends Need {
  readonly chat_id: ChatId
  readonly found: Deferred.Deferred<Option.Option<Row>, RepeatableError>
}

/** The first page that is requested by itself where it should show a chat. Earlier ones are read from the first on. */
const firstFarPage = 3

/** All pages of the inbox. Both lists are infinitely many. */
const wholeInbox = Number.MAX_SAFE_INTEGER

/** A reading of the lists: when it began, and how many pages of the inbox it has read. */
interface Reading {
  readonly begun_at: number
  readonly pages: number
}

const noReading: Reading = { begun_at: Number.NEGATIVE_INFINITY, pages: 0 }

/** What the lists are read with. */
export interface Around {
  readonly invent: InventClient["Type"]
  readonly rows: Rows
  readonly orgs: Orgs.Orgs["Type"]
  readonly scope: Scope.Scope
  /** Called with each page of an inbox that is read from its first page on. */
  readonly onPage: (org: Orgs.Org, page: Page) => Effect.Effect<unknown>
}

/** The lists of this organization. Nothing is read before the first `find`. */
export const make = (org: Orgs.Org, { invent, onPage, orgs, rows, scope }: Around) => {
  const wants = new Set<Want>()
  let isReading = false
  let latest = noReading
  const path = Orgs.pathOf(org)

  const coverage = ListOrder.make()

  /** The row, as if requested when the order of the inbox showed last that it was unchanged. */
  const byOrder = (row: Row): Row => ({
    ...row,
    asked_at: row.asked_at === undefined ? undefined : coverage.unchangedUntil(row.asked_at)
  })

  const freshRow = (chat_id: ChatId, need: Need): Option.Option<Row> =>
    Option.fromNullable(rows.get(chat_id)).pipe(
      Option.map((row) => (need.orByOrder === true && !isFresh(row, need) ? byOrder(row) : row)),
      Option.filter((row) => isFresh(row, need))
    )

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
    const ids = new Set(idsOfUndecodable(entries))
    for (const want of wants) {
      if (!ids.has(want.chat_id)) continue
      rows.drop(want.chat_id)
      const issue = "the row of the chat cannot be read"
      settle(want, Effect.fail(new UnexpectedResponse({ endpoint, attempts: 1, status: 200, excerpt: "", issue })))
    }
  }

  /** Of several organizations, one without an inbox is one that the key has lost. */
  const isEmptyList = (endpoint: string, error: RepeatableError) =>
    hasNoList(error) && !(Orgs.areSeveral(orgs) && endpoint === "inbox.list")

  /** Reads a list until `isEnough`, which is called after each page. */
  const readList = (
    endpoint: "inbox.list" | "chats.list",
    list: Stream.Stream<Chat | Undecodable, RepeatableError>,
    isEnough: () => boolean
  ) =>
    pagesOf(list).pipe(
      Stream.mapEffect((page) => {
        const isInbox = endpoint === "inbox.list"
        return Effect.zipRight(
          rows.keepPage(page, { org, page: isInbox ? page.number : undefined }),
          Effect.suspend(() => {
            if (isInbox) coverage.pages(page)
            settleUnreadable(page.entries, endpoint)
            settleFound()
            return Effect.as(isInbox ? onPage(org, page) : Effect.void, isEnough())
          })
        )
      }),
      Stream.takeUntil((enough) => enough),
      Stream.runDrain,
      Effect.catchIf(
        (error) => isEmptyList(endpoint, error),
        (error) => Effect.logDebug(`${endpoint} shows no chat: ${error.message}`)
      )
    )

  /** Reads one page of the inbox. Where that fails, nothing is known of it. */
  const readPage = (number: number) =>
    MonotonicClock.elapsed.pipe(
      Effect.flatMap((asked_at) =>
        Effect.map(invent.inbox.list({ path, urlParams: { page: number, take: Paging.maxTake } }), (entries): Page => ({
          entries,
          asked_at,
          number,
          begun_at: asked_at,
          reach: undefined
        }))
      ),
      Effect.tap((page) => rows.keepPage(page, { org, page: number })),
      Effect.map((page) => {
        settleUnreadable(page.entries, "inbox.list")
        settleFound()
      }),
      Effect.catchAll((error) => Effect.logDebug(`page ${number} of the inbox was not read`, error.message))
    )

  /** Whether the first pages can show of a row in memory that it is unchanged, and that is enough. */
  const isOldByOrder = ({ chat_id, orByOrder }: Want) => {
    const row = rows.get(chat_id)
    return orByOrder === true && row !== undefined && byOrder(row).asked_at !== undefined
  }

  /**
   * Reads the pages on which the chats should be, where the order of the inbox tells which these are: one request for a
   * chat far down, or two where it has moved to the next page meanwhile.
   */
  const readExpected = Effect.gen(function* () {
    for (const want of wants) {
      if (isOldByOrder(want)) continue
      const place = coverage.knownUntil() === undefined ? undefined : rows.placeOf(want.chat_id, org)
      const page = Math.floor((place ?? 0) / Paging.maxTake) + 1
      if (page < firstFarPage || page > (want.pages ?? page)) continue
      if (wants.has(want)) yield* readPage(page)
      if (wants.has(want)) yield* readPage(page + 1)
    }
  })

  /**
   * Reads the lists once, until every reader that waited when it began has an answer. A reader that comes during it
   * gets its row only if a later page shows it.
   */
  const readOnce = Effect.gen(function* () {
    yield* readExpected
    const begun_at = yield* MonotonicClock.elapsed
    const waiting = [...wants]
    if (waiting.length === 0) return
    const isWaiting = (pages: number) =>
      waiting.some((want) => wants.has(want) && (want.pages ?? Number.POSITIVE_INFINITY) > pages)
    let pages = 0
    yield* readList("inbox.list", InTurns.reporting(orgs, org)(invent.inbox.stream({ path })), () => {
      latest = { begun_at, pages: ++pages }
      for (const want of waiting)
        if (wants.has(want) && (want.pages ?? wholeInbox) <= pages) settle(want, Effect.succeedNone)
      return !isWaiting(pages)
    })
    if (!isWaiting(pages)) return
    latest = { begun_at, pages: wholeInbox }
    for (const want of waiting) if (wants.has(want) && want.pages !== undefined) settle(want, Effect.succeedNone)
    if (!isWaiting(wholeInbox)) return
    yield* readList("chats.list", invent.chats.stream({ path }), () => !isWaiting(wholeInbox))
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

  /** Whether a later page of the inbox showed the chat last than may be read for it, and no order tells of it. */
  const isFurtherOn = (chat_id: ChatId, { orByOrder, pages = wholeInbox }: Need) =>
    (rows.get(chat_id)?.page ?? 0) > pages && !(orByOrder === true && coverage.knownUntil() !== undefined)

  const wasSearched = ({ pages = Number.POSITIVE_INFINITY, since }: Need) =>
    latest.begun_at >= since && latest.pages >= pages

  /** See `ChatRows.find`; reads the lists of this organization alone. */
  const find = (chat_id: ChatId, need: Need) =>
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
    find,
    /** Which changes the readings of the inbox have shown. */
    coverage,
    /** The next `find` reads the lists anew. */
    expire: () => {
      latest = noReading
    }
  }
}
