/** Talks to the server: the calls, derived from `PageApi`, and the stream of overviews. */
import * as Sse from "@effect/experimental/Sse"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpApiClient from "@effect/platform/HttpApiClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { callHeader, livePath, Overview, PageApi } from "../src/operatorPage/Api.ts"

/** The server answers 401: it needs the token of `FOLLOW_UPS_TOKEN`. */
export class TokenWanted extends Data.TaggedError("TokenWanted") {}
/** The server cannot be reached, answers with an error, or has sent nothing for 40 seconds. */
export class Disconnected extends Data.TaggedError("Disconnected")<{ readonly message: string }> {}

/** The server answers 403: it does not accept that the call comes from its own page. */
class Refused extends Data.TaggedError("Refused")<{ readonly message: string }> {}

const tokenKey = "follow-ups.token"

/** Keeps the token for this tab of the browser; it is gone when the tab is closed. */
export const rememberToken = (token: string): void => sessionStorage.setItem(tokenKey, token)

const authorized = (client: HttpClient.HttpClient) =>
  HttpClient.mapRequest(client, (request) => {
    const token = sessionStorage.getItem(tokenKey)
    const call = HttpClientRequest.setHeader(request, callHeader.name, callHeader.value)
    return token === null ? call : HttpClientRequest.bearerToken(call, token)
  })

/** The address below which the page is served: a proxy may add a path. */
const base = new URL(".", document.baseURI).href.replace(/\/$/, "")

const calls = HttpApiClient.make(PageApi, { baseUrl: base, transformClient: authorized })
type Calls = Effect.Effect.Success<typeof calls>

/** The text of a 403: it says what to do. Undefined for other errors. */
const refusal = (error: unknown): Effect.Effect<string | undefined> =>
  HttpClientError.isHttpClientError(error) && error._tag === "ResponseError" && error.response.status === 403
    ? Effect.orElseSucceed(error.response.text, () => undefined)
    : Effect.succeed(undefined)

/** Makes one call. The promise is rejected with an error whose message is for people. */
export const call = <A, E extends { readonly message: string }>(
  use: (calls: Calls) => Effect.Effect<A, E>
): Promise<A> =>
  Effect.flatMap(calls, use).pipe(
    Effect.catchAll((error) =>
      Effect.flatMap(refusal(error), (message) =>
        Effect.fail(message === undefined ? error : new Refused({ message: message.trim().replace(/\.$/, "") }))
      )
    ),
    Effect.provide(FetchHttpClient.layer),
    Effect.runPromise
  )

const decode = Schema.decodeUnknown(Schema.parseJson(Overview))
const answerWithin = Duration.seconds(8)
/**
 * The server sends something every 15 seconds at least; after this time without anything the connection counts as lost.
 */
const silence = Duration.seconds(40)
const patience = Schedule.exponential(300).pipe(Schedule.union(Schedule.spaced("3 seconds")))

const connect = (onOverview: (overview: Overview) => void) =>
  Effect.gen(function* () {
    const client = authorized(yield* HttpClient.HttpClient)
    const response = yield* Effect.timeoutFail(client.get(`${base}${livePath}`), {
      duration: answerWithin,
      onTimeout: () => new Disconnected({ message: "the server does not answer" })
    })
    if (response.status === 401) return yield* new TokenWanted()
    if (response.status !== 200) return yield* new Disconnected({ message: `the server answers ${response.status}` })
    const events = response.stream.pipe(
      Stream.timeoutFail(() => new Disconnected({ message: "the server has fallen silent" }), silence),
      Stream.mapError(({ message }) => new Disconnected({ message })),
      Stream.decodeText(),
      Stream.pipeThroughChannel(Sse.makeChannel<Disconnected, unknown>())
    )
    yield* Stream.runForEach(events, ({ data }) => Effect.map(decode(data), onOverview))
    return yield* new Disconnected({ message: "the server has stopped" })
  })

/** What {@link listen} calls. */
export interface Listener {
  readonly onOverview: (overview: Overview) => void
  /** The connection was lost or could not be made; it is tried again. */
  readonly onLost: () => void
  /** The token is missing or wrong. Nothing is tried again after this. */
  readonly onTokenWanted: () => void
}

/**
 * Receives overviews, and connects again after a loss: at once where an overview had come, else after 0.3 seconds and
 * then later each time, up to 3 seconds. Call the result to stop.
 */
export const listen = ({ onLost, onOverview, onTokenWanted }: Listener): (() => void) => {
  // After an overview has come, a loss begins with the shortest wait again.
  const once = Effect.suspend(() => {
    let hasHeard = false
    const heard = (overview: Overview) => {
      hasHeard = true
      onOverview(overview)
    }
    return Effect.catchAll(connect(heard), (error): Effect.Effect<void, TokenWanted | Disconnected> => {
      if (error._tag === "TokenWanted") return Effect.fail(error)
      onLost()
      return hasHeard ? Effect.void : Effect.fail(new Disconnected({ message: error.message }))
    })
  })
  const again = Effect.retry(once, { schedule: patience, while: (error) => error._tag === "Disconnected" })
  const forever = Effect.delay(again, 100).pipe(
    Effect.forever,
    Effect.catchTag("TokenWanted", () => Effect.sync(onTokenWanted))
  )
  const running = Effect.orDie(forever).pipe(Effect.provide(FetchHttpClient.layer), Effect.runCallback)
  return () => running()
}
