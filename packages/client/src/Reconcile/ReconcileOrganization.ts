/**
 * What became of an unsafe request that is about the organization's own: assistants, broadcasts, tables, files,
 * knowledge and the organizations below it. By what a list shows, as `Reconcile`, and on the same assumptions.
 */
import type { Assistant } from "@effect-invent/domain/Assistant"
import type { AssistantAction } from "@effect-invent/domain/Assistant/AssistantAction"
import type { Broadcast } from "@effect-invent/domain/Broadcast"
import type { Contact } from "@effect-invent/domain/Contact"
import type { File } from "@effect-invent/domain/File"
import type { AssistantId } from "@effect-invent/domain/Ids"
import type { OutcomeUnknown, RepeatableError } from "@effect-invent/domain/InventError"
import type { KnowledgeContent } from "@effect-invent/domain/Assistant/KnowledgeContent"
import type { Organization } from "@effect-invent/domain/Organization"
import type { Table } from "@effect-invent/domain/Table"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { collect, collectTwice } from "../internal/reconcile/Collect.ts"
import * as Similarity from "../internal/reconcile/Similarity.ts"
import type { Service } from "../ClientTypes.ts"
import * as Reconcile from "../Reconcile.ts"
import type { Options } from "./ReconcileRecords.ts"

const { Verdict } = Reconcile

type RequestOf<Group extends keyof Service, Name extends keyof Service[Group]> = Service[Group][Name] extends (
  request: infer Request
) => unknown
  ? Request
  : never
type Found<A> = Effect.Effect<Reconcile.Verdict<A>, RepeatableError>

const stillUnknown = (reason: string) => Effect.succeed(Verdict.StillUnknown({ reason }))

/** Whether `assistants.createAction` was applied: looks for an action of that kind and name, created since. */
export const createActionVerdict = (
  invent: { readonly assistants: Pick<Service["assistants"], "streamActions"> },
  { path, payload }: RequestOf<"assistants", "createAction">,
  unknown: OutcomeUnknown,
  options: Options = {}
): Found<AssistantAction> => {
  const since = Reconcile.before(unknown.sentAt, options)
  const likeness = (action: AssistantAction) =>
    Similarity.all(
      Similarity.ifStated(payload.action_id, action.action_id),
      Similarity.ifStated(payload.name, action.name),
      Similarity.ofShown(payload, action),
      Similarity.ofTime(action.created_at, since)
    )
  return Effect.flatMap(collect("assistants.listActions", invent.assistants.streamActions({ path })), (actions) =>
    Reconcile.judge(actions, likeness, unknown, options)
  )
}

/**
 * Whether `assistants.rotateSecretKey` was applied: reads the assistant, and compares its secret key with the one from
 * before the request. The result of one that was applied has the new key.
 */
export const rotateSecretKeyVerdict = (
  invent: { readonly assistants: Pick<Service["assistants"], "get"> },
  { path }: RequestOf<"assistants", "rotateSecretKey">,
  before: Redacted.Redacted,
  unknown: OutcomeUnknown,
  options: Reconcile.Patience = {}
): Found<Assistant> =>
  Effect.flatMap(invent.assistants.get({ path }), (assistant): Found<Assistant> => {
    const { secret_key } = assistant
    if (secret_key === null || secret_key === undefined)
      return stillUnknown("the assistant does not show its secret key")
    return secret_key === Redacted.value(before)
      ? Reconcile.absent(unknown, options)
      : Effect.succeed(Verdict.Applied({ result: assistant }))
  })

/** Whether `broadcasts.create` was applied: looks for a broadcast of that name, created since. */
export const createBroadcastVerdict = (
  invent: { readonly broadcasts: Pick<Service["broadcasts"], "stream"> },
  { path, payload }: RequestOf<"broadcasts", "create">,
  unknown: OutcomeUnknown,
  options: Options = {}
): Found<Broadcast> => {
  const since = Reconcile.before(unknown.sentAt, options)
  const likeness = (broadcast: Broadcast) =>
    Similarity.all(
      Similarity.ifStated(payload.name, broadcast.name),
      Similarity.ofShown(payload, broadcast),
      Similarity.ofTime(broadcast.created_at, since)
    )
  return Effect.flatMap(collect("broadcasts.list", invent.broadcasts.stream({ ...(path && { path }) })), (broadcasts) =>
    Reconcile.judge(broadcasts, likeness, unknown, options)
  )
}

/** A broadcast of these can be sent: each is before a sending, or after one that came to nothing. */
const sendable: ReadonlyArray<unknown> = ["DRAFT", "CANCELLED", "FAILED"]

/**
 * Whether `broadcasts.sendMarketing` was applied. Applied: the broadcast was started since, and is under way or over.
 * Not applied: it was started before or never, and can be sent still. Whatever else it shows leaves it open, also one
 * that is sent twice within `skew`.
 */
export const sendMarketingVerdict = (
  invent: { readonly broadcasts: Pick<Service["broadcasts"], "stream"> },
  { path }: RequestOf<"broadcasts", "sendMarketing">,
  unknown: OutcomeUnknown,
  options: Reconcile.Window & Reconcile.Patience = {}
): Found<Broadcast> => {
  const { broadcast_id, ...org } = path
  const since = Reconcile.before(unknown.sentAt, options)
  return Effect.flatMap(
    collect("broadcasts.list", invent.broadcasts.stream({ path: org })),
    (broadcasts): Found<Broadcast> => {
      const broadcast = broadcasts.find(({ id }) => id === broadcast_id)
      if (broadcast === undefined) return stillUnknown(`${broadcast_id} is not listed`)
      const started = broadcast.started_at ? Similarity.ofTime(broadcast.started_at, since) : "Different"
      const isSendable = sendable.includes(broadcast.status)
      if (started === "Equal" && !isSendable) return Effect.succeed(Verdict.Applied({ result: broadcast }))
      return started === "Different" && isSendable
        ? Reconcile.absent(unknown, options)
        : stillUnknown("status and start of the broadcast leave open which sending they are of")
    }
  )
}

