/**
 * The API keys of the organization. A key follows from its name, so a run can be repeated; only issued ones are
 * accepted.
 */
import * as Context from "effect/Context"
import * as Encoding from "effect/Encoding"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

/** The keys that this emulator has issued. A request with any other is refused with 401. */
export class Keys extends Context.Tag("@effect-invent/emulator/Keys")<
  Keys,
  {
    /** The key of that name; the same name gives the same key. */
    readonly issue: (name: string) => Redacted.Redacted
    /** Whose key an `Authorization` header carries. */
    readonly owner: (authorization: string | undefined) => Option.Option<string>
  }
>() {}

/** The key of that name. */
export const secret = (name: string): Redacted.Redacted => Redacted.make(`emulator_key_${Encoding.encodeHex(name)}`)

const bearer = /^Bearer +(\S+) *$/i

/** No key is issued yet. */
export const layer: Layer.Layer<Keys> = Layer.sync(Keys, () => {
  const names = new Map<string, string>()
  return {
    issue: (name) => {
      const key = secret(name)
      names.set(Redacted.value(key), name)
      return key
    },
    owner: (authorization) => Option.fromNullable(names.get(bearer.exec(authorization ?? "")?.[1] ?? ""))
  }
})
