/** A process that plays the months it is sent, one after the other. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Month from "./Month.ts"

process.on("message", (settings: Month.Settings) => {
  Effect.runCallback(Month.run(settings), {
    onExit: (exit) => {
      const answer = Exit.match(exit, {
        onSuccess: ({ fired, kills, verdict }) => ({ fired, kills, verdict }),
        onFailure: (cause) => ({ failure: Cause.pretty(cause) })
      })
      process.send!(answer)
    }
  })
})
