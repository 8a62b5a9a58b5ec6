/** The checks of `doctor`: each returns what was found and, where that is wrong, what to do. */
import { InventClient } from "@effect-invent/client/InventClient"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as NextAllowed from "../NextAllowed.ts"
import * as Orgs from "../Policy/Orgs.ts"

/**
 * The result of one check. `found` is one line for people. `error` makes `doctor` end with exit code 1, `warning` does
 * not.
 */
export const Finding = Schema.Struct({
  check: Schema.String,
  state: Schema.Literal("ok", "warning", "error"),
  found: Schema.String
})
/** The result of one check. */
export type Finding = typeof Finding.Type

/** A finding, from its parts. */
export const finding = (check: string, state: Finding["state"], found: string): Finding => ({ check, state, found })

/** A finding of a check that passed. */
export const ok = (check: string, found: string): Finding => finding(check, "ok", found)

/**
 * How far the clocks may differ. With more, a follow-up is checked at the wrong moment; with more than `arm_lead`,
 * `follow_up_at` is set in the past.
 */
export const tolerableSkew = Duration.seconds(2)

/** A `Date` header has whole seconds: the server's clock may be up to this much later. */
const resolution = Duration.seconds(1)

const skewBetween = (server: DateTime.Utc, requested: DateTime.Utc, answered: DateTime.Utc): Finding => {
  // The server read its clock at some moment between the request and the answer.
  const ahead = requested.epochMillis - server.epochMillis - Duration.toMillis(resolution)
  const behind = server.epochMillis - answered.epochMillis
  const least = Math.max(ahead, behind, 0)
  const words =
    `this machine's clock is ${least === ahead ? "ahead of" : "behind"} the server's by at least ` +
    `${Duration.format(Duration.seconds(Math.round(least / 1000)))}`
  return least <= Duration.toMillis(tolerableSkew)
    ? finding("clock", "ok", "agrees with the server's, compared in whole seconds")
    : finding("clock", "error", `${words}; set it by NTP`)
}

/** Whether the service accepts the key, and how far the clocks differ: one GET. Errors become findings. */
export const service: Effect.Effect<ReadonlyArray<Finding>, never, InventClient> = Effect.gen(function* () {
  const invent = yield* InventClient
  const requested = yield* DateTime.now
  const [org] = Orgs.listed(yield* Orgs.Orgs)
  const answered = yield* Effect.either(invent.orgs.serverTime({ path: Orgs.pathOf(org) }))
  const now = yield* DateTime.now
  if (answered._tag === "Left") {
    const { left } = answered
    // A 404 or 403 shows that the key was accepted.
    const isAccepted = left._tag === "NotFound" || left._tag === "Forbidden"
    return [isAccepted ? finding("key", "warning", left.message) : finding("key", "error", left.message)]
  }
  const clock = Option.match(answered.right, {
    onNone: () => finding("clock", "warning", "cannot be compared: the server sends no Date"),
    onSome: (server) => skewBetween(server, requested, now)
  })
  return [finding("key", "ok", "the service accepts it"), clock]
})

/** For each organization that is named, whether the key may list its inbox: one GET each. */
export const orgs: Effect.Effect<ReadonlyArray<Finding>, never, InventClient> = Effect.gen(function* () {
  const invent = yield* InventClient
  return yield* Effect.forEach(yield* Orgs.Orgs, (org_id) =>
    Effect.match(invent.inbox.list({ path: { org_id }, urlParams: { take: 1 } }), {
      onSuccess: () => ok("org", `${org_id}: the key may list its inbox`),
      onFailure: ({ message }) => finding("org", "error", `${org_id}: its inbox cannot be listed: ${message}`)
    })
  )
})

/** Known to change their offset, and back, in 2026. */
const witnesses = [
  { zone: "Europe/Berlin", at: "2026-03-29T01:00:00Z" },
  { zone: "America/New_York", at: "2026-03-08T07:00:00Z" },
  { zone: "Australia/Lord_Howe", at: "2026-04-04T15:00:00Z" }
] as const

const offsetAt = (zone: string, at: DateTime.Utc) =>
  Option.map(DateTime.setZoneNamed(at, zone), (zoned) => DateTime.zonedOffset(zoned))

/** Whether the runtime's time zone data has these zones and their changes of 2026. */
export const zones: Finding = (() => {
  const unknown = witnesses.filter(({ zone }) => !NextAllowed.isZone(zone)).map(({ zone }) => zone)
  if (unknown.length > 0)
    return finding("zones", "error", `${unknown.join(", ")} unknown; use a Node with full ICU data`)
  const unchanging = witnesses.filter(({ at, zone }) => {
    const instant = DateTime.unsafeMake(at)
    const [before, after] = [DateTime.subtract(instant, { millis: 1 }), instant].map((each) =>
      Option.getOrNull(offsetAt(zone, each))
    )
    return before === after
  })
  return unchanging.length > 0
    ? finding(
        "zones",
        "error",
        `no change of the clocks in ${unchanging.map(({ zone }) => zone).join(", ")}; update Node`
      )
    : finding("zones", "ok", `known, with their changes of the clocks (tz ${process.versions.tz ?? "of the system"})`)
})()
