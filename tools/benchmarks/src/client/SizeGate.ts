/** Fails when a program that makes one call has outgrown what it may weigh. */
import { added, measure } from "./Size.ts"

/**
 * gzip, in bytes, of programs over fetch: with all 85 endpoints of the contract, with one group of it, and on Effect 4.
 */
const most = { whole: 122_400, added: 30_000, addedByGroup: 19_000, addedToEffect4: 148_000 }

const kilo = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`

const judge = (what: string, { gzip }: { readonly gzip: number }, limit: number): boolean => {
  const room = limit - gzip
  const verdict = room >= 0 ? `${kilo(room)} below` : `${kilo(-room)} above`
  console[room >= 0 ? "log" : "error"](`${what}: ${kilo(gzip)} gzip, ${verdict} the limit of ${kilo(limit)}`)
  return room >= 0
}

const [whole, all, group, onEffect4] = await Promise.all([
  measure("invent-fetch"),
  added("invent-fetch"),
  added("invent-group"),
  added("effect-4")
])
const verdicts = [
  judge("A program that makes one call", whole, most.whole),
  judge("What we add to effect in it", all, most.added),
  judge("What we add in one that takes a single group", group, most.addedByGroup),
  judge("What the client and Effect 3 add in one on Effect 4", onEffect4, most.addedToEffect4)
]
if (verdicts.includes(false)) process.exitCode = 1
