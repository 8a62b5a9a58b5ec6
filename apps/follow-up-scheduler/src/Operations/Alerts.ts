/**
 * Reports troubles to a person: one POST when a trouble begins, again after a set time for as long as it lasts, and
 * once when it is over. An alert that cannot be delivered is sent again until it is. The text names no contact and no
 * key.
 */
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type { SqlError } from "@effect/sql/SqlError"
import * as Config from "effect/Config"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { reasonOf } from "../Ledger/Database/DatabaseUnusable.ts"
import { Ledger } from "../Ledger.ts"
import { Health } from "./Health.ts"
import { keyRefused } from "./Health/ProcessTroubles.ts"
import { advise, keyOf, type Kind, resolved, type Trouble } from "./Trouble.ts"

const isHttp = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

const Url = Config.redacted(Config.nonEmptyString()).pipe(
  Config.validate({
    message: "Expected an address that begins with http:// or https://",
    validation: (url) => isHttp(Redacted.value(url))
  })
)

/** Where alerts and heartbeats go. Both URLs are secrets: they are never logged. */
export interface Settings {
  /** Where alerts go: an incoming webhook. */
  readonly url: Option.Option<Redacted.Redacted>
  /** `json`: an object whose `text` and `content` chat programs show. `text`: the text alone. */
  readonly format: "json" | "text"
  /** How long a trouble lasts before its alert is sent again. */
  readonly repeatAfter: Duration.Duration
  /**
   * Where a GET goes after each sweep that reached its end. A monitor that misses it finds that the scheduler stands
   * still.
   */
  readonly heartbeat: Option.Option<Redacted.Redacted>
}

/** `FOLLOW_UPS_ALERT_URL`. */
export const url = Config.option(Config.nested(Url, "FOLLOW_UPS_ALERT_URL"))
/** `FOLLOW_UPS_HEARTBEAT_URL`. */
export const heartbeat = Config.option(Config.nested(Url, "FOLLOW_UPS_HEARTBEAT_URL"))

/** `FOLLOW_UPS_ALERT_URL`, `_ALERT_FORMAT` (`json` unless given), `_ALERT_REPEAT` (6 hours) and `_HEARTBEAT_URL`. */
export const settings: Config.Config<Settings> = Config.all({
  url,
  format: Config.withDefault(Config.literal("json", "text")("FOLLOW_UPS_ALERT_FORMAT"), "json"),
  repeatAfter: Config.withDefault(Config.duration("FOLLOW_UPS_ALERT_REPEAT"), Duration.hours(6)),
  heartbeat
})

/** Minimum time between two alerts of one kind, where the trouble was over in between. */
const soonestAgain = Duration.minutes(10)
const answerWithin = Duration.seconds(10)
const again = Schedule.union(Schedule.exponential("1 second"), Schedule.spaced("1 minute"))

/**
 * The receiver could not be reached, did not answer within 10 seconds, or did not answer with 2xx. Its address is a
 * secret, and is not named.
 */
export class NotDelivered extends Schema.TaggedError<NotDelivered>()("NotDelivered", { reason: Schema.String }) {
  override get message() {
    return `the receiver of FOLLOW_UPS_ALERT_URL ${this.reason}`
  }
}

const bodyOf = (format: Settings["format"], text: string) =>
  format === "text" ? HttpBody.text(text) : HttpBody.unsafeJson({ text, content: text })

/** Sends one request. Spans of the client would contain the address, which is a secret: tracing is off. */
const call = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.gen(function* () {
    const client = HttpClient.withTracerPropagation(yield* HttpClient.HttpClient, false)
    const { status } = yield* Effect.mapError(
      client.execute(request),
      () => new NotDelivered({ reason: "cannot be reached" })
    )
    if (status < 200 || status >= 300) return yield* new NotDelivered({ reason: `answers ${status}` })
  }).pipe(
    Effect.scoped,
    Effect.timeoutFail({
      duration: answerWithin,
      onTimeout: () => new NotDelivered({ reason: `does not answer within ${Duration.format(answerWithin)}` })
    }),
    Effect.withTracerEnabled(false)
  )

/** Sends this text once. Fails with `NotDelivered`. */
export const send = (url: Redacted.Redacted, format: Settings["format"], text: string) =>
  Effect.suspend(() =>
    call(HttpClientRequest.setBody(HttpClientRequest.post(Redacted.value(url)), bodyOf(format, text)))
  )

/** The last alert of a kind. */
interface Sent {
  readonly trouble: Trouble
  readonly at: DateTime.Utc
  readonly isOver: boolean
}

/** An alert that is due. */
export interface News extends Sent {
  readonly text: string
}

/**
 * Gives the alerts to send now, by what is wrong, and keeps in memory that they were sent. `remembered`: what an
 * earlier process has sent. `isKnown`: whether this process can already decide that a trouble of this kind is over.
 */
export const makeNews = (repeatAfter: Duration.Duration, remembered: ReadonlyArray<Sent> = []) => {
  const sent = new Map(remembered.map((each) => [keyOf(each.trouble), each]))
  return (
    troubles: ReadonlyArray<Trouble>,
    now: DateTime.Utc,
    isKnown: (kind: Kind) => boolean = () => true
  ): ReadonlyArray<News> => {
    const news: Array<News> = []
    for (const found of troubles) {
      const before = sent.get(keyOf(found))
      const wait = before?.isOver === true ? soonestAgain : repeatAfter
      if (before !== undefined && DateTime.lessThan(now, DateTime.addDuration(before.at, wait))) continue
      const trouble = before?.isOver === false ? { ...found, since: before.trouble.since } : found
      const next = { trouble, at: now, isOver: false }
      sent.set(keyOf(found), next)
      news.push({ ...next, text: advise(trouble) })
    }
    const keys = new Set(troubles.map(keyOf))
    for (const [key, before] of sent) {
      if (before.isOver || keys.has(key) || !isKnown(before.trouble.kind)) continue
      const next = { ...before, isOver: true }
      sent.set(key, next)
      news.push({ ...next, text: resolved(before.trouble) })
    }
    return news
  }
}

