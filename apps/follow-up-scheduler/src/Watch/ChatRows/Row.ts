/** A row of a list: one chat as the service showed it, and how fresh a reader needs it. */
import type { Chat } from "@effect-invent/domain/Chat"
import { ChatId } from "@effect-invent/domain/Ids"
import * as Undecodable from "@effect-invent/domain/schema/Undecodable"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import * as MonotonicClock from "../../MonotonicClock.ts"
import type { Org } from "../../Policy/Orgs.ts"
import * as ListOrder from "../ListOrder.ts"

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
  /** Whether a row counts as requested when the order of the inbox showed last that the chat was unchanged. */
  readonly orByOrder?: boolean
  /** The organization whose lists are read, where no row in memory shows it. Without it, those of all. */
  readonly org?: Org
}

/** Whether the row is as fresh as it has to be. */
export const isFresh = (row: Row, { orByEvent, since }: Need): boolean =>
  (row.asked_at !== undefined && row.asked_at >= since) || (orByEvent === true && row.known_at >= since)

/** A page of a list: its entries, when it was requested, and how far back the reading goes with it. */
export interface Page extends ListOrder.Pages {
  readonly entries: ReadonlyArray<Chat | Undecodable.Undecodable>
  readonly asked_at: number
  /** Its number, from 1. */
  readonly number: number
}

/** The ids of the entries that cannot be decoded, where they have one. */
export const idsOfUndecodable = (entries: Page["entries"]): ReadonlyArray<ChatId> =>
  entries.flatMap((entry) =>
    Undecodable.isUndecodable(entry) && Predicate.hasProperty(entry.raw, "id") && Predicate.isString(entry.raw.id)
      ? [ChatId.make(entry.raw.id)]
      : []
  )

/** The pages of a list. A page is requested when the one before it has been handled; that instant is its `asked_at`. */
export const pagesOf = <E, R>(list: Stream.Stream<Chat | Undecodable.Undecodable, E, R>): Stream.Stream<Page, E, R> =>
  Stream.unwrap(
    Effect.map(MonotonicClock.elapsed, (begun_at) => {
      let asked_at = begun_at
      let number = 0
      let reach: ListOrder.Reach | undefined = ListOrder.none
      return Stream.chunks(list).pipe(
        Stream.mapEffect((chunk) =>
          Effect.map(MonotonicClock.elapsed, (now): Page => {
            const entries = [...chunk]
            reach = ListOrder.extend(reach, Undecodable.omit(entries))
            const page = { entries, asked_at, number: ++number, begun_at, reach }
            asked_at = now
            return page
          })
        )
      )
    })
  )

/** Where rows come from: the organization whose list or event showed them, and the page of its inbox, from 1. */
export interface Source {
  readonly org?: Org
  readonly page?: number | undefined
}

/** The rows in memory, as a reading of the lists uses them. */
export interface Rows {
  readonly keep: (chats: ReadonlyArray<Chat>, asked_at: number | undefined, from?: Source) => Effect.Effect<void>
  /**
   * Keeps the rows of a page. Of a chat whose entry cannot be decoded the row in memory stays, and no longer counts as
   * requested.
   */
  readonly keepPage: (page: Page, from: Source) => Effect.Effect<void>
  /** The row in memory, however old. */
  readonly get: (chat_id: ChatId) => Row | undefined
  readonly drop: (chat_id: ChatId) => void
  /**
   * How many chats come before this one in the organization's inbox, if it is in the order of changes. Undefined where
   * the rows in memory do not tell.
   */
  readonly placeOf: (chat_id: ChatId, org: Org) => number | undefined
}
