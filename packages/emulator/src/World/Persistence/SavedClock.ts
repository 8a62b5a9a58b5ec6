/**
 * The clock of a world as it stands in the state file, beside the world's own rows. A world that is started again goes
 * on from the instant that was saved last, by as much as the machine's clock has moved since, and never back.
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Reading } from "../../Time/WorldClock.ts"
import type { Row } from "./Rows.ts"

const table = "clock"

const isOfClock = ([name]: Row) => name === table

const decode = Schema.decodeUnknownEither(Schema.Struct({ instant: Schema.Int, ahead: Schema.Int }))

/** The row of a clock that shows this. */
export const row = ({ ahead, instant }: Reading): Row => [table, "now", { instant, ahead }]

/** The rows of the world alone, and the clock that was saved last. A left is the reason why it cannot be read. */
export const split = (
  rows: ReadonlyArray<Row>
): Either.Either<{ readonly rows: ReadonlyArray<Row>; readonly saved: Option.Option<Reading> }, string> => {
  const last = rows.findLast(isOfClock)
  const saved = last === undefined ? Either.right(Option.none()) : Either.map(decode(last[2]), Option.some)
  return Either.mapBoth(saved, {
    onLeft: () => "holds no valid clock",
    onRight: (found) => ({ rows: rows.filter((each) => !isOfClock(each)), saved: found })
  })
}

/** Where a clock begins while the machine's shows this; both in milliseconds since 1970. */
export const startAt =
  (saved: Option.Option<Reading>) =>
  (machine: number): number =>
    Option.match(saved, {
      onNone: () => machine,
      onSome: ({ ahead, instant }) => Math.max(instant, machine + ahead)
    })
