import * as InventError from "@effect-invent/domain/InventError"
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Ledger from "../src/Ledger.ts"
import * as LedgerLogging from "../src/Ledger/LedgerLogging.ts"
import * as Build from "./Build.ts"
import * as FakeChat from "./FakeChat.ts"
import { reviewChat, sweepUntil, underLedger } from "./Scheduling.ts"

const { after, chat_id, day, hour, second } = Build

/** Tests that are given the log: each line with its annotations, without the keys of follow-ups. */
const story = (
  name: string,
  test: (
    fake: FakeChat.FakeChat,
    logged: ReadonlyArray<unknown>
  ) => Effect.Effect<void, unknown, Layer.Layer.Success<ReturnType<typeof underLedger>>>
) =>
  it.effect(name, () => {
    const logged: Array<unknown> = []
    const listener = Logger.make(({ annotations, logLevel, message }) => {
      const { key: _, ...ids } = Object.fromEntries(HashMap.toEntries(annotations))
      if (logLevel._tag === "Info") logged.push([String(message), ids])
    })
    const fake = FakeChat.make()
    const ledger = Layer.provide(LedgerLogging.layer, Ledger.layer)
    return Effect.zipRight(TestClock.setTime(Build.start.epochMillis), test(fake, logged)).pipe(
      Effect.provide(underLedger(ledger, fake, { steps: [{ after: "1 hour", action: "schedule_follow_up" }] })),
      Effect.provide([SqliteClient.layer({ filename: ":memory:" }), Logger.replace(Logger.defaultLogger, listener)])
    )
  })

const refused = new InventError.Forbidden({ endpoint: "state.update", attempts: 1, status: 403, excerpt: "" })
const of = { chat: chat_id, policy: "nudge@1", step: 1 }

story("a follow-up that was sent is logged once, by ids, and nothing is logged before", (_, logged) =>
  Effect.gen(function* () {
    yield* reviewChat
    yield* sweepUntil(after(hour))
    expect(logged).toEqual([])
    yield* sweepUntil(after(day))
    expect(logged).toEqual([["a follow-up went out", of]])
  })
)

story("one that was taken back is logged with the reason, and without any text of the chat", (fake, logged) =>
  Effect.gen(function* () {
    yield* fake.is("Ada")
    yield* reviewChat
    yield* sweepUntil(after(hour - 15 * second))
    yield* fake.writes("contact")
    yield* sweepUntil(after(day))
    expect(logged).toEqual([["a follow-up was taken back", { ...of, reason: "replied" }]])
  })
)

story("one with an unknown outcome is logged as such", (fake, logged) =>
  Effect.gen(function* () {
    yield* reviewChat
    yield* sweepUntil(after(hour - 15 * second))
    yield* fake.put((kind, apply) => (kind === "clear" ? Effect.fail(refused) : apply))
    yield* fake.writes("contact")
    yield* sweepUntil(after(day))
    expect(logged).toEqual([["nobody knows whether a follow-up went out", { ...of, reason: "refused" }]])
  })
)
