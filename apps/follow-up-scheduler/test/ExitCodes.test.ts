/** How a program that failed ends, where what it holds is not released. */
import { expect } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as ExitCodes from "../src/cli/ExitCodes.ts"
import { StandardOutput } from "../src/cli/StandardOutput.ts"
import { LoopStuck } from "../src/Operations/Health.ts"

/** Runs a program that holds what is never released, and gives what ended its process after so many seconds. */
const endedAfter = <E>(seconds: number, program: Effect.Effect<void, E>, grace?: string) =>
  Effect.gen(function* () {
    const ends: Array<readonly [line: string, code: number]> = []
    const output = {
      asLog: Effect.void,
      written: Effect.void,
      end: (line: string, code: number) => Effect.sync(() => void ends.push([line, code]))
    }
    const held = Layer.scopedDiscard(Effect.addFinalizer(() => Effect.never))
    yield* program.pipe(
      Effect.tapErrorCause(ExitCodes.endAnyway),
      Effect.provide(held),
      Effect.provideService(StandardOutput, output),
      Effect.withConfigProvider(
        ConfigProvider.fromMap(new Map(grace === undefined ? [] : [["FOLLOW_UPS_STOP_GRACE", grace]]))
      ),
      Effect.forkDaemon
    )
    yield* TestClock.adjust(seconds * 1000)
    return ends
  })

it.effect("it is ended a second after the grace, with the line and the code of its error", () =>
  Effect.gen(function* () {
    const stuck = Effect.fail(new LoopStuck({ found: "the loop has not turned" }))
    expect(yield* endedAfter(8.999, stuck)).toEqual([])
    expect(yield* endedAfter(9, stuck)).toEqual([["the loop has not turned; the next start takes up what is left", 4]])
    expect(yield* endedAfter(3, Effect.fail(new Error("no database")), "2 seconds")).toEqual([["no database", 2]])
    expect(yield* endedAfter(9, Effect.dieMessage("a defect"))).toEqual([["a defect", 2]])
  })
)

it.effect("it is not ended where it was interrupted, because a stop has its own time", () =>
  Effect.map(endedAfter(60, Effect.interrupt), (ends) => expect(ends).toEqual([]))
)
