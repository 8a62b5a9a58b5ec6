/** Servers that know nothing of the client: they count the requests that come whole, and answer or cut. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as http from "node:http"
import * as net from "node:net"

export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: http.IncomingHttpHeaders
  /** How many requests came before it on its connection. */
  readonly before: number
}

export type Reply = (received: Received, response: http.ServerResponse, nth: number) => void

export interface Server {
  readonly port: number
  readonly baseUrl: string
  readonly received: ReadonlyArray<Received>
}

const closed = (server: net.Server, sockets: ReadonlySet<net.Socket>) =>
  Effect.async<void>((resume) => {
    server.close(() => resume(Effect.void))
    for (const socket of sockets) socket.destroy()
  })

const listening = (server: net.Server, host: string) =>
  Effect.acquireRelease(
    Effect.async<Set<net.Socket>>((resume) => {
      const sockets = new Set<net.Socket>()
      server.on("connection", (socket) => {
        sockets.add(socket)
        socket.on("error", () => {})
        socket.on("close", () => sockets.delete(socket))
      })
      server.listen(0, host, () => resume(Effect.succeed(sockets)))
    }),
    (sockets) => closed(server, sockets)
  )

const portOf = (server: net.Server) => (server.address() as net.AddressInfo).port

/** Answers each request as the test says, once it is there whole; `nth` counts from 1. */
export const serve = (reply: Reply, host = "127.0.0.1") =>
  Effect.gen(function* () {
    const received: Array<Received> = []
    const counts = new WeakMap<net.Socket, number>()
    const server = http.createServer((request, response) => {
      response.on("error", () => {})
      request
        .on("error", () => {})
        .resume()
        .on("end", () => {
          const before = counts.get(request.socket) ?? 0
          counts.set(request.socket, before + 1)
          const { headers, method = "", url = "" } = request
          const nth = received.push({ method, url, headers, before })
          reply(received[nth - 1]!, response, nth)
        })
    })
    // A proxy is asked for a way to the server; here the way ends at the same place.
    server.on("connect", (_, socket) => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n")
      server.emit("connection", socket)
    })
    yield* listening(server, host)
    const port = portOf(server)
    return { port, baseUrl: `http://${host.includes(":") ? `[${host}]` : host}:${port}`, received } satisfies Server
  })

/** What the contract expects of any answer that is a success. */
export const bodyOf = ({ method }: Received): string => (method === "GET" ? "[]" : `{"id":"m"}`)

export const answer: Reply = (received, response) => {
  response.writeHead(200, { "content-type": "application/json" }).end(bodyOf(received))
}

/** Answers when this is over. */
export const answerAfter =
  (ready: Effect.Effect<void>): Reply =>
  (received, response, nth) => {
    void Effect.runPromise(ready).then(() => answer(received, response, nth))
  }

/** Ends the connection, one time after the other with a FIN and with a reset. */
const cut = ({ socket }: http.IncomingMessage, nth: number) => {
  if (nth % 4 < 2) socket.end()
  else socket.resetAndDestroy()
}

/** Reads a request that is meant to be lost, and never answers it; answers the others, and keeps their connections. */
export const lose: Reply = (received, response, nth) => {
  if (received.method === "GET" && !received.url.endsWith("/lost")) answer(received, response, nth)
  else cut(response.req, nth)
}

/** Writes these bytes in place of an answer, and cuts the connection. */
export const say =
  (bytes: string): Reply =>
  (_, response) => {
    response.socket!.write(bytes, "latin1", () => response.socket!.destroy())
  }

/** A connection that the suite looks at while the program waits for it. */
export interface Stalled {
  readonly port: number
  /** Waits until the program is so far that it can be interrupted. */
  readonly reached: Effect.Effect<void>
  /** Waits until the program has closed its connection, and gives the bytes that came. */
  readonly closed: Effect.Effect<number>
  /** How many connections anything came on. */
  readonly used: () => number
}

/** Reads the beginning of a request and says these bytes, if any; reads on only when the program is interrupted. */
export const stall = (says: string) =>
  Effect.gen(function* () {
    const reached = yield* Deferred.make<void>()
    const closed = yield* Deferred.make<number>()
    let used = 0
    const server = net.createServer((socket) => {
      let bytes = 0
      socket.on("data", (data) => {
        bytes += data.length
      })
      socket.once("data", () => {
        used++
        socket.pause()
        socket.write(says, () => Deferred.unsafeDone(reached, Exit.void))
      })
      socket.on("close", () => Deferred.unsafeDone(closed, Exit.succeed(bytes)))
      resumes.push(() => socket.resume())
    })
    const resumes: Array<() => void> = []
    yield* listening(server, "127.0.0.1")
    return {
      port: portOf(server),
      reached: Deferred.await(reached),
      closed: Effect.suspend(() => {
        for (const resume of resumes) resume()
        return Deferred.await(closed)
      }),
      used: () => used
    } satisfies Stalled
  })
