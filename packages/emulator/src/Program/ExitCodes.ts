/**
 * How the program ends: one line for whatever went wrong, and an exit code: 2 for unusable input or surroundings, 130
 * for Ctrl-C.
 */
import * as ValidationError from "@effect/cli/ValidationError"
import * as HelpDoc from "@effect/cli/HelpDoc"
import { ServeError } from "@effect/platform/HttpServerError"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

/** An option, a file or the surroundings cannot be used. `message` is the line that is shown. */
export class Unusable extends Data.TaggedError("Unusable")<{ readonly message: string }> {}

const serveReasons: Record<string, string> = {
  EADDRINUSE: "is taken; stop what listens there, or give another --port",
  EACCES: "is not for this user; give another --port",
  EADDRNOTAVAIL: "is no address of this machine; give another --host"
}

const ofServe = (cause: unknown): string => {
  const { address, code, message, port } = cause as { [key in "address" | "code" | "message" | "port"]?: string }
  const reason = serveReasons[code ?? ""]
  return reason === undefined ? `cannot listen: ${message}` : `${address}:${port} ${reason}`
}

const lineOf = (error: unknown): string => {
  if (ValidationError.isValidationError(error)) return HelpDoc.toAnsiText(error.error).replaceAll(/\s+/g, " ").trim()
  if (error instanceof ServeError) return ofServe(error.cause)
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, "; ")
}

/** Says in one line on stderr why the program cannot go on. */
export const report = <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.tapErrorCause(program, (cause) =>
    Cause.isInterruptedOnly(cause) || ValidationError.isValidationError(Cause.squash(cause))
      ? Effect.void
      : Console.error(`invent-emulator: ${lineOf(Cause.squash(cause))}`)
  )

/** Exits with 0 after success, 130 after Ctrl-C and 2 after anything else. */
export const teardown = (exit: Exit.Exit<unknown, unknown>, onExit: (code: number) => void): void =>
  onExit(Exit.isSuccess(exit) ? 0 : Cause.isInterruptedOnly(exit.cause) ? 130 : 2)
