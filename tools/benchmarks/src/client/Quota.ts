/** More calls than the quota allows, by as many callers as one service has: the calls that a limit costs. */
import type { Target } from "./Competitor.ts"
import { byId } from "./Competitors.ts"

export interface Args {
  readonly competitor: string
  /** One client for each, at the same time. */
  readonly urls: ReadonlyArray<string>
  readonly quota: Target["quota"]
  /** Where so many calls are made first, which no quota bounds: what lives for a minute is warm. */
  readonly warmUp: { readonly url: string; readonly calls: number }
  readonly calls: number
  readonly callers: number
  /** How long is looked, in milliseconds. */
  readonly patience: number
}

/** For each address. */
export interface Outcome {
  /** Calls that ended in an error. */
  readonly failed: number
  readonly succeeded: number
}

export const run = async ({
  callers,
  calls,
  competitor,
  patience,
  quota,
  urls,
  warmUp
}: Args): Promise<ReadonlyArray<Outcome>> => {
  const { connect } = await byId(competitor).load()
  const warming = await connect({ url: warmUp.url, quota: { limit: 100_000, window: 60_000 } })
  for (let left = warmUp.calls; left > 0; left -= callers)
    await Promise.all(Array.from({ length: Math.min(left, callers) }, () => warming.get()))
  const outcomes = urls.map(() => ({ failed: 0, succeeded: 0 }))
  const sweep = async (url: string, outcome: { failed: number; succeeded: number }) => {
    const client = await connect({ url, quota })
    let left = calls
    const caller = async () => {
      while (left-- > 0) {
        await client.get().then(
          () => outcome.succeeded++,
          () => outcome.failed++
        )
      }
    }
    await Promise.all(Array.from({ length: callers }, caller))
  }
  await Promise.race([
    Promise.all(urls.map((url, at) => sweep(url, outcomes[at]!))),
    new Promise((resolve) => setTimeout(resolve, patience))
  ])
  return outcomes
}
