/** A server that keeps a quota by one of the emulator's models, at a distance of a few milliseconds each way. */
import type { Model } from "@effect-invent/emulator/RateLimiter"
import * as RateLimiter from "@effect-invent/emulator/RateLimiter"
import * as Effect from "effect/Effect"
import * as CountingServer from "../CountingServer.ts"
import { page } from "./Answers.ts"
import type { Target } from "./Competitor.ts"

export interface LimitedServer extends CountingServer.CountingServer {
  readonly refused: () => number
  /** Accepted requests from one time after the first of all to another, both in milliseconds. */
  readonly acceptedBetween: (from: number, to: number) => number
}

const nearest = 5
const farthest = 25

/** The same distances in every run. */
const distances = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return nearest + ((farthest - nearest) * seed) / 2 ** 32
}

export const serve = async (model: Model, quota: Target["quota"]): Promise<LimitedServer> => {
  const limiter = RateLimiter.make({ limit: quota.limit, window: quota.window, model })
  const distance = distances(1)
  const accepted: Array<number> = []
  let first: number | undefined
  let refused = 0
  const server = await CountingServer.serve((response) => {
    setTimeout(() => {
      const now = performance.now()
      first ??= now
      const { allowed } = Effect.runSync(limiter.check("client"))
      if (allowed) accepted.push(now - first)
      else refused++
      setTimeout(
        () => CountingServer.json(response, allowed ? 200 : 429, allowed ? page : `{"error":"too many"}`),
        distance()
      )
    }, distance())
  })
  return {
    ...server,
    refused: () => refused,
    acceptedBetween: (from, to) => accepted.filter((at) => from <= at && at < to).length
  }
}
