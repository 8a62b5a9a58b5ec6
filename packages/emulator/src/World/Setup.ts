/**
 * What people set up in Invent's own dashboard and the API can only use: segments, notes, members, connections and the
 * like.
 */
import type { AssistantId, BroadcastId, ChatId, ContactId, UserId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import type { Broadcasts } from "./Broadcasts.ts"
import type { ContactBook } from "./ContactBook.ts"
import type { Core } from "./Core.ts"
import type * as Records from "./Records.ts"
import { contactsTable } from "./Records.ts"
import type { AssistantRecord } from "./Store.ts"
import type { SubOrganizations } from "./SubOrganizations.ts"

/**
 * Makes what only the dashboard can create, for tests: segments, notes, shared files, members, connections, fields,
 * workflows, organizations below this one, and transactional broadcasts. Ids that are unknown are refused with 404.
 */
export const make = (core: Core, book: ContactBook, broadcasts: Broadcasts, organizations: SubOrganizations) => {
  const { atomic, store } = core

  const kept = <K extends string, A extends { readonly id: K }>(table: Map<K, A>, record: A): A => {
    table.set(record.id, record)
    return record
  }

  const addSegment = Effect.fnUntraced(function* (
    given: Pick<Records.Segment, "name"> & Partial<Pick<Records.Segment, "color" | "boards">>
  ) {
    const at = yield* DateTime.now
    const segment = {
      id: store.ids.segment(),
      color: "neutral",
      boards: [],
      created_at: at,
      updated_at: at,
      ...given
    } as const
    return kept(store.segments, segment).id
  }, atomic)

  const addNote = Effect.fnUntraced(function* (contact_id: ContactId, content: string) {
    const contact = yield* store.findContact(contact_id)
    const created_at = yield* DateTime.now
    const { id } = kept(store.notes, { id: store.ids.note(), contact_id, content, user_id: store.user_id, created_at })
    book.happened(contact, created_at, "note_created", { note_id: id })
    return id
  }, atomic)

  /** The contact shares a file in the chat. */
  const shareFile = Effect.fnUntraced(function* (
    chat_id: ChatId,
    given: Pick<Records.File, "filename" | "mimetype" | "size">
  ) {
    const { contact_id } = yield* store.findChat(chat_id)
    const id = store.ids.file()
    const url = `https://files.invalid/${id}`
    const created_at = yield* DateTime.now
    return kept(store.files, { id, contact_id, chat_id, url, source: "chat", user_id: null, created_at, ...given }).id
  }, atomic)

  /** The contact is never answered by an assistant. */
  const disableAiReplies = Effect.fnUntraced(function* (contactId: ContactId, disabled: boolean = true) {
    const contact = yield* store.findContact(contactId)
    contact.ai_replies_disabled = disabled
  }, atomic)

  const addMember = flow(
    (name: string, user_id: UserId = store.ids.user()) =>
      Effect.sync(() => kept(store.members, { id: store.ids.orgMember(), user_id, name }).id),
    atomic
  )

  /** `options` are what can be chosen for the fields of its actions. */
  const addConnection = flow(
    (options: ReadonlyArray<string> = []) =>
      Effect.sync(() => kept(store.connections, { id: store.ids.connection(), options }).id),
    atomic
  )

  /** A field of contacts. A key that another field of theirs has is refused with 400. */
  const addField = Effect.fnUntraced(function* (key: string, type: Records.Field["type"] = "string") {
    yield* store.freeKey(contactsTable, key)
    const field = {
      id: store.ids.field(),
      table_id: contactsTable,
      key,
      type,
      schema: {},
      readonly: false,
      archived: false
    }
    return kept(store.fields, field).id
  }, atomic)

  /** The runs of a workflow that `fails` end as failed, and those of any other as completed. */
  const addWorkflow = flow(
    (name: string, fails: boolean = false) =>
      Effect.sync(() => kept(store.workflows, { id: store.ids.workflow(), name, fails }).id),
    atomic
  )

  /** An organization below this one. */
  const addOrganization = Effect.fnUntraced(function* (name: string, plan?: string) {
    return organizations.add(yield* DateTime.now, name, plan).id
  }, atomic)

  /** Switches an assistant, or the channel on which it talks, on or off; deletes it, or takes the deletion back. */
  const changeAssistant = Effect.fnUntraced(function* (
    id: AssistantId,
    change: Partial<Pick<AssistantRecord, "deleted" | "enabled" | "integration">>
  ) {
    Object.assign(yield* store.findAssistant(id), change)
  }, atomic)

  /** A transactional broadcast, which only the dashboard can create. It can be sent once it is active. */
  const addBroadcast = Effect.fnUntraced(function* (
    name: string,
    templates: ReadonlyArray<Omit<Records.Template, "id">>,
    active: boolean = true
  ) {
    const identified = templates.map((template) => ({ id: store.ids.template(), ...template }))
    const status = active ? "ACTIVE" : "DRAFT"
    const { id } = broadcasts.add(yield* DateTime.now, { name, templates: identified, status })
    return { id, template_ids: identified.map((template) => template.id) }
  }, atomic)

  /** Activates a transactional broadcast, or takes that back. Refuses a marketing one with 400. */
  const changeBroadcast = Effect.fnUntraced(function* (id: BroadcastId, { active }: { readonly active: boolean }) {
    yield* broadcasts.activate(id, active, yield* DateTime.now)
  }, atomic)

  return {
    addSegment,
    addNote,
    shareFile,
    disableAiReplies,
    addMember,
    addConnection,
    addField,
    addWorkflow,
    addOrganization,
    changeAssistant,
    addBroadcast,
    changeBroadcast
  }
}
