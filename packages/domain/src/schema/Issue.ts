/**
 * What is wrong with a value that a schema refuses, in one line: where, all that was expected, and the beginning of
 * what came.
 */
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Graphemes from "../Graphemes.ts"

/** What came is the sender's, of any length. What was expected is ours: a list of all values is worth its length. */
const longestActual = 100
const longestExpected = 1000

const cut = (text: string, longest: number): string =>
  text.length > longest ? `${Graphemes.cut(text, longest)}…` : text

/** The received value is missing where a schema has an expectation of its own. */
const expectation = /^Expected ([\s\S]*?)(?:, actual ([\s\S]*))?$/

/** Brands and the ways to read an entry are ours, and of no use to the sender of the value. */
const readable = (expected: string): string =>
  expected.replaceAll(/ & Brand<"\w+">/g, "").replace(/^ReadonlyArray<.*>$/, "a list")

/** One sentence for all issues of the same place, which is one sentence for each alternative. */
const joined = (messages: ReadonlyArray<string>, clean: (text: string) => string): string => {
  const parts = messages.map((message) => expectation.exec(message))
  const came = new Set(parts.flatMap((part) => part?.[2] ?? []))
  if (parts.includes(null) || came.size !== 1) return cut(clean(messages[0] ?? ""), longestExpected)
  const expected = [...new Set(parts.map((part) => part?.[1]))]
    .sort((a, b) => Number(a === "null") - Number(b === "null"))
    .join(" | ")
  const actual = cut(clean([...came].join("")), longestActual)
  return `Expected ${cut(readable(expected), longestExpected)}, actual ${actual}`
}

/**
 * Of everything that does not fit, the innermost: every level above repeats that nothing in it fits. `clean` takes out
 * what must not be printed, before anything is cut: of what is cut in two, a half could stay.
 */
export const innermost = (issue: ParseResult.ParseIssue, clean: (text: string) => string = (text) => text): string => {
  // What came is printed recursively, and a server can nest it deeper than the stack is.
  const formatted = Either.try(() => ParseResult.ArrayFormatter.formatIssueSync(issue))
  if (Either.isLeft(formatted)) return "it does not fit, and it is nested too deep to find where"
  const deepest = formatted.right.reduce((a, b) => (b.path.length > a.path.length ? b : a))
  const place = deepest.path.map(String).join(".")
  const message = joined(
    formatted.right.filter(({ path }) => path.map(String).join(".") === place).map((each) => each.message),
    clean
  )
  return place === "" ? message : `${clean(place)}: ${message}`
}
