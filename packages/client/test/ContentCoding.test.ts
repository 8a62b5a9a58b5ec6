import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as fc from "effect/FastCheck"
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib"
import * as ContentCoding from "../src/internal/pipeline/ContentCoding.ts"

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const undo = (encoding: string | undefined, body: Uint8Array, limits: Partial<ContentCoding.Limits> = {}) =>
  Either.map(ContentCoding.undo(encoding, body, { maxBytes: 1_000_000, isCut: false, ...limits }), (bytes) =>
    decoder.decode(bytes)
  )

describe("a content coding", () => {
  for (const [name, compress] of [
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["GZIP", gzipSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
    ["br", brotliCompressSync]
  ] as const) {
    it(`${name} (${compress.name}) is undone, of any text, and left alone where the transport has undone it`, () => {
      fc.assert(
        fc.property(fc.string({ unit: "grapheme" }), (text) => {
          expect(undo(name, compress(text))).toEqual(Either.right(text))
        })
      )
      expect(undo(name, encoder.encode('{"id":"m"}'))).toEqual(Either.right('{"id":"m"}'))
    })

    it(`${name} (${compress.name}) is undone as far as the body came, and never beyond the bound`, () => {
      const text = Array.from({ length: 20_000 }, (_, n) => n).join(" ")
      const half = compress(text)
      const begun = Either.getOrThrow(undo(name, half.subarray(0, half.length / 2), { isCut: true }))
      expect(begun.length).toBeGreaterThan(1000)
      expect(text.startsWith(begun)).toBe(true)
      expect(undo(name, half, { maxBytes: text.length })).toEqual(Either.right(text))
      expect(undo(name, half, { maxBytes: text.length - 1 })).toEqual(
        Either.left(`body larger than ${text.length - 1} bytes`)
      )
      expect(undo(name, half.subarray(0, half.length / 2))).toEqual(
        Either.left(`the body is not what its content-encoding names: ${name.toLowerCase()}`)
      )
    })
  }

  it("of several is undone from the last to the first, and more than four are not", () => {
    const thrice = gzipSync(brotliCompressSync(deflateSync("text")))
    expect(undo("deflate, br , identity, gzip", thrice)).toEqual(Either.right("text"))
    const names = Array.from({ length: 5 }, () => "gzip")
    const often = names.reduce<Uint8Array>((bytes) => gzipSync(bytes), encoder.encode("text"))
    expect(undo(names.join(","), often)).toEqual(
      Either.left(`the body has a content-encoding that cannot be undone here: ${names.join(", ")}`)
    )
  })

  it("that is unknown is named, unless the body is text all the same", () => {
    expect(undo("zstd", gzipSync("text"))).toEqual(
      Either.left("the body has a content-encoding that cannot be undone here: zstd")
    )
    expect(undo("utf-8", encoder.encode("text"))).toEqual(Either.right("text"))
    expect(undo("utf-8", encoder.encode("é").subarray(0, 1), { isCut: true })._tag).toBe("Right")
    for (const none of [undefined, "", "identity"])
      expect(undo(none, encoder.encode("text"))).toEqual(Either.right("text"))
  })
})
