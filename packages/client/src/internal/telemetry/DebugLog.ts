/**
 * What is logged at level Debug: a line for each request that left, and one for each wait before another. Made of the method,
 * the template of the path, numbers and tags alone: no id, no value of a query, no header, no body and no word of a server's.
 */
import * as Effect from "effect/Effect"
import type { RuntimeFiber } from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as LogLevel from "effect/LogLevel"
import type { CallState } from "../pipeline/CallState.ts"
import type { Attributes } from "./SemanticConventions.ts"

/** Whether somebody reads the lines. Where nobody does, a line costs this question and is not made. */
export const isOn = (fiber: RuntimeFiber<unknown, unknown>): boolean =>
  LogLevel.lessThanEqual(fiber.getFiberRef(FiberRef.currentMinimumLogLevel), LogLevel.Debug)

/** Logs the method and the template of a call's path, with these facts as annotations. */
export const line = (method: string, { template }: CallState, facts: Attributes): Effect.Effect<void> =>
  Effect.annotateLogs(Effect.logDebug(`${method} ${template}`), facts)
