/** The bridge between Effect 4 and Effect 3, both the real ones, in this process. */
import { afterEach, describe, expect, it, vi } from "vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import * as Bridge from "../Bridge.ts"
import { Effect as Effect3, Exit as Exit3, Layer as Layer3 } from "../invent/Effect3.ts"
import * as Invent from "../invent/Client.ts"

afterEach(() => {
  vi.unstubAllEnvs()
})

/** Ends in a turn of its own. */
const later = Effect3.promise(() => new Promise((resolve) => setImmediate(resolve)))

const exitOf = <A, E>(effect: Effect3.Effect<A, E>) => Effect.runPromiseExit(Bridge.run(effect))

describe("an effect of Effect 3", () => {
  it("ends with its value", async () => {
    expect(await exitOf(Effect3.zipRight(later, Effect3.succeed(1)))).toEqual(Exit.succeed(1))
  })

  it("fails with its error, which Effect 4 catches by its tag", async () => {
    const failing = Bridge.run(Effect3.fail({ _tag: "Missing" as const, id: "1" }))
    const caught: Effect.Effect<string> = Effect.catchTag(failing, "Missing", ({ id }) => Effect.succeed(id))
    expect(await Effect.runPromise(caught)).toBe("1")
  })

  it("dies of its defect", async () => {
    const defect = new Error("a mistake")
    expect(await exitOf(Effect3.die(defect))).toEqual(Exit.die(defect))
  })

  it("keeps all that failed at once", async () => {
    const both = Effect3.zipRight(Effect3.fail("one"), Effect3.void).pipe(Effect3.ensuring(Effect3.die("two")))
    const exit = await exitOf(both)
    const reasons = Exit.isFailure(exit) ? exit.cause.reasons : []
    expect(reasons.map(({ _tag }) => _tag)).toEqual(["Fail", "Die"])
  })

  it("that interrupts itself interrupts the effect of Effect 4", async () => {
    const exit = await exitOf(Effect3.interrupt)
    expect(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)).toBe(true)
  })

  it("is interrupted with the fiber of Effect 4, which ends after its finalizers", async () => {
    const happened: Array<string> = []
    const program = Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const waits = Effect3.async<never>(() => {
        Deferred.doneUnsafe(started, Effect.void)
        return Effect3.zipRight(
          later,
          Effect3.sync(() => happened.push("cleaned up"))
        )
      }).pipe(
        Effect3.onExit((exit) => Effect3.sync(() => happened.push(Exit3.isInterrupted(exit) ? "interrupted" : "ended")))
      )
      const fiber = yield* Effect.forkChild(Bridge.run(waits))
      yield* Deferred.await(started)
      yield* Fiber.interrupt(fiber)
      happened.push("went on")
    })
    await Effect.runPromise(program)
    expect(happened).toEqual(["cleaned up", "interrupted", "went on"])
  })
})

describe("a layer of Effect 3", () => {
  const scoped = (happened: Array<string>) =>
    Layer3.scopedDiscard(
      Effect3.acquireRelease(
        Effect3.sync(() => happened.push("built")),
        () => Effect3.sync(() => happened.push("released"))
      )
    )

  it("is built once and released with the scope", async () => {
    const happened: Array<string> = []
    const program = Effect.gen(function* () {
      const use = yield* Bridge.withLayer(scoped(happened))
      for (const name of ["first", "second"]) yield* use(Effect3.sync(() => happened.push(name)))
    })
    await Effect.runPromise(Effect.scoped(program))
    expect(happened).toEqual(["built", "first", "second", "released"])
  })

  it("fails as a typed error: the client without its key", async () => {
    vi.stubEnv("INVENT_API_KEY", undefined)
    const failed = Effect.flip(Effect.scoped(Bridge.withLayer(Invent.layer)))
    expect((await Effect.runPromise(failed))._op).toBe("MissingData")
  })
})

describe("what Effect 3 writes", () => {
  it("is a line of the loggers of Effect 4, from its lowest level on", async () => {
    const lines: Array<unknown> = []
    const logger = Logger.make(({ fiber, logLevel, message }) => {
      lines.push([logLevel, message, fiber.getRef(References.CurrentLogAnnotations)])
    })
    const says = Effect3.logDebug("low").pipe(
      Effect3.zipRight(Effect3.logWarning("high")),
      Effect3.annotateLogs("key", 1)
    )
    const program = (level: "Debug" | "Info") =>
      Bridge.run(says).pipe(
        Effect.provide(Logger.layer([logger])),
        Effect.provideService(References.MinimumLogLevel, level)
      )
    await Effect.runPromise(program("Info"))
    expect(lines).toEqual([["Warn", ["high"], { key: 1 }]])
    await Effect.runPromise(program("Debug"))
    expect(lines.slice(1)).toEqual([
      ["Debug", ["low"], { key: 1 }],
      ["Warn", ["high"], { key: 1 }]
    ])
  })

  it("is a span of the tracer of Effect 4, below the span that was open", async () => {
    const spans: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    const below = Effect3.fail("no").pipe(
      Effect3.withSpan("inner"),
      Effect3.tap(Effect3.annotateCurrentSpan("key", 1)),
      Effect3.withSpan("middle", { kind: "client", attributes: { key: 1 } }),
      Effect3.ignore
    )
    await Effect.runPromise(
      Bridge.run(below).pipe(Effect.withSpan("outer"), Effect.provideService(Tracer.Tracer, tracer))
    )
    expect(spans.map(({ name, traceId }) => [name, traceId])).toEqual(
      ["outer", "middle", "inner"].map((name) => [name, spans[0]!.traceId])
    )
    expect(spans.slice(1).map(({ parent }) => Option.getOrThrow(parent).spanId)).toEqual([
      spans[0]!.spanId,
      spans[1]!.spanId
    ])
    expect(spans.map(({ status }) => status._tag)).toEqual(["Ended", "Ended", "Ended"])
    expect(spans[1]).toMatchObject({ kind: "client", status: { exit: Exit.fail("no") } })
    expect(spans[1]!.attributes.get("key")).toBe(1)
  })
})
