/**
 * Serves the contract over HTTP. Each request passes the key (401), the limiter (429) and the router (404) in this
 * order, and is logged whatever becomes of it.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { HttpApiDecodeError } from "@effect/platform/HttpApiError"
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import type * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServer from "@effect/platform/HttpServer"
import { RequestError, RouteNotFound } from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { httpDate } from "./RawResponse.ts"
import * as RequestContext from "../RequestContext.ts"
import * as JsonDepth from "./JsonDepth.ts"
import * as ErrorBody from "./ErrorBody.ts"
import * as FaultInjection from "../Faults/FaultInjection.ts"
import * as Handlers from "../Handlers.ts"
import { Keys } from "./ApiKeys.ts"
import { Log } from "../Log.ts"
import { Options } from "../Behaviour.ts"
import { RateLimiter } from "./RateLimiter.ts"
import { badRequest, Refusal } from "../Refusal.ts"
import * as Routes from "../Routes.ts"
import * as Timestamps from "../Timestamps.ts"

/** The longest body that is read, in bytes. */
const longestBody = 1024 * 1024

/** What nginx logs for a client that went away before its answer. */
const clientClosedRequest = 499

/** How much of a path, and of a header, the log keeps. */
const longestPath = 1000
const longestHeader = 200

const attemptHeaders = ({ headers }: HttpServerRequest.HttpServerRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      /^(x-.*|idempotency-key|traceparent|user-agent)$/.test(name) ? [[name, value.slice(0, longestHeader)]] : []
    )
  )

const tooLong = new Refusal({ status: 413, message: `The body is longer than ${longestBody} bytes` })

const notJson = new Refusal({ status: 400, message: "The body is not JSON" })

const checkLength = (request: HttpServerRequest.HttpServerRequest) =>
  Number(request.headers["content-length"] ?? 0) > longestBody ? tooLong : Effect.void

// No endpoint takes a multipart body, and the parser waits for ever for the end of one that is cut short.
const checkType = ({ headers }: HttpServerRequest.HttpServerRequest) =>
  /multipart\/form-data/i.test(headers["content-type"] ?? "") ? notJson : Effect.void

// The parser of the query would lose the key, and the request be answered as if it had none.
const checkQuery = ({ url }: HttpServerRequest.HttpServerRequest) =>
  new URLSearchParams(url.split("?")[1]).has("__proto__")
    ? badRequest("No endpoint has a parameter __proto__")
    : Effect.void

const makeAdmit = Effect.gen(function* () {
  const limiter = yield* RateLimiter
  return Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest, key: Option.Option<string>) {
    if (Option.isNone(key)) return yield* new Refusal({ status: 401, message: "The API key is missing or wrong" })
    const verdict = yield* limiter.check(Option.getOrElse(request.remoteAddress, () => "unknown"))
    if (verdict.allowed)
      return yield* Effect.all([checkLength(request), checkType(request), checkQuery(request)], { discard: true })
    const response = (body: HttpServerResponse.HttpServerResponse) =>
      limiter.limit.retryAfter === "none"
        ? body
        : HttpServerResponse.setHeader(body, "retry-after", String(Math.ceil(verdict.retryAfterMillis / 1000)))
    return yield* Effect.fail({ _tag: "RateLimited", response } as const)
  })
})

/** Node would send the time of the machine, which is not that of this world. */
const dated = (response: HttpServerResponse.HttpServerResponse) =>
  Effect.map(Clock.currentTimeMillis, (now) =>
    response.headers["date"] === undefined ? HttpServerResponse.setHeader(response, "date", httpDate(now)) : response
  )

/** The refusal behind a failed handling, where it is the request's fault. */
const blame = (error: unknown): Option.Option<Refusal> => {
  if (error instanceof Refusal) return Option.some(error)
  if (error instanceof RouteNotFound)
    return Option.some(new Refusal({ status: 404, message: "There is no such endpoint" }))
  if (error instanceof RequestError) return Option.some(notJson)
  if (error instanceof HttpApiDecodeError) return Option.some(new Refusal({ status: 400, message: error.message }))
  return Option.none()
}

const makeMiddleware = Effect.gen(function* () {
  const keys = yield* Keys
  const log = yield* Log
  const options = yield* Options
  const { errorBody } = options
  const stamped = Timestamps.ofResponse(options)
  const admit = yield* makeAdmit
  const faulty = yield* FaultInjection.make

  const answerFailure = (cause: Cause.Cause<unknown>) =>
    Option.match(blame(Cause.squash(cause)), {
      onSome: ({ message, status }) => Effect.succeed(ErrorBody.response(errorBody, status, message)),
      onNone: () =>
        Cause.isInterrupted(cause)
          ? Effect.interrupt
          : Effect.as(
              Effect.logError("A request could not be handled", cause),
              ErrorBody.response(errorBody, 500, "The emulator failed")
            )
    })

  const handled = (request: HttpServerRequest.HttpServerRequest, app: HttpApp.Default) =>
    Effect.zipRight(JsonDepth.check(request), app)

  const answered = (
    request: HttpServerRequest.HttpServerRequest,
    key: Option.Option<string>,
    call: RequestContext.Call["Type"],
    app: HttpApp.Default
  ) =>
    admit(request, key).pipe(
      Effect.zipRight(
        faulty(request, call, Effect.map(Effect.catchAllCause(handled(request, app), answerFailure), stamped))
      ),
      Effect.catchTag("RateLimited", ({ response }) =>
        Effect.succeed(response(ErrorBody.response(errorBody, 429, "Too many requests")))
      ),
      Effect.catchAllCause(answerFailure),
      Effect.flatMap(dated),
      Effect.provideService(RequestContext.Call, call),
      HttpIncomingMessage.withMaxBodySize(Option.some(FileSystem.Size(longestBody)))
    )

  return (app: HttpApp.Default): HttpApp.Default =>
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const at = yield* DateTime.now
      const path = request.url.split("?", 1)[0] ?? ""
      const key = keys.owner(request.headers["authorization"])
      const call = RequestContext.make({ ...Routes.find(request.method, path), key: Option.getOrNull(key) })
      const logged = (exit: Exit.Exit<HttpServerResponse.HttpServerResponse>) =>
        Effect.flatMap(DateTime.now, (answered_at) =>
          log.append({
            kind: "request",
            at,
            answered_at,
            method: request.method,
            path: path.slice(0, longestPath),
            endpoint: call.endpoint,
            key: call.key,
            chat_id: call.chat_id,
            applied: call.applied,
            fault: call.fault,
            spoilt: call.spoilt,
            headers: attemptHeaders(request),
            status: Exit.isSuccess(exit) ? exit.value.status : clientClosedRequest
          })
        )
      return yield* Effect.onExit(answered(request, key, call, app), logged)
    })
})

/** The whole emulator as a function from request to answer, for whatever carries both. */
export class App extends Context.Tag("@effect-invent/emulator/App")<
  App,
  HttpApp.Default<never, HttpRouter.HttpRouter.DefaultServices>
>() {}

/** The contract as an app, with its key, its limit and its log, and without a transport. */
export const layerApp = Layer.effect(App, HttpApiBuilder.httpApp).pipe(
  Layer.provide([HttpApiBuilder.Router.Live, HttpApiBuilder.Middleware.layer]),
  Layer.provide(HttpApiBuilder.middleware(makeMiddleware)),
  Layer.provide(Handlers.layer)
)

/** Serves the app with the `HttpServer` that is provided. */
export const layer = Layer.unwrapEffect(Effect.map(App, (app) => HttpServer.serve(app))).pipe(Layer.provide(layerApp))
