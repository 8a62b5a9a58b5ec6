/**
 * A network between the scheduler and the service that does what networks and services do: connections that break
 * before or after the request was applied, 5xx before or after, storms of 429, bursts of 503. And it reports when a
 * request came, or was applied, so that a test can kill the process that made it.
 */
import * as Effect from "effect/Effect"
import * as http from "node:http"
import type { AddressInfo } from "node:net"

/** What happens to one request. `drop`: the connection ends without an answer. */
export type Fault = "drop before" | "drop after" | "503 before" | "503 after"

export interface FaultRates {
  /** Of the requests in between, one in so many meets a fault. */
  readonly faultEvery: number
  /** Every so many milliseconds all requests are refused for a while, with 429 and 503 in turn. */
  readonly stormEvery: number
  readonly stormFor: number
}

export interface Proxy {
  readonly url: string
  /** How often each thing was done. */
  readonly done: Readonly<Record<string, number>>
  /** Called once, when the next update was applied and before its answer is passed on. */
  readonly onApplied: (kill: () => void) => void
  /** Called once, when so many more requests have come. */
  readonly onRequest: (count: number, kill: () => void) => void
}

const faults: ReadonlyArray<Fault> = ["drop before", "drop after", "503 before", "503 after"]

/** `random` gives numbers in [0, 1). */
export const make = (target: string, rates: FaultRates, random: () => number) =>
  Effect.acquireRelease(
    Effect.async<Proxy & { readonly server: http.Server }>((resume) => {
      const began = performance.now()
      const done: Record<string, number> = {}
      const count = (name: string) => (done[name] = (done[name] ?? 0) + 1)
      let kill: (() => void) | undefined
      let requests = 0
      const awaited = new Map<number, () => void>()

      const storm = (): 429 | 503 | undefined => {
        const age = performance.now() - began
        if (age % rates.stormEvery < rates.stormEvery - rates.stormFor) return undefined
        return Math.floor(age / rates.stormEvery) % 2 === 0 ? 429 : 503
      }

      const refuse = (response: http.ServerResponse, status: 429 | 503) => {
        count(String(status))
        response.writeHead(status, status === 429 ? { "retry-after": "1" } : {}).end()
      }

      const forward = (
        request: http.IncomingMessage,
        body: Buffer,
        response: http.ServerResponse,
        fault: Fault | undefined
      ) => {
        const { headers, method, url } = request
        const onward = http.request(`${target}${url}`, { method, headers, agent: false }, (answer) => {
          const chunks: Array<Buffer> = []
          answer.on("data", (chunk: Buffer) => chunks.push(chunk))
          answer.on("end", () => {
            if (kill !== undefined && method === "PATCH" && body.includes("follow_up_at")) {
              kill()
              kill = undefined
            }
            if (fault === "drop after") return void request.socket.destroy()
            if (fault === "503 after") return refuse(response, 503)
            const { "transfer-encoding": _, ...kept } = answer.headers
            response.writeHead(answer.statusCode ?? 502, kept).end(Buffer.concat(chunks))
          })
        })
        onward.on("error", () => request.socket.destroy())
        onward.end(body)
      }

      const server = http.createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          awaited.get(++requests)?.()
          const status = storm()
          if (status !== undefined) return refuse(response, status)
          const fault = random() < 1 / rates.faultEvery ? faults[Math.floor(random() * faults.length)] : undefined
          if (fault !== undefined) count(fault)
          if (fault === "drop before") return void request.socket.destroy()
          if (fault === "503 before") return refuse(response, 503)
          forward(request, Buffer.concat(chunks), response, fault)
        })
      })
      server.on("connection", (socket) => socket.on("error", () => {}))
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        resume(
          Effect.succeed({
            server,
            url: `http://127.0.0.1:${port}`,
            done,
            onApplied: (then) => void (kill = then),
            onRequest: (count, then) => void awaited.set(requests + count, then)
          })
        )
      })
    }),
    ({ server }) =>
      Effect.async<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )
