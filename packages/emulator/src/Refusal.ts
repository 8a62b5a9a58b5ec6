/** Why a request is refused: the status the vendor documents, and a sentence for the human who reads it. */
import * as Data from "effect/Data"

export class Refusal extends Data.TaggedError("Refusal")<{
  readonly status: 400 | 401 | 404 | 409 | 413 | 429
  readonly message: string
}> {}

export const badRequest = (message: string) => new Refusal({ status: 400, message })

export const notFound = (what: string, id: string) => new Refusal({ status: 404, message: `There is no ${what} ${id}` })
