/** Files that come through the API: what is kept of one, and whether it is allowed. */
import type { UploadFile } from "@effect-invent/domain/api/Upload"
import type { UploadOrgFile } from "@effect-invent/domain/api/Files"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import { badRequest, type Refusal } from "../Refusal.ts"
import type { Core } from "./Core.ts"
import * as Pages from "./Pages.ts"
import type * as Records from "./Records.ts"
import * as Wire from "./WireContact.ts"

/** Whether the type is allowed. None given: all are. */
const allows = (types: ReadonlyArray<string> | undefined, mimetype: string) =>
  types === undefined ||
  types.some(
    (type) => type === "*/*" || type === mimetype || (type.endsWith("/*") && mimetype.startsWith(type.slice(0, -1)))
  )

const untyped = "application/octet-stream"

interface Content extends Pick<Records.File, "filename" | "mimetype" | "size"> {
  readonly url?: string
}

const contentOf = ({ file, file_url }: UploadFile): Content | undefined => {
  if (file instanceof Uint8Array) return { filename: "file", mimetype: untyped, size: file.length }
  if (file !== undefined) return { filename: file.name, mimetype: file.type, size: file.data.length }
  if (file_url === undefined) return undefined
  const filename = file_url.split(/[?#]/, 1)[0]?.split("/").at(-1) || "file"
  return { url: file_url, filename, mimetype: untyped, size: 0 }
}

/** Makes what the API does with files that are uploaded. Their bytes are counted and not kept. */
export const make = ({ atomic, options, store }: Core) => {
  /** Part of a change. */
  const add = (
    payload: UploadFile,
    contact_id: Records.File["contact_id"],
    at: DateTime.Utc
  ): Effect.Effect<Records.File, Refusal> => {
    const nothing =
      options.uploadOfNothing === "accepted" ? { filename: "file", mimetype: untyped, size: 0 } : undefined
    const content = contentOf(payload) ?? nothing
    if (content === undefined) return badRequest("One of file and file_url is required")
    if (!allows(payload.allowed_types, content.mimetype)) {
      return badRequest(`The type ${content.mimetype} is not among those allowed`)
    }
    const id = store.ids.file()
    const url = `https://files.invalid/${id}`
    const file: Records.File = {
      id,
      contact_id,
      chat_id: null,
      url,
      source: "direct",
      user_id: store.user_id,
      created_at: at,
      ...content
    }
    store.files.set(id, file)
    return Effect.succeed(file)
  }

  const listOrg = flow(
    (query: Pages.PageQuery) =>
      Effect.sync(() =>
        Pages.page(
          [...store.files.values()].filter(({ contact_id }) => contact_id === null),
          query,
          Wire.file
        )
      ),
    atomic
  )

  const uploadOrg = Effect.fnUntraced(function* ({ visibility = "PRIVATE", ...payload }: typeof UploadOrgFile.Type) {
    const file = yield* add(payload, null, yield* DateTime.now)
    if (visibility === "PRIVATE") file.url = `${file.url}?signature=${file.id}`
    return Wire.file(file)
  }, atomic)

  return { add, listOrg, uploadOrg }
}
/** See {@link make}. */
export type Uploads = ReturnType<typeof make>
