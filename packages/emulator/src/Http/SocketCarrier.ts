/** Writes an answer onto the socket itself, past everything in Node that would keep it well-formed. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import type { HttpServerRequest } from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Socket } from "node:net"
import { NodeRequest } from "./NodeServer.ts"
import { Carrier, type Delivery } from "./RawResponse.ts"

const write = (socket: Socket, bytes: Uint8Array) =>
  Effect.async<void>((resume) => {
    if (socket.destroyed) return resume(Effect.interrupt)
    socket.write(bytes, () => resume(Effect.void))
  })

const finish = (socket: Socket, { end, pieces }: Delivery) => {
  if (end === "silence") return Effect.never
  return Effect.sync(() => {
    if (end === "cut" && pieces.length === 0) socket.resetAndDestroy()
    else if (end === "cut") socket.destroy()
    else socket.end()
  })
}

/**
 * Writes the planned bytes onto the request's socket, and then closes it, cuts it off or stays silent, as planned. A
 * request whose socket is gone is interrupted.
 */
export const layer: Layer.Layer<Carrier> = Layer.succeed(Carrier, (request, delivery) =>
  Effect.suspend(() => {
    const response =
      request instanceof NodeRequest
        ? request.response
        : NodeHttpServerRequest.toServerResponse(request as HttpServerRequest)
    const { socket } = response
    if (socket === null) return Effect.interrupt
    return Effect.forEach(
      delivery.pieces,
      (piece, index) => Effect.zipRight(index === 0 ? Effect.void : Effect.sleep(delivery.every), write(socket, piece)),
      { discard: true }
    ).pipe(
      Effect.zipRight(
        Effect.sync(() => {
          // Ended without its socket, the response is over for Node and writes nothing more.
          if (delivery.end === "silence") return
          response.detachSocket(socket)
          response.end()
        })
      ),
      Effect.zipRight(finish(socket, delivery)),
      Effect.as(HttpServerResponse.empty({ status: delivery.answer.status }))
    )
  })
)
