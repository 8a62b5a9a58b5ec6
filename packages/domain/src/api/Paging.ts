/**
 * How lists are paged: `page` counts from 1 and `take` is at most 100; counts come back in headers. What `take` is when
 * left out is undocumented.
 *
 * @see https://docs.useinvent.com/api-reference/getting-started/cookbook
 */
import * as Schema from "effect/Schema"
import * as Closed from "../Closed.ts"

/** The most entries a page can have. */
export const maxTake = 100

export const fields = {
  page: Schema.optionalWith(Schema.NumberFromString.pipe(Schema.int(), Schema.positive()), { exact: true }),
  take: Schema.optionalWith(Schema.NumberFromString.pipe(Schema.int(), Schema.between(1, maxTake)), { exact: true }),
  /** A token for the next page, on endpoints that the vendor does not name. */
  next: Schema.optionalWith(Schema.String, { exact: true })
}

/** The query of a list without filters of its own. */
export const Page = Closed.struct(fields)

/** The response headers that carry the counts. */
export const headers = { count: "pagination-count", page: "pagination-page", take: "pagination-take" } as const
