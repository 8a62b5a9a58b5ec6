/** `pause` and `resume`: the switch, beside a scheduler that may be running. */
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Ledger } from "../Ledger.ts"
import * as Options from "./Options.ts"
import * as Output from "./Output.ts"

const print = Output.document(Schema.Struct({ paused_since: Schema.NullOr(Schema.DateTimeUtc) }))

const turn = (position: "pause" | "resume", words: string) => ({ json }: { readonly json: boolean }) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    yield* ledger[position]
    yield* json ? Effect.flatMap(ledger.paused, (since) => print({ paused_since: Option.getOrNull(since) })) : Output.lines([words])
  })

export const pause = Command.make(
  "pause",
  { db: Options.db, json: Options.json },
  turn("pause", "Paused: nothing new is sent, and what is not out yet is taken back. It goes on with resume.")
).pipe(Command.withDescription("hold everything, now and after a restart"))

export const resume = Command.make(
  "resume",
  { db: Options.db, json: Options.json },
  turn("resume", "Resumed: what became due meanwhile is looked at afresh.")
).pipe(Command.withDescription("go on after a pause"))