const beat = (url: Redacted.Redacted) =>
  Effect.catchAll(
    Effect.suspend(() => call(HttpClientRequest.get(Redacted.value(url)))),
    () => Effect.logWarning("the receiver of FOLLOW_UPS_HEARTBEAT_URL was not reached")
  )

interface Letter {
  readonly text: string
  readonly onDelivered: Effect.Effect<void>
}

/** Sends the alerts of the queue one after the other, each until it is delivered. */
const delivering = (queue: Queue.Dequeue<Letter>, url: Redacted.Redacted, format: Settings["format"]) =>
  Effect.flatMap(Queue.take(queue), ({ onDelivered, text }) =>
    Effect.retry(
      Effect.tapError(send(url, format, text), (error) =>
        Effect.logWarning(`an alert was not delivered and is tried again: ${error.message}`)
      ),
      again
    ).pipe(Effect.zipRight(onDelivered))
  ).pipe(Effect.forever)

/**
 * The kind whose alert counts for all processes. A refused key ends a process at its start, and a supervisor starts the
 * next one: without a record each of them would send the alert.
 */
const ofAllProcesses: Kind = "key_refused"

/** The record of the alerts of {@link ofAllProcesses}. Where it fails, an alert is sent too often rather than never. */
const makeRecord = Effect.map(Ledger, (ledger) => {
  const orLog = Effect.catchAll((error: SqlError) => Effect.logWarning(`an alert is not on record: ${reasonOf(error)}`))
  return {
    read: Effect.match(ledger.lastAlert(ofAllProcesses), {
      onFailure: (): ReadonlyArray<Sent> => [],
      onSuccess: (last) =>
        Option.toArray(last).map(({ at, since }): Sent => ({
          trouble: { kind: ofAllProcesses, found: keyRefused, since },
          at,
          isOver: false
        }))
    }),
    write: ({ at, isOver, trouble: { kind, since } }: Sent) =>
      kind === ofAllProcesses
        ? orLog(isOver ? ledger.forgetAlert(kind) : ledger.keepAlert(kind, { since, at }))
        : Effect.void
  }
})

/** How long the end of a process waits until an alert about it is delivered. */
const lastWordsWithin = answerWithin

/** Makes the alerts of this process. */
export const make = ({ format, heartbeat, repeatAfter, url }: Settings) =>
  Effect.gen(function* () {
    const health = yield* Health
    const record = yield* makeRecord
    const news = makeNews(repeatAfter, yield* record.read)
    const queue = yield* Queue.unbounded<Letter>()
    let latest = yield* Deferred.make<void>()
    yield* Deferred.succeed(latest, undefined)
    const send = (each: News) =>
      Effect.gen(function* () {
        yield* Effect.logWarning(`alert: ${each.text}`)
        if (Option.isNone(url)) return
        const delivered = yield* Deferred.make<void>()
        latest = delivered
        yield* Queue.offer(queue, {
          text: each.text,
          onDelivered: Effect.zipRight(record.write(each), Deferred.succeed(delivered, undefined))
        })
      })
    // A loop that is stuck ends the process: `sendOnce` sends that alert.
    const look = Effect.gen(function* () {
      const troubles = yield* health.troubles
      const isAccepted = yield* health.isKeyAccepted
      const isKnown = (kind: Kind) => kind !== ofAllProcesses || isAccepted
      yield* Effect.forEach(
        news(
          troubles.filter(({ kind }) => kind !== "stuck"),
          yield* DateTime.now,
          isKnown
        ),
        send,
        { discard: true }
      )
    })
    return {
      /**
       * Looks for troubles each `every`, sends their alerts, and calls the heartbeat's address after each sweep. Runs
       * until it is interrupted. Without a URL, alerts are only logged.
       */
      watching: (every: Duration.Duration) =>
        Effect.all(
          [
            Effect.repeat(look, Schedule.spaced(every)),
            ...Option.toArray(
              Option.map(heartbeat, (url) => Effect.forever(Effect.zipRight(health.nextSweep, beat(url))))
            ),
            ...Option.toArray(Option.map(url, (url) => delivering(queue, url, format)))
          ],
          { concurrency: "unbounded", discard: true }
        ),
      /**
       * Looks for troubles once more, and waits until their alerts are delivered, for {@link lastWordsWithin} at most:
       * the process is about to end. `watching` has to run meanwhile.
       */
      lastWords: look.pipe(
        Effect.zipRight(Effect.suspend(() => Deferred.await(latest))),
        Effect.timeoutTo({
          duration: lastWordsWithin,
          onSuccess: () => Effect.void,
          onTimeout: () => Effect.logError("the process ends, and its last alert was not delivered")
        }),
        Effect.flatten
      )
    }
  })

/** Logs and sends one alert, without a second try, because the process is about to end. */
export const sendOnce = (trouble: Trouble, { format, url }: Settings) =>
  Effect.zipRight(
    Effect.logError(`alert: ${advise(trouble)}`),
    Option.match(url, { onNone: () => Effect.void, onSome: (url) => Effect.ignore(send(url, format, advise(trouble))) })
  )
