/** What is wrong with something that could not be decoded, in one line: the field, and what was expected there. */
import * as ParseResult from "effect/ParseResult"

/** Says in one line what is wrong with a value, and where: the first thing that a schema found. */
export const describe = (error: ParseResult.ParseError): string =>
  ParseResult.ArrayFormatter.formatErrorSync(error)
    .slice(0, 1)
    .map(({ message, path }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`).replace(/\s+/g, " "))
    .join("")
