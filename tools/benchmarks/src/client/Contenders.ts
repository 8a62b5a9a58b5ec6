/** Who is compared: each as its own documentation sets it up, retries included. */
import type { Contender } from "./Contender.ts"

export const ours = {
  id: "invent-undici",
  name: "**ours, undici**",
  load: () => import("./contenders/invent-undici.ts")
}
export const oursOverFetch = {
  id: "invent-fetch",
  name: "**ours, fetch**",
  load: () => import("./contenders/invent-fetch.ts")
}
export const openai = { id: "openai", name: "openai", load: () => import("./contenders/openai.ts") }

const others: ReadonlyArray<Contender> = [
  { id: "ky", name: "ky", load: () => import("./contenders/ky.ts") },
  { id: "got", name: "got", load: () => import("./contenders/got.ts") },
  { id: "axios", name: "axios + axios-retry", load: () => import("./contenders/axios.ts") },
  { id: "p-retry", name: "p-retry + p-throttle", load: () => import("./contenders/p-retry.ts") },
  { id: "bottleneck", name: "bottleneck", load: () => import("./contenders/bottleneck.ts") },
  openai,
  { id: "undici", name: "undici alone", load: () => import("./contenders/undici.ts") }
]

/** One for each way to behave. */
export const contenders: ReadonlyArray<Contender> = [ours, ...others]

/** Where the cost counts: ours over both transports, and what the platform's own client costs without us. */
export const weighed: ReadonlyArray<Contender> = [
  ours,
  oursOverFetch,
  {
    id: "platform-undici",
    name: "@effect/platform alone, undici",
    load: () => import("./contenders/platform-undici.ts")
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

export const byId = (id: string): Contender => {
  const found = weighed.find((contender) => contender.id === id)
  if (found === undefined) throw new Error(`no contender ${id}`)
  return found
}
