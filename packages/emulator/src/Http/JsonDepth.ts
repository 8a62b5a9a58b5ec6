/**
 * How deep the JSON of a body may be nested: deeper than any body of the contract, and far less than a decoder's stack.
 */
import * as Effect from "effect/Effect"
import { badRequest } from "../Refusal.ts"

const deepest = 100

/** How deep brackets are nested, those inside of strings left out. */
const depthOf = (json: string): number => {
  let [depth, most] = [0, 0]
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"?|[[\]{}]/gs)) {
    if (token === "[" || token === "{") most = Math.max(most, ++depth)
    else if (token === "]" || token === "}") depth--
  }
  return most
}

/** The text of a body. Refuses one that is nested too deeply with 400. */
export const text = <E>(request: { readonly text: Effect.Effect<string, E> }) =>
  Effect.flatMap(request.text, (body) =>
    depthOf(body) > deepest ? badRequest("The body is nested too deeply") : Effect.succeed(body)
  )
