/** What is counted of the whole world. */
import type { GrowthFilter } from "@effect-invent/domain/api/Analytics"
import type { ContactGrowth, Dashboard } from "@effect-invent/domain/Organization/Analytics"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import * as Option from "effect/Option"
import { badRequest } from "../Refusal.ts"
import type { Core } from "./Core.ts"
import * as Pages from "./Pages.ts"

/** More intervals than that are refused. */
const mostIntervals = 10_000

/** Makes what the API counts: totals, and contacts by day, week or month in a time zone. */
export const make = ({ atomic, store }: Core) => {
  const dashboard = flow(
    () =>
      Effect.sync((): Dashboard => {
        const chats = [...store.chats.values()]
        const closed = chats.filter(({ state }) => state === "CLOSED").length
        return {
          total_contacts: store.contacts.size,
          total_messages: store.messages.size,
          total_closed_conversations: closed,
          total_ongoing_conversations: chats.length - closed
        }
      }),
    atomic
  )

  const intervals = Effect.fnUntraced(function* ({
    from_date,
    interval = "day",
    timezone = "UTC",
    to_date
  }: typeof GrowthFilter.Type) {
    const zone = DateTime.zoneMakeNamed(timezone)
    if (Option.isNone(zone)) return yield* badRequest(`There is no time zone ${timezone}`)
    const until = to_date ?? (yield* DateTime.now)
    const first = [...store.contacts.values()].map(({ created_at }) => created_at).reduce(DateTime.min, until)
    const starts: Array<DateTime.Zoned> = []
    let start = DateTime.startOf(DateTime.setZone(from_date ?? first, zone.value), interval)
    while (DateTime.lessThanOrEqualTo(start, until)) {
      if (starts.length === mostIntervals) return yield* badRequest(`These are more than ${mostIntervals} intervals`)
      starts.push(start)
      start = DateTime.startOf(DateTime.add(start, { [`${interval}s`]: 1 }), interval)
    }
    return starts.map((begin, index) => ({ begin, end: starts[index + 1] ?? start }))
  })

  const growth = Effect.fnUntraced(function* (filter: typeof GrowthFilter.Type) {
    const found = yield* intervals(filter)
    const contacts = [...store.contacts.values()]
    const count = (
      at: (contact: (typeof contacts)[number]) => DateTime.Utc | null,
      begin: DateTime.DateTime,
      end: DateTime.DateTime
    ) =>
      contacts.filter((contact) => {
        const instant = at(contact)
        return instant !== null && DateTime.greaterThanOrEqualTo(instant, begin) && DateTime.lessThan(instant, end)
      }).length
    return Pages.page(found, filter, ({ begin, end }): ContactGrowth => ({
      date: DateTime.formatIsoDate(begin),
      new: count(({ created_at }) => created_at, begin, end),
      unsubscribed: count(({ unsubscribed_at }) => unsubscribed_at, begin, end),
      blocked: count(({ blocked_at }) => blocked_at, begin, end),
      total: contacts.filter(({ created_at }) => DateTime.lessThan(created_at, end)).length
    }))
  }, atomic)

  return { dashboard, growth }
}
