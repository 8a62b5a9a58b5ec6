/** The part of `contacts` that is about what is kept on one of them: segments, notes, files, timeline and channels. */
import * as Schema from "effect/Schema"
import * as Closed from "../schema/Closed.ts"
import { Contact } from "../Contact.ts"
import { activityTypes, ContactActivity } from "../Contact/ContactActivity.ts"
import { ContactChannel } from "../Contact/ContactChannel.ts"
import { ContactFile } from "../Contact/ContactFile.ts"
import { ContactNote } from "../Contact/ContactNote.ts"
import { ChannelId, ContactId, OrgId, SegmentId } from "../Ids.ts"
import * as Open from "../schema/Open.ts"
import { Segment } from "../Segment.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"
import * as Upload from "./Upload.ts"

const longestText = 256

/** Only the keys given are changed, and null clears. The channel's `user_id` cannot be changed. */
export const UpdateChannel = Closed.struct({
  /** An absolute URI of at most 2048 characters; null clears. */
  avatar: Closed.optional(Schema.NullOr(Closed.uri(2048))),
  /** At most 256 characters; null clears. */
  name: Closed.optional(Schema.NullOr(Closed.text(longestText))),
  /** At most 256 characters; null clears. */
  phone: Closed.optional(Schema.NullOr(Closed.text(longestText))),
  /** At most 256 characters; null clears. */
  username: Closed.optional(Schema.NullOr(Closed.text(longestText))),
  /** An e-mail address of at most 256 characters; null clears. */
  email: Closed.optional(Schema.NullOr(Closed.email.pipe(Schema.maxLength(longestText))))
})

/** Which files of a contact to list. */
export const ContactFileFilter = Closed.struct({
  /** Part of a file name. */
  search: Closed.optional(Schema.String),
  /** The beginning of a MIME type, such as `image/`. */
  mimetype: Closed.optional(Schema.String),
  ...Paging.fields
})

/** Which entries of a timeline to list: all, unless a type is given. */
export const ActivityFilter = Closed.struct({
  /** Only the entries of this type, such as `contact_unsubscribed`. */
  type: Closed.optional(Schema.Literal(...activityTypes)),
  ...Paging.fields
})

const contact = { org_id: OrgId, contact_id: ContactId }

/**
 * Lists the segments that a contact is in.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/get-contact-segments
 */
export const listSegments = Endpoint.get("listSegments", "/orgs/:org_id/contacts/:contact_id/segments")
  .setPath(Schema.Struct(contact))
  .setUrlParams(Paging.Page)
  .addSuccess(Open.list(Segment))
  .annotate(Provenance, { method: "printed", path: "printed", query: "printed", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Puts a contact into a segment. Putting it there again changes nothing, as far as a set goes.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/add-segment-to-contact
 */
export const addSegment = Endpoint.post("addSegment", "/orgs/:org_id/contacts/:contact_id/segments/:segment_id")
  .setPath(Schema.Struct({ ...contact, segment_id: SegmentId }))
  .addSuccess(Contact)
  .annotate(Provenance, { method: "printed", path: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)

/**
 * Lists the notes that the staff keeps on a contact.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-notes
 */
export const listNotes = Endpoint.get("listNotes", "/orgs/:org_id/contacts/:contact_id/notes")
  .setPath(Schema.Struct(contact))
  .setUrlParams(Paging.Page)
  .addSuccess(Open.list(ContactNote))
  .annotate(Provenance, { method: "printed", path: "printed", query: "printed", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Lists what happened to a contact, newest first.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-activities
 */
export const listActivities = Endpoint.get("listActivities", "/orgs/:org_id/contacts/:contact_id/activities")
  .setPath(Schema.Struct(contact))
  .setUrlParams(ActivityFilter)
  .addSuccess(Open.list(ContactActivity))
  .annotate(Provenance, { method: "printed", path: "printed", query: "printed", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Lists all files of a contact: those of its chats, and those given to it.
 *
 * @experimental The page is stored without method and path, which are inferred from `contacts.uploadFile`.
 * @inferred The page is stored without names: `search` is the name on other lists, `mimetype` a guess for the filter by
 * MIME type, and the answer is a list of the files that an upload answers with.
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/get-contact-files
 */
export const listFiles = Endpoint.get("listFiles", "/orgs/:org_id/contacts/:contact_id/files")
  .setPath(Schema.Struct(contact))
  .setUrlParams(ContactFileFilter)
  .addSuccess(Open.list(ContactFile))
  .annotate(Provenance, {
    method: "inferred",
    path: "inferred",
    query: { inferred: ["search", "page", "take", "next"], unknown: ["mimetype"] },
    answer: "inferred"
  })
  .pipe(RetrySafety.safe)

/**
 * Gives a contact a file.
 *
 * @inferred Beside base64 text, the page takes an object with the base64 data, the name and the type of a file, and
 * does not name its keys: `data`, `name` and `type` are guesses.
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/upload-contact-file
 */
export const uploadFile = Endpoint.post("uploadFile", "/orgs/:org_id/contacts/:contact_id/files")
  .setPath(Schema.Struct(contact))
  .setPayload(Upload.UploadFile)
  .addSuccess(ContactFile)
  .annotate(Provenance, {
    method: "printed",
    path: "printed",
    body: { unknown: ["file.data", "file.name", "file.type"] },
    answer: "printed"
  })
  .pipe(RetrySafety.unsafe)

/**
 * Changes how a contact appears on a channel. Custom channels only.
 *
 * @see https://docs.useinvent.com/api-reference/update-a-contact-channel-only-for-custom-channels
 */
export const updateChannel = Endpoint.patch("updateChannel", "/orgs/:org_id/contacts/:contact_id/channels/:channel_id")
  .setPath(Schema.Struct({ ...contact, channel_id: ChannelId }))
  .setPayload(UpdateChannel)
  .addSuccess(ContactChannel)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)
