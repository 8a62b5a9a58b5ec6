/**
 * What the API does with contacts that may be one person: find them, merge them, and preview for many what they would
 * become.
 */
import type { DryRunCreate, MergeContacts, MergeTwo } from "@effect-invent/domain/api/Contacts"
import type { ContactDryRun, DuplicateGroup, ImportedContact } from "@effect-invent/domain/Contact"
import type { ContactId } from "@effect-invent/domain/Ids"
import { integrations } from "@effect-invent/domain/Integration"
import { Unknown } from "@effect-invent/domain/schema/Open"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import { badRequest } from "../Refusal.ts"
import type { ContactBook } from "./ContactBook.ts"
import type { Core } from "./Core.ts"
import { given } from "./Given.ts"
import * as Merging from "./Merging.ts"
import * as Pages from "./Pages.ts"
import type { ContactRecord } from "./Store.ts"
import * as Wire from "./WireContact.ts"

type Channel = (typeof DryRunCreate.Type)["channels"][number]

const integrationOf = (type: string) => integrations.find((known) => known === type) ?? new Unknown({ value: type })

const imported = ({ type, ...channel }: Channel): ImportedContact => ({
  ...given(channel),
  ...(type === undefined ? {} : { type: integrationOf(type) })
})

/** Makes the finding of contacts that share a channel, their merging, and the dry run of many. */
export const make = (core: Core, book: ContactBook) => {
  const { atomic, store } = core

  /** Part of a change. */
  const join = Effect.fnUntraced(function* (target: ContactRecord, sources: ReadonlyArray<ContactRecord>) {
    if (sources.includes(target)) return yield* badRequest(`Contact ${target.id} cannot be merged into itself`)
    const at = yield* DateTime.now
    for (const source of sources) {
      Merging.merge(store, target, source)
      yield* core.append({ kind: "merge", at, contact_id: target.id, source_contact_id: source.id })
    }
    target.updated_at = at
    yield* book.changed(target, at)
  })

  const merge = Effect.fnUntraced(function* (id: ContactId, { source_contact_ids }: typeof MergeContacts.Type) {
    const target = yield* store.findContact(id)
    const sources =
      source_contact_ids === undefined
        ? Merging.duplicatesOf(store, target)
        : yield* Effect.forEach(new Set(source_contact_ids), store.findContact)
    yield* join(target, sources)
    return { merged: Wire.contact(store, target), merged_contact_ids: sources.map((source) => source.id) }
  }, atomic)

  const mergeTwo = Effect.fnUntraced(function* ({ source_contact_id, target_contact_id }: typeof MergeTwo.Type) {
    const target = yield* store.findContact(target_contact_id)
    yield* join(target, [yield* store.findContact(source_contact_id)])
    return Wire.contact(store, target)
  }, atomic)

  /** Of contacts that share an address, the oldest is the one to keep. */
  const groups = (): ReadonlyArray<DuplicateGroup> => {
    const grouped = new Set<ContactId>()
    return [...store.contacts.values()].flatMap((contact) => {
      const duplicates = grouped.has(contact.id) ? [] : Merging.duplicatesOf(store, contact)
      for (const { id } of duplicates) grouped.add(id)
      const show = (each: ContactRecord) => Wire.contact(store, each)
      return duplicates.length === 0 ? [] : [{ primary: show(contact), duplicates: duplicates.map(show) }]
    })
  }

  const listDuplicates = flow(
    (query: Pages.PageQuery) => Effect.sync(() => Pages.page(groups(), query, (group) => group)),
    atomic
  )

  const dryRunCreate = flow(
    ({ channels }: typeof DryRunCreate.Type) =>
      Effect.sync((): ContactDryRun => {
        const known = new Set([...store.channels.values()].flatMap(({ email, user_id }) => [email, user_id]))
        const fate = ({ contact_id, email, user_id }: Channel) => {
          if (email === undefined && user_id === undefined) return "invalid"
          const isKnown = [email, user_id].some((address) => address !== undefined && known.has(address))
          return isKnown || (contact_id !== undefined && store.contacts.peek(contact_id) !== undefined)
            ? "updated"
            : "created"
        }
        const of = (wanted: string) => channels.filter((channel) => fate(channel) === wanted).map(imported)
        return { created: of("created"), updated: of("updated"), invalid: of("invalid") }
      }),
    atomic
  )

  return { merge, mergeTwo, listDuplicates, dryRunCreate }
}
