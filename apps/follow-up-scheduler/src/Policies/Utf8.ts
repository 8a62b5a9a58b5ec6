/** Reads text as UTF-8, and refuses what is none: other bytes would reach a contact as replacement characters. */
import * as Either from "effect/Either"

/** The bytes are no UTF-8, first in this line, from 1. */
export interface NotUtf8 {
  readonly line: number
}

const newline = 0x0a

/** The text, without a byte order mark. */
export const decode = (bytes: Uint8Array): Either.Either<string, NotUtf8> => {
  const strict = () => new TextDecoder("utf-8", { fatal: true })
  const isText = (part: Uint8Array) => Either.isRight(Either.try(() => strict().decode(part)))
  return Either.try({
    try: () => strict().decode(bytes),
    catch: () => {
      // No character of several bytes contains the byte of a line's end.
      let line = 1
      for (let from = 0; from < bytes.length; line++) {
        const end = bytes.indexOf(newline, from)
        if (!isText(bytes.subarray(from, end === -1 ? bytes.length : end))) return { line }
        from = end === -1 ? bytes.length : end + 1
      }
      return { line }
    }
  })
}
