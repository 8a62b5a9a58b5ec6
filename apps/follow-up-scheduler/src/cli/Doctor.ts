/** `doctor`: checks the key, the clock, the database, the zone data and policies. */
import * as InventClient from "@effect-invent/client/InventClient"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as LedgerTroubles from "../Operations/Health/LedgerTroubles.ts"
import * as Thresholds from "../Operations/Health/Thresholds.ts"
import * as HealthChecks from "../Operations/HealthChecks.ts"
import * as LedgerAge from "../Operations/LedgerAge.ts"
import * as QuotaForecast from "../Operations/QuotaForecast.ts"
import * as Trouble from "../Operations/Trouble.ts"
import * as Ledger from "../Ledger.ts"
import * as Database from "../Ledger/Database.ts"
import * as Orgs from "../Policy/Orgs.ts"
import type { InForce } from "../Decide/PolicyChoice.ts"
import * as PolicyFiles from "../Policies/PolicyFiles.ts"
import * as PolicyOverlap from "../Policies/PolicyOverlap.ts"
import { Exited, lineOf } from "./ExitCodes.ts"
import * as Ledgers from "./Ledgers.ts"
import type { Db } from "./Options.ts"
import * as Output from "./Output.ts"
import { quota } from "./Status.ts"
import * as CountText from "../Policy/CountText.ts"

type Probe<A> = Effect.Effect<A, unknown, FileSystem.FileSystem | Path.Path>

/** The policies and the organizations that are named. */
interface Named {
  readonly policies: InForce
  readonly orgs: ReadonlyArray<string>
}

/** Whether follow-ups are sent. */
interface Sending {
  readonly troubles: ReadonlyArray<Trouble.Trouble>
  readonly paused: Option.Option<DateTime.Utc>
}

/** What is checked. A probe that fails becomes a finding; it does not keep the others from running. */
export class Probes extends Context.Tag("@effect-invent/follow-up-scheduler/cli/Probes")<
  Probes,
  {
    readonly service: Probe<ReadonlyArray<HealthChecks.Finding>>
    /** How many follow-ups are open. */
    readonly database: Probe<number>
    /** The troubles that the ledger shows, as in the alerts, and since when everything is paused or held. */
    readonly sending: Probe<Sending>
    /** If any policies are named. */
    readonly policies: Option.Option<Probe<Named>>
    /** Whether the ledger is as new as the chats. Only with policies, because follow-ups are recognized by them. */
    readonly age: Option.Option<Probe<HealthChecks.Finding>>
  }
>() {}

const failed = (check: string, error: unknown): HealthChecks.Finding =>
  HealthChecks.finding(check, "error", lineOf(error).replaceAll("\n", "; "))

const orError = <A, R>(check: string, probe: Effect.Effect<A, unknown, R>, found: (value: A) => HealthChecks.Finding) =>
  Effect.match(probe, { onSuccess: found, onFailure: (error) => failed(check, error) })

const orDoubtful = <R>(check: string, probe: Effect.Effect<HealthChecks.Finding, unknown, R>) =>
  Effect.catchAll(probe, (error) =>
    Effect.succeed(HealthChecks.finding(check, "warning", `cannot be compared with the chats: ${lineOf(error)}`))
  )

const sendingOk = HealthChecks.ok("sending", "nothing is held, late, refused or of unknown outcome")

/** A finding for each trouble, in the words of the alerts; a warning where there is none and everything is paused. */
const findingsOf = ({ paused, troubles }: Sending): ReadonlyArray<HealthChecks.Finding> => {
  if (troubles.length > 0)
    return troubles.map((trouble) => HealthChecks.finding("sending", "error", Trouble.advise(trouble)))
  return Option.match(paused, {
    onNone: () => [sendingOk],
    onSome: (since) => [
      HealthChecks.finding(
        "sending",
        "warning",
        `everything is paused since ${DateTime.formatIso(since)}; let it go on with resume`
      )
    ]
  })
}

/** A warning for each organization whose chats a policy matches, and which is not among those that are named. */
const findingsOfMatchedOrgs = ({ orgs, policies }: Named): ReadonlyArray<HealthChecks.Finding> =>
  (orgs.length === 0 ? [] : policies).flatMap(({ match, name }) =>
    (match.orgs ?? []).flatMap((org) =>
      orgs.includes(org)
        ? []
        : [HealthChecks.finding("org", "warning", `${org}: ${name} matches its chats, but no --org names it`)]
    )
  )

