/** The bytes of an upload as they stand in a request. */
import * as Upload from "@effect-invent/domain/api/Upload"
import { expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"

const encode = Schema.encodeSync(Upload.UploadFile)
const decode = Schema.decodeUnknownSync(Upload.UploadFile)

it.prop(
  "are base64 as in RFC 4648, and come back as they were",
  [FastCheck.uint8Array({ maxLength: 300 })],
  ([bytes]) => {
    const { file } = encode({ file: bytes })
    expect(file).toBe(Schema.encodeSync(Schema.Uint8ArrayFromBase64)(bytes))
    expect(decode({ file }).file).toEqual(bytes)
  }
)

it("are those of a view, and not of the buffer that it looks into", () => {
  const bytes = new Uint8Array([1, 2, 3, 4]).subarray(1, 3)
  expect(encode({ file: bytes }).file).toBe("AgM=")
})

it("are refused where they are no base64", () => {
  expect(() => decode({ file: "*" })).toThrow(/Base64|length|character/i)
})
