/** `pause` and `resume`: switch sending off and on, beside a scheduler that may be running. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Ledger } from "../Ledger.ts"
import * as Operator from "../Ledger/Operator.ts"
import { unconfirmed } from "../Ledger/Unconfirmed.ts"
import * as Ledgers from "./Ledgers.ts"
import type { Db } from "./Options.ts"
import * as Output from "./Output.ts"

const print = Output.document(Schema.Struct({ paused_since: Schema.NullOr(Schema.DateTimeUtc) }))

interface Options {
  readonly by: Option.Option<string>
  readonly db: Db
  readonly json: boolean
}

const say = (json: boolean, words: string) =>
  json
    ? Effect.flatMap(
        Effect.flatMap(Ledger, ({ paused }) => paused),
        (since) => print({ paused_since: Option.getOrNull(since) })
      )
    : Output.lines([words])

const paused =
  "Paused: nothing new is sent. A running scheduler takes back what the assistant was asked for, unless it writes " +
  "within seconds. It goes on with resume."

/**
 * Pauses all follow-ups. What is armed and not sent yet is taken back by the running scheduler. Fails where there is no
 * ledger.
 */
export const pause = ({ by, db, json }: Options) =>
  Effect.flatMap(Ledger, (ledger) => Effect.zipRight(ledger.pause, say(json, paused))).pipe(
    Operator.as(by),
    Effect.provide(Ledgers.existing(db))
  )

const resumed =
  "Resumed: before anything is sent, the chats are looked at afresh, and the contacts counted who are due by now."

interface Resume extends Options {
  readonly confirm: Option.Option<number>
}

/**
 * Ends a pause or a hold, and opens a start. Fails with `NotConfirmed`, and changes nothing, where more contacts have
 * to be confirmed than `--confirm`, or 100, allows.
 */
export const resume = ({ by, confirm, db, json }: Resume) =>
  Effect.flatMap(Ledger, (ledger) =>
    Effect.zipRight(ledger.resumeWith(Option.getOrElse(confirm, () => unconfirmed)), say(json, resumed))
  ).pipe(Operator.as(by), Effect.provide(Ledgers.existing(db)))

/**
 * Resumes where sending is held until contacts are confirmed, and `--confirm` is given. Fails with `NotConfirmed` where
 * it confirms fewer than that.
 */
export const confirmHeld = (confirm: Option.Option<number>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    if (Option.isSome(confirm) && Option.isSome(yield* ledger.toConfirm)) yield* ledger.resumeWith(confirm.value)
  })
