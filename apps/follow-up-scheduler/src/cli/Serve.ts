/** `serve`: watches, waits and follows up for as long as the process lives, and shows it on the operator page. */
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Meter from "../Meter.ts"
import * as Retention from "../Retention.ts"
import * as Scheduler from "../Scheduler.ts"
import * as Stop from "../Stop.ts"
import * as Options from "./Options.ts"
import { announce } from "./Status.ts"

export const serve = Command.make(
  "serve",
  { policy: Options.policy, source: Options.source, db: Options.db, every: Options.every, keep: Options.keep, page: Options.page },
  ({ keep, policy, source }) =>
    Effect.gen(function* () {
      const settings = yield* Scheduler.serveConfig
      yield* Effect.logInfo(`following up ${Options.nameOf(source)} by ${policy}`)
      yield* announce
      const work = [Scheduler.serve(settings), Retention.keeping(keep), Meter.measuring]
      yield* Stop.inOrder(Effect.all(work, { concurrency: "unbounded", discard: true }))
    })
).pipe(Command.withDescription("keep watching the chats and follow up at the right time"))
