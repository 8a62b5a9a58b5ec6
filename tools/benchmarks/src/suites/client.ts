/** The client beside what else people call an API with. */
import type { Model } from "@effect-invent/emulator/RateLimiter"
import * as Child from "../Child.ts"
import * as Answers from "../client/Answers.ts"
import { competitors, openai, ours, packages, weighed } from "../client/Competitors.ts"
import type * as Cpu from "../client/Cpu.ts"
import * as Foundations from "../client/Foundations.ts"
import type * as Import from "../client/Import.ts"
import * as LimitedServer from "../client/LimitedServer.ts"
import type * as LostPost from "../client/LostPost.ts"
import { faultNames } from "../client/LostPost.ts"
import type * as Outage from "../client/Outage.ts"
import type * as Quota from "../client/Quota.ts"
import * as Size from "../client/Size.ts"
import * as CountingServer from "../CountingServer.ts"
import type { Table } from "../Report.ts"
import * as Statistics from "../Statistics.ts"
import type { Suite } from "../Suite.ts"
import type { ServerResponse } from "node:http"

const inChild = <Args, Result>(job: string) => Child.beside<Args, Result>(import.meta.url, `../client/${job}.js`)

const names = new Map(weighed.map(({ id, name }) => [id, name]))
const seconds = (millis: number) => `${(millis / 1000).toFixed(millis < 10_000 ? 1 : 0)} s`
const patience = 15_000
const everyone = competitors.map(({ id }) => id)

const outcome = ({ afterMillis, outcome, requests }: LostPost.Outcome) =>
  `${requests}, ` +
  `${outcome === null ? "not ended" : afterMillis < 1000 ? outcome : `${outcome} after ${seconds(afterMillis)}`}`

const lostPost = async (): Promise<Table> => {
  const outcomes = await inChild<LostPost.Args, ReadonlyArray<LostPost.Outcome>>("LostPost")({
    competitors: everyone,
    patience
  })
  const cell = (id: string, fault: LostPost.Fault) =>
    outcome(outcomes.find((each) => each.competitor === id && each.fault === fault)!)
  return {
    title: "One POST, its answer lost",
    about:
      "The server reads the request whole, and then it cuts the connection or answers as in the column, every " +
      `time. The requests it saw in ${seconds(patience)}, and what the caller got. More than one in the first two ` +
      "columns is a message that a customer gets twice; only a 429 means that nothing was done.",
    head: ["", "connection cut", "500", "429, Retry-After: 1", "429, Retry-After: 3600"],
    rows: competitors.map(({ id, name }) => [name, ...faultNames.map((fault) => cell(id, fault))])
  }
}

const outage = async (): Promise<Table> => {
  const calls = 300
  const outcomes = await inChild<Outage.Args, ReadonlyArray<Outage.Outcome>>("Outage")({
    competitors: everyone,
    calls,
    patience
  })
  return {
    title: "An outage",
    about:
      `${calls} GETs at once to a server that answers each with 500: requests for each call in ` +
      `${seconds(patience)}.`,
    head: ["", "requests a call", "calls still trying"],
    rows: outcomes.map(({ competitor, open, requests }) => [
      names.get(competitor)!,
      `${(requests / calls).toFixed(2)}x`,
      `${open}`
    ])
  }
}

const models: ReadonlyArray<Model> = ["fixed", "sliding", "bucket", "counter"]

const limit = 500
const callers = 100
const windows = 3
/** Of the first requests after an idle time, those that arrive within so many milliseconds. */
const atOnce = 100

interface Quotaed {
  /** By model. */
  readonly servers: ReadonlyArray<LimitedServer.LimitedServer>
  readonly outcomes: ReadonlyArray<Quota.Outcome>
  /** Of the quota, from the second window on, by model. */
  readonly uses: ReadonlyArray<number>
}

/** The servers' windows begin with the first request that reaches them. */
const patienceFor = (window: number) => (windows + 0.5) * window

