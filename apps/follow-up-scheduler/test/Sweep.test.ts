/** What a sweep, and the pass of a process that ends after it, do with follow-ups that get no turn at once. */
import { expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { FollowUpKey } from "../src/Plan.ts"
import * as Sweep from "../src/Dispatch/Sweep.ts"
import * as Turns from "../src/Dispatch/Turns.ts"
import type { Ledger } from "../src/Ledger.ts"
import * as Build from "./Build.ts"

const due = ["a", "b", "c"].map((key) =>
  Build.followUp({
    key: FollowUpKey.make(key),
    status: "planned",
    follow_up_at: null,
    due_at: DateTime.unsafeMake(0)
  })
)

const ledger: Partial<Ledger["Type"]> = {
  overdue: () => Effect.succeed(due),
  toTakeBack: () => Effect.succeed([]),
  waitingAgain: () => Effect.succeed([]),
  paused: Effect.succeedNone,
  held: Effect.succeed(() => false),
  unobserved: Effect.succeed([]),
  advance: (followUp) => Effect.succeed(Option.some(followUp))
}

/** With so many turns. */
const dispatch = (turns: number, advance: Sweep.Parts["advance"] = () => Effect.yieldNow()) =>
  Effect.map(Turns.make(turns), (turns) =>
    Sweep.make({
      ledger: ledger as Ledger["Type"],
      policies: {} as Sweep.Parts["policies"],
      chatReview: {} as Sweep.Parts["chatReview"],
      mayBegin: Effect.succeed(true),
      advance,
      turns
    })
  )

it.effect("a sweep leaves those without a turn to the next one", () =>
  Effect.gen(function* () {
    const { sweep } = yield* dispatch(1)
    expect(yield* sweep(Duration.zero)).toBe(1)
  })
)

it.effect("a pass has no next one: it takes up all of them, each in its turn", () =>
  Effect.gen(function* () {
    const { pass } = yield* dispatch(1)
    expect(yield* pass).toBe(due.length)
  })
)

it.effect("a sweep leaves alone what this process takes further already, until that has ended", () =>
  Effect.gen(function* () {
    const [permit, started] = [yield* Effect.makeLatch(false), yield* Effect.makeLatch(false)]
    const begun: Array<string> = []
    const { sweep } = yield* dispatch(2, ({ key }) =>
      Effect.suspend(() => {
        begun.push(key)
        return key === "a" ? Effect.zipRight(started.open, permit.await) : Effect.void
      })
    )
    const first = yield* Effect.fork(sweep(Duration.zero))
    yield* started.await
    yield* sweep(Duration.zero)
    expect(begun.filter((key) => key === "a")).toEqual(["a"])
    expect(begun).toContain("b")
    yield* permit.open
    yield* Fiber.join(first)
    yield* sweep(Duration.zero)
    expect(begun.filter((key) => key === "a")).toEqual(["a", "a"])
  })
)
