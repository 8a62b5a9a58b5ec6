/**
 * The contract of `contacts`: the people, their channels, segments, notes, files and timeline, and acting as one of
 * them.
 */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import * as Closed from "../schema/Closed.ts"
import { Contact, ContactDryRun, DuplicateGroup, MergedContact } from "../Contact.ts"
import { Field } from "../Table/Field.ts"
import { BoardId, ContactId, OrgId, SegmentId } from "../Ids.ts"
import * as Open from "../schema/Open.ts"
import * as AsContact from "./AsContact.ts"
import * as Endpoint from "./Endpoint.ts"
import * as OfContact from "./OfContact.ts"
import * as Paging from "./Paging.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"

/** Which contacts a list holds. */
export const ContactStatus = Schema.Literal("ALL", "SUBSCRIBED", "UNSUBSCRIBED", "BLOCKED", "AI_REPLIES_DISABLED")
/** One of the five; `ALL` leaves nobody out. */
export type ContactStatus = typeof ContactStatus.Type

/** Each filter that is given narrows the list. */
export const ContactFilter = Closed.struct({
  /** Part of a name. */
  search: Closed.optional(Schema.String),
  unsubscribed: Closed.optional(Closed.flag),
  /** Presumably the address on a channel, as its `user_id`. */
  user_id: Closed.optional(Schema.String),
  name: Closed.optional(Schema.String),
  username: Closed.optional(Schema.String),
  email: Closed.optional(Closed.email),
  segment_id: Closed.optional(SegmentId),
  exclude_admins: Closed.optional(Closed.flag),
  /** On older pages, one of which has it beside `unsubscribed`; the newest has `exclude_admins`. */
  is_admin: Closed.optional(Closed.flag),
  /** Leaves out the contacts that are on this board. */
  exclude_board_id: Closed.optional(BoardId),
  status: Closed.optional(ContactStatus),
  ...Paging.fields
})

/** Which keys the server asks for is not stated, nor which kind of channel is made without `type`. */
export const CreateContact = Closed.struct({
  channel: Closed.optional(
    Closed.struct({
      /** The kind of channel, as a bulk creation names it: there the example is `email`. */
      type: Closed.optional(Schema.String),
      /** The contact's address on the channel. */
      user_id: Closed.optional(Schema.String),
      name: Closed.optional(Schema.String),
      email: Closed.optional(Schema.String),
      phone: Closed.optional(Schema.String),
      /** Presumably the contact that the channel is added to, instead of a new one. */
      contact_id: Closed.optional(ContactId)
    })
  ),
  segment_ids: Closed.optional(Schema.Array(SegmentId))
})

/** Only the keys given are changed. */
export const UpdateContact = Closed.struct({
  /** At most 512 characters; null clears. */
  name: Closed.optional(Schema.NullOr(Closed.text(512))),
  blocked: Closed.optional(Schema.Boolean),
  unsubscribed: Closed.optional(Schema.Boolean)
})

/** Left out, all duplicates that the server finds by itself are merged. */
export const MergeContacts = Closed.struct({
  /** 1 to 50. */
  source_contact_ids: Closed.optional(Schema.Array(ContactId).pipe(Schema.minItems(1), Schema.maxItems(50)))
})

/** Of two contacts, the first is deleted and the second kept. */
export const MergeTwo = Closed.struct({ source_contact_id: ContactId, target_contact_id: ContactId })

/** At most 10,000 channels, each of which is to become a contact or to join one. */
export const DryRunCreate = Closed.struct({
  channels: Schema.Array(
    Closed.struct({
      /** The kind of channel; the page's example is `email`. */
      type: Closed.optional(Schema.String),
      email: Closed.optional(Schema.String),
      user_id: Closed.optional(Schema.String),
      name: Closed.optional(Schema.String),
      contact_id: Closed.optional(ContactId)
    })
  ).pipe(Schema.maxItems(10_000)),
  segment_id: Closed.optional(SegmentId)
})

const contact = { org_id: OrgId, contact_id: ContactId }

