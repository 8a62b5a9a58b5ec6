/** The built program, one pass after the other, each at its own time, against a server that knows no code of ours. */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
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

export interface Options extends Omit<PlainVendor.Options, "since"> {
  readonly policy?: string
  /** When the program runs. */
  readonly passes?: ReadonlyArray<string>
  /** Further arguments of every pass, or of each by its place. */
  readonly args?: ReadonlyArray<string> | ((pass: number) => ReadonlyArray<string>)
  readonly env?: Readonly<Record<string, string>>
}

/** What each pass said of each chat, and how many follow-ups each has got after all of them. */
export const followUps = (options: Options) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const cwd = yield* files.makeTempDirectoryScoped()
    yield* files.writeFileString(`${cwd}/policy.yaml`, options.policy ?? policy)
    yield* files.writeFileString(`${cwd}/ids.txt`, `${Object.keys(options.chats).join("\n")}\n`)
    const names = Object.keys(options.chats)
    const vendor = yield* PlainVendor.serve({ ...options, since })
    const said: Array<ReadonlyArray<Line>> = []
    const sentAfter: Array<number> = []
    const { args: further = [] } = options
    for (const [pass, now] of (options.passes ?? passes).entries()) {
      vendor.at = now
      const env = { INVENT_API_KEY: "inv_key", INVENT_BASE_URL: vendor.url, CLOCK_AT: now, NODE_OPTIONS: `--import ${clock}`, ...options.env }
      const args = ["run", "--policy", "policy.yaml", "--chats", "ids.txt", "--db", "follow-ups.db", "--json", ...(typeof further === "function" ? further(pass) : further)]
      const { code, stderr, stdout } = yield* Process.run(args, { cwd, env })
      expect([code, stdout === "" ? stderr : ""]).toEqual([0, ""])
      sentAfter.push(names.reduce((sum, name) => sum + vendor.sentTo(name), 0))
      said.push((JSON.parse(stdout) as { readonly chats: ReadonlyArray<Line> }).chats)
    }
    const reasons = said.map((lines) => Object.fromEntries(lines.map(({ chat_id, next, reason }) => [chat_id, reason ?? next])))
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
