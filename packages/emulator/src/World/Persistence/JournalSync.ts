/** Keeps the store in step with its journal: filled from it at the start, and each change written to it. */
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import { CurrentJournal } from "./Journal.ts"
import * as Rows from "./Rows.ts"
import * as Store from "../Store.ts"

class Invalid extends Data.TaggedError("Invalid")<{ readonly message: string }> {}

const reasonOf = (error: ParseResult.ParseError | string): string => {
  if (typeof error === "string") return error
  const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
  return `${(issue?.path ?? []).join(".")} ${issue?.message ?? error.message}`.trim().replaceAll(/\s+/g, " ")
}

const restore = (store: Store.Store, rows: ReadonlyArray<Rows.Row>) => {
  const tables = Rows.bindings(store)
  for (const [table, key, row] of rows) {
    if (row === null) {
      OpenRecord.get(tables, table)?.remove(key)
      continue
    }
    const put: Either.Either<void, ParseResult.ParseError | string> =
      OpenRecord.get(tables, table)?.put(key, row) ?? Either.left("there is no such table")
    if (Either.isLeft(put))
      return Either.left(new Invalid({ message: `holds no valid ${table} ${key}: ${reasonOf(put.left)}` }))
  }
  for (const message of store.messages.values()) {
    store.chats.get(message.chat_id)?.messages.push(message)
  }
  return Either.right(tables)
}

/** Whether a world can be made of these rows. */
export const check = (rows: ReadonlyArray<Rows.Row>): Either.Either<void, Invalid> =>
  Either.map(restore(Store.make(), rows), () => undefined)

/** `commit` writes down what has changed since it last did. */
export const make = Effect.fnUntraced(function* (store: Store.Store) {
  const journal = yield* CurrentJournal
  if (journal === null) return { commit: Effect.void }
  const tables = yield* Effect.orDie(restore(store, journal.rows))
  const written = new Map<string, string>()

  const changed = (table: string, key: string, encode: (key: string) => unknown): ReadonlyArray<Rows.Row> => {
    const row = encode(key)
    const name = `${table} ${key}`
    if (row === undefined) return written.delete(name) ? [[table, key, null]] : []
    const json = JSON.stringify(row)
    if (written.get(name) === json) return []
    written.set(name, json)
    return [[table, key, row]]
  }

  const collect = (keys: (binding: (typeof tables)[string]) => Iterable<string>) =>
    Object.entries(tables).flatMap(([table, binding]) =>
      [...keys(binding)].flatMap((key) => changed(table, key, binding.encode))
    )

  yield* journal.rewrite(collect((binding) => binding.keys()))
  for (const { watch } of Object.values(tables)) watch()
  return { commit: Effect.suspend(() => journal.append(collect((binding) => binding.used()))) }
})
