/**
 * Keeps the secrets of the environment out of lines of the log. The program logs none of them; the text of another
 * program's error can quote one.
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { tokensIn } from "../operatorPage/Operators.ts"
import * as Environment from "./Environment.ts"

/** A shorter one would stand in many words that are no secret. */
const shortest = 6

const decode = Option.liftThrowable(decodeURIComponent)

/**
 * The tokens of the page; of others the secret and, of a URL, its password: as it is written, and as a server sees it.
 */
const partsOf = (name: string, secret: string): ReadonlyArray<string> => {
  if (name === "FOLLOW_UPS_PAGE_TOKENS") return tokensIn(secret)
  const password = URL.canParse(secret) ? new URL(secret).password : ""
  return [secret, password, Option.getOrElse(decode(password), () => password)]
}

/** The function that replaces each secret in a text by `<redacted>`, also where the text is JSON. */
export const remover: Effect.Effect<(text: string) => string> = Effect.map(
  Effect.forEach(Environment.secrets, (name) =>
    Config.option(Config.redacted(name)).pipe(
      Effect.orElseSucceed(Option.none<Redacted.Redacted>),
      Effect.map(Option.match({ onNone: () => [], onSome: (secret) => partsOf(name, Redacted.value(secret)) }))
    )
  ),
  (found) => {
    const secrets = found.flat().filter((secret) => secret.length >= shortest)
    const written = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    // The longest first: one may be part of another.
    const all = [...new Set(written)].sort((a, b) => b.length - a.length)
    return (text) => all.reduce((rest, secret) => rest.replaceAll(secret, "<redacted>"), text)
  }
)
