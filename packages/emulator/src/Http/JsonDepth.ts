/**
 * What the JSON of a body may be. It may be nested deeper than any body of the contract, and far less than a decoder's
 * stack.
 */
import * as Effect from "effect/Effect"
import { badRequest, type Refusal } from "../Refusal.ts"

const deepest = 100

const [quote, escape, openBracket, closeBracket, openBrace, closeBrace] = [34, 92, 91, 93, 123, 125] as const

/** How deep brackets are nested, those inside of strings left out. A pattern would overflow on a long string. */
const depthOf = (json: string): number => {
  let [depth, most, isInString] = [0, 0, false]
  for (let index = 0; index < json.length; index++) {
    const code = json.charCodeAt(index)
    if (code === escape) index++
    else if (code === quote) isInString = !isInString
    else if (isInString) continue
    else if (code === openBracket || code === openBrace) most = Math.max(most, ++depth)
    else if (code === closeBracket || code === closeBrace) depth--
  }
  return most
}

/** The text of a body. Refuses one that is nested too deeply with 400. */
export const text = <E>(request: { readonly text: Effect.Effect<string, E> }) =>
  Effect.flatMap(request.text, (body) =>
    depthOf(body) > deepest ? badRequest("The body is nested too deeply") : Effect.succeed(body)
  )

/** The refusal of a body that is not JSON. */
export const notJson = badRequest("The body is not JSON")

/** JSON has no word for what is beyond the numbers of JavaScript: it would be answered, and written down, as null. */
const isBounded = (json: unknown): boolean => {
  if (typeof json === "number") return Number.isFinite(json)
  return typeof json !== "object" || json === null || Object.values(json).every(isBounded)
}

/** The value of a body. Refuses with 400 what is not JSON, and a number such as 1e999. */
export const parse = (body: string): Effect.Effect<unknown, Refusal> =>
  Effect.try({ try: () => JSON.parse(body) as unknown, catch: () => notJson }).pipe(
    Effect.filterOrFail(isBounded, () => badRequest("The body has a number that is too large"))
  )
