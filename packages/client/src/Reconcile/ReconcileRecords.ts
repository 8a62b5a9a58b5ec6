/**
 * What became of an unsafe request that is not a contact's, by what a list shows: as `Reconcile`, on the same
 * assumptions. `Reconcilable` lists the verdict of each endpoint.
 */
import type { Assistant } from "@effect-invent/domain/Assistant"
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import type { Contact, MergedContact } from "@effect-invent/domain/Contact"
import type { ContactFile } from "@effect-invent/domain/Contact/ContactFile"
import type { ChatId, ToolCallId } from "@effect-invent/domain/Ids"
import type { InventError, OutcomeUnknown, RepeatableError } from "@effect-invent/domain/InventError"
import { isUndecodable } from "@effect-invent/domain/schema/Undecodable"
import type { WorkflowRun } from "@effect-invent/domain/WorkflowRun"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { collect, collectTwice } from "../internal/reconcile/Collect.ts"
import * as Similarity from "../internal/reconcile/Similarity.ts"
import type { Service } from "../ClientTypes.ts"
import * as Reconcile from "../Reconcile.ts"

const { Verdict } = Reconcile

type Contacts = Service["contacts"]
type CreateMessage = Parameters<Service["messages"]["create"]>[0]
type Approval = { readonly path: { readonly chat_id: ChatId; readonly tool_call_id: ToolCallId } }
type CreateContact = Parameters<Contacts["create"]>[0]
type Merge = Parameters<Contacts["merge"]>[0]
type UploadFile = Parameters<Contacts["uploadFile"]>[0]
type CreateAssistant = Parameters<Service["assistants"]["create"]>[0]
type RunWorkflow = Parameters<Service["workflows"]["run"]>[0]
type SendTransactional = Parameters<Service["broadcasts"]["sendTransactional"]>[0]

/** As `Reconcile.Window` and `Reconcile.Patience`; `known` are the ids of entries that existed before the request. */
export type Options = Reconcile.Window & Reconcile.Patience & { readonly known?: ReadonlyArray<string> }

const stillUnknown = (reason: string) => Effect.succeed(Verdict.StillUnknown({ reason }))

/**
 * The chats of the inbox, for the `findChat` of `Reconcile.createChat`: those on custom channels, where contacts' chats
 * are.
 */
export const inboxChats = (invent: {
  readonly inbox: Pick<Service["inbox"], "stream">
}): Effect.Effect<ReadonlyArray<Chat>, RepeatableError> =>
  collect("inbox.list", invent.inbox.stream({ urlParams: { integration_id: "custom" } }))

/** Whether `messages.create` was applied: looks for a new message of the staff's with the same parts. */
export const createMessageVerdict = (
  invent: Reconcile.Lists,
  { path, payload }: CreateMessage,
  unknown: OutcomeUnknown,
  options: Reconcile.MessageOptions = {}
): Effect.Effect<Reconcile.Verdict<ChatMessage>, RepeatableError> => {
  const since = Reconcile.before(unknown.sentAt, options)
  const likeness = (message: ChatMessage) =>
    Similarity.all(
      Similarity.ofStaff(message),
      Similarity.ofContent(message, payload.message),
      Similarity.ofTime(message.created_at, since)
    )
  return Effect.flatMap(Reconcile.listed(invent, path.chat_id, since), (messages) =>
    Reconcile.judge(messages, likeness, unknown, options)
  )
}

/**
 * Whether a `decideApproval`, the staff's or a contact's, was applied. Not applied: a message names the tool call and
 * says that it waits, and none says anything else of it. The rest leaves it open: nothing published shows who decided.
 */
export const decideApprovalVerdict = (
  invent: Reconcile.Lists,
  { path }: Approval,
  unknown: OutcomeUnknown,
  options: Reconcile.Patience = {}
): Effect.Effect<Reconcile.Verdict<never>, RepeatableError> =>
  Effect.flatMap(Reconcile.listed(invent, path.chat_id), (messages) =>
    Similarity.isOnlyWaiting(messages.flatMap((message) => Similarity.mentions(message, path.tool_call_id)))
      ? Reconcile.absent(unknown, options)
      : stillUnknown("no message says that the tool call is pending, and none can say whose decision it was")
  )

const areDigits = /^\+?[\d\s().-]+$/

/**
 * The filters that find a channel: the service compares whole values, and may keep an e-mail in small letters, and a
 * number without blanks or plus.
 */
