/** What an effect of Effect 3 takes over from the fiber of Effect 4: tracer, current span, loggers, lowest log level. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import * as Convert from "./Convert.ts"
import {
  Cause as Cause3,
  Effect as Effect3,
  FiberRef as FiberRef3,
  HashSet as HashSet3,
  Logger as Logger3,
  LogLevel as LogLevel3,
  Tracer as Tracer3
} from "./invent/Effect3.ts"
import * as Spans from "./Spans.ts"

const severity = ({ _tag }: LogLevel3.LogLevel): LogLevel.Severity =>
  _tag === "Warning" ? "Warn" : _tag === "All" ? "Trace" : _tag === "None" ? "Fatal" : _tag

/** Its lines are lines of Effect 4, with their annotations and their cause. */
const logger3 = (context: Context.Context<never>) =>
  Logger3.make<unknown, void>(({ annotations, cause, logLevel, message }) => {
    const words = Array.isArray(message) ? message : [message]
    const log = Effect.logWithLevel(severity(logLevel))
    const line = Cause3.isEmpty(cause) ? log(...words) : log(...words, Convert.cause(cause))
    Effect.runSyncWith(context)(Effect.annotateLogs(line, Object.fromEntries(annotations)))
  })

/** A function that gives this to an effect. */
export const inherited = Effect.gen(function* () {
  const context = yield* Effect.context()
  const tracer = Spans.tracer3(yield* Effect.tracer)
  const span = Option.map(Context.getOption(context, Tracer.ParentSpan), Tracer3.externalSpan)
  const level = yield* References.MinimumLogLevel
  const loggers = HashSet3.make(logger3(context))
  return <A, E>(effect: Effect3.Effect<A, E>): Effect3.Effect<A, E> => {
    const below = Option.isSome(span) ? Effect3.withParentSpan(effect, span.value) : effect
    return below.pipe(
      Effect3.withTracer(tracer),
      Effect3.locally(FiberRef3.currentLoggers, loggers),
      Logger3.withMinimumLogLevel(LogLevel3.fromLiteral(level === "Warn" ? "Warning" : level))
    )
  }
})