/**
 * Whether `contacts.mergeTwo` was applied. Applied: the source is listed no more, and the target is. Lists all
 * contacts, twice.
 */
export const mergeTwoVerdict = (
  invent: { readonly contacts: Pick<Service["contacts"], "stream"> },
  { path, payload }: RequestOf<"contacts", "mergeTwo">,
  unknown: OutcomeUnknown,
  options: Reconcile.Patience = {}
): Found<Contact> =>
  Effect.flatMap(
    collectTwice("contacts.list", invent.contacts.stream({ ...(path && { path }) })),
    ({ ever, now }): Found<Contact> => {
      const isIn = (contacts: ReadonlyArray<Contact>) => contacts.some(({ id }) => id === payload.source_contact_id)
      const target = ever.find(({ id }) => id === payload.target_contact_id)
      if (target === undefined) return stillUnknown(`${payload.target_contact_id} is not listed`)
      if (!isIn(ever)) return Effect.succeed(Verdict.Applied({ result: target }))
      return isIn(now)
        ? Reconcile.absent(unknown, options)
        : stillUnknown(`${payload.source_contact_id} went while the list was read`)
    }
  )

/**
 * Whether `files.uploadOrg` was applied: looks for a new file of this name and size. One that was given without a name,
 * or by its address, leaves open which of the new files it is.
 */
export const uploadOrgFileVerdict = (
  invent: { readonly files: Pick<Service["files"], "streamOrg"> },
  { path, payload }: RequestOf<"files", "uploadOrg">,
  unknown: OutcomeUnknown,
  options: Options = {}
): Found<File> => {
  const since = Reconcile.before(unknown.sentAt, options)
  const likeness = ({ created_at, ...file }: File) =>
    Similarity.all(Similarity.ofFile(file, payload.file), Similarity.ofTime(created_at, since))
  return Effect.flatMap(collect("files.listOrg", invent.files.streamOrg({ ...(path && { path }) })), (files) =>
    Reconcile.judge(files, likeness, unknown, options)
  )
}

/**
 * Whether `knowledge.create` was applied: looks for a text of that title among those that an assistant could be given,
 * and reads each. A request without a title leaves nothing to look for.
 */
export const createContentVerdict = (
  invent: { readonly knowledge: Pick<Service["knowledge"], "get" | "streamAvailable"> },
  { path, payload }: RequestOf<"knowledge", "create">,
  assistant_id: AssistantId,
  unknown: OutcomeUnknown,
  options: Options = {}
): Found<KnowledgeContent> => {
  const { content, title } = payload
  if (title === undefined) return stillUnknown("the request has no title to look for")
  const since = Reconcile.before(unknown.sentAt, options)
  const available = invent.knowledge.streamAvailable({ path: { ...path, assistant_id }, urlParams: { type: "TEXT" } })
  const likeness = ({ created_at, text, title: stated }: KnowledgeContent) =>
    Similarity.all(
      stated ? Similarity.ifStated(title, stated) : "Equal",
      Similarity.ifStated(content.text, text),
      Similarity.ofTime(created_at, since)
    )
  return Effect.gen(function* () {
    const titled = (yield* collect("knowledge.listAvailable", available)).filter(
      (item) => Similarity.ifStated(title, item.title) !== "Different"
    )
    const isNew = titled.filter(({ id }) => options.known?.includes(id) !== true)
    const contents = yield* Effect.forEach(isNew, ({ id }) =>
      invent.knowledge.get({ path: { ...path, content_id: id } })
    )
    return yield* Reconcile.judge(contents, likeness, unknown, options)
  })
}

/** Whether `orgs.create` was applied: looks for an organization of that name, created since. */
export const createOrgVerdict = (
  invent: { readonly orgs: Pick<Service["orgs"], "stream"> },
  { path, payload }: RequestOf<"orgs", "create">,
  unknown: OutcomeUnknown,
  options: Options = {}
): Found<Organization> => {
  if (payload.name === undefined) return stillUnknown("the request has no name to look for")
  const since = Reconcile.before(unknown.sentAt, options)
  const likeness = (org: Organization) =>
    Similarity.all(
      Similarity.ifStated(payload.name, org.name),
      Similarity.ofShown(payload, org),
      Similarity.ofTime(org.created_at, since)
    )
  return Effect.flatMap(collect("orgs.list", invent.orgs.stream({ ...(path && { path }) })), (orgs) =>
    Reconcile.judge(orgs, likeness, unknown, options)
  )
}

/** Whether `tables.create` was applied: looks for a table of that name and prefix, created since. */
export const createTableVerdict = (
  invent: { readonly tables: Pick<Service["tables"], "stream"> },
  { path, payload }: RequestOf<"tables", "create">,
  unknown: OutcomeUnknown,
  options: Options = {}
): Found<Table> => {
  const since = Reconcile.before(unknown.sentAt, options)
  const likeness = ({ created_at, name, record_prefix }: Table) =>
    Similarity.all(
      Similarity.ifStated(payload.name, name),
      Similarity.ifStated(payload.record_prefix, record_prefix),
      Similarity.ofTime(created_at, since)
    )
  return Effect.flatMap(collect("tables.list", invent.tables.stream({ ...(path && { path }) })), (tables) =>
    Reconcile.judge(tables, likeness, unknown, options)
  )
}
