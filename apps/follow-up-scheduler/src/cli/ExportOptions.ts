/** The options of `export`. */
import { ChatId, ContactId } from "@effect-invent/domain/Ids"
import * as Options from "@effect/cli/Options"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

/** What is exported: entries of the audit, or all that is on record about a contact. */
export type Exported =
  | {
      readonly _tag: "Audit"
      readonly from: Option.Option<DateTime.Utc>
      readonly to: Option.Option<DateTime.Utc>
      readonly chat_id: Option.Option<ChatId>
    }
  | { readonly _tag: "Contact"; readonly contact_id: ContactId }

const dated = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/

/** A date, which begins at midnight in UTC, or a date and a time with its offset. */
const parseInstant = (text: string): Option.Option<DateTime.Utc> => {
  const day = dated.exec(text)?.[1]
  if (day === undefined) return Option.none()
  // The parser takes the 30th of February for a day in March.
  const isDay = Option.exists(DateTime.make(day), (instant) => DateTime.formatIsoDateUtc(instant) === day)
  return isDay ? Option.map(DateTime.make(text), DateTime.toUtc) : Option.none()
}

const instant = (name: string, description: string) =>
  Options.text(name).pipe(
    Options.withPseudoName("TIME"),
    Options.filterMap(
      parseInstant,
      "Expected a date such as 2026-03-01, or a time with its offset such as 2026-03-01T09:00:00+01:00"
    ),
    Options.optional,
    Options.withDescription(description)
  )

const id = (name: string, description: string) =>
  Options.text(name).pipe(Options.withPseudoName("ID"), Options.optional, Options.withDescription(description))

const from = instant("from", "the first instant that is exported: a date (UTC), or a time with its offset")
const to = instant("to", "the instant before which the export ends: a date (UTC), or a time with its offset")
const chat = id("chat", "only the entries of this chat")
const contact = id("contact", "all that is on record about this contact, in place of the audit")

/** `--from`, `--to` and `--chat`, or `--contact`; both together are refused, and so is an empty range. */
export const exported = Options.all({ from, to, chat, contact }).pipe(
  Options.filterMap(({ chat, contact, from, to }): Option.Option<Exported> => {
    if (Option.isNone(contact)) {
      const isEmpty = Option.exists(from, (begin) => Option.exists(to, (end) => !DateTime.lessThan(begin, end)))
      const chat_id = Option.map(chat, (id) => ChatId.make(id))
      return isEmpty ? Option.none() : Option.some({ _tag: "Audit", from, to, chat_id })
    }
    const isAlone = Option.isNone(from) && Option.isNone(to) && Option.isNone(chat)
    return isAlone ? Option.some({ _tag: "Contact", contact_id: ContactId.make(contact.value) }) : Option.none()
  }, "Expected --from before --to, and --contact without --from, --to and --chat")
)

const formats = ["jsonl", "csv"] as const

/** One JSON object a line, or CSV by RFC 4180. */
export type Format = (typeof formats)[number]

/** `--format`: how it is written. Default: one JSON object a line. */
export const format = Options.choice("format", formats).pipe(
  Options.withDefault("jsonl" satisfies Format),
  Options.withDescription("one JSON object a line, or CSV for a spreadsheet (default: jsonl)")
)
