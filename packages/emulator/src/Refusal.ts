/** Why a request is refused: the status the vendor documents, and a sentence for the human who reads it. */
import * as Data from "effect/Data"

/** A request is refused, with this status. Nothing was changed. */
export class Refusal extends Data.TaggedError("Refusal")<{
  readonly status: 400 | 401 | 404 | 409 | 413 | 429
  readonly message: string
}> {}

/** Refuses with 400: the parameters are wrong. */
export const badRequest = (message: string) => new Refusal({ status: 400, message })

/** Refuses with 404: there is no such thing. */
export const notFound = (what: string, id: string) => new Refusal({ status: 404, message: `There is no ${what} ${id}` })
