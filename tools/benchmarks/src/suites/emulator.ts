/** The emulator beside a server that does nothing but answer. */
import * as Child from "../Child.ts"
import { begin } from "../emulator/Begin.ts"
import type * as Day from "../emulator/Day.ts"
import type * as Load from "../emulator/Load.ts"
import type { Kind } from "../emulator/Server.ts"
import type { Table } from "../Report.ts"
import * as Statistics from "../Statistics.ts"
import type { Suite } from "../Suite.ts"

const load = Child.beside<Load.Args, Load.Result>(import.meta.url, "../../dist/emulator/Load.js")

const day = Child.beside<Day.Args, Day.Result>(import.meta.url, "../../dist/emulator/Day.js")

const rounds = 7
const pace = { callers: 16, warmUpMillis: 1500, millis: 2000 }
const kinds = ["emulator", "bare"] as const

const throughput = async (progress: (what: string) => void): Promise<Table> => {
  const emulator = await begin("emulator")
  const headers = { authorization: `Bearer ${emulator.address.key}` }
  const body = await (await fetch(`${emulator.address.url}${emulator.address.path}`, { headers })).text()
  const servers = { emulator, bare: await begin("bare", body) }
  const measured: Record<Kind, Array<Load.Result>> = { emulator: [], bare: [] }
  for (let round = 1; round <= rounds; round++) {
    for (const kind of kinds) {
      progress(`throughput: round ${round} of ${rounds}, ${kind}`)
      measured[kind].push(await load({ ...servers[kind].address, ...pace }))
    }
  }
  for (const kind of kinds) servers[kind].end()
  const of = (kind: Kind, key: keyof Load.Result) => measured[kind].map((result) => result[key])
  const row = (name: string, kind: Kind) => [
    name,
    Statistics.show(Statistics.sample(of(kind, "rate"))),
    Statistics.show(Statistics.ratio(of(kind, "rate"), of("bare", "rate")), 3),
    Statistics.show(Statistics.sample(of(kind, "p50")), 1),
    Statistics.show(Statistics.sample(of(kind, "p99")), 1)
  ]
  return {
    title: "Throughput",
    about:
      `GETs of one chat's messages (${Buffer.byteLength(body)} bytes) on the loopback address by ${pace.callers} ` +
      `callers in another process; median and range of ${rounds} rounds of ${pace.millis / 1000} s after ` +
      `${pace.warmUpMillis / 1000} s to warm up. The bare server is node:http that answers every request with that ` +
      "same body; the emulator knows the key, counts the quota, finds the chat, encodes by the contract and writes " +
      "its log.",
    head: ["", "requests a second", "ratio to bare", "p50, ms", "p99, ms"],
    rows: [row("emulator", "emulator"), row("bare node:http", "bare")]
  }
}

const aDay = async (progress: (what: string) => void): Promise<Table> => {
  const conversations = 5000
  const days: Array<Day.Result> = []
  for (const round of [1, 2, 3]) {
    progress(`a day of ${conversations} conversations: round ${round} of 3`)
    days.push(await day({ seed: 1, conversations }))
  }
  const seconds = Statistics.sample(days.map(({ millis }) => millis / 1000))
  const logs = new Set(days.map(({ digest }) => digest)).size
  return {
    title: "A day of people",
    about:
      `${conversations.toLocaleString("en")} random conversations begin within a day, and all of them end; the ` +
      `clock is virtual. Median and range of ${days.length} rounds with the same seed, each in a process of its ` +
      "own.",
    head: ["seconds", "entries of the log", "different logs"],
    rows: [[Statistics.show(seconds, 1), days[0]!.entries.toLocaleString("en"), String(logs)]]
  }
}

export const suite: Suite = {
  packages: ["effect", "@effect/platform", "@effect/platform-node", "undici"],
  run: async (progress) => [await throughput(progress), await aDay(progress)]
}