/** A finding for each policy, and where there are several for the chats that they share and that none matches. */
const findingsOfPolicies = (named: Named): ReadonlyArray<HealthChecks.Finding> => {
  const { policies } = named
  const each = [
    ...policies.map(({ id }) => HealthChecks.ok("policy", `${id} can be used, and every step has an opening`)),
    ...findingsOfMatchedOrgs(named)
  ]
  if (policies.length === 1) return each
  const shared = PolicyOverlap.between(policies).map(({ isWhole, later, taker }) =>
    isWhole
      ? HealthChecks.finding(
          "overlap",
          "warning",
          `${later} gets no chat: ${taker}, named before it, takes all of them`
        )
      : HealthChecks.ok("overlap", `chats that both ${taker} and ${later} match are taken by ${taker}`)
  )
  const rest = PolicyOverlap.hasCatchAll(policies)
    ? HealthChecks.ok("overlap", "a policy without match takes every chat that no other one takes")
    : HealthChecks.ok("overlap", "chats that no policy matches get no follow-up; preview names them")
  return [...each, ...shared, rest]
}

const examine = Effect.gen(function* () {
  const { age, database, policies, sending, service } = yield* Probes
  const answers = yield* Effect.catchAll(service, (error) =>
    Effect.succeed<ReadonlyArray<HealthChecks.Finding>>([{ check: "key", state: "error", found: lineOf(error) }])
  )
  const ledger = yield* orError("database", database, (open) =>
    HealthChecks.ok("database", `can be read; open: ${CountText.count(open, "follow-up")}`)
  )
  const rules = (yield* Effect.forEach(Option.toArray(policies), (probe) =>
    Effect.match(probe, { onSuccess: findingsOfPolicies, onFailure: (error) => [failed("policy", error)] })
  )).flat()
  // Where a check that this one needs has failed, that finding says what is wrong.
  const canTellAge = [...answers, ledger, ...rules].every(({ state }) => state !== "error")
  const ages = yield* Effect.forEach(canTellAge ? Option.toArray(age) : [], (probe) => orDoubtful("ledger", probe))
  // Where the ledger cannot be used at all, its own finding says why.
  const troubles = yield* Effect.match(sending, {
    onSuccess: findingsOf,
    onFailure: (error) => (ledger.state === "ok" ? [failed("sending", error)] : [])
  })
  return [...answers, ledger, ...troubles, ...ages, HealthChecks.zones, ...rules]
})

const print = Output.document(Schema.Array(HealthChecks.Finding))

const invent = InventClient.layerConfig()

const ifNamed = <A>(paths: ReadonlyArray<string>, probe: A): Option.Option<A> =>
  paths.length === 0 ? Option.none() : Option.some(probe)

const sending = Effect.gen(function* () {
  const [settings, spent, now] = [yield* Thresholds.settings, yield* quota, yield* DateTime.now]
  const found = yield* LedgerTroubles.find(settings, QuotaForecast.costOf(spent))
  const refused = yield* LedgerTroubles.findRefused
  const paused = yield* Effect.flatMap(Ledger.Ledger, (ledger) => ledger.paused)
  return { troubles: [...found, ...refused].map((each): Trouble.Trouble => ({ since: now, ...each })), paused }
})

const answersOf = Effect.zipWith(HealthChecks.service, HealthChecks.orgs, (service, orgs) => [...service, ...orgs])

const probes = (db: Db, paths: ReadonlyArray<string>, orgs: Orgs.Orgs["Type"]) =>
  Layer.effect(
    Probes,
    Effect.context<Layer.Layer.Context<typeof invent>>().pipe(
      Effect.map((world) => ({
        service: Effect.provide(answersOf, [Layer.provide(invent, Layer.succeedContext(world)), Orgs.layer(orgs)]),
        database: Effect.zipRight(
          Database.checkPages(db),
          Effect.provide(
            Effect.flatMap(Ledger.Ledger, (ledger) => ledger.pending(Duration.infinity)),
            Ledgers.reading(db)
          )
        ),
        sending: Effect.provide(sending, Ledgers.reading(db)),
        policies: ifNamed(
          paths,
          Effect.all({ policies: PolicyFiles.load(paths), orgs: Effect.provide(Orgs.Orgs, Orgs.layer(orgs)) })
        ),
        age: ifNamed(
          paths,
          Effect.flatMap(PolicyFiles.load(paths), (policies) => LedgerAge.examine(...policies)).pipe(
            Effect.provide([Ledgers.reading(db), Layer.provide(invent, Layer.succeedContext(world)), Orgs.layer(orgs)])
          )
        )
      }))
    )
  )

/** With the gap that follows it. */
const width = 9

/** Prints a finding per check. Fails with exit code 1 where one is an `error`. Sends GET requests only. */
export const doctor = ({
  db,
  json,
  orgs,
  policies
}: {
  readonly db: Db
  readonly orgs: Orgs.Orgs["Type"]
  readonly json: boolean
  readonly policies: ReadonlyArray<string>
}) =>
  Effect.gen(function* () {
    const findings = yield* examine
    yield* json
      ? print(findings)
      : Output.lines(
          findings.map(({ check, found, state }) => `${state.padEnd(width)} ${check.padEnd(width)} ${found}`)
        )
    if (findings.some(({ state }) => state === "error")) return yield* new Exited({ code: 1 })
  }).pipe(Effect.provide(probes(db, policies, orgs)))
