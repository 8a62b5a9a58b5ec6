/** What would write to many at once: the program against a server that shares no code with ours. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as CommandLine from "./CommandLine.ts"
import { followUps, policy } from "./Passes.ts"

const chats = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`chat_${index + 1}`, {}]))
const unlimited = policy.replace("steps:", "at_most_per_hour: 1000\nsteps:")
// A quota that delays no request: the delay is no part of this test.
const env = { INVENT_RATE_LIMIT: "100000" }

describe("a policy that would write to 150 contacts when it is put in force", () => {
  it.live(
    "writes to no contact, in this pass and the next, until 150 are confirmed; then each gets one, and later the other",
    () =>
      Effect.gen(function* () {
        const passes = ["2026-07-15T13:00:30Z", "2026-07-15T13:01:00Z", "2026-07-15T13:02:00Z", "2026-07-15T15:30:00Z"]
        const args = (pass: number) => (pass === 2 ? ["--confirm", "150"] : [])
        const { sent, sentAfter } = yield* followUps({ chats, policy: unlimited, passes, args, env })
        expect(sentAfter).toEqual([0, 0, 150, 300])
        expect(new Set(Object.values(sent))).toEqual(new Set([2]))
      })
  )

  it.live("writes to all of them where 150 are confirmed from the beginning, and records by whom", () =>
    Effect.gen(function* () {
      let exported = ""
      const { sentAfter } = yield* followUps({
        chats,
        policy: unlimited,
        passes: ["2026-07-15T13:00:30Z", "2026-07-15T13:01:00Z"],
        args: (pass) => (pass === 0 ? ["--confirm", "150", "--by", "Rita"] : []),
        before: (pass, ledger) =>
          pass === 0
            ? Effect.void
            : Effect.map(CommandLine.run(["export", "--db", ledger]), ({ stdout }) => void (exported = stdout)),
        env
      })
      expect(sentAfter).toEqual([150, 150])
      expect(exported.split("\n").filter((line) => line.includes("start_confirmed"))).toEqual([
        expect.stringMatching(/Rita.*150/)
      ])
    })
  )
})
