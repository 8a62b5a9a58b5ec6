/** Refuses what a setting cannot be, by the setting's name. */
import * as ConfigError from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"

/** An option that holds, or a `ConfigError` that names it. */
export type Checked<A> = Either.Either<A, ConfigError.ConfigError>

/** Refuses an option by its name, with the reason. */
export const refuse = (path: string, message: string): Checked<never> =>
  Either.left(ConfigError.InvalidData([path], message))

const noId = /^\.{0,2}$|\p{Surrogate}/u

/** No id is nothing, a step in a path, or text that has no UTF-8. */
export const isId = (text: string): boolean => !noId.test(text)

/** A timer of JavaScript counts so many milliseconds, 24 days, and one that is set for longer never ends. */
const longest = 2 ** 31 - 1

/** A negative number, or none, would be read as zero. */
const isNegative = (input: Duration.DurationInput): boolean => {
  if (typeof input === "number" || typeof input === "bigint") return !(input >= 0)
  if (typeof input === "string") return input.trimStart().startsWith("-")
  return Array.isArray(input) && input.some((part: number) => !(part >= 0))
}

/** A finite duration of at least `least` milliseconds and at most 24 days. */
export const duration = (path: string, input: Duration.DurationInput, least: number): Checked<Duration.Duration> => {
  const decoded = isNegative(input) ? undefined : Duration.decodeUnknown(input)
  return decoded?._tag === "Some" &&
    Duration.toMillis(decoded.value) >= least &&
    Duration.toMillis(decoded.value) <= longest
    ? Either.right(decoded.value)
    : refuse(path, `must be a finite duration of at least ${least} ms and at most 24 days`)
}

/** A finite number of at least `least`. */
export const atLeast = (path: string, value: number, least: number): Checked<number> =>
  Number.isFinite(value) && value >= least ? Either.right(value) : refuse(path, `must be a number of at least ${least}`)

/** A whole number of at least 1. */
export const whole = (path: string, value: number): Checked<number> =>
  Number.isSafeInteger(value) && value >= 1 ? Either.right(value) : refuse(path, "must be a whole number of at least 1")
