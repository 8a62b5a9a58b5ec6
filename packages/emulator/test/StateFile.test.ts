import { assert, describe } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { it } from "../../../tools/testing/it.ts"
import * as Journal from "../src/World/Persistence/Journal.ts"
import { control, layer } from "./ControlRoutes.ts"

const file = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "emulator-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true }))
  ),
  (folder) => join(folder, "state")
)

/** Runs an emulator in a fiber of its own: the clock that it sets stays there. */
const within = <A, E>(
  settings: Parameters<typeof layer>[0],
  effect: Effect.Effect<A, E, Layer.Layer.Success<ReturnType<typeof layer>>>
) =>
  Effect.fork(Effect.provide(effect, layer(settings))).pipe(
    Effect.flatMap(Fiber.await),
    Effect.flatMap((exit) => exit)
  )

/** Moves the clock of the machine, also where the clock is that of a world. */
const machine = Effect.map(Effect.clock, (clock) => ({
  adjust: (by: Duration.DurationInput) => Effect.withClock(TestClock.adjust(by), clock),
  setTime: (millis: number) => Effect.withClock(TestClock.setTime(millis), clock)
}))

/** The time in the world, as the report shows it. */
const now = Effect.map(control("GET", "/report"), ({ body }) => DateTime.unsafeMake(body.now as string).epochMillis)

const advance = (by: string) => control("POST", "/clock/advance", { by })

const add = (name: string) => control("POST", "/contacts", { name, channels: [] })

const millis = (duration: Duration.DurationInput) => Duration.toMillis(duration)

describe("the clock of a world that is kept in a file", () => {
  it.scoped("goes on after a restart where it was, with the time that has passed for the machine", () =>
    Effect.gen(function* () {
      const state = yield* file
      const shown = yield* within({ state }, Effect.zipRight(advance("1 day"), now))
      assert.strictEqual(shown, millis("1 day"))
      assert.strictEqual(yield* within({ state }, now), shown)
      yield* TestClock.adjust("1 hour")
      const later = yield* within({ state }, Effect.zipLeft(now, advance("1 day")))
      assert.strictEqual(later, millis("25 hours"))
      assert.strictEqual(yield* within({ state }, now), millis("49 hours"))
    })
  )

  it.scoped("does not go back where the machine's clock was put back meanwhile", () =>
    Effect.gen(function* () {
      const state = yield* file
      const { setTime } = yield* machine
      yield* setTime(millis("365 days"))
      yield* within({ state }, advance("1 day"))
      yield* setTime(0)
      assert.strictEqual(yield* within({ state }, now), millis("366 days"))
    })
  )

  it.scoped("is kept where it runs faster than the machine's", () =>
    Effect.gen(function* () {
      const [state, { adjust }] = [yield* file, yield* machine]
      const start = { state, speed: 60 }
      yield* within(start, Effect.zipRight(adjust("1 minute"), add("Ada")))
      assert.strictEqual(yield* within(start, now), millis("1 hour"))
    })
  )

  it.scoped("is in the file with each change, for an emulator that is killed", () =>
    Effect.gen(function* () {
      const [state, { adjust }] = [yield* file, yield* machine]
      yield* within({ state }, Effect.all([add("Ada"), advance("1 day"), adjust("1 hour"), add("Grace")]))
      const { rows } = yield* Journal.open(state)
      const kept = rows.flatMap(([table, , row]) => (table === "clock" ? [row] : table === "contacts" ? [table] : []))
      const day = millis("1 day")
      const [first, last] = [
        { instant: 0, ahead: 0 },
        { instant: day + millis("1 hour"), ahead: day }
      ]
      // At the start, with each change, after the advance, and at the end.
      assert.deepStrictEqual(kept, [first, "contacts", first, { instant: day, ahead: day }, "contacts", last, last])
    })
  )

  it.scoped("is that of the machine in a file that is older than it, and one that is no clock is refused", () =>
    Effect.gen(function* () {
      const [state, { adjust }] = [yield* file, yield* machine]
      yield* adjust("1 day")
      yield* Effect.scoped(Effect.flatMap(Journal.open(state), ({ rewrite }) => rewrite([])))
      assert.strictEqual(yield* within({ state }, now), millis("1 day"))
      yield* Effect.scoped(Effect.flatMap(Journal.open(state), ({ append }) => append([["clock", "now", { at: 1 }]])))
      const refused = yield* Effect.flip(within({ state }, Effect.asVoid(now)))
      assert.strictEqual(String((refused as Error).message), `state ${state}: holds no valid clock`)
    })
  )
})
