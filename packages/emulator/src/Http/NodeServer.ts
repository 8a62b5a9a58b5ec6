/**
 * Serves requests on a server of Node's. The platform's handler opens a scope and a span for each and catches its
 * failures three times over; without that a request takes three quarters of the time.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import type * as Headers from "@effect/platform/Headers"
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpServer from "@effect/platform/HttpServer"
import { clientAbortFiberId, type ServeError } from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type { HttpServerResponse } from "@effect/platform/HttpServerResponse"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as Http from "node:http"
import type { Readable } from "node:stream"
import { setImmediate } from "node:timers"
import { longestBody, tooLong, type IncomingRequest } from "./IncomingRequest.ts"

/** Node's server, which listens. */
export class NodeServer extends Context.Tag("@effect-invent/emulator/NodeServer")<NodeServer, Http.Server>() {}

/** How long a connection stays open without a request: longer than clients keep theirs, so that they close it. */
const keepAliveMillis = 65_000

/** A server that closes its connections with its scope. Fails with a `ServeError` where it cannot listen. */
export const layer = (port: number, host: string): Layer.Layer<NodeServer | HttpServer.HttpServer, ServeError> =>
  Layer.scopedContext(
    Effect.gen(function* () {
      const node = Http.createServer()
      // Node's 5 seconds end while a busy machine is about to send the next request, which is lost then.
      node.keepAliveTimeout = keepAliveMillis
      const server = yield* NodeHttpServer.make(() => node, { host, port })
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          // A closing server waits for its connections, and clients keep theirs open.
          node.close()
          node.closeAllConnections()
        })
      )
      return Context.make(NodeServer, node).pipe(Context.add(HttpServer.HttpServer, server))
    })
  )

/** Reads a body, at most the longest that is allowed; see {@link linger} for what becomes of the rest. */
const textOf = (message: Readable): Effect.Effect<string, unknown> =>
  Effect.async((resume) => {
    const chunks: Array<Buffer> = []
    let bytes = 0
    const settle = (result: Effect.Effect<string, unknown>) => {
      message.off("data", onData).off("end", onEnd).resume()
      resume(result)
    }
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > longestBody) settle(tooLong)
      else chunks.push(chunk)
    }
    const onEnd = () => settle(Effect.succeed(Buffer.concat(chunks).toString()))
    const onError = (error: Error) => settle(Effect.fail(error))
    message.on("data", onData).on("end", onEnd).on("error", onError)
    return Effect.sync(() => void message.destroy())
  })

/** A request as Node received it, with the response that it waits for. */
export class NodeRequest implements IncomingRequest {
  readonly message: Http.IncomingMessage
  readonly response: Http.ServerResponse

  constructor(message: Http.IncomingMessage, response: Http.ServerResponse) {
    this.message = message
    this.response = response
  }

  get method(): string {
    return this.message.method!
  }

  get url(): string {
    return this.message.url!
  }

  get headers(): Headers.Headers {
    return this.message.headers as Headers.Headers
  }

  get remoteAddress(): Option.Option<string> {
    return Option.fromNullable(this.message.socket.remoteAddress)
  }

  get text(): Effect.Effect<string, unknown> {
    return textOf(this.message)
  }

  get upgrade(): Effect.Effect<never, string> {
    return Effect.fail("not an upgrade")
  }
}

/**
 * Closes the connection once the client has. A client that still sends its body would otherwise find the connection
 * reset, and could lose the answer; the rest of the body is read and thrown away.
 */
const linger = (response: Http.ServerResponse): void => {
  const { socket } = response.req
  response.shouldKeepAlive = false
  response.req.resume()
  socket.destroySoon = () => void socket.end()
}

const write = (response: Http.ServerResponse, { body, headers, status }: HttpServerResponse): void => {
  if (response.writableEnded) return
  if (status === tooLong.status) linger(response)
  try {
    response.writeHead(status, headers)
    response.end(body._tag === "Uint8Array" ? body.body : undefined)
  } catch {
    // Node sends no header that a fault made malformed.
    response.destroy()
  }
}

/**
 * Writes the answers of one turn of the event loop at its end, so that a client which sleeps is woken once for all of
 * them. That saves a sixth of a request's time.
 */
const makeWriter = () => {
  const answers: Array<readonly [Http.ServerResponse, HttpServerResponse]> = []
  const writeAll = () => {
    for (const [response, answer] of answers.splice(0)) write(response, answer)
  }
  return (response: Http.ServerResponse, answer: HttpServerResponse): void => {
    if (answers.push([response, answer]) === 1) setImmediate(writeAll)
  }
}

/** What the platform serves beside the contract. */
export interface Others {
  readonly isFor: (url: string) => boolean
  readonly app: HttpApp.Default
}

/**
 * Answers the requests on the server that is provided, for as long as the scope is open. A client that goes away
 * interrupts the handling of its request. WebSockets, and the `others`, go by the platform's handlers.
 */
export const serve = (respond: (request: IncomingRequest) => Effect.Effect<HttpServerResponse>, others?: Others) =>
  Effect.gen(function* () {
    const node = yield* NodeServer
    const server = yield* HttpServer.HttpServer
    yield* server.serve(
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
        others?.isFor(request.url) === true ? others.app : respond(request)
      )
    )
    const platform = node.listeners("request") as Array<Http.RequestListener>
    node.removeAllListeners("request")
    const run = Runtime.runFork(yield* Effect.runtime<never>())
    const writeLater = makeWriter()
    const listener: Http.RequestListener = (message, response) => {
      if (others?.isFor(message.url!) === true) return platform.forEach((listen) => listen(message, response))
      const fiber = run(respond(new NodeRequest(message, response)))
      response.on("close", () => {
        if (!response.writableEnded) fiber.unsafeInterruptAsFork(clientAbortFiberId)
      })
      fiber.addObserver((exit) => {
        if (Exit.isSuccess(exit)) writeLater(response, exit.value)
        else response.destroy()
      })
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => node.on("request", listener)),
      () => Effect.sync(() => node.off("request", listener))
    )
  })
