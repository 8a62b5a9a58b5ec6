/** Fails when a program that makes one call has outgrown what it may weigh. */
import { measure, oursAlone, type Size } from "./Size.ts"

/** gzip, in bytes: the whole program over fetch, and what we add to effect and @effect/platform. */
const most = { whole: 115_000, ours: 22_500 }

const kilo = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`

const judge = (what: string, { gzip }: Size, limit: number): boolean => {
  const room = limit - gzip
  const verdict = room >= 0 ? `${kilo(room)} below` : `${kilo(-room)} above`
  console[room >= 0 ? "log" : "error"](`${what}: ${kilo(gzip)} gzip, ${verdict} the limit of ${kilo(limit)}`)
  return room >= 0
}

const [whole, ours] = await Promise.all([measure("invent-fetch"), oursAlone()])
const verdicts = [judge("A program that makes one call", whole, most.whole), judge("Our own code in it", ours, most.ours)]
if (verdicts.includes(false)) process.exitCode = 1
