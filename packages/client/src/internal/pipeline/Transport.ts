/** The innermost step: sends a request, and determines of a failure whether the request ever left. */
import * as InventError from "@effect-invent/domain/InventError"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import type { HttpClientError } from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { Failure } from "../../RetryPolicy.ts"
import type { CallState, Middleware } from "./CallState.ts"
import * as MonotonicClock from "./MonotonicClock.ts"

/**
 * Codes of Node and undici that mean no byte of the request reached a server. None of OpenSSL's is among them but for
 * the certificate's: what it calls a wrong version number can be noise on a connection that has carried the request.
 */
const neverSentCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID"
])

/**
 * An open connection can die of any network code, too: then the system call shows it, and the request may have left.
 */
const onOpenConnection: ReadonlySet<unknown> = new Set(["read", "write"])

const causeDepth = 8

/** The first error with a code along the chain of causes, and through the attempts of a happy-eyeballs connection. */
const coded = (
  error: unknown,
  depth = causeDepth
): { readonly code: string; readonly syscall?: unknown } | undefined => {
  if (depth === 0 || !Predicate.isObject(error)) return undefined
  if ("code" in error && typeof error.code === "string") return error as { readonly code: string }
  if ("errors" in error && Array.isArray(error.errors)) return coded(error.errors[0], depth - 1)
  return "cause" in error ? coded(error.cause, depth - 1) : undefined
}

/**
 * Whether the request left. A kept-alive connection that the server closed meanwhile is no exception: its errors are
 * `UND_ERR_SOCKET` ("other side closed") and `ECONNRESET` on a read, and the counters that undici gives with the first,
 * `bytesWritten` and `bytesRead`, count the connection's whole life and what was handed to the kernel. Against a server
 * that closes idle connections, both came for requests that it had read whole, so neither proves that nothing was
 * processed: the answer is lost. Undici itself looks for the close before it writes, and then opens another connection.
 */
const classify = (error: HttpClientError): Failure => {
  if (error._tag === "ResponseError") return Failure.AnswerLost({ reason: error.reason })
  if (error.reason !== "Transport") return Failure.NeverSent({ reason: error.reason })
  const cause = coded(error.cause)
  return cause !== undefined && neverSentCodes.has(cause.code) && !onOpenConnection.has(cause.syscall)
    ? Failure.NeverSent({ reason: cause.code })
    : Failure.AnswerLost({ reason: cause?.code ?? "the connection was cut" })
}

const withInit =
  (init: RequestInit) =>
  (context: Context.Context<never>): Context.Context<never> => {
    const own = Option.getOrElse(Context.getOption(context, FetchHttpClient.RequestInit), () => ({}))
    return Context.add(context, FetchHttpClient.RequestInit, { ...own, ...init })
  }

/**
 * Fetch follows redirects by default, and what is meant for one host is not sent to another: a redirect
 * is an answer like any other. A fetch transport brings a context of its own, in which the user's `RequestInit` can be,
 * and which only a request that is being prepared sees. So it is completed there; what comes after the attempt does not
 * see it.
 */
const prepared = (client: HttpClient.HttpClient, init: RequestInit): HttpClient.HttpClient =>
  HttpClient.mapRequestEffect(client, (request) =>
    Effect.as(FiberRef.update(FiberRef.currentContext, withInit(init)), request)
  )

declare const navigator: { readonly userAgent: string } | undefined

const runtime = typeof navigator === "undefined" ? undefined : navigator.userAgent.split("/")[0]
const isDeno = runtime === "Deno"
const isBun = runtime === "Bun"

/**
 * Whether this runtime's fetch would send a request once more by itself that is lost on a connection which was used
 * before. Deno does so with every request whose bytes it has, Bun and workerd with those whose method HTTP calls
 * idempotent, workerd only where there is no body.
 */
const isSentAgain = ({ body, method }: HttpClientRequest.HttpClientRequest): boolean =>
  isDeno || (method !== "POST" && (isBun || (runtime === "Cloudflare-Workers" && body._tag === "Empty")))

/**
 * The same request with a body that is read only once, which Deno and workerd cannot send again. Of a `Blob`, Deno
 * announces the length; workerd takes an empty one for no body. Bun sends nothing again without `keepalive`.
 */
const readOnce = (request: HttpClientRequest.HttpClientRequest): HttpClientRequest.HttpClientRequest => {
  if (isBun) return request
  const body = isDeno
    ? new Blob(request.body._tag === "Uint8Array" ? [request.body.body] : [])
    : new ReadableStream({ start: (controller) => controller.close() })
  return HttpClientRequest.setBody(request, HttpBody.raw(body))
}

const refused = ({ endpoint }: CallState): Failure =>
  Failure.Rejected({
    error: new InventError.InvalidRequest({
      endpoint,
      issue: `method: ${runtime} may send a GET twice by itself, so an unsafe one is not sent`
    })
  })

/**
 * Sends a request by the platform's client. Redirects are not followed: a key must not go elsewhere. Errors of the
 * network become `NeverSent` or `AnswerLost`. An unsafe request leaves in a form that the runtime cannot send again.
 */
export const make = (transport: HttpClient.HttpClient): Middleware<Failure> => {
  const repeatable = prepared(transport, { redirect: "manual" })
  const single = HttpClient.mapRequest(prepared(transport, { redirect: "manual", keepalive: false }), readOnce)
  return (request, call) =>
    Effect.withFiberRuntime((fiber) => {
      const isSingle = call.safety === "Unsafe" && isSentAgain(request)
      if (isSingle && !isBun && request.method === "GET") return Effect.fail(refused(call))
      call.attempts++
      call.status = undefined
      call.answer = undefined
      call.refusal = undefined
      const clock = MonotonicClock.clockOf(fiber)
      call.unconfirmedRequest = { request, sentAt: DateTime.unsafeMake(clock.unsafeCurrentTimeMillis()), clock }
      return Effect.catchAll((isSingle ? single : repeatable).execute(request), (error) => {
        // A client that was set to fail by status has an answer all the same.
        if (error._tag === "ResponseError" && error.reason === "StatusCode") return Effect.succeed(error.response)
        const failure = classify(error)
        if (failure._tag === "NeverSent") call.unconfirmedRequest = undefined
        return Effect.fail(failure)
      })
    })
}
