/** Uploads of real files to an Invent of this machine, which keeps their bytes, names and types. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as Upload from "@effect-invent/client/Upload"
import type { UploadFile } from "@effect-invent/domain/api/Upload"
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { describe, expect, expectTypeOf, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "upload-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

/** A file of these bytes, in a folder of its own. */
const written = (name: string, data: Uint8Array) =>
  Effect.map(folder, (path) => {
    writeFileSync(join(path, name), data)
    return join(path, name)
  })

const bytes = new TextEncoder().encode("Größe: 5 €")
const composed = "Rechnung März 日本 🧾.pdf".normalize("NFC")
const decomposed = composed.normalize("NFD")
const csv = { name: "b.csv", type: "text/x-csv" }

interface Case {
  readonly name: string
  readonly data?: Uint8Array
  readonly options?: Upload.Options
  readonly wanted: Upload.Options
}

const cases: Readonly<Record<string, Case>> = {
  "a name beyond ASCII, composed": { name: decomposed, wanted: { name: composed, type: "application/pdf" } },
  "no bytes": { name: "empty.txt", data: new Uint8Array(), wanted: { name: "empty.txt", type: "text/plain" } },
  "an end of capital letters": { name: "IMG_1.JPG", wanted: { name: "IMG_1.JPG", type: "image/jpeg" } },
  "no end": { name: "README", wanted: { name: "README", type: "application/octet-stream" } },
  "an end that every object has": { name: "a.constructor", wanted: { type: "application/octet-stream" } },
  "a name and a type that are given": { name: "a.bin", options: csv, wanted: csv },
  "a name that is given, whose end counts": {
    name: "a.bin",
    options: { name: "b.csv" },
    wanted: { name: "b.csv", type: "text/csv" }
  }
}

const invent = Layer.unwrapEffect(
  Effect.map(Emulator.Emulator, ({ apiKey, url }) => InventClient.layer({ apiKey: apiKey("uploads"), baseUrl: url }))
).pipe(Layer.provideMerge(Emulator.layer()))

describe("an upload from a path", () => {
  for (const [what, { data = bytes, name, options, wanted }] of Object.entries(cases)) {
    it.scopedLive(`has the bytes of a file with ${what}`, () =>
      Effect.gen(function* () {
        const { file } = yield* Upload.fromPath(yield* written(name, data), options)
        expect(file).toMatchObject(wanted)
        expect(new Uint8Array(file.data)).toEqual(data)
      }).pipe(Effect.provide(NodeContext.layer))
    )
  }

  it.scopedLive(
    "fails with a SystemError that says NotFound where there is no file, and with another for a folder",
    () =>
      Effect.gen(function* () {
        const path = yield* folder
        const missing = yield* Effect.flip(Upload.fromPath(join(path, "none.pdf")))
        expect(missing).toMatchObject({
          _tag: "SystemError",
          reason: "NotFound",
          pathOrDescriptor: join(path, "none.pdf")
        })
        expect(yield* Effect.flip(Upload.fromPath(path))).toMatchObject({ _tag: "SystemError", reason: "BadResource" })
      }).pipe(Effect.provide(NodeContext.layer))
  )
})

describe("an upload", () => {
  it("is the payload of the endpoints that take a file", () => {
    expectTypeOf<Upload.Upload>().toExtend<UploadFile>()
    expect(Upload.fromBytes(bytes, { name: "a.png" })).toEqual({
      file: { data: bytes, name: "a.png", type: "image/png" }
    })
  })

  it.scopedLive("is kept by the service with its name, its type and its size, an empty one too", () =>
    Effect.gen(function* () {
      const { world } = yield* Emulator.Emulator
      const { contacts, files } = yield* InventClient.InventClient
      const { id: contact_id } = yield* world.addContact({ name: "Ana", channels: [{ type: "custom" }] })
      const payload = yield* Upload.fromPath(yield* written(decomposed, bytes))
      const empty = Upload.fromBytes(new Uint8Array(), { name: "empty.txt" })
      const kept = [
        yield* contacts.uploadFile({ path: { contact_id }, payload }),
        yield* files.uploadOrg({ payload: { ...empty, visibility: "PRIVATE" } })
      ]
      expect(
        kept.map(({ file_filename, file_mimetype, file_size }) => [file_filename, file_mimetype, file_size])
      ).toEqual([
        [composed, "application/pdf", bytes.length],
        ["empty.txt", "text/plain", 0]
      ])
    }).pipe(Effect.provide([invent, NodeContext.layer]))
  )
})
