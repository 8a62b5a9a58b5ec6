/**
 * The API keys of the organization and of those below it. A key follows from its name and its organization, so a run
 * can be repeated; only issued ones are accepted.
 */
import type { OrgId } from "@effect-invent/domain/Ids"
import * as Context from "effect/Context"
import * as Encoding from "effect/Encoding"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

/** Whose a key is: its name, and its organization where that is one below. */
export interface Owner {
  readonly name: string
  readonly org_id: OrgId | null
}

/** The keys that this emulator has issued. A request with any other is refused with 401. */
export class Keys extends Context.Tag("@effect-invent/emulator/Keys")<
  Keys,
  {
    /** The key of that name; the same name gives the same key. Of an organization below, where one is given. */
    readonly issue: (name: string, orgId?: OrgId) => Redacted.Redacted
    /** Whose key an `Authorization` header carries. */
    readonly owner: (authorization: string | undefined) => Option.Option<Owner>
  }
>() {}

/** The key of that name, of an organization below where one is given. */
export const secret = (name: string, orgId?: OrgId): Redacted.Redacted => {
  const parts = orgId === undefined ? [name] : [orgId, name]
  return Redacted.make(["emulator_key", ...parts.map((part) => Encoding.encodeHex(part))].join("_"))
}

const bearer = /^Bearer +(\S+) *$/i

/** No key is issued yet. */
export const layer: Layer.Layer<Keys> = Layer.sync(Keys, () => {
  const owners = new Map<string, Owner>()
  return {
    issue: (name, orgId) => {
      const key = secret(name, orgId)
      owners.set(Redacted.value(key), { name, org_id: orgId ?? null })
      return key
    },
    owner: (authorization) => Option.fromNullable(owners.get(bearer.exec(authorization ?? "")?.[1] ?? ""))
  }
})
