/**
 * Keeps the secrets of the environment out of lines of the log. The program logs none of them; the text of another
 * program's error can quote one.
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Environment from "./Environment.ts"

/** A shorter one would stand in many words that are no secret. */
const shortest = 6

const decode = Option.liftThrowable(decodeURIComponent)

/** The secret and, of a URL, its password: as it is written, and as a server sees it. */
const partsOf = (secret: string): ReadonlyArray<string> => {
  const password = URL.canParse(secret) ? new URL(secret).password : ""
  return [secret, password, Option.getOrElse(decode(password), () => password)]
}

/** The function that replaces each secret in a text by `<redacted>`, also where the text is JSON. */
export const remover: Effect.Effect<(text: string) => string> = Effect.map(
  Effect.forEach(Environment.secrets, (name) =>
    Effect.orElseSucceed(Config.option(Config.redacted(name)), Option.none)
  ),
  (found) => {
    const secrets = found
      .flatMap(Option.toArray)
      .flatMap((secret) => partsOf(Redacted.value(secret)))
      .filter((secret) => secret.length >= shortest)
    const written = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    // The longest first: one may be part of another.
    const all = [...new Set(written)].sort((a, b) => b.length - a.length)
    return (text) => all.reduce((rest, secret) => rest.replaceAll(secret, "<redacted>"), text)
  }
)
