/** The contract of `files`: what was shared in a chat, and what the organization keeps. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import * as Closed from "../schema/Closed.ts"
import { File } from "../File.ts"
import { ChatId, OrgId } from "../Ids.ts"
import * as Open from "../schema/Open.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"
import * as Upload from "./Upload.ts"

/** Which files of a chat to list. */
export const FileFilter = Closed.struct({
  /** Part of a file name, at most 256 characters. */
  search: Closed.optional(Closed.text(256)),
  /** The beginning of a MIME type, such as `image/`. */
  mimetype: Closed.optional(Schema.String),
  ...Paging.fields
})

/** A file to keep, by its bytes or its address, and who may read it. */
export const UploadOrgFile = Closed.struct({
  ...Upload.fields,
  /** `PRIVATE`: its address is signed, and valid for a while. */
  visibility: Closed.optional(Schema.Literal("PUBLIC", "PRIVATE"))
})

/**
 * Lists the files that were shared in a chat.
 *
 * @inferred The page is stored without names. `search` is the name on other lists, `mimetype` a guess for the filter by
 * MIME type, and the answer is a list of files by the page's description.
 * @see https://docs.useinvent.com/api-reference/chats-files/get-chat-files
 */
export const list = Endpoint.get("list", "/chats/:chat_id/files")
  .setPath(Schema.Struct({ chat_id: ChatId }))
  .setUrlParams(FileFilter)
  .addSuccess(Open.list(File))
  .annotate(Provenance, {
    method: "printed",
    path: "printed",
    query: { inferred: ["search", "page", "take", "next"], unknown: ["mimetype"] },
    answer: "inferred"
  })
  .pipe(RetrySafety.safe)

/**
 * Lists the files of the organization.
 *
 * @see https://docs.useinvent.com/api-reference/list-files
 */
export const listOrg = Endpoint.get("listOrg", "/orgs/:org_id/files")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(Paging.Page)
  .addSuccess(Open.list(File))
  .annotate(Provenance, { method: "printed", path: "printed", query: "printed", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Uploads a file to the organization: presumably what an assistant's `avatar_id` and an organization's `logo_id` name.
 *
 * @inferred Beside base64 text, the page takes an object with the base64 data, the name and the type of a file, and
 * does not name its keys: `data`, `name` and `type` are guesses.
 * @see https://docs.useinvent.com/api-reference/create-file
 */
export const uploadOrg = Endpoint.post("uploadOrg", "/orgs/:org_id/files")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setPayload(UploadOrgFile)
  .addSuccess(File)
  .annotate(Provenance, {
    method: "printed",
    path: "printed",
    body: { unknown: ["file.data", "file.name", "file.type"] },
    answer: "printed"
  })
  .pipe(RetrySafety.unsafe)

/** Files that were shared in a chat, and files that the organization keeps. */
export const Files = HttpApiGroup.make("files").add(list).add(listOrg).add(uploadOrg)
