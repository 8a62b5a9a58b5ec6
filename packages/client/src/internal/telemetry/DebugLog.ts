/**
 * What is logged at level Debug: a line for each request that left, and one for each wait before another. Made of the
 * method, the template of the path, numbers and tags alone: no id, no value of a query, no header, no body and no word
 * of a server's.
 */
import * as Effect from "effect/Effect"
import type { RuntimeFiber } from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"

/** Whether somebody reads the lines. Where nobody does, a line costs this question, some 30 ns, and is not made. */
export const isOn = (fiber: RuntimeFiber<unknown, unknown>): boolean =>
  LogLevel.lessThanEqual(fiber.getFiberRef(FiberRef.currentMinimumLogLevel), LogLevel.Debug)

/** As seconds are logged: to the millisecond. */
export const seconds = (millis: number): number => Math.round(millis) / 1000

/**
 * The surroundings of a fiber whose failure another one handles. Where the debug log is on, Effect would log that
 * failure as unhandled, with what the server said.
 */
export const quietly = (parent: RuntimeFiber<unknown, unknown>): FiberRefs.FiberRefs =>
  isOn(parent)
    ? FiberRefs.updateAs(parent.getFiberRefs(), {
        fiberId: parent.id(),
        fiberRef: FiberRef.unhandledErrorLogLevel,
        value: Option.none()
      })
    : parent.getFiberRefs()

/** Logs the method and the template of a call's path, with these facts as annotations. */
export const line = (
  method: string,
  { template }: { readonly template: string },
  facts: Readonly<Record<string, string | number>>
): Effect.Effect<void> => Effect.annotateLogs(Effect.logDebug(`${method} ${template}`), facts)
