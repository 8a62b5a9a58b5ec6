/**
 * The organizations whose chats are followed up. An agency's key acts for many of them. The quota counts by IP address,
 * so one process serves them all with one client and one rate limit; each call names its organization in its path.
 */
import { OrgId } from "@effect-invent/domain/Ids"
import {
  type Forbidden,
  type RepeatableError,
  type Unauthorized,
  UnexpectedResponse
} from "@effect-invent/domain/InventError"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"

/** An organization; undefined is the client's own, which is that of `INVENT_ORG_ID`, else `c`. */
export type Org = OrgId | undefined

/** The organizations that are named, in their order; none where the client's own is the only one. */
export class Orgs extends Context.Reference<Orgs>()("@effect-invent/follow-up-scheduler/Orgs", {
  defaultValue: (): ReadonlyArray<OrgId> => []
}) {}

/** Every organization whose lists are read, at least one. */
export const listed = (orgs: Orgs["Type"]): ReadonlyArray<Org> => (orgs.length === 0 ? [undefined] : orgs)

/** Whether chats, log lines and metrics name their organization. */
export const areSeveral = (orgs: Orgs["Type"]): boolean => orgs.length > 1

/** The part of a path that names an organization; empty where the client fills in its own. */
export const pathOf = (org: Org): { readonly org_id?: OrgId } => (org === undefined ? {} : { org_id: org })

/** The organization in words, for the log. */
export const nameOf = (org: Org): string => (org === undefined ? "the organization" : `organization ${org}`)

const refusals: ReadonlyArray<string> = ["Unauthorized", "Forbidden", "NotFound"] satisfies ReadonlyArray<
  RepeatableError["_tag"]
>

/** Whether the service refuses a list of an organization: 401, 403 or 404. */
export const isRefusal = ({ _tag }: { readonly _tag: string }): boolean => refusals.includes(_tag)

const asPassing = (error: RepeatableError, issue: string): RepeatableError =>
  new UnexpectedResponse({
    endpoint: error.endpoint,
    attempts: "attempts" in error ? error.attempts : 1,
    status: "status" in error && error.status !== undefined ? error.status : 403,
    excerpt: "",
    issue
  })

/**
 * The error of a list that one of several organizations refuses. It is neither a refused key nor a chat that is gone:
 * what is due in the organization waits until the list can be read, and the other organizations go on.
 */
export const ofOne =
  (orgs: Orgs["Type"], org: Org) =>
  (error: RepeatableError): RepeatableError =>
    areSeveral(orgs) && isRefusal(error) ? asPassing(error, `the service refuses the lists of ${nameOf(org)}`) : error

const isOfKey = (error: { readonly _tag: string }): error is Unauthorized | Forbidden =>
  error._tag === "Unauthorized" || error._tag === "Forbidden"

/** The same for a read of one chat: 401 and 403. A 404 still says that the chat is gone. */
export const ofChat =
  (orgs: Orgs["Type"]) =>
  <A, E extends { readonly _tag: string }, R>(read: Effect.Effect<A, E, R>): Effect.Effect<A, E | RepeatableError, R> =>
    Effect.mapError(read, (error) =>
      areSeveral(orgs) && isOfKey(error)
        ? asPassing(error, "the service refuses the chat, whose organization may be one that the key has lost")
        : error
    )

/** What is wrong with these ids, if anything is. */
export const problemOf = (ids: ReadonlyArray<string>): string | undefined => {
  const wrong = ids.find((id) => !/^[\x21-\x2b\x2d-\x7e]+$/.test(id) || id === "." || id === "..")
  if (wrong !== undefined) return `has ${JSON.stringify(wrong)}, which is no id of an organization`
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index)
  return repeated === undefined ? undefined : `has ${repeated} more than once`
}

const variable = "FOLLOW_UPS_ORGS"

const fromText = (text: string) => {
  const ids = text.split(",").flatMap((id) => (id.trim() === "" ? [] : [id.trim()]))
  const problem = problemOf(ids)
  return problem === undefined
    ? Either.right(ids.map((id) => OrgId.make(id)))
    : Either.left(ConfigError.InvalidData([variable], problem))
}

/** `FOLLOW_UPS_ORGS`: ids, separated by commas; blanks are ignored. None where it is absent or empty. */
export const config = Config.string(variable).pipe(Config.withDefault(""), Config.mapOrFail(fromText))

/** These organizations; where none is given, those of {@link config}. Fails with `ConfigError` where an id is wrong. */
export const layer = (given: ReadonlyArray<OrgId>) =>
  Layer.effect(Orgs, given.length > 0 ? Effect.succeed(given) : config)
