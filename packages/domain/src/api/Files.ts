/** The contract of `files`: what was shared in a chat. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import * as Closed from "../Closed.ts"
import { File } from "../File.ts"
import { ChatId } from "../Ids.ts"
import * as Endpoint from "./Endpoint.ts"
import { Experimental } from "./Experimental.ts"
import * as Paging from "./Paging.ts"
import * as RetrySafety from "./RetrySafety.ts"

export const FileFilter = Closed.struct({
  /** Part of a file name, at most 256 characters. */
  search: Closed.optional(Closed.text(256)),
  /** The beginning of a MIME type, such as `image/`. */
  mimetype: Closed.optional(Schema.String),
  ...Paging.fields
})

/**
 * Lists the files that were shared in a chat.
 *
 * @experimental The page describes a search by file name and a filter by MIME type whose parameters are not visible;
 * `search` and `mimetype` are inferred.
 * @see https://docs.useinvent.com/api-reference/chats-files/get-chat-files
 */
export const list = Endpoint.get("list", "/chats/:chat_id/files")
  .setPath(Schema.Struct({ chat_id: ChatId }))
  .setUrlParams(FileFilter)
  .addSuccess(Schema.Array(File))
  .annotate(Experimental, { inferred: ["query"], missing: "the names of both filters" })
  .pipe(RetrySafety.safe)

export const Files = HttpApiGroup.make("files").add(list)
