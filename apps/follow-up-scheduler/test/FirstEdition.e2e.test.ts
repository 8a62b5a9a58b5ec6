/** A ledger that the first edition of the program wrote: it is brought up to date, and what was under way goes on. */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { dirname } from "node:path"
import * as FirstEdition from "./FirstEdition.ts"
import * as Passes from "./Passes.ts"
import * as Process from "./Process.ts"

/** Writes the ledger of the first edition to a file. */
const write = (ledger: string) => Effect.provide(FirstEdition.write, SqliteClient.layer({ filename: ledger }))

/** The words of the first step, which the first edition has sent. */
const sent = [
  { by: "contact", at: "2026-07-15T12:00:00Z" },
  { by: "assistant", at: "2026-07-15T12:00:00Z" },
  { by: "assistant", at: "2026-07-15T13:00:30Z", text: "Do you still need help?" }
] as const
const chats = { chat_one: { messages: sent }, chat_two: { messages: sent } }
const passes = ["2026-07-15T15:30:00Z", "2026-07-15T15:35:00Z", "2026-07-15T23:00:00Z"]

it.live("the steps that the first edition planned are sent once, and its records are explained", () =>
  Effect.gen(function* () {
    const printed: Array<string> = []
    const explain = (ledger: string) =>
      Effect.map(Process.run(["explain", "chat_one", "--db", ledger], { cwd: dirname(ledger) }), ({ code, stdout }) => {
        expect(code).toBe(0)
        printed.push(stdout)
      })
    const { reasonsInTheEnd, sentAfter } = yield* Passes.followUps({
      chats,
      passes,
      policy: Passes.policy.replace("effective_from: all\n", ""),
      before: (pass, ledger) => (pass === 0 ? Effect.orDie(write(ledger)) : pass === 2 ? explain(ledger) : Effect.void)
    })
    expect({ sentAfter, reasonsInTheEnd }).toEqual({
      sentAfter: [2, 2, 2],
      reasonsInTheEnd: { chat_one: "cadence_finished", chat_two: "cadence_finished" }
    })
    expect(printed.join("\n")).toMatch(/step 1[^]*step 2/)
  })
)