/**
 * Lists the contacts of the organization. With `unsubscribed: true`, or a `status`, it lists who must not be written
 * to.
 *
 * @inferred The page describes a search by name without its name; `search` is the name on other lists.
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/get-contacts
 */
export const list = Endpoint.get("list", "/orgs/:org_id/contacts")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(ContactFilter)
  .addSuccess(Open.list(Contact))
  .annotate(Provenance, { method: "printed", path: "printed", query: { inferred: ["search"] }, answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Creates a contact, with a channel and segments where given.
 *
 * @inferred The page prints the channel without its `type`, which a bulk creation has.
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/create-a-contact
 */
export const create = Endpoint.post("create", "/orgs/:org_id/contacts")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setPayload(CreateContact)
  .addSuccess(Contact)
  .annotate(Provenance, { method: "printed", path: "printed", body: { inferred: ["channel.type"] }, answer: "printed" })
  .pipe(RetrySafety.unsafe)

/**
 * Lists the fields that the organization keeps on its contacts.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-fields
 */
export const listFields = Endpoint.get("listFields", "/orgs/:org_id/contacts/fields")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(Paging.Page)
  .addSuccess(Open.list(Field))
  .annotate(Provenance, { method: "printed", path: "printed", query: "printed", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Renames, blocks or unsubscribes a contact, or takes it back. What a block does to messages and follow-ups is
 * undocumented.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/update-a-contact
 */
export const update = Endpoint.patch("update", "/orgs/:org_id/contacts/:contact_id")
  .setPath(Schema.Struct(contact))
  .setPayload(UpdateContact)
  .addSuccess(Contact)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)

/**
 * Merges 1 to 50 contacts into this one. Their ids are gone afterwards, and nothing brings them back.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/merge-contacts
 */
export const merge = Endpoint.post("merge", "/orgs/:org_id/contacts/:contact_id/merge")
  .setPath(Schema.Struct(contact))
  .setPayload(MergeContacts)
  .addSuccess(MergedContact)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.unsafe)

/**
 * Merges one contact into another, by an older page: the source's id is gone afterwards, and nothing brings it back.
 *
 * @see https://docs.useinvent.com/api-reference/merge-contacts
 */
export const mergeTwo = Endpoint.post("mergeTwo", "/orgs/:org_id/contacts/merge")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setPayload(MergeTwo)
  .addSuccess(Contact)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.unsafe)

/**
 * Lists groups of contacts that share at least one external channel, each with the one that is recommended to be kept.
 *
 * @inferred The page says that the list is paged and is cut before the names: paging is as on other lists.
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-duplicate-contact-groups
 */
export const listDuplicates = Endpoint.get("listDuplicates", "/orgs/:org_id/contacts/duplicates")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(Paging.Page)
  .addSuccess(Open.list(DuplicateGroup))
  .annotate(Provenance, { method: "printed", path: "printed", query: "inferred", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Says what a creation of many contacts would do with each of them. That it writes nothing is inferred from its title;
 * the creation itself has no page.
 *
 * @see https://docs.useinvent.com/api-reference/dry-run-create-multiple-contacts
 */
export const dryRunCreate = Endpoint.post("dryRunCreate", "/orgs/:org_id/contacts/bulk/dry")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setPayload(DryRunCreate)
  .addSuccess(ContactDryRun)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Contacts: their channels, segments, notes, files and timeline, merging them, and acting as one on a custom channel.
 */
export const Contacts = HttpApiGroup.make("contacts")
  .add(list)
  .add(create)
  .add(listFields)
  .add(update)
  .add(merge)
  .add(mergeTwo)
  .add(listDuplicates)
  .add(dryRunCreate)
  .add(OfContact.listSegments)
  .add(OfContact.addSegment)
  .add(OfContact.listNotes)
  .add(OfContact.listActivities)
  .add(OfContact.listFiles)
  .add(OfContact.uploadFile)
  .add(OfContact.updateChannel)
  .add(AsContact.createChat)
  .add(AsContact.sendMessage)
  .add(AsContact.sendMessageOnChannel)
  .add(AsContact.respondToTool)
  .add(AsContact.decideApproval)
