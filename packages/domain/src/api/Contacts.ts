/** The contract of `contacts`: the people, their channels, segments, notes, files and timeline, and acting as one of them. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import * as Closed from "../Closed.ts"
import { Contact, MergedContact } from "../Contact.ts"
import { activityTypes, ContactActivity } from "../ContactActivity.ts"
import { ContactChannel } from "../ContactChannel.ts"
import { ContactField } from "../ContactField.ts"
import { ContactFile } from "../ContactFile.ts"
import { ContactNote } from "../ContactNote.ts"
import { BoardId, ChannelId, ContactId, OrgId, SegmentId } from "../Ids.ts"
import { Segment } from "../Segment.ts"
import * as AsContact from "./AsContact.ts"
import * as Endpoint from "./Endpoint.ts"
import { Experimental } from "./Experimental.ts"
import * as Paging from "./Paging.ts"
import * as RetrySafety from "./RetrySafety.ts"

/** Which contacts a list holds. */
export const ContactStatus = Schema.Literal("ALL", "SUBSCRIBED", "UNSUBSCRIBED", "BLOCKED", "AI_REPLIES_DISABLED")
export type ContactStatus = typeof ContactStatus.Type

/** Each filter that is given narrows the list. */
export const ContactFilter = Closed.struct({
  /** Part of a name. */
  search: Closed.optional(Schema.String),
  unsubscribed: Closed.optional(Schema.BooleanFromString),
  user_id: Closed.optional(Schema.String),
  name: Closed.optional(Schema.String),
  username: Closed.optional(Schema.String),
  email: Closed.optional(Closed.email),
  segment_id: Closed.optional(SegmentId),
  exclude_admins: Closed.optional(Schema.BooleanFromString),
  /** The older page's filter, which the newer one replaced by `exclude_admins`. */
  is_admin: Closed.optional(Schema.BooleanFromString),
  exclude_board_id: Closed.optional(BoardId),
  status: Closed.optional(ContactStatus),
  ...Paging.fields
})

