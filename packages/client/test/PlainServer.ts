/** A server of Node's own, which knows no schema: it answers each request as the test says, and remembers it. */
import * as Effect from "effect/Effect"
import * as http from "node:http"
import type { AddressInfo } from "node:net"

export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** Status and body, and nothing that knows a schema. */
export type Reply = (received: Received, response: http.ServerResponse) => void

export const serve = (reply: Reply) =>
  Effect.acquireRelease(
    Effect.async<{ readonly server: http.Server; readonly baseUrl: string; readonly received: Array<Received> }>(
      (resume) => {
        const received: Array<Received> = []
        const server = http.createServer((request, response) => {
          const chunks: Array<Buffer> = []
          request.on("data", (chunk: Buffer) => chunks.push(chunk))
          request.on("end", () => {
            const { headers, method = "", url = "" } = request
            const entry = { method, url, headers, body: Buffer.concat(chunks).toString("utf8") }
            received.push(entry)
            reply(entry, response)
          })
        })
        server.listen(0, "127.0.0.1", () => {
          const { port } = server.address() as AddressInfo
          resume(Effect.succeed({ server, baseUrl: `http://127.0.0.1:${port}`, received }))
        })
      }
    ),
    ({ server }) =>
      Effect.async<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )
