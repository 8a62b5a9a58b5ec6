/**
 * The names of contacts that rows of chats show, for the page. They are kept in memory only, cost no request, and are
 * those that this process has read. The names of erased contacts are dropped: none is shown after an erasure, and none
 * is in memory a few seconds after it.
 */
import type { ChatId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Arr from "effect/Array"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as ErasedIds from "../Ledger/ErasedIds.ts"
import * as Erasure from "../Privacy/Erasure.ts"
import * as BoundedMap from "./BoundedMap.ts"

/** A chat, its contacts, and the name of the first of them; undefined where no row shows one. */
export interface Named {
  readonly chat_id: ChatId
  readonly contact_ids: ReadonlyArray<string>
  readonly name: string | undefined
}

/** A chat whose contact's name was searched for, and its number: the next search goes on after it. */
export interface Match {
  readonly chat_id: string
  readonly number: number
}

interface Names {
  /** Keeps the names of these chats, unless they or their contacts were erased. Without the database, none. */
  readonly keep: (chats: ReadonlyArray<Named>) => Effect.Effect<void>
  /** The names that are known of these chats, by the ids of the chats. */
  readonly of: (chat_ids: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, string>, SqlError>
  /** At most so many chats after this number whose contact's name has this text, whatever its case and accents. */
  readonly search: (text: string, after: number, atMost: number) => Effect.Effect<ReadonlyArray<Match>, SqlError>
}

const none: Names = {
  keep: () => Effect.void,
  of: () => Effect.succeed(new Map()),
  search: () => Effect.succeed([])
}

/** The names of contacts. Where no page is served, nothing is kept. */
export class ContactNames extends Context.Reference<ContactNames>()(
  "@effect-invent/follow-up-scheduler/Watch/ContactNames",
  { defaultValue: (): Names => none }
) {}

/** Maximum number of chats whose names are kept: at about 300 bytes each, 30 MB. */
const atMost = 100_000
const longestName = 100
/** How many chats are compared with the erased ones at once. */
const chunk = 500
/** How often the number of erased ids is read. */
const forgetEvery = Duration.seconds(3)

interface Entry {
  readonly contact_ids: ReadonlyArray<string>
  readonly name: string
  /** The name without case and accents. */
  readonly folded: string
  /** Goes up with each entry, so that entries are in the order of their numbers. */
  readonly number: number
}

const fold = (text: string): string => text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase()

/** The names in memory of this process, without those of the contacts that `erasure` has on record. */
export const make = (
  erasure: Pick<Erasure.Erasure["Type"], "among"> & { readonly count: Effect.Effect<number, SqlError> }
) => {
  const entries = BoundedMap.make<string, Entry>(atMost)
  let number = 0
  let erased = 0

  const isKnown = ({ chat_id, contact_ids, name }: Named): boolean => {
    const entry = entries.get(chat_id)
    return entry?.name === name && entry?.contact_ids.join() === contact_ids.join()
  }

  const keep: Names["keep"] = (chats) =>
    Effect.gen(function* () {
      const found = chats.flatMap((chat) => {
        const name = chat.name?.trim().slice(0, longestName) ?? ""
        return name === "" ? [] : [{ ...chat, name }]
      })
      const news = found.filter((chat) => !isKnown(chat))
      if (news.length === 0) return
      const gone = yield* erasure.among(news.flatMap(({ chat_id, contact_ids }) => [chat_id, ...contact_ids]))
      for (const { chat_id, contact_ids, name } of news) {
        if (gone.has(chat_id) || contact_ids.some((id) => gone.has(id))) entries.take(chat_id)
        else entries.keep(chat_id, { contact_ids, name, folded: fold(name), number: ++number })
      }
    }).pipe(Effect.catchAll((error) => Effect.logDebug("names of contacts were not kept", error)))

  /** Drops the chats that were erased, and gives the entries of the others. */
  const withoutErased = (chat_ids: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const known = chat_ids.flatMap((chat_id) => {
        const entry = entries.get(chat_id)
        return entry === undefined ? [] : [{ chat_id, entry }]
      })
      const gone = yield* erasure.among(known.flatMap(({ chat_id, entry }) => [chat_id, ...entry.contact_ids]))
      return known.filter(({ chat_id, entry }) => {
        const isErased = gone.has(chat_id) || entry.contact_ids.some((id) => gone.has(id))
        if (isErased) entries.take(chat_id)
        return !isErased
      })
    })

  const search: Names["search"] = (text, after, atMost) => {
    const part = fold(text)
    const found: Array<string> = []
    for (const [chat_id, entry] of entries.all()) {
      if (found.length === atMost) break
      if (entry.number > after && entry.folded.includes(part)) found.push(chat_id)
    }
    return Effect.map(withoutErased(found), (left) =>
      left.map(({ chat_id, entry }) => ({ chat_id, number: entry.number }))
    )
  }

  const forget = Effect.gen(function* () {
    const count = yield* erasure.count
    if (count === erased) return
    const chunks = Arr.chunksOf(
      [...entries.all()].map(([chat_id]) => chat_id),
      chunk
    )
    yield* Effect.forEach(chunks, withoutErased, { discard: true })
    erased = count
  }).pipe(Effect.catchAll((error) => Effect.logDebug("names of erased contacts are searched for again", error)))

  const names: Names = {
    keep,
    search,
    of: (chat_ids) =>
      Effect.map(withoutErased(chat_ids), (left) => new Map(left.map(({ chat_id, entry }) => [chat_id, entry.name])))
  }
  return { names, forget }
}

/** Keeps names for as long as the layer lives. */
export const layer = Layer.scoped(
  ContactNames,
  Effect.gen(function* () {
    const { among } = yield* Erasure.Erasure
    const sql = yield* SqlClient.SqlClient
    const count = Effect.provideService(ErasedIds.count, SqlClient.SqlClient, sql)
    const { forget, names } = make({ among, count })
    yield* forget.pipe(Effect.repeat(Schedule.spaced(forgetEvery)), Effect.forkScoped)
    return names
  })
).pipe(Layer.provide(Erasure.layer))
