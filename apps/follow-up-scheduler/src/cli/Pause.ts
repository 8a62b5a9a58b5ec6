/** `pause` and `resume`: the switch, beside a scheduler that may be running. */
import * as Command from "@effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { Ledger } from "../Ledger.ts"
import * as Options from "./Options.ts"

export const pause = Command.make("pause", { db: Options.db }, () =>
  Effect.zipRight(
    Effect.flatMap(Ledger, (ledger) => ledger.pause),
    Console.log("Paused: nothing new is sent, and what is not out yet is taken back. It goes on with resume.")
  )
).pipe(Command.withDescription("hold everything, now and after a restart"))

export const resume = Command.make("resume", { db: Options.db }, () =>
  Effect.zipRight(
    Effect.flatMap(Ledger, (ledger) => ledger.resume),
    Console.log("Resumed: what became due meanwhile is looked at afresh.")
  )
).pipe(Command.withDescription("go on after a pause"))
