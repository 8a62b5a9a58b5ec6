/**
 * As many requests as a server answers: callers on connections that stay open, each with the next request when it has
 * its answer.
 */
import { Pool } from "undici"
import type { Address } from "./Server.ts"

export interface Args extends Address {
  readonly callers: number
  readonly warmUpMillis: number
  readonly millis: number
}

export interface Result {
  /** Requests a second. */
  readonly rate: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

const at = (sorted: ReadonlyArray<number>, share: number) => sorted[Math.ceil(sorted.length * share) - 1]!

export const run = async ({ callers, key, millis, path, url, warmUpMillis }: Args): Promise<Result> => {
  const pool = new Pool(url, { connections: callers, pipelining: 1 })
  const spend = async (forMillis: number) => {
    const taken: Array<number> = []
    const end = performance.now() + forMillis
    const caller = async () => {
      while (performance.now() < end) {
        const begun = performance.now()
        const { body, statusCode } = await pool.request({
          path,
          method: "GET",
          headers: { authorization: `Bearer ${key}` }
        })
        await body.dump()
        if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`)
        taken.push(performance.now() - begun)
      }
    }
    await Promise.all(Array.from({ length: callers }, caller))
    return taken
  }
  await spend(warmUpMillis)
  const begun = performance.now()
  const taken = (await spend(millis)).toSorted((a, b) => a - b)
  const seconds = (performance.now() - begun) / 1000
  await pool.close()
  return { rate: taken.length / seconds, p50: at(taken, 0.5), p99: at(taken, 0.99) }
}
