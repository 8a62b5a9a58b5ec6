/** Rows of the ledger's tables, as values. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { FollowUp } from "../Plan/FollowUp.ts"

/**
 * Decodes the rows of a statement by a schema. A row that cannot be decoded was written by this program, and is a
 * defect of it, not an error of the caller.
 */
export const decodeRows = <A, I>(schema: Schema.Schema<A, I>) => {
  const decode = Schema.decodeUnknown(Schema.Array(schema))
  return <E>(rows: Effect.Effect<ReadonlyArray<object>, E>) =>
    Effect.flatMap(rows, (rows) => Effect.orDie(decode(rows)))
}

/** Decodes rows of the table `follow_ups`. */
export const followUps = decodeRows(FollowUp)
