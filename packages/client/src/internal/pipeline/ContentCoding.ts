/**
 * The codings of an answer's body. Fetch undoes them by itself and leaves the header as it was, the other transports
 * undo none, and a server or a proxy may compress without being asked. So the body itself decides: what cannot be
 * undone and is text has been undone already.
 */
import * as Either from "effect/Either"
import type * as Zlib from "node:zlib"

/** Missing where there is no Node: there the transport is fetch. */
const zlib: typeof Zlib | undefined =
  typeof process === "undefined" ? undefined : process.getBuiltinModule?.("node:zlib")

type Undo = (zlib: typeof Zlib, bytes: Uint8Array, limits: Limits) => Uint8Array

/** Both frames of deflate begin with a byte of their own; some servers leave the frame out. */
const unzip: Undo = (zlib, bytes, { isCut, maxBytes }) =>
  zlib[[8, 15].includes((bytes[0] ?? 8) & 15) ? "unzipSync" : "inflateRawSync"](bytes, {
    maxOutputLength: maxBytes,
    finishFlush: isCut ? zlib.constants.Z_SYNC_FLUSH : zlib.constants.Z_FINISH
  })

const undoings: Readonly<Record<string, Undo>> = {
  gzip: unzip,
  "x-gzip": unzip,
  deflate: unzip,
  br: (zlib, bytes, { isCut, maxBytes }) =>
    zlib.brotliDecompressSync(bytes, {
      maxOutputLength: maxBytes,
      finishFlush: isCut ? zlib.constants.BROTLI_OPERATION_FLUSH : zlib.constants.BROTLI_OPERATION_FINISH
    })
}

/** The `Accept-Encoding` of a request. */
export const accepted = zlib === undefined ? "identity" : "gzip, deflate, br"

/** More than anybody applies to one body. */
const mostCodings = 4

/** The text of a body in UTF-8; that of a body that was cut may end within a character. */
export const textOf = (body: Uint8Array, isCut: boolean): Either.Either<string, unknown> =>
  Either.try(() => new TextDecoder("utf-8", { fatal: true }).decode(body, { stream: isCut }))

/** How much of a body is decompressed. */
export interface Limits {
  /** The most that may come of a body, in bytes. */
  readonly maxBytes: number
  /** Whether the body is only the beginning of one. */
  readonly isCut: boolean
}

/** The body without the codings that `content-encoding` names, or why it cannot be read. */
export const undo = (
  encoding: string | undefined,
  body: Uint8Array,
  limits: Limits
): Either.Either<Uint8Array, string> => {
  if (encoding === undefined) return Either.right(body)
  const names = encoding
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((name) => name !== "" && name !== "identity")
  const isKnown =
    zlib !== undefined && names.length <= mostCodings && names.every((name) => Object.hasOwn(undoings, name))
  const undone = Either.try(() =>
    names.reduceRight((bytes, name) => (isKnown && undoings[name] ? undoings[name](zlib, bytes, limits) : bytes), body)
  )
  const isTooLong = Either.isLeft(undone) && undone.left instanceof RangeError
  if (isTooLong) return Either.left(`body larger than ${limits.maxBytes} bytes`)
  if (isKnown && Either.isRight(undone)) return Either.right(undone.right)
  if (Either.isRight(textOf(body, limits.isCut))) return Either.right(body)
  const issue = isKnown
    ? "the body is not what its content-encoding names"
    : "the body has a content-encoding that cannot be undone here"
  return Either.left(`${issue}: ${names.join(", ").slice(0, 100)}`)
}
