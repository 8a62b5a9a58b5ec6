/** Lets the faults befall a request that was let in. */
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as RawResponse from "../Http/RawResponse.ts"
import type { Call } from "../RequestContext.ts"
import { Faults } from "../Faults.ts"
import type { Do } from "./Fault.ts"
import type { Fired } from "./Match.ts"
import * as CorruptResponse from "./CorruptResponse.ts"
import { World } from "../World.ts"

/** What nginx logs where it closed the connection and gave no answer. */
const noResponse = HttpServerResponse.empty({ status: 444 })

const needsCarrier = ({ cut, drip, length, stall }: Do) =>
  cut !== undefined || drip !== undefined || length !== undefined || stall !== undefined

/** Late, in another order or with more keys than usual it can be read all the same. */
const isSpoiling = ({ answer, body, cut, gzip, length, reset, stall }: Do) =>
  [answer, body, cut, gzip, length, reset, stall].some((effect) => effect !== undefined)

/**
 * Makes what handles a request that was let in: looks for a fault, and lets it delay the request, replace or garble its
 * answer, or close the connection. The change is made all the same, unless the fault has `applied: false` or resets
 * first.
 */
export const make = Effect.gen(function* () {
  const faults = yield* Faults
  const world = yield* World
  const carry = yield* RawResponse.Carrier

  const reset = (request: HttpServerRequest.HttpServerRequest) =>
    carry(request, RawResponse.plan(RawResponse.fromResponse(noResponse), { cut: 0 }))

  const tampered = Effect.fnUntraced(function* (
    request: HttpServerRequest.HttpServerRequest,
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

  /** `handle` makes the change and never fails. */
  return Effect.fnUntraced(function* <R>(
    request: HttpServerRequest.HttpServerRequest,
    call: Call["Type"],
    handle: Effect.Effect<HttpServerResponse.HttpServerResponse, never, R>
  ) {
    const contact_id = call.contact_id ?? (call.chat_id && Option.getOrNull(world.contactOf(call.chat_id)))
    const fault = yield* faults.fire({ ...call, contact_id, at: yield* DateTime.now })
    if (Option.isNone(fault)) return yield* handle
    const { do: effects, name } = fault.value
    call.fault = name
    call.spoilt = isSpoiling(effects)
    if (effects.delay !== undefined) yield* Effect.sleep(effects.delay)
    if (effects.reset === true) return yield* reset(request)
    const skipsChange = effects.answer?.applied === false
    return yield* tampered(request, fault.value, skipsChange ? noResponse : yield* handle)
  })
})
