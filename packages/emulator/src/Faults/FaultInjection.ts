/** Lets the faults befall a request that was let in. */
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { IncomingRequest } from "../Http/IncomingRequest.ts"
import * as RawResponse from "../Http/RawResponse.ts"
import type { Call } from "../RequestContext.ts"
import { Faults } from "../Faults.ts"
import type { Do } from "./Fault.ts"
import type { Fired } from "./Match.ts"
import * as CorruptResponse from "./CorruptResponse.ts"
import { holding, World } from "../World.ts"

/** What nginx logs where it closed the connection and gave no answer. */
const noResponse = HttpServerResponse.empty({ status: 444 })

const needsCarrier = ({ cut, drip, length, stall }: Do) =>
  cut !== undefined || drip !== undefined || length !== undefined || stall !== undefined

/** Late, in another order or with more keys than usual it can be read all the same. */
const isSpoiling = ({ answer, body, cut, gzip, length, reset, stall }: Do) =>
  [answer, body, cut, gzip, length, reset, stall].some((effect) => effect !== undefined)

/** A request that was let in, and when. */
interface Befallen {
  readonly request: IncomingRequest
  readonly call: Call
  /** Epoch milliseconds. */
  readonly now: number
}

/**
 * Makes what handles a request that was let in: looks for a fault, and lets it delay the request, replace or garble its
 * answer, or close the connection. The change is made all the same, unless the fault has `applied: false` or resets
 * first.
 */
export const make = Effect.gen(function* () {
  const faults = yield* Faults
  const world = yield* World
  const carry = yield* RawResponse.Carrier

  const reset = (request: IncomingRequest) =>
    carry(request, RawResponse.plan(RawResponse.fromResponse(noResponse), { cut: 0 }))

  const tampered = Effect.fnUntraced(function* (
    request: IncomingRequest,
    { do: effects, random }: Fired,
    truth: HttpServerResponse.HttpServerResponse
  ) {
    const now = yield* Clock.currentTimeMillis
    const given =
      effects.answer === undefined ? RawResponse.fromResponse(truth) : CorruptResponse.instead(effects.answer)
    const answer = CorruptResponse.tamper(given, effects, { now, random })
    return needsCarrier(effects)
      ? yield* carry(request, RawResponse.plan(answer, effects))
      : RawResponse.toResponse(answer)
  })

  const befallen = Effect.fnUntraced(function* (
    { call, request }: Befallen,
    fault: Fired,
    handle: Effect.Effect<HttpServerResponse.HttpServerResponse>
  ) {
    const { do: effects, name } = fault
    call.fault = name
    call.spoilt = isSpoiling(effects)
    if (effects.delay !== undefined) yield* Effect.sleep(effects.delay)
    if (effects.reset === true) return yield* reset(request)
    const skipsChange = effects.answer?.applied === false
    return yield* tampered(request, fault, skipsChange ? noResponse : yield* handle)
  })

  /** `handle` makes the change. Its failure becomes a response before a fault sees it. */
  return <E>(
    to: Befallen,
    handle: Effect.Effect<HttpServerResponse.HttpServerResponse, E>,
    failed: (cause: Cause.Cause<E>) => Effect.Effect<HttpServerResponse.HttpServerResponse>
  ): Effect.Effect<HttpServerResponse.HttpServerResponse, E> => {
    const { chat_id, contact_id, endpoint, key } = to.call
    const owner = contact_id ?? (chat_id && Option.getOrNull(holding(world, chat_id).contactOf(chat_id)))
    const request = { chat_id, contact_id: owner, endpoint, key, at: DateTime.unsafeMake(to.now) }
    return Effect.flatMap(faults.fire(request), (fault) =>
      Option.isNone(fault) ? handle : befallen(to, fault.value, Effect.catchAllCause(handle, failed))
    )
  }
})
