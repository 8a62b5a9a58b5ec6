/** `pause` and `resume`: the switch, beside a scheduler that may be running. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Ledger } from "../Ledger.ts"
import * as Ledgers from "./Ledgers.ts"
import type { Db } from "./Options.ts"
import * as Output from "./Output.ts"

const print = Output.document(Schema.Struct({ paused_since: Schema.NullOr(Schema.DateTimeUtc) }))

interface Options {
  readonly db: Db
  readonly json: boolean
}

const turn = (position: "pause" | "resume", words: string) => ({ db, json }: Options) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    yield* ledger[position]
    yield* json ? Effect.flatMap(ledger.paused, (since) => print({ paused_since: Option.getOrNull(since) })) : Output.lines([words])
  }).pipe(Effect.provide(Ledgers.existing(db)))

export const pause = turn("pause", "Paused: nothing new is sent, and what is not out yet is taken back. It goes on with resume.")

export const resume = turn("resume", "Resumed: what became due meanwhile is looked at afresh.")