/** Which keys the server asks for is not stated. Its type of channel is presumably `custom`. */
export const CreateContact = Closed.struct({
  channel: Closed.optional(
    Closed.struct({
      /** The contact's address on the channel. */
      user_id: Closed.optional(Schema.String),
      name: Closed.optional(Schema.String),
      email: Closed.optional(Closed.email),
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

const longestText = 256

/** Only the keys given are changed, and null clears. The channel's `user_id` cannot be changed. */
export const UpdateChannel = Closed.struct({
  avatar: Closed.optional(Schema.NullOr(Closed.uri(2048))),
  name: Closed.optional(Schema.NullOr(Closed.text(longestText))),
  phone: Closed.optional(Schema.NullOr(Closed.text(longestText))),
  username: Closed.optional(Schema.NullOr(Closed.text(longestText))),
  email: Closed.optional(Schema.NullOr(Closed.email))
})

/** Left out, all duplicates that the server finds by itself are merged. */
export const MergeContacts = Closed.struct({
  source_contact_ids: Closed.optional(Schema.Array(ContactId).pipe(Schema.minItems(1), Schema.maxItems(50)))
})

const allowedTypes = Closed.optional(Schema.Array(Closed.text(255)).pipe(Schema.maxItems(255)))

/** The bytes of a file, alone or with its name and MIME type, or an address to fetch it from: one of the two. */
export const UploadFile = Schema.Union(
  Closed.struct({
    file: Schema.Union(
      Schema.Uint8ArrayFromBase64,
      Closed.struct({ data: Schema.Uint8ArrayFromBase64, name: Closed.text(255), type: Closed.text(255) })
    ),
    allowed_types: allowedTypes
  }),
  Closed.struct({ file_url: Closed.uri(2048), allowed_types: allowedTypes })
)

const contact = { org_id: OrgId, contact_id: ContactId }

/**
 * Lists the contacts of the organization. The names of the filters are published but for `search`.
 *
 * @experimental The page describes a search by name whose parameter is not visible; `search` is inferred.
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/get-contacts
 */
export const list = Endpoint.get("list", "/orgs/:org_id/contacts")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(ContactFilter)
  .addSuccess(Schema.Array(Contact))
  .annotate(Experimental, { inferred: ["query"], missing: "the name of the parameter that searches by name" })
  .pipe(RetrySafety.safe)

/**
 * Creates a contact, with a channel and segments where given.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/create-a-contact
 */
export const create = Endpoint.post("create", "/orgs/:org_id/contacts")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setPayload(CreateContact)
  .addSuccess(Contact)
  .pipe(RetrySafety.unsafe)

/**
 * Lists the fields that the organization keeps on its contacts.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-fields
 */
export const listFields = Endpoint.get("listFields", "/orgs/:org_id/contacts/fields")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(Paging.Page)
  .addSuccess(Schema.Array(ContactField))
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
  .pipe(RetrySafety.unsafe)

/**
 * Lists the segments that a contact is in.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/get-contact-segments
 */
export const listSegments = Endpoint.get("listSegments", "/orgs/:org_id/contacts/:contact_id/segments")
  .setPath(Schema.Struct(contact))
  .setUrlParams(Paging.Page)
  .addSuccess(Schema.Array(Segment))
  .pipe(RetrySafety.safe)

/**
 * Puts a contact into a segment. Putting it there again changes nothing, as far as a set goes.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/add-segment-to-contact
 */
export const addSegment = Endpoint.post("addSegment", "/orgs/:org_id/contacts/:contact_id/segments/:segment_id")
  .setPath(Schema.Struct({ ...contact, segment_id: SegmentId }))
  .addSuccess(Contact)
  .pipe(RetrySafety.idempotent)

/**
 * Lists the notes that the staff keeps on a contact.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-notes
 */
export const listNotes = Endpoint.get("listNotes", "/orgs/:org_id/contacts/:contact_id/notes")
  .setPath(Schema.Struct(contact))
  .setUrlParams(Paging.Page)
  .addSuccess(Schema.Array(ContactNote))
  .pipe(RetrySafety.safe)

/**
 * Lists what happened to a contact, newest first.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-activities
 */
export const listActivities = Endpoint.get("listActivities", "/orgs/:org_id/contacts/:contact_id/activities")
  .setPath(Schema.Struct(contact))
  .setUrlParams(Closed.struct({ type: Closed.optional(Schema.Literal(...activityTypes)), ...Paging.fields }))
  .addSuccess(Schema.Array(ContactActivity))
  .pipe(RetrySafety.safe)

/**
 * Gives a contact a file. Its name and MIME type have at most 255 characters, its address 2048; `allowed_types` has at most
 * 255 entries of 255 characters.
 *
 * @experimental The page names base64 data, name and type of the file without their keys; `data`, `name` and `type` are
 * inferred.
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/upload-contact-file
 */
export const uploadFile = Endpoint.post("uploadFile", "/orgs/:org_id/contacts/:contact_id/files")
  .setPath(Schema.Struct(contact))
  .setPayload(UploadFile)
  .addSuccess(ContactFile)
  .annotate(Experimental, { inferred: ["body"], missing: "the keys of a file that is given with its name and type" })
  .pipe(RetrySafety.unsafe)

/**
 * Changes how a contact appears on a channel. Custom channels only.
 *
 * @see https://docs.useinvent.com/api-reference/update-a-contact-channel-only-for-custom-channels
 */
export const updateChannel = Endpoint.patch(
  "updateChannel",
  "/orgs/:org_id/contacts/:contact_id/channels/:channel_id"
)
  .setPath(Schema.Struct({ ...contact, channel_id: ChannelId }))
  .setPayload(UpdateChannel)
  .addSuccess(ContactChannel)
  .pipe(RetrySafety.idempotent)

export const Contacts = HttpApiGroup.make("contacts")
  .add(list)
  .add(create)
  .add(listFields)
  .add(update)
  .add(merge)
  .add(listSegments)
  .add(addSegment)
  .add(listNotes)
  .add(listActivities)
  .add(uploadFile)
  .add(updateChannel)
  .add(AsContact.createChat)
  .add(AsContact.sendMessage)
  .add(AsContact.sendMessageOnChannel)
  .add(AsContact.respondToTool)
  .add(AsContact.decideApproval)
