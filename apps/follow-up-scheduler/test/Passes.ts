/**
 * The program, one pass after the other, each at its own time, over real sockets to a server that shares no code with
 * ours. A pass runs in the process of the test, from its arguments to its exit code; `serve` is the built program in a
 * process of its own.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as CommandLine from "./CommandLine.ts"
import * as NoonClock from "./NoonClock.ts"
import * as PlainVendor from "./PlainVendor.ts"
import * as Process from "./Process.ts"

const clock = new URL("clock.mjs", import.meta.url).href

/** Two steps, for whatever was written. */
export const policy = `name: plain
version: 1
effective_from: all
time_zone: UTC
steps:
  - { after: 1 hour, action: send_message, message: "Do you still need help?" }
  - { after: 2 hours, action: send_message, message: "Shall I close this?" }
`
const since = "2026-07-15T12:00:00Z"
/** When each step is due, and long after the last. */
const passes = ["2026-07-15T13:00:30Z", "2026-07-15T15:30:00Z", "2026-07-15T23:00:00Z"]

interface Line {
  readonly chat_id: string
  readonly next: string
  readonly reason: string | null
  readonly why: string
}

export interface Options extends Omit<PlainVendor.Options, "since" | "meanwhile"> {
  /** What happens while an answer is on its way, by the request line: the answer was made before it. */
  readonly meanwhile?: (
    line: string,
    world: Pick<PlainVendor.Vendor, "writes"> & { readonly putForward: (millis: number) => void }
  ) => void
  readonly policy?: string
  /** Whether the passes read the inbox, in place of a file of ids. */
  readonly isInbox?: boolean
  /** When the program runs. */
  readonly passes?: ReadonlyArray<string>
  /** Further arguments of every pass, or of each by its place. */
  readonly args?: ReadonlyArray<string> | ((pass: number) => ReadonlyArray<string>)
  readonly env?: Readonly<Record<string, string>>
  /** The files of the schedulers that run at each pass, one after the other. */
  readonly ledgers?: ReadonlyArray<string>
  /** What is done to the ledger, the file of the first scheduler, before the pass of this number; the first is 0. */
  readonly before?: (pass: number, ledger: string) => Effect.Effect<void, unknown, FileSystem.FileSystem>
  /** When `serve` runs before the passes, with a file of its own, until so many follow-ups went out. */
  readonly served?: { readonly at: string; readonly followUps: number }
}

/** What each pass printed of each chat, and how many follow-ups each has got after all of them. */
export const followUps = (options: Options) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const cwd = yield* files.makeTempDirectoryScoped()
    yield* files.writeFileString(`${cwd}/policy.yaml`, options.policy ?? policy)
    yield* files.writeFileString(`${cwd}/ids.txt`, `${Object.keys(options.chats).join("\n")}\n`)
    const names = Object.keys(options.chats)
    let putForward = (_millis: number) => {}
    const vendor = yield* PlainVendor.serve({
      ...options,
      since,
      meanwhile: (line, { writes }) => options.meanwhile?.(line, { writes, putForward })
    })
    const env = { INVENT_API_KEY: "inv_key", INVENT_BASE_URL: vendor.url, ...options.env }
    const runAt = (now: string, args: ReadonlyArray<string>) => {
      vendor.at = now
      const run = Effect.flatMap(HttpClient.HttpClient, (http) => CommandLine.run(args, { env, http }))
      const clock = NoonClock.startingAt(Date.parse(now))
      putForward = clock.putForward
      // The connections of a pass end with it.
      return run.pipe(Effect.provide(Layer.fresh(NodeHttpClient.layerUndici)), Effect.withClock(clock))
    }
    const { args: further = [] } = options
    const furtherOf = (pass: number) => (typeof further === "function" ? further(pass) : further)
    const args = (command: string, db: string) => [
      command,
      "--policy",
      `${cwd}/policy.yaml`,
      ...(options.isInbox === true ? ["--inbox"] : ["--chats", `${cwd}/ids.txt`]),
      "--db",
      `${cwd}/${db}`
    ]
    if (options.served !== undefined) {
      vendor.at = options.served.at
      const ofClock = { CLOCK_AT: options.served.at, NODE_OPTIONS: `--import ${clock}` }
      const serving = yield* Process.start(args("serve", "served.db"), { cwd, env: { ...env, ...ofClock } })
      yield* serving.says("a follow-up went out", options.served.followUps)
      serving.process.kill("SIGTERM")
      yield* serving.ended
    }
    const ledgers = options.ledgers ?? ["follow-ups.db"]
    const printed: Array<ReadonlyArray<Line>> = []
    const sentAfter: Array<number> = []
    for (const [pass, now] of (options.passes ?? passes).entries()) {
      yield* options.before?.(pass, `${cwd}/${ledgers[0]}`) ?? Effect.void
      for (const db of ledgers) {
        const { code, stderr, stdout } = yield* runAt(now, [...args("run", db), "--json", ...furtherOf(pass)])
        expect([code, stdout === "" ? stderr : ""]).toEqual([0, ""])
        printed.push((JSON.parse(stdout) as { readonly chats: ReadonlyArray<Line> }).chats)
      }
      sentAfter.push(names.reduce((sum, name) => sum + vendor.sentTo(name), 0))
    }
    const reasons = printed.map((lines) =>
      Object.fromEntries(lines.map(({ chat_id, next, reason }) => [chat_id, reason ?? next]))
    )
    return {
      sent: Object.fromEntries(names.map((name) => [name, vendor.sentTo(name)])),
      /** All follow-ups together, after each pass. */
      sentAfter,
      /** Of the first pass. */
      reasons: reasons[0]!,
      /** Of the last one. */
      reasonsInTheEnd: reasons.at(-1)!,
      requests: vendor.requests
    }
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
