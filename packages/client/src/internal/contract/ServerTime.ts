/** The server's clock, read from the header of an answer that costs it little. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Extras } from "../../ClientTypes.ts"
import { httpDate } from "../../RetryAfter.ts"
import type { ListWithHeaders } from "./Pagination.ts"

/** Makes `orgs.serverTime` of a list: reads the `Date` header of a page of one entry. */
export const make =
  (list: unknown): Extras["orgs"]["serverTime"] =>
  (request = {}) =>
    Effect.flatMap(
      (list as ListWithHeaders)({ ...request, urlParams: { take: 1 }, withResponse: true }),
      ([, { headers }]) =>
        Effect.map(DateTime.now, ({ epochMillis }) =>
          Option.fromNullable(headers["date"]).pipe(
            Option.flatMap((date) => httpDate(date, epochMillis)),
            Option.flatMap(DateTime.make)
          )
        )
    )
