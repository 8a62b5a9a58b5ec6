/**
 * A file as the endpoints want it that take one: `contacts.uploadFile` and `files.uploadOrg`. The whole file is in
 * memory, and leaves as base64 in the body of the request, a third longer. The vendor's pages take an object with the
 * data, the name and the type of a file, and do not name its keys: those of the contract, `data`, `name` and `type`,
 * are guesses.
 *
 * ```ts
 * yield* invent.contacts.uploadFile({ path: { contact_id }, payload: yield* Upload.fromPath("invoice.pdf") })
 * ```
 */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"

/** The payload of an upload: the bytes with their name and their MIME type. */
export interface Upload {
  readonly file: { readonly data: Uint8Array; readonly name: string; readonly type: string }
}

/** What a file is called, and what it is. */
export interface Options {
  /** Default of a file that is read: the last part of its path. */
  readonly name?: string
  /** Its MIME type. Default: by the end of its name, and `application/octet-stream` where that is unknown. */
  readonly type?: string
}

const types: Readonly<Record<string, string>> = {
  csv: "text/csv",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  gif: "image/gif",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  json: "application/json",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  ogg: "audio/ogg",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain",
  webp: "image/webp",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  zip: "application/zip"
}

const typeOf = (name: string): string => {
  const end = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? ""
  return Object.hasOwn(types, end) ? types[end]! : "application/octet-stream"
}

/** The upload of these bytes, none included, by this name. A name is written in composed characters (NFC). */
export const fromBytes = (data: Uint8Array, { name, type }: Options & { readonly name: string }): Upload => ({
  file: { data, name: name.normalize("NFC"), type: type ?? typeOf(name) }
})

/**
 * The upload of a file, an empty one included. Fails with a `PlatformError` where it cannot be read: a `SystemError`
 * whose `reason` is `NotFound` where there is none. Nothing is sent then.
 */
export const fromPath = (
  path: string,
  options: Options = {}
): Effect.Effect<Upload, PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const { basename } = yield* Path.Path
    const { readFile } = yield* FileSystem.FileSystem
    return fromBytes(yield* readFile(path), { name: basename(path), ...options })
  })