const through = async (competitor: string, window: number): Promise<Quotaed> => {
  const servers = await Promise.all(models.map((model) => LimitedServer.serve(model, { limit, window })))
  const warm = await CountingServer.serve((response) => CountingServer.json(response, 200, Answers.page))
  const outcomes = await inChild<Quota.Args, ReadonlyArray<Quota.Outcome>>("Quota")({
    competitor,
    urls: servers.map(({ url }) => url),
    quota: { limit, window },
    warmUp: { url: warm.url, calls: 2000 },
    calls: limit * (windows + 1),
    callers,
    patience: patienceFor(window)
  })
  await Promise.all([warm, ...servers].map(({ close }) => close()))
  const uses = servers.map((server) => server.acceptedBetween(window, windows * window) / (limit * (windows - 1)))
  return { servers, outcomes, uses }
}

const modelNames = ["fixed window", "sliding log", "token bucket", "sliding counter"]

const quota = async (progress: (what: string) => void): Promise<Table> => {
  const window = 12_000
  const rows: Array<ReadonlyArray<string>> = []
  for (const { id, name } of competitors) {
    progress(`429s and use of the quota: ${id}`)
    const { outcomes, servers, uses } = await through(id, window)
    const cells = servers.map(
      (server, at) => `${server.refused()}, ${outcomes[at]!.failed} failed, ${(100 * uses[at]!).toFixed(1)} %`
    )
    rows.push([name, ...cells])
  }
  return {
    title: "A quota",
    about:
      `${limit * (windows + 1)} GETs by ${callers} callers for ${seconds(patienceFor(window))}, warmed up before, ` +
      `through a quota of ${limit} in ${seconds(window)}, 10 to 50 ms away, kept in four ways that servers have. ` +
      "The 429s the server gave, the calls that ended in an error, and the use of the quota from the second window " +
      "on: 0 % where all calls had ended before it.",
    head: ["", ...modelNames],
    rows
  }
}

const quotaOfAMinute = async (progress: (what: string) => void): Promise<Table> => {
  const window = 60_000
  progress(`the documented quota: ${seconds(patienceFor(window))}`)
  const { servers, uses } = await through(ours.id, window)
  return {
    title: "The documented quota",
    about:
      `The same for ours in windows of a minute, for ${seconds(patienceFor(window))}. The last row is what arrived ` +
      `within ${atOnce} ms of the first request, after nothing was sent.`,
    head: [ours.name, ...modelNames],
    rows: [
      ["429s", ...servers.map((server) => `${server.refused()}`)],
      ["use of the quota", ...uses.map((use) => `${(100 * use).toFixed(1)} %`)],
      ["at once", ...servers.map((server) => `${server.acceptedBetween(0, atOnce)}`)]
    ]
  }
}

/** One measurement of each in every round, so that what else the machine does meets all of them. */
const interleaved = async (rounds: number, measure: (id: string, round: number) => Promise<number>) => {
  const measured = new Map(weighed.map(({ id }) => [id, [] as Array<number>]))
  for (let round = 0; round < rounds; round++) {
    for (const { id } of weighed) measured.get(id)!.push(await measure(id, round + 1))
  }
  const base = measured.get(openai.id)!
  return weighed.map(({ id, name }) => {
    const values = measured.get(id)!
    const ratio = Statistics.show(Statistics.ratio(values, base), 2)
    return { name, sample: Statistics.sample(values), ratio }
  })
}

