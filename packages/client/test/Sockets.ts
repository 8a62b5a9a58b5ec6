/** Servers on real sockets for the live tests, and the client over each transport. */
import * as InventClient from "@effect-invent/client/InventClient"
import type * as Settings from "@effect-invent/client/Settings"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as http from "node:http"
import type { AddressInfo } from "node:net"

export type Reply = (response: http.ServerResponse, request: http.IncomingMessage) => void

/** A server that reads each request whole before it replies. `requests` has their headers; `sockets` counts connections. */
export const serve = (reply: Reply) =>
  Effect.acquireRelease(
    Effect.async<{ server: http.Server; baseUrl: string; requests: Array<http.IncomingHttpHeaders>; sockets: () => number }>(
      (resume) => {
        const requests: Array<http.IncomingHttpHeaders> = []
        let sockets = 0
        const server = http.createServer((request, response) => {
          response.on("error", () => {})
          request.resume().on("end", () => {
            requests.push(request.headers)
            reply(response, request)
          })
        })
        server.on("connection", (socket) => {
          sockets++
          socket.on("error", () => {})
        })
        server.listen(0, "127.0.0.1", () => {
          const { port } = server.address() as AddressInfo
          resume(Effect.succeed({ server, baseUrl: `http://127.0.0.1:${port}`, requests, sockets: () => sockets }))
        })
      }
    ),
    ({ server }) =>
      Effect.async<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )

export const transports: Record<string, Layer.Layer<HttpClient.HttpClient>> = {
  undici: NodeHttpClient.layerUndici,
  fetch: FetchHttpClient.layer
}

export const connect = (
  baseUrl: string,
  transport: Layer.Layer<HttpClient.HttpClient>,
  options: Partial<Settings.Options> = {}
) =>
  InventClient.layer({ apiKey: Redacted.make("key-1"), baseUrl, retry: { baseDelay: 1 }, ...options }).pipe(
    Layer.provide(transport),
    Layer.build,
    Effect.map((context) => Context.get(context, InventClient.InventClient))
  )
