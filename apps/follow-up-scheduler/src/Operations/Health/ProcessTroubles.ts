/** What a process observes of its own work, and the troubles that this shows. */
import type { RawAnswer } from "@effect-invent/client/CallOptions"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as ServerClock from "../../Dispatch/ServerClock.ts"
import * as MonotonicClock from "../../MonotonicClock.ts"
import type { Activity } from "../../Telemetry/Activity.ts"
import type { Found } from "./LedgerTroubles.ts"
import type { Thresholds } from "./Thresholds.ts"

/** What this process has seen. Instants are of the monotonic clock, in milliseconds. */
export interface Observed {
  turnedAt: number
  lookedAt: number
  ledgerFailure: string | undefined
  /** Why the policy files are refused, a line for each problem. */
  policiesRefused: string | undefined
  /** How many organizations are named; where there are several, one that refuses its lists refuses no key. */
  orgs: number
  /** The named organizations whose inbox the service refuses, one of several, with the error. */
  readonly refusedOrgs: Map<string, string>
  isKeyRefused: boolean
  isKeyAccepted: boolean
  /** The status with which the service refused this process's last update or message; undefined: it did not. */
  writeRefused: number | undefined
  /** When the service last answered with 429. */
  throttledAt: number
  /** How far this machine's clock is ahead of the server's. */
  readonly clock: ReturnType<typeof ServerClock.makeEstimate>
}

/** Endpoints whose answers show chats or messages. */
const looks: ReadonlyArray<string> = ["inbox.list", "chats.list", "messages.list"]

/** Endpoints that change a chat. */
const writes: ReadonlyArray<string> = ["state.update", "messages.create"]

/** Statuses that end a step as `refused`, and that the next update or message is likely to get, too. */
const refusals: ReadonlyArray<number> = [400, 403, 422]

/** Takes over what an answer of the service shows. */
export const learn = (seen: Observed, answer: RawAnswer) =>
  Effect.zipWith(MonotonicClock.millis, seen.clock.learn(ServerClock.dateOf(answer)), (millis) => {
    const { endpoint, status } = answer
    if (status === 401 && seen.orgs <= 1) {
      seen.isKeyRefused = true
      seen.isKeyAccepted = false
    }
    if (status === 429) seen.throttledAt = millis
    if (status >= 200 && status < 300) {
      seen.isKeyRefused = false
      seen.isKeyAccepted = true
      if (looks.includes(endpoint)) seen.lookedAt = millis
      if (writes.includes(endpoint)) seen.writeRefused = undefined
    }
    if (writes.includes(endpoint) && refusals.includes(status)) seen.writeRefused = status
  })

/** Takes over whether an organization's inbox was read. The key is refused where every organization answers 401. */
const orgListed = (seen: Observed, org: string, refusal: string | undefined) => {
  if (refusal === undefined) seen.refusedOrgs.delete(org)
  else seen.refusedOrgs.set(org, refusal)
  const reasons = [...seen.refusedOrgs.values()]
  if (reasons.length === seen.orgs && reasons.every((reason) => reason === "Unauthorized")) {
    seen.isKeyRefused = true
    seen.isKeyAccepted = false
  }
}

const statuses: Readonly<Record<string, number>> = { Unauthorized: 401, Forbidden: 403, NotFound: 404 }

const orgsRefused = (refused: ReadonlyMap<string, string>): ReadonlyArray<Found> =>
  [...refused].map(([org, error]) => ({
    kind: "org_refused",
    subject: org,
    found: `the service refuses the inbox of organization ${org} (${statuses[error]})`
  }))

/** Records what the loop does. Each sweep that reaches its end is added to `sweeps`. */
export const activityOf = (seen: Observed, sweeps: Queue.Enqueue<void>): Activity => {
  const turned = Effect.map(MonotonicClock.millis, (millis) => void (seen.turnedAt = millis))
  return {
    turned,
    swept: turned.pipe(
      Effect.zipRight(Effect.sync(() => void (seen.ledgerFailure = undefined))),
      Effect.zipRight(Queue.offer(sweeps, undefined)),
      Effect.asVoid
    ),
    sweepFailed: (reason) =>
      Effect.zipRight(
        turned,
        Effect.sync(() => void (seen.ledgerFailure = reason))
      ),
    policiesRefused: (reasons) => Effect.sync(() => void (seen.policiesRefused = reasons)),
    orgListed: (org, refusal) => Effect.sync(() => orgListed(seen, org, refusal))
  }
}

/** The trouble of a key that the service refuses, as alerts and the page print it. */
export const keyRefused = "the service refuses the API key"

const refusedWords = (reasons: string): string => {
  const [first = "", ...others] = reasons.split("\n")
  return `a policy file is refused: ${first}${others.length === 0 ? "" : `; and ${others.length} more`}`
}

export const find = (
  seen: Observed,
  { lookWithin, stuckAfter, throttledFor }: Thresholds,
  millis: number,
  ahead: number,
  isOutage: boolean,
  isPaused: boolean
): ReadonlyArray<Found> => {
  const found: Array<Found> = []
  const age = (at: number) => Duration.millis(Math.max(0, millis - at))
  const isBlind = Duration.greaterThan(age(seen.lookedAt), lookWithin)
  if (Duration.greaterThan(age(seen.turnedAt), stuckAfter))
    found.push({
      kind: "stuck",
      found: `the loop that searches for what is due has not turned for ${Duration.format(stuckAfter)}`
    })
  if (seen.ledgerFailure !== undefined)
    found.push({ kind: "ledger_failing", found: `the ledger cannot be used: ${seen.ledgerFailure}` })
  if (seen.isKeyRefused) found.push({ kind: "key_refused", found: keyRefused })
  else if (isOutage) found.push({ kind: "service_out", found: "the service does not answer" })
  else if (isBlind && !isPaused)
    found.push({ kind: "not_looked", found: `no list of chats was read for ${Duration.format(lookWithin)}` })
  if (!seen.isKeyRefused) found.push(...orgsRefused(seen.refusedOrgs))
  if (seen.writeRefused !== undefined) {
    found.push({
      kind: "write_refused",
      found: `the service refused the last update or message with ${seen.writeRefused}`
    })
  }
  if (millis - seen.throttledAt <= Duration.toMillis(throttledFor)) {
    found.push({
      kind: "throttled",
      found: "the service answers with 429: another program spends the quota of this key"
    })
  }
  if (seen.policiesRefused !== undefined)
    found.push({ kind: "policy_refused", found: refusedWords(seen.policiesRefused) })
  if (ServerClock.isOff(ahead))
    found.push({
      kind: "clock_off",
      found: `this machine's clock is ${ServerClock.describe(ahead)} the server's`
    })
  return found
}
