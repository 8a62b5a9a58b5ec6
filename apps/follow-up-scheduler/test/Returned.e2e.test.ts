/**
 * A contact who comes back between two passes over the inbox: the program, on a server that shares no
 * code with ours.
 */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { followUps } from "./Passes.ts"

it.live(
  "a contact who leaves the list of the unsubscribed is followed up by the next run, one who stays on it is not",
  () =>
    Effect.gen(function* () {
      const [ada, bob] = [["UNSUBSCRIBED"], ["UNSUBSCRIBED"]]
      const { sent, sentAfter } = yield* followUps({
        chats: { ada: { listed: ada }, bob: { listed: bob } },
        isInbox: true,
        passes: ["2026-07-15T13:00:30Z", "2026-07-15T13:10:00Z"],
        before: (pass) => Effect.sync(() => (pass === 1 ? void ada.pop() : undefined))
      })
      expect(sentAfter).toEqual([0, 1])
      expect(sent).toEqual({ ada: 1, bob: 0 })
    })
)