const cpu = async (
  how: { readonly title: string; readonly of: string; readonly reply: CountingServer.Reply },
  progress: (what: string) => void
): Promise<Table> => {
  const rounds = 5
  // What lives for a minute is warm: the compiler's time is the cold import's business.
  const load = { warmUp: 6000, calls: 3000, callers: 10 }
  const server = await CountingServer.serve(how.reply)
  const measured = await interleaved(rounds, (competitor, round) => {
    progress(`${how.title}: round ${round} of ${rounds}, ${competitor}`)
    return inChild<Cpu.Args, number>("Cpu")({ competitor, url: server.url, ...load })
  })
  await server.close()
  return {
    title: how.title,
    about:
      `Microseconds of the calling process for a GET of one message (${Answers.page.length} bytes${how.of}) on the ` +
      `loopback address, ${load.callers} at a time, after ${load.warmUp} to warm up; median and range of ${rounds} ` +
      `rounds of ${load.calls}, each in a process of its own. Only ours checks what it gets against a schema, keeps ` +
      "a quota and holds deadlines.",
    head: ["", "µs", "ratio to openai"],
    rows: measured.map(({ name, ratio, sample }) => [name, Statistics.show(sample), ratio])
  }
}

const withLength = {
  title: "Processor time of a GET",
  of: "",
  reply: (response: ServerResponse) => CountingServer.json(response, 200, Answers.page)
}

const inChunks = {
  title: "Processor time of a GET that is answered in chunks",
  of: ", without `content-length`",
  reply: (response: ServerResponse) => {
    response.writeHead(200, { "content-type": "application/json", "transfer-encoding": "chunked" })
    response.end(Answers.page)
  }
}

const imports = async (progress: (what: string) => void): Promise<Table> => {
  const rounds = 3
  const measured = await interleaved(rounds, (competitor, round) => {
    progress(`cold import: round ${round} of ${rounds}, ${competitor}`)
    return inChild<Import.Args, number>("Import")({ competitor })
  })
  return {
    title: "Cold import",
    about:
      `Milliseconds of processor time to import it in a new process; median and range of ${rounds} rounds. From ` +
      "installed packages, as Node finds them: a bundle loads faster.",
    head: ["", "ms", "ratio to openai"],
    rows: measured.map(({ name, ratio, sample }) => [name, Statistics.show(sample), ratio])
  }
}

const kilo = (bytes: number) => (bytes / 1000).toFixed(1)

const sizes = async (): Promise<Table> => {
  const rows = await Promise.all(
    weighed.map(async ({ id, name }) => {
      const size = await Size.measure(id)
      const largest = Size.byPackage(size).slice(0, 4)
      return [
        name,
        kilo(size.gzip),
        kilo(size.minified),
        largest.map(([part, bytes]) => `${part} ${kilo(bytes)}`).join(", ")
      ]
    })
  )
  return {
    title: "Size of a program that makes one call",
    about:
      "KB (1000 bytes), bundled by esbuild for Node, minified and tree-shaken. Over fetch, Node brings the " +
      "transport; over undici, the program does.",
    head: ["", "gzip", "minified", "largest parts, minified"],
    rows
  }
}

const ourSize = async (): Promise<Table> => {
  const [group, all] = await Promise.all([Size.added("invent-group"), Size.added("invent-fetch")])
  return {
    title: "What of it is ours",
    about:
      `What the program over fetch weighs more than without our modules: ${kilo(all.gzip)} KB gzip, ` +
      `${kilo(all.minified)} KB minified; and one that takes a single group of the contract by \`InventGroup\`, ` +
      `${kilo(group.gzip)} KB gzip, ${kilo(group.minified)} KB minified. Of the latter, by module:`,
    head: ["module", "KB, minified"],
    rows: group.parts
      .slice(0, 12)
      .map(([part, bytes]) => [part.replace("/dist/", "/").replace(/\.js$/, ""), kilo(bytes)])
  }
}

export const suite: Suite = {
  packages,
  isPerNode: true,
  run: async (progress) => {
    progress(`a lost POST and an outage: ${seconds(patience)}`)
    const [first, second] = await Promise.all([lostPost(), outage()])
    const quotas = [await quota(progress), await quotaOfAMinute(progress)]
    const weights = [await cpu(withLength, progress), await cpu(inChunks, progress)]
    const loads = [await imports(progress), await Foundations.table(progress)]
    progress("sizes")
    return [first, second, ...quotas, ...weights, ...loads, await sizes(), await ourSize()]
  }
}
