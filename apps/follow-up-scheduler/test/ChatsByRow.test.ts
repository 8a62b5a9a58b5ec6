/** Chats that were decided by their row, on SQLite; and what a preview makes of them. */
import { ChatId } from "@effect-invent/domain/Ids"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { it } from "../../../tools/testing/it.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Preview from "../src/Operations/Preview.ts"
import { ActivePolicy } from "../src/Policy.ts"
import * as Policies from "../src/Policies.ts"
import * as Databases from "./Databases.ts"
import * as Build from "./Build.ts"
import { suite } from "./ChatsByRowSuite.ts"
import { chatDecision, reviewChat, story, sweepUntil, under } from "./Scheduling.ts"

suite(Databases.sqlite, it)

const other = ChatId.make("chat_2")
const latest = { chat_id: other, conversation_id: other, decision: "Stop", reason: "closed", until: null } as const

story("a request is held back where another chat of the contact is decided by its row after the last read", (fake) =>
  under(
    fake,
    {}
  )(
    Effect.gen(function* () {
      const ledger = yield* Ledger.Ledger
      yield* reviewChat
      yield* fake.saysElsewhere("STOP")
      const decided = Effect.orDie(ledger.decidedByRow(latest, [Build.contactId("contact_1")]))
      yield* fake.once("newest", (_, apply) => Effect.zipLeft(apply, decided))
      yield* sweepUntil(Build.after(2 * Build.hour))
      expect(fake.requests).toContain("newest")
      expect(fake.requests).not.toContain("set")
      expect(yield* chatDecision).toBe("Stop opted_out")
    })
  )
)

story("a preview of a chat lists the messages of its contact's others that were decided by their row", (fake) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger.Ledger
    const look = Effect.map(Preview.look(Build.chat_id), ({ decision }) =>
      decision._tag === "Act" ? decision._tag : `${decision._tag} ${decision.reason}`
    )
    yield* fake.saysElsewhere("STOP")
    expect(yield* look).toBe("Wait silence")
    yield* ledger.decidedByRow(latest, [Build.contactId("contact_1")])
    expect(yield* look).toBe("Stop opted_out")
    // It records nothing: the next one lists them again.
    expect(yield* ledger.notReadWhole(Build.chat())).toEqual([other])
    expect(yield* look).toBe("Stop opted_out")
  }).pipe(
    Effect.provide(
      Preview.layer.pipe(
        Layer.provideMerge(Policies.layer),
        Layer.provideMerge(Layer.mergeAll(Ledger.layer, fake.layer, Layer.succeed(ActivePolicy, Build.policy())))
      )
    )
  )
)
