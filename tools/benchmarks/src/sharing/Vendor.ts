/** A server that keeps one quota in all four ways at once, a few milliseconds away, and records who sent what when. */
import * as RateLimiter from "@effect-invent/emulator/RateLimiter"
import * as Effect from "effect/Effect"
import * as CountingServer from "../CountingServer.ts"
import { page } from "../client/Answers.ts"

export interface Quota {
  readonly limit: number
  /** Milliseconds. */
  readonly window: number
}

export interface Arrival {
  readonly at: number
  readonly sender: string
  readonly isRefused: boolean
}

export interface Vendor extends CountingServer.CountingServer {
  readonly arrivals: ReadonlyArray<Arrival>
}

const models = ["fixed", "sliding", "bucket", "counter"] as const
const distance = 15

export const serve = async ({ limit, window }: Quota): Promise<Vendor> => {
  const arrivals: Array<Arrival> = []
  const limiters = models.map((model, at) =>
    RateLimiter.make({ limit, window, model, phase: (at * window) / models.length })
  )
  const server = await CountingServer.serve((response, request) => {
    setTimeout(() => {
      const isRefused = limiters.filter(({ check }) => !Effect.runSync(check("clients")).allowed).length > 0
      arrivals.push({
        at: performance.now(),
        sender: (request.headers.authorization ?? "").replace("Bearer ", ""),
        isRefused
      })
      setTimeout(
        () => CountingServer.json(response, isRefused ? 429 : 200, isRefused ? `{"error":"too many"}` : page),
        distance
      )
    }, distance)
  })
  return { ...server, arrivals }
}
