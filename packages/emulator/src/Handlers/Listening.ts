/** Answers a WebSocket: each frame contains one chat that is new or has changed, as it is when the frame is written. */
import { InboxEvent } from "@effect-invent/domain/Chat/InboxEvent"
import { Unknown } from "@effect-invent/domain/schema/Open"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import { Options } from "../Behaviour.ts"
import type { IncomingRequest } from "../Http/IncomingRequest.ts"
import { badRequest, Refusal } from "../Refusal.ts"
import * as Timestamps from "../Timestamps.ts"
import { World } from "../World.ts"
import type { Change } from "../World/Core.ts"

const encode = Schema.encode(Schema.parseJson(InboxEvent))

const notOpened = badRequest("This endpoint is opened as a WebSocket")

const noKeys = new Refusal({ status: 401, message: "This endpoint is not available to keys" })

/**
 * Makes the WebSocket of a list. Closes when the client goes away; without an upgrade it is refused with 400, and with
 * 401 where by the behaviour keys may not open it.
 */
export const make = Effect.gen(function* () {
  const world = yield* World
  const options = yield* Options
  const { changeEvent, webSocket } = options
  const stamped = Timestamps.ofFrame(options)

  const frame = Effect.fnUntraced(function* ({ chat_id, isNew }: Change) {
    const type = isNew || changeEvent === "create" ? "create" : new Unknown({ value: "update" })
    const data = yield* world.snapshot(chat_id)
    return stamped(yield* Effect.orDie(encode(changeEvent === null ? { data } : { type, data })))
  })

  return ({
    request
  }: {
    readonly request: IncomingRequest
  }): Effect.Effect<HttpServerResponse.HttpServerResponse, Refusal> =>
    Effect.gen(function* () {
      if (webSocket === "refused") return yield* noKeys
      const socket = yield* Effect.mapError(request.upgrade, () => notOpened)
      const changes = yield* world.inbox.changes
      const write = yield* socket.writer
      // Those of the other organizations are not for this listener.
      const writeChange = (change: Change) =>
        Option.isNone(world.contactOf(change.chat_id)) ? Effect.void : Effect.flatMap(frame(change), write)
      const writeChanges = Effect.forever(Effect.flatMap(Queue.take(changes), writeChange))
      // Frames of a client are undocumented, and ignored; a client that goes away ends it.
      yield* Effect.ignore(
        Effect.raceFirst(
          socket.runRaw(() => {}),
          writeChanges
        )
      )
      return HttpServerResponse.empty()
    }).pipe(Effect.scoped)
})