const filtersOf = ({
  email = "",
  user_id
}: NonNullable<CreateContact["payload"]["channel"]>): ReadonlyArray<{ email: string } | { user_id: string }> => {
  if (user_id === undefined) return [...new Set([email, email.trim().toLowerCase()])].map((email) => ({ email }))
  const digits = user_id.replaceAll(/\D/g, "")
  const others = areDigits.test(user_id) ? [`+${digits}`, digits] : [user_id.trim().toLowerCase()]
  return [...new Set([user_id, ...others])].map((user_id) => ({ user_id }))
}

/**
 * Whether `contacts.create` was applied: looks for a contact with the channel's address or e-mail, created since; where
 * a contact was named, for its new channel. Without address and e-mail there is nothing to go by.
 */
export const createContactVerdict = (
  invent: { readonly contacts: Pick<Contacts, "stream"> },
  { path, payload }: CreateContact,
  unknown: OutcomeUnknown,
  options: Options = {}
): Effect.Effect<Reconcile.Verdict<Contact>, RepeatableError> => {
  const { channel } = payload
  if (channel?.user_id === undefined && channel?.email === undefined) {
    return stillUnknown("the request has neither an address nor an e-mail to look for")
  }
  const since = Reconcile.before(unknown.sentAt, options)
  // A channel that is newer than its contact was added to one who was there.
  const ofChannel =
    ({ created_at }: Contact) =>
    (listed: NonNullable<Contact["channels"]>[number]): Similarity.Similarity =>
      isUndecodable(listed)
        ? "Doubtful"
        : Similarity.all(
            Similarity.ifStated(channel.user_id, listed.user_id),
            Similarity.ifStated(channel.email, listed.email),
            Similarity.ofTime(listed.created_at ?? (channel.contact_id === undefined ? created_at : undefined), since)
          )
  const likeness = (contact: Contact): Similarity.Similarity =>
    Similarity.all(
      Similarity.any((contact.channels ?? []).map(ofChannel(contact))),
      Similarity.ifStated(channel.contact_id, contact.id)
    )
  const found = Stream.flatMap(Stream.fromIterable(filtersOf(channel)), (urlParams) =>
    invent.contacts.stream({ ...(path && { path }), urlParams })
  )
  return Effect.flatMap(collect("contacts.list", found), (contacts) =>
    Reconcile.judge(contacts, likeness, unknown, options)
  )
}

/**
 * Whether `contacts.merge` was applied. Applied: none of the sources is listed any more, and the contact is. Not
 * applied: all of them are. Lists all contacts, twice. A merge of whatever the server finds by itself leaves nothing to
 * look for.
 */
export const mergeVerdict = (
  invent: { readonly contacts: Pick<Contacts, "stream"> },
  { path, payload }: Merge,
  unknown: OutcomeUnknown,
  options: Reconcile.Patience = {}
): Effect.Effect<Reconcile.Verdict<MergedContact>, RepeatableError> => {
  const sources = payload.source_contact_ids
  if (sources === undefined) return stillUnknown("the request names no contacts to look for")
  const { contact_id, ...org } = path
  return Effect.flatMap(
    collectTwice("contacts.list", invent.contacts.stream({ path: org })),
    ({ ever, now }): Effect.Effect<Reconcile.Verdict<MergedContact>> => {
      const listedIn = (contacts: ReadonlyArray<Contact>) =>
        sources.filter((source) => contacts.some(({ id }) => id === source))
      const merged = ever.find(({ id }) => id === contact_id)
      const left = listedIn(ever)
      if (merged === undefined) return stillUnknown(`${contact_id} is not listed`)
      if (left.length === 0) return Effect.succeed(Verdict.Applied({ result: { merged, merged_contact_ids: sources } }))
      return listedIn(now).length === sources.length
        ? Reconcile.absent(unknown, options)
        : stillUnknown(`still listed: ${left.join(", ")}`)
    }
  )
}

/** Whether `contacts.uploadFile` was applied: looks at the contact's timeline for a new file of this name and size. */
export const uploadFileVerdict = (
  invent: { readonly contacts: Pick<Contacts, "streamActivities"> },
  { path, payload }: UploadFile,
  unknown: OutcomeUnknown,
  options: Options = {}
): Effect.Effect<Reconcile.Verdict<ContactFile>, RepeatableError> => {
  const since = Reconcile.before(unknown.sentAt, options)
  const activities = collect(
    "contacts.listActivities",
    invent.contacts.streamActivities({ path, urlParams: { type: "file_uploaded" } })
  )
  return Effect.flatMap(activities, (activities) => {
    const recent = activities.filter(({ created_at }) => Similarity.ofTime(created_at, since) !== "Different")
    const shown = recent.flatMap(({ created_at, file }) => (file && !isUndecodable(file) ? [{ created_at, file }] : []))
    const undated = new Set(
      shown.filter(({ created_at }) => Similarity.ofTime(created_at, since) === "Doubtful").map(({ file }) => file.id)
    )
    const files = shown.map(({ file }) => file)
    if (files.length < recent.length) return stillUnknown("a new entry of the timeline does not show its file")
    return Reconcile.judge(
      files,
      (file) => Similarity.all(Similarity.ofFile(file, payload.file), undated.has(file.id) ? "Doubtful" : "Equal"),
      unknown,
      options
    )
  })
}

