/** What a sweep, and the pass of a process that ends after it, do with follow-ups that get no turn at once. */
import { expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Sweep from "../src/Dispatch/Sweep.ts"
import * as Turns from "../src/Dispatch/Turns.ts"
import type { Ledger } from "../src/Ledger.ts"
import * as Build from "./Build.ts"

const due = ["a", "b", "c"].map(() =>
  Build.followUp({ status: "planned", follow_up_at: null, due_at: DateTime.unsafeMake(0) })
)

const ledger: Partial<Ledger["Type"]> = {
  overdue: () => Effect.succeed(due),
  waitingAgain: () => Effect.succeed([]),
  paused: Effect.succeedNone,
  held: Effect.succeed(() => false),
  unobserved: Effect.succeed([]),
  advance: (followUp) => Effect.succeed(Option.some(followUp))
}

/** With one turn. */
const dispatch = Effect.map(Turns.make(1), (turns) =>
  Sweep.make({
    ledger: ledger as Ledger["Type"],
    policies: {} as Sweep.Parts["policies"],
    chatReview: {} as Sweep.Parts["chatReview"],
    mayBegin: Effect.succeed(true),
    advance: () => Effect.yieldNow(),
    turns
  })
)

it.effect("a sweep leaves those without a turn to the next one", () =>
  Effect.gen(function* () {
    const { sweep } = yield* dispatch
    expect(yield* sweep(Duration.zero)).toBe(1)
  })
)

it.effect("a pass has no next one: it takes up all of them, each in its turn", () =>
  Effect.gen(function* () {
    const { pass } = yield* dispatch
    expect(yield* pass).toBe(due.length)
  })
)
