/**
 * How lists are paged: `page` counts from 1, its default; `take` is at most 100, its default. Counts come back in
 * headers.
 *
 * @see https://docs.useinvent.com/api-reference/getting-started/pagination-and-filtering
 * @see https://docs.useinvent.com/api-reference/getting-started/cookbook
 */
import * as Schema from "effect/Schema"
import * as Closed from "../schema/Closed.ts"

/** The most entries a page can have, and how many it has when `take` is left out. */
export const maxTake = 100

/** The keys of a query that is paged. */
export const fields = {
  /** Which page, counted from 1, the default. */
  page: Closed.optional(
    Schema.NumberFromString.pipe(Schema.int(), Schema.positive()).annotations({
      jsonSchema: { type: "integer", minimum: 1, default: 1, description: "Which page, counted from 1." }
    })
  ),
  /** How many entries a page has: 1 to 100, the default. */
  take: Closed.optional(
    Schema.NumberFromString.pipe(Schema.int(), Schema.between(1, maxTake)).annotations({
      jsonSchema: {
        type: "integer",
        minimum: 1,
        maximum: maxTake,
        default: maxTake,
        description: "How many entries a page has at most."
      }
    })
  ),
  /** A token for the next page, on endpoints that the vendor does not name. */
  next: Closed.optional(Schema.String)
}

/** The query of a list without filters of its own. */
export const Page = Closed.struct(fields)

/** The response headers that carry the counts. */
export const headers = { count: "pagination-count", page: "pagination-page", take: "pagination-take" } as const
