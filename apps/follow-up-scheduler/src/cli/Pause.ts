/** `pause` and `resume`: the switch, beside a scheduler that may be running. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Ledger } from "../Ledger.ts"
import { unconfirmed } from "../Ledger/Unconfirmed.ts"
import * as Ledgers from "./Ledgers.ts"
import type { Db } from "./Options.ts"
import * as Output from "./Output.ts"

const print = Output.document(Schema.Struct({ paused_since: Schema.NullOr(Schema.DateTimeUtc) }))

interface Options {
  readonly db: Db
  readonly json: boolean
}

const say = (json: boolean, words: string) =>
  json
    ? Effect.flatMap(Effect.flatMap(Ledger, ({ paused }) => paused), (since) => print({ paused_since: Option.getOrNull(since) }))
    : Output.lines([words])

const paused = "Paused: nothing new is sent, and what is not out yet is taken back. It goes on with resume."

export const pause = ({ db, json }: Options) =>
  Effect.flatMap(Ledger, (ledger) => Effect.zipRight(ledger.pause, say(json, paused))).pipe(Effect.provide(Ledgers.existing(db)))

const resumed = "Resumed: the chats are looked at afresh, and the contacts counted, before anything is sent."

interface Resume extends Options {
  readonly confirm: Option.Option<number>
}

export const resume = ({ confirm, db, json }: Resume) =>
  Effect.flatMap(Ledger, (ledger) =>
    Effect.zipRight(ledger.resumeWith(Option.getOrElse(confirm, () => unconfirmed)), say(json, resumed))
  ).pipe(Effect.provide(Ledgers.existing(db)))

/** Lets a start go on that is held until so many contacts are confirmed, where so many are. */
export const confirmHeld = (confirm: Option.Option<number>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    if (Option.isSome(confirm) && Option.isSome(yield* ledger.toConfirm)) yield* ledger.resumeWith(confirm.value)
  })
