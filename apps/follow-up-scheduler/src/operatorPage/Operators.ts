/** Who may use the page: tokens, each with the name of an operator and a right. */
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { createHash, timingSafeEqual } from "node:crypto"
import { Name } from "../Ledger/Operator.ts"

/** The shortest token, in characters. */
export const leastToken = 16

const isToken = (text: string): boolean => text.length >= leastToken && /^[\x21-\x7e]*$/.test(text)

/** What a token allows: to see everything, or to see and to change everything. */
export const Right = Schema.Literal("read", "change")
/** What a token allows. */
export type Right = typeof Right.Type

/** An operator as a token names them. */
export interface Operator {
  /** Undefined for the token of `FOLLOW_UPS_TOKEN`, and where the page needs none. */
  readonly name: string | undefined
  readonly right: Right
  readonly token: Redacted.Redacted
}

const isName = Schema.is(Name)
const isRight = Schema.is(Right)

/** `NAME:RIGHT:TOKEN`. The token may have colons. */
const line = /^([^:]*):([^:]*):(.*)$/s

/** The parts of each line that has any, with its number from 1. A line that begins with # is a comment. */
const linesOf = (text: string) =>
  text
    .split(/\r?\n/)
    .map((each, index) => ({ number: index + 1, text: each.trim() }))
    .filter((each) => each.text !== "" && !each.text.startsWith("#"))

/** The tokens in a text of `FOLLOW_UPS_PAGE_TOKENS`, also where the text is otherwise wrong: they are redacted. */
export const tokensIn = (text: string): ReadonlyArray<string> =>
  linesOf(text).map((each) => line.exec(each.text)?.[3]?.trim() ?? each.text)

const parseLine = (text: string): Either.Either<Operator, string> => {
  const [, name = "", right = "", token = ""] = line.exec(text)?.map((part) => part.trim()) ?? []
  if (!isName(name) || !isRight(right)) return Either.left("is not NAME:read:TOKEN or NAME:change:TOKEN")
  if (!isToken(token)) return Either.left(`has a token of less than ${leastToken} visible ASCII characters`)
  return Either.right({ name, right, token: Redacted.make(token) })
}

/**
 * Reads a text of one `NAME:RIGHT:TOKEN` a line; a name may have several tokens. Left: what is wrong, without any token
 * in it.
 */
export const parse = (text: string): Either.Either<ReadonlyArray<Operator>, string> =>
  Either.gen(function* () {
    const found: Array<Operator> = []
    const lines = linesOf(text)
    if (lines.length === 0) return yield* Either.left("has no line NAME:read:TOKEN or NAME:change:TOKEN")
    for (const { number, text } of lines) {
      const operator = yield* Either.mapLeft(parseLine(text), (why) => `line ${number} ${why}`)
      if (found.some(({ token }) => Redacted.value(token) === Redacted.value(operator.token)))
        return yield* Either.left(`line ${number} repeats the token of another line`)
      found.push(operator)
    }
    return found
  })

/** The operators of `FOLLOW_UPS_PAGE_TOKENS`. */
export const named = Config.redacted("FOLLOW_UPS_PAGE_TOKENS").pipe(
  Config.mapOrFail((text) =>
    Either.mapLeft(parse(Redacted.value(text)), (why) => ConfigError.InvalidData(["FOLLOW_UPS_PAGE_TOKENS"], why))
  ),
  Config.option
)

/** The token of `FOLLOW_UPS_TOKEN`. */
export const single = Config.redacted("FOLLOW_UPS_TOKEN").pipe(
  Config.mapOrFail((token) =>
    isToken(Redacted.value(token))
      ? Either.right(token)
      : Either.left(
          ConfigError.InvalidData(["FOLLOW_UPS_TOKEN"], `must have at least ${leastToken} visible ASCII characters`)
        )
  ),
  Config.option
)

/** The operators of `FOLLOW_UPS_PAGE_TOKENS` and `FOLLOW_UPS_TOKEN`; empty where neither is set. */
export const config: Config.Config<ReadonlyArray<Operator>> = Config.zipWith(
  named,
  single,
  (named, single): ReadonlyArray<Operator> => [
    ...Option.getOrElse(named, () => []),
    ...Option.toArray(Option.map(single, (token): Operator => ({ name: undefined, right: "change", token })))
  ]
)

const digest = (text: string) => createHash("sha256").update(text).digest()

/** The operator whose token an `authorization` header has. Takes as long whichever it is. */
export const find = (
  operators: ReadonlyArray<Operator>,
  authorization: string | undefined
): Option.Option<Operator> => {
  const given = digest(authorization ?? "")
  const [found] = operators.filter(({ token }) => timingSafeEqual(given, digest(`Bearer ${Redacted.value(token)}`)))
  return Option.fromNullable(found)
}
