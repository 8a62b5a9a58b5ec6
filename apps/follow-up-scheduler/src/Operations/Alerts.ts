/**
 * Reports troubles to a person: one POST when a trouble begins, again after a set time for as long as it lasts, and
 * once when it is over. An alert that cannot be delivered is sent again until it is. The text names no contact and no
 * key.
 */
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Config from "effect/Config"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { Health } from "./Health.ts"
import { advise, type Kind, resolved, type Trouble } from "./Trouble.ts"

const Url = Config.redacted(Config.nonEmptyString())

/** Where alerts and heartbeats go. Both URLs are secrets: they are never logged. */
export interface Settings {
  /** Where alerts go: an incoming webhook. */
  readonly url: Option.Option<Redacted.Redacted>
  /** `json`: an object whose `text` and `content` chat programs show. `text`: the words alone. */
  readonly format: "json" | "text"
  /** How long a trouble lasts before its alert is sent again. */
  readonly repeatAfter: Duration.Duration
  /**
   * Where a GET goes after each sweep that reached its end. A monitor that misses it finds that the scheduler stands
   * still.
   */
  readonly heartbeat: Option.Option<Redacted.Redacted>
}

/** `FOLLOW_UPS_ALERT_URL`, `_ALERT_FORMAT` (`json` unless given), `_ALERT_REPEAT` (6 hours) and `_HEARTBEAT_URL`. */
export const settings: Config.Config<Settings> = Config.all({
  url: Config.option(Config.nested(Url, "FOLLOW_UPS_ALERT_URL")),
  format: Config.withDefault(Config.literal("json", "text")("FOLLOW_UPS_ALERT_FORMAT"), "json"),
  repeatAfter: Config.withDefault(Config.duration("FOLLOW_UPS_ALERT_REPEAT"), Duration.hours(6)),
  heartbeat: Config.option(Config.nested(Url, "FOLLOW_UPS_HEARTBEAT_URL"))
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
    const { status } = yield* Effect.mapError(client.execute(request), () => new NotDelivered({ reason: "cannot be reached" }))
    if (status < 200 || status >= 300) return yield* new NotDelivered({ reason: `answers ${status}` })
  }).pipe(
    Effect.scoped,
    Effect.timeoutFail({ duration: answerWithin, onTimeout: () => new NotDelivered({ reason: `does not answer within ${Duration.format(answerWithin)}` }) }),
    Effect.withTracerEnabled(false)
  )

/** Sends this text once. Fails with `NotDelivered`. */
export const send = (url: Redacted.Redacted, format: Settings["format"], text: string) =>
  Effect.suspend(() => call(HttpClientRequest.setBody(HttpClientRequest.post(Redacted.value(url)), bodyOf(format, text))))

/** The last alert of a kind. */
interface Sent {
  readonly trouble: Trouble
  readonly at: DateTime.Utc
  readonly isOver: boolean
}

/**
 * Gives the alerts to send now, by what is wrong, and keeps in memory that they were sent. After a restart the alert of
 * a lasting trouble is sent again.
 */
export const makeNews = (repeatAfter: Duration.Duration) => {
  const sent = new Map<Kind, Sent>()
  return (troubles: ReadonlyArray<Trouble>, now: DateTime.Utc): ReadonlyArray<string> => {
    const words: Array<string> = []
    for (const trouble of troubles) {
      const before = sent.get(trouble.kind)
      const wait = before?.isOver === true ? soonestAgain : repeatAfter
      if (before !== undefined && DateTime.lessThan(now, DateTime.addDuration(before.at, wait))) continue
      sent.set(trouble.kind, { trouble, at: now, isOver: false })
      words.push(advise(trouble))
    }
    const kinds = new Set(troubles.map(({ kind }) => kind))
    for (const [kind, before] of sent) {
      if (before.isOver || kinds.has(kind)) continue
      sent.set(kind, { ...before, isOver: true })
      words.push(resolved(before.trouble))
    }
    return words
  }
}

const beat = (url: Redacted.Redacted) =>
  Effect.catchAll(Effect.suspend(() => call(HttpClientRequest.get(Redacted.value(url)))), () =>
    Effect.logWarning("the receiver of FOLLOW_UPS_HEARTBEAT_URL was not reached")
  )

/** Sends the alerts of the queue one after the other, each until it is delivered. */
const delivering = (queue: Queue.Dequeue<string>, url: Redacted.Redacted, format: Settings["format"]) =>
  Effect.forever(
    Effect.flatMap(Queue.take(queue), (text) =>
      Effect.retry(
        Effect.tapError(send(url, format, text), (error) => Effect.logWarning(`an alert was not delivered and is tried again: ${error.message}`)),
        again
      )
    )
  )

/**
 * Looks for troubles each `every`, sends their alerts, and calls the heartbeat's address after each sweep. Runs until
 * it is interrupted. Without a URL, alerts are only logged.
 */
export const watching = (every: Duration.Duration, { format, heartbeat, repeatAfter, url }: Settings) =>
  Effect.gen(function* () {
    const health = yield* Health
    const news = makeNews(repeatAfter)
    const queue = yield* Queue.unbounded<string>()
    const tell = (words: string) =>
      Effect.zipRight(Effect.logWarning(`alert: ${words}`), Option.isSome(url) ? Queue.offer(queue, words) : Effect.void)
    // A loop that is stuck ends the process: `tellOnce` sends that alert.
    const look = Effect.flatMap(Effect.all([health.troubles, DateTime.now]), ([troubles, now]) =>
      Effect.forEach(news(troubles.filter(({ kind }) => kind !== "stuck"), now), tell, { discard: true })
    )
    let beaten = 0
    const beatAfterSweep = (url: Redacted.Redacted) =>
      Effect.flatMap(health.sweeps, (sweeps) => {
        if (sweeps === beaten) return Effect.void
        beaten = sweeps
        return beat(url)
      })
    const work = [
      Effect.repeat(look, Schedule.spaced(every)),
      ...Option.toArray(Option.map(heartbeat, (url) => Effect.repeat(beatAfterSweep(url), Schedule.spaced(every)))),
      ...Option.toArray(Option.map(url, (url) => delivering(queue, url, format)))
    ]
    yield* Effect.all(work, { concurrency: "unbounded", discard: true })
  })

/** Logs and sends one alert, without a second try, because the process is about to end. */
export const tellOnce = (trouble: Trouble, { format, url }: Settings) =>
  Effect.zipRight(
    Effect.logError(`alert: ${advise(trouble)}`),
    Option.match(url, { onNone: () => Effect.void, onSome: (url) => Effect.ignore(send(url, format, advise(trouble))) })
  )
