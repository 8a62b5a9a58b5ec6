/** `serve`: watches, waits and follows up for as long as the process lives, and shows it on the operator page. */
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Scheduler from "../Scheduler.ts"
import * as Options from "./Options.ts"

export const serve = Command.make(
  "serve",
  {
    policy: Options.policy,
    chats: Options.chats,
    db: Options.db,
    every: Options.every,
    page: Options.page
  },
  ({ chats, policy }) =>
    Effect.zipRight(Effect.logInfo(`following up the chats of ${chats} by ${policy}`), Scheduler.serve(Scheduler.serveDefaults))
).pipe(Command.withDescription("keep watching the named chats and follow up at the right time"))
