/**
 * Serves the contract over HTTP. Each request passes the key (401), the limiter (429) and the router (404) in this
 * order, and is logged whatever becomes of it.
 */
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as NodeServer from "./NodeServer.ts"
import { httpDate } from "./RawResponse.ts"
import { longestBody, tooLong, type IncomingRequest } from "./IncomingRequest.ts"
import * as RequestContext from "../RequestContext.ts"
import * as ErrorBody from "./ErrorBody.ts"
import * as FaultInjection from "../Faults/FaultInjection.ts"
import { Keys } from "./ApiKeys.ts"
import { Log } from "../Log.ts"
import { Options } from "../Behaviour.ts"
import { RateLimiter } from "./RateLimiter.ts"
import { Refusal } from "../Refusal.ts"
import * as Router from "./Router.ts"
import * as Routes from "../Routes.ts"
import * as Timestamps from "../Timestamps.ts"

/** What nginx logs for a client that went away before its answer. */
const clientClosedRequest = 499

/** How much of a path, and of a header, the log keeps. */
const longestPath = 1000
const longestHeader = 200

const isOfAttempt = /^(x-.*|idempotency-key|traceparent|user-agent)$/

const attemptHeaders = ({ headers }: IncomingRequest): Record<string, string> => {
  const kept: Array<[string, string]> = []
  for (const name in headers) if (isOfAttempt.test(name)) kept.push([name, headers[name]!.slice(0, longestHeader)])
  return Object.fromEntries(kept)
}

const noKey = new Refusal({ status: 401, message: "The API key is missing or wrong" })

const noEndpoint = new Refusal({ status: 404, message: "There is no such endpoint" })

const tooMany = new Refusal({ status: 429, message: "Too many requests" })

/** Node would send the time of the machine, which is not that of this world. */
const dated = (response: HttpServerResponse.HttpServerResponse, now: number) =>
  response.headers["date"] === undefined ? HttpServerResponse.setHeader(response, "date", httpDate(now)) : response

const make = Effect.gen(function* () {
  const keys = yield* Keys
  const log = yield* Log
  const limiter = yield* RateLimiter
  const options = yield* Options
  const stamped = Timestamps.ofAnswer(options)
  const faulty = yield* FaultInjection.make
  const route = yield* Router.make

  const refusal = ({ message, status }: Refusal) => ErrorBody.response(options.errorBody, status, message)

  /** The response to a request whose handling failed. One that was interrupted stays so. */
  const failed = (cause: Cause.Cause<Refusal>) => {
    const error = Cause.squash(cause)
    if (error instanceof Refusal) return Effect.succeed(refusal(error))
    if (Cause.isInterrupted(cause)) return Effect.interrupt
    return Effect.as(
      Effect.logError("A request could not be handled", cause),
      ErrorBody.response(options.errorBody, 500, "The emulator failed")
    )
  }

  const rateLimited = (retryAfterMillis: number) =>
    limiter.limit.retryAfter === "none"
      ? refusal(tooMany)
      : HttpServerResponse.setHeader(refusal(tooMany), "retry-after", String(Math.ceil(retryAfterMillis / 1000)))

  const answered = (
    request: IncomingRequest,
    found: Routes.Found | undefined,
    call: RequestContext.Call,
    now: number
  ): Effect.Effect<HttpServerResponse.HttpServerResponse, Refusal> => {
    if (call.key === null) return noKey
    const verdict = limiter.checkAt(
      Option.getOrElse(request.remoteAddress, () => "unknown"),
      now
    )
    if (!verdict.allowed) return Effect.succeed(rateLimited(verdict.retryAfterMillis))
    if (Number(request.headers["content-length"] ?? 0) > longestBody) return tooLong
    const answer = found === undefined ? noEndpoint : route(request, found.route, { call, params: found.params })
    return faulty({ request, call, now }, stamped(answer), failed)
  }

  const respond = (request: IncomingRequest, clock: Clock.Clock) => {
    const now = clock.unsafeCurrentTimeMillis()
    const path = request.url.split("?", 1)[0] ?? ""
    const found = Routes.find(request.method, path)
    const owner = Option.getOrNull(keys.owner(request.headers["authorization"]))
    const call = RequestContext.make({
      endpoint: found?.route.name ?? null,
      chat_id: found?.chat_id ?? null,
      contact_id: found?.contact_id ?? null,
      key: owner?.name ?? null,
      org_id: owner?.org_id ?? null
    })

    const logged = (status: number) =>
      log.append({
        kind: "request",
        at: DateTime.unsafeMake(now),
        answered_at: DateTime.unsafeMake(clock.unsafeCurrentTimeMillis()),
        method: request.method,
        path: path.slice(0, longestPath),
        endpoint: call.endpoint,
        key: call.key,
        chat_id: call.chat_id,
        applied: call.applied,
        fault: call.fault,
        spoilt: call.spoilt,
        headers: attemptHeaders(request),
        status
      })

    const done = (response: HttpServerResponse.HttpServerResponse) =>
      Effect.as(logged(response.status), dated(response, clock.unsafeCurrentTimeMillis()))

    return Effect.uninterruptible(
      Effect.matchCauseEffect(Effect.interruptible(answered(request, found, call, now)), {
        onFailure: (cause) =>
          Effect.matchCauseEffect(failed(cause), {
            onFailure: (interrupted) => Effect.zipRight(logged(clientClosedRequest), Effect.failCause(interrupted)),
            onSuccess: done
          }),
        onSuccess: done
      })
    )
  }

  return (request: IncomingRequest) => Effect.clockWith((clock) => respond(request, clock))
})

/**
 * The contract as a function from request to answer, with its key, its limit and its log, for whatever carries both.
 */
export class App extends Context.Tag("@effect-invent/emulator/App")<
  App,
  (request: IncomingRequest) => Effect.Effect<HttpServerResponse.HttpServerResponse>
>() {}

/** The contract, without a transport. */
export const layerApp = Layer.effect(App, make)

/** Serves the contract on the server that is provided. */
export const layer = Layer.scopedDiscard(Effect.flatMap(App, (app) => NodeServer.serve(app))).pipe(
  Layer.provide(layerApp)
)
