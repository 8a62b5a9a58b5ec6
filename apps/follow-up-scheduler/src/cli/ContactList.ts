/** A file of contact ids: one a line, or a CSV file with a column `contact_id`. */
import { ContactId } from "@effect-invent/domain/Ids"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as FileReadError from "../Policies/FileReadError.ts"
import * as Utf8 from "../Policies/Utf8.ts"
import * as ContactText from "./ContactText.ts"
import * as Csv from "./Csv.ts"

/** A list of contacts that cannot be used, with the line and the reason. Nothing was recorded. */
export class ContactsUnreadable extends Schema.TaggedError<ContactsUnreadable>()("ContactsUnreadable", {
  file: Schema.String,
  line: Schema.optional(Schema.Int),
  reason: Schema.String
}) {
  override get message() {
    return (
      `contacts ${this.file}${this.line === undefined ? "" : `, line ${this.line}`}: ${this.reason}; nothing was ` +
      "recorded"
    )
  }
}

const column = "contact_id"

/** The delimiter of the first line that is not empty: a spreadsheet writes another one in some countries. */
const delimiterOf = (text: string) => {
  const first = /\S.*/.exec(text)?.[0] ?? ""
  return ([",", ";", "\t"] as const).find((delimiter) => first.includes(delimiter)) ?? ","
}

/** A list of another kind, or in another encoding, has lines with other characters. */
const isOfList = (id: string): boolean => /^[\x21-\x7e]+$/.test(id) && !/[,;"@]/.test(id)

/** What the one column of a list may be called in its first line. */
const names: ReadonlyArray<string> = [
  "id",
  "ids",
  "contact",
  "contacts",
  "contactid",
  "contact id",
  "customer",
  "name",
  "email",
  "e-mail",
  "phone",
  "user_id"
]

const isEmpty = ({ cells }: Csv.Row) => cells.every((cell) => cell.trim() === "")
const isComment = ({ cells }: Csv.Row) => cells[0]?.trimStart().startsWith("#") === true

/**
 * The ids of a text, each once, in their order. Empty lines and lines that begin with `#` are left out. Where a line
 * has several columns, the first line has to name them, and one of them `contact_id`. Fails with `ContactsUnreadable`
 * at the first line that has no id, and where there is none at all. `file` is the name in that error.
 */
export const parse = (text: string, file: string): Either.Either<ReadonlyArray<ContactId>, ContactsUnreadable> =>
  Either.gen(function* () {
    const content = text.replace(/^\uFEFF/, "")
    const parsed = yield* Either.mapLeft(
      Csv.parse(content, delimiterOf(content)),
      ({ line, reason }) => new ContactsUnreadable({ file, line, reason })
    )
    const rows = parsed.filter((row) => !isEmpty(row) && !isComment(row))
    const first = rows[0]?.cells.map((cell) => cell.trim().toLowerCase()) ?? []
    const hasHeader = first.includes(column)
    if (!hasHeader && first.length === 1 && names.includes(first[0]!)) {
      const reason = `names its column ${first[0]}; call it ${column}, if it has contact ids`
      return yield* Either.left(new ContactsUnreadable({ file, line: rows[0]?.line, reason }))
    }
    if (first.indexOf(column) !== first.lastIndexOf(column)) {
      const reason = `has several columns ${column}; leave one`
      return yield* Either.left(new ContactsUnreadable({ file, line: rows[0]?.line, reason }))
    }
    const at = Math.max(0, first.indexOf(column))
    const ids = new Set<ContactId>()
    for (const { cells, line } of hasHeader ? rows.slice(1) : rows) {
      if (!hasHeader && cells.length > 1)
        return yield* Either.left(
          new ContactsUnreadable({ file, line, reason: `has several columns, and the first line names none ${column}` })
        )
      const id = cells[at]?.trim()
      const problem = ContactText.problemOf(id) ?? (isOfList(id ?? "") ? undefined : "is no contact id")
      if (problem !== undefined) return yield* Either.left(new ContactsUnreadable({ file, line, reason: problem }))
      ids.add(ContactId.make(id ?? ""))
    }
    if (ids.size === 0) return yield* Either.left(new ContactsUnreadable({ file, reason: "names no contact" }))
    return [...ids]
  })

/** Reads a file as {@link parse} does. Fails with `ContactsUnreadable` where it cannot be read, too. */
export const read = Effect.fn("ContactList.read")(function* (file: string) {
  const files = yield* FileSystem.FileSystem
  const bytes = yield* Effect.mapError(
    files.readFile(file),
    (error) => new ContactsUnreadable({ file, reason: FileReadError.why(error) })
  )
  const text = yield* Effect.mapError(
    Utf8.decode(bytes),
    ({ line }) => new ContactsUnreadable({ file, line, reason: "is not UTF-8; save the file as UTF-8" })
  )
  return yield* parse(text, file)
})
