/** Keeps the store in step with its journal: filled from it at the start, and each change written to it. */
import { OrgId } from "@effect-invent/domain/Ids"
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import { CurrentJournal } from "./Journal.ts"
import * as Rows from "./Rows.ts"
import type { Store } from "../Store.ts"
import * as Stores from "../Stores.ts"

class Invalid extends Data.TaggedError("Invalid")<{ readonly message: string }> {}

const reasonOf = (error: ParseResult.ParseError | string): string => {
  if (typeof error === "string") return error
  const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
  return `${(issue?.path ?? []).join(".")} ${issue?.message ?? error.message}`.trim().replaceAll(/\s+/g, " ")
}

/** The tables of an organization below are written with its id before their names. */
const prefixOf = (stores: Stores.Stores, { org_id }: Store) => (org_id === stores.main.org_id ? "" : `${org_id}/`)

const bind = (stores: Stores.Stores) => {
  const bound = new Map<Store, Rows.Bindings>([[stores.main, Rows.bindings(stores.main)]])
  const of = (store: Store): Rows.Bindings => {
    const bindings = bound.get(store) ?? Rows.bindingsBelow(store)
    bound.set(store, bindings)
    return bindings
  }
  const find = (name: string) => {
    const [table = "", org_id] = name.split("/", 2).reverse()
    return OpenRecord.get(of(org_id === undefined ? stores.main : stores.open(OrgId.make(org_id))), table)
  }
  return { of, find }
}

const restore = (stores: Stores.Stores, rows: ReadonlyArray<Rows.Row>) => {
  const tables = bind(stores)
  for (const [table, key, row] of rows) {
    if (row === null) {
      tables.find(table)?.remove(key)
      continue
    }
    const put: Either.Either<void, ParseResult.ParseError | string> =
      tables.find(table)?.put(key, row) ?? Either.left("there is no such table")
    if (Either.isLeft(put))
      return Either.left(new Invalid({ message: `holds no valid ${table} ${key}: ${reasonOf(put.left)}` }))
  }
  for (const { chats, messages } of [stores.main, ...stores.below()]) {
    for (const message of messages.values()) chats.get(message.chat_id)?.messages.push(message)
  }
  return Either.right(tables)
}

/** Whether a world can be made of these rows. */
export const check = (rows: ReadonlyArray<Rows.Row>): Either.Either<void, Invalid> =>
  Either.map(restore(Stores.make(), rows), () => undefined)

/** `commit` writes down what has changed since it last did. */
export const make = Effect.fnUntraced(function* (stores: Stores.Stores) {
  const journal = yield* CurrentJournal
  if (journal === null) return { commit: Effect.void }
  const tables = yield* Effect.orDie(restore(stores, journal.rows))
  const written = new Map<string, string>()
  const watched = new Set<Store>()

  const changed = (table: string, key: string, encode: (key: string) => unknown): ReadonlyArray<Rows.Row> => {
    const row = encode(key)
    const name = `${table} ${key}`
    if (row === undefined) return written.delete(name) ? [[table, key, null]] : []
    const json = JSON.stringify(row)
    if (written.get(name) === json) return []
    written.set(name, json)
    return [[table, key, row]]
  }

  /** Everything of an organization that was not here before, and then what was used. */
  const collectOf = (store: Store): ReadonlyArray<Rows.Row> => {
    const isNew = !watched.has(store)
    watched.add(store)
    return Object.entries(tables.of(store)).flatMap(([table, binding]) => {
      const keys = isNew ? [...binding.keys()] : binding.used()
      if (isNew) binding.watch()
      return keys.flatMap((key) => changed(prefixOf(stores, store) + table, key, binding.encode))
    })
  }

  const collect = () => [stores.main, ...stores.below()].flatMap(collectOf)

  yield* journal.rewrite(collect())
  return { commit: Effect.suspend(() => journal.append(collect())) }
})
