/** A server on the loopback address that reads each request whole, counts it, and sends the given reply. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

export interface CountingServer {
  readonly url: string
  /** Requests that were read whole. */
  readonly requests: () => number
  readonly close: () => Promise<void>
}

export type Reply = (response: ServerResponse, request: IncomingMessage) => void

export const json = (
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {}
): void => {
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...headers
  })
  response.end(body)
}

export const serve = async (reply: Reply): Promise<CountingServer> => {
  let requests = 0
  const server = createServer((request, response) => {
    response.on("error", () => {})
    request.resume().on("end", () => {
      requests++
      reply(response, request)
    })
  })
  server.on("connection", (socket) => socket.on("error", () => {}))
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1", backlog: 2048 }, resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
