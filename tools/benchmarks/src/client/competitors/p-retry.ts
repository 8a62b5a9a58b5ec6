import pRetry from "p-retry"
import pThrottle from "p-throttle"
import type { Connect } from "../Competitor.ts"
import { get, post } from "./fetched.ts"

export const connect: Connect = ({ quota, url }) => {
  const throttle = pThrottle({ limit: quota.limit, interval: quota.window, strict: true })
  // One throttled function for both: they spend one quota.
  const throttled = throttle((call: typeof get) => call(url))
  const retried = (call: typeof get) => pRetry(() => throttled(call), { retries: 5 })
  return { get: () => retried(get), post: () => retried(post) }
}
