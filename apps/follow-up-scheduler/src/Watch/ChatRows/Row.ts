/** A row of a list: one chat as the service showed it, and how fresh a reader needs it. */
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatId } from "@effect-invent/domain/Ids"
import type { Undecodable } from "@effect-invent/domain/schema/Undecodable"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as MonotonicClock from "../../MonotonicClock.ts"
import type { Org } from "../../Policy/Orgs.ts"

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
  /** The organization whose lists are read, where no row in memory shows it. Without it, those of all. */
  readonly org?: Org
}

/** Whether the row is as fresh as it has to be. */
export const isFresh = (row: Row, { orByEvent, since }: Need): boolean =>
  (row.asked_at !== undefined && row.asked_at >= since) || (orByEvent === true && row.known_at >= since)

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

/** Where rows come from: the organization whose list or event showed them, and the page of its inbox, from 1. */
export interface Source {
  readonly org?: Org
  readonly page?: number | undefined
}

/** The rows in memory, as a reading of the lists uses them. */
export interface Rows {
  readonly keep: (chats: ReadonlyArray<Chat>, asked_at: number | undefined, from?: Source) => Effect.Effect<void>
  /** The row in memory, however old. */
  readonly get: (chat_id: ChatId) => Row | undefined
  readonly drop: (chat_id: ChatId) => void
}
