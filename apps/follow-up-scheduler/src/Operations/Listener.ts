/** An HTTP server that closes all connections when it stops: browsers keep theirs open. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as HttpServer from "@effect/platform/HttpServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createServer } from "node:http"

/** An address of this machine, and a port; 0 is any that is free. */
export interface Address {
  readonly host: string
  readonly port: number
}

/**
 * Listens for as long as the layer lives. `unavailable` makes the error of a server that cannot listen, from the
 * reason.
 */
export const layer = <E>({ host, port }: Address, unavailable: (reason: string) => E) =>
  Layer.scoped(
    HttpServer.HttpServer,
    Effect.gen(function* () {
      const node = createServer()
      // Without this, Node would never answer a request that comes before the server has a handler, or after it.
      node.on("request", (_, response) => {
        if (node.listenerCount("request") === 1) response.writeHead(503).end()
      })
      const server = yield* Effect.mapError(
        NodeHttpServer.make(() => node, { host, port }),
        (error) => unavailable(error.cause instanceof Error ? error.cause.message : "cannot listen")
      )
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          node.close()
          node.closeAllConnections()
        })
      )
      return server
    })
  )
