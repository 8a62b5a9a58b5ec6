/**
 * What a GET costs the process that makes it, in processor time: all its threads, its own garbage collection included.
 */
import { byId } from "./Competitors.ts"

export interface Args {
  readonly competitor: string
  readonly url: string
  /** Calls before the counting begins: the compiler's time. */
  readonly warmUp: number
  readonly calls: number
  readonly callers: number
}

/** Microseconds a call. */
export const run = async ({ callers, calls, competitor, url, warmUp }: Args): Promise<number> => {
  const { connect } = await byId(competitor).load()
  const client = await connect({ url, quota: { limit: 1_000_000, window: 60_000 } })
  const make = async (count: number) => {
    let left = count
    const caller = async () => {
      while (left-- > 0) await client.get()
    }
    await Promise.all(Array.from({ length: callers }, caller))
  }
  await make(warmUp)
  const before = process.cpuUsage()
  await make(calls)
  const { system, user } = process.cpuUsage(before)
  return (system + user) / calls
}
