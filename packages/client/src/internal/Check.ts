/** Checks of what a user sets, which name the setting when they refuse it. */
import * as ConfigError from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"

export const refuse = (path: string, message: string): Either.Either<never, ConfigError.ConfigError> =>
  Either.left(ConfigError.InvalidData([path], message))

export const duration = (path: string, input: Duration.DurationInput, least: number) => {
  const decoded = Duration.decodeUnknown(input)
  return decoded._tag === "Some" && Duration.toMillis(decoded.value) >= least && Duration.isFinite(decoded.value)
    ? Either.right(decoded.value)
    : refuse(path, `must be a finite duration of at least ${least} ms`)
}

export const atLeast = (path: string, value: number, least: number) =>
  Number.isFinite(value) && value >= least ? Either.right(value) : refuse(path, `must be a number of at least ${least}`)

export const whole = (path: string, value: number) =>
  Number.isSafeInteger(value) && value >= 1 ? Either.right(value) : refuse(path, "must be a whole number of at least 1")