/** Whether `assistants.create` was applied: looks for an assistant of that name, created since. */
export const createAssistantVerdict = (
  invent: { readonly assistants: Pick<Service["assistants"], "stream"> },
  { path, payload }: CreateAssistant,
  unknown: OutcomeUnknown,
  options: Options = {}
): Effect.Effect<Reconcile.Verdict<Assistant>, RepeatableError> => {
  const since = Reconcile.before(unknown.sentAt, options)
  const likeness = (assistant: Assistant) =>
    Similarity.all(
      Similarity.ifStated(payload.name, assistant.name),
      Similarity.ofShown(payload, assistant),
      Similarity.ofTime(assistant.created_at, since)
    )
  return Effect.flatMap(collect("assistants.list", invent.assistants.stream({ ...(path && { path }) })), (assistants) =>
    Reconcile.judge(assistants, likeness, unknown, options)
  )
}

/**
 * Whether `workflows.run` was applied: looks for a run of the workflow that was started since and names the identifier,
 * where one was given. No page prints which key of a run has the identifier, so all its values are searched.
 */
export const runWorkflowVerdict = (
  invent: { readonly workflows: Pick<Service["workflows"], "streamRuns"> },
  { path, payload }: RunWorkflow,
  unknown: OutcomeUnknown,
  options: Options = {}
): Effect.Effect<Reconcile.Verdict<WorkflowRun>, RepeatableError> => {
  const since = Reconcile.before(unknown.sentAt, options)
  const { workflow_id, ...org } = path
  const { identifier } = payload
  const likeness = (run: WorkflowRun) =>
    Similarity.all(
      Similarity.ifStated(workflow_id, run.workflow_id),
      identifier === undefined || Object.values(run).includes(identifier) ? "Equal" : "Doubtful",
      Similarity.ofShown(payload, run),
      Similarity.ofTime(run.started_at, since)
    )
  return Effect.flatMap(collect("workflows.listRuns", invent.workflows.streamRuns({ path: org })), (runs) =>
    Reconcile.judge(runs, likeness, unknown, options)
  )
}

/**
 * Whether `broadcasts.sendTransactional` was applied, as far as one chat of the contact's shows it: looks there for a
 * new message of the broadcast. Without one there, the other channels stay unknown.
 */
export const sendTransactionalVerdict = (
  invent: Reconcile.Lists,
  { path }: SendTransactional,
  chat_id: ChatId,
  unknown: OutcomeUnknown,
  options: Options = {}
): Effect.Effect<Reconcile.Verdict<ChatMessage>, RepeatableError> => {
  const since = Reconcile.before(unknown.sentAt, options)
  return Effect.flatMap(
    Reconcile.listed(invent, chat_id, since),
    (messages): Effect.Effect<Reconcile.Verdict<ChatMessage>> => {
      const known = new Set<string>(options.known)
      const ofBroadcast = messages.filter(
        ({ broadcast_id, id }) => broadcast_id === path.broadcast_id && !known.has(id)
      )
      const likeness = ({ created_at }: ChatMessage) => Similarity.ofTime(created_at, since)
      return ofBroadcast.every((message) => likeness(message) === "Different")
        ? stillUnknown("the chat shows no message of the broadcast, which may have gone to another channel")
        : Reconcile.judge(ofBroadcast, likeness, unknown, options)
    }
  )
}

/** `messages.create`, applied exactly once: as `Reconcile.sendMessage`. */
export const createMessage = (
  invent: { readonly messages: Pick<Service["messages"], "create" | "stream"> },
  request: CreateMessage,
  options: Reconcile.MessageOptions = {}
): Effect.Effect<ChatMessage, InventError> =>
  Effect.flatMap(Reconcile.recent(invent, request.path.chat_id, options), (known) =>
    Reconcile.exactlyOnce(
      invent.messages.create(request),
      (unknown) => createMessageVerdict(invent, request, unknown, { ...options, known }),
      options
    )
  )
