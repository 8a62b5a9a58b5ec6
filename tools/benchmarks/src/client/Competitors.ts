/** Who is compared: each as its own documentation sets it up, retries included. */
import type { Competitor } from "./Competitor.ts"

export const ours = {
  id: "invent-undici",
  name: "**ours, undici**",
  load: () => import("./competitors/invent-undici.ts")
}
export const oursOverFetch = {
  id: "invent-fetch",
  name: "**ours, fetch**",
  load: () => import("./competitors/invent-fetch.ts")
}
export const openai = { id: "openai", name: "openai", load: () => import("./competitors/openai.ts") }

const others: ReadonlyArray<Competitor> = [
  { id: "ky", name: "ky", load: () => import("./competitors/ky.ts") },
  { id: "got", name: "got", load: () => import("./competitors/got.ts") },
  { id: "axios", name: "axios + axios-retry", load: () => import("./competitors/axios.ts") },
  { id: "p-retry", name: "p-retry + p-throttle", load: () => import("./competitors/p-retry.ts") },
  { id: "bottleneck", name: "bottleneck", load: () => import("./competitors/bottleneck.ts") },
  openai,
  { id: "undici", name: "undici alone", load: () => import("./competitors/undici.ts") }
]

/** One for each way to behave. */
export const competitors: ReadonlyArray<Competitor> = [ours, ...others]

/** Where the cost counts: ours over both transports, and what the platform's own client costs without us. */
export const weighed: ReadonlyArray<Competitor> = [
  ours,
  oursOverFetch,
  {
    id: "platform-undici",
    name: "@effect/platform alone, undici",
    load: () => import("./competitors/platform-undici.ts")
  },
  ...others
]

export const packages = [
  "effect",
  "@effect/platform",
  "@effect/platform-node",
  "ky",
  "got",
  "axios",
  "axios-retry",
  "p-retry",
  "p-throttle",
  "bottleneck",
  "openai",
  "undici"
]

export const byId = (id: string): Competitor => {
  const found = weighed.find((competitor) => competitor.id === id)
  if (found === undefined) throw new Error(`no competitor ${id}`)
  return found
}
