import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import stringWidth from "string-width"
import * as TerminalText from "../src/TerminalText.ts"
import { callHeader, livePath } from "../src/operatorPage/Api.ts"
import * as Process from "./Process.ts"

const inFolder = <A, E, R>(use: (folder: string) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(FileSystem.FileSystem, (files) => Effect.flatMap(files.makeTempDirectoryScoped(), use)).pipe(
    Effect.scoped,
    Effect.provide(NodeContext.layer)
  )

const leftIn = (folder: string) => Effect.flatMap(FileSystem.FileSystem, (files) => files.readDirectory(folder))

const until = (condition: Effect.Effect<boolean, unknown, FileSystem.FileSystem>) =>
  Effect.repeat(condition, { schedule: Schedule.spaced("50 millis"), until: (holds) => holds }).pipe(Effect.timeout("20 seconds"))

const withoutPort = (text: string) => text.replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")

const documentOf = (cwd: string, seed: number) =>
  Process.run(["demo", "--chats", "12", "--seed", String(seed), "--json"], { cwd, env: { TMPDIR: cwd } })

/** Ends with the process that started it, too: then its standard input ends. */
const burning = `
const burn = () => {
  for (let round = 0; round < 1e8; round++);
  setImmediate(burn)
}
process.stdin.on("end", () => process.exit()).resume()
burn()
`

/** Four processes that use all the processor time they can get, until the scope closes. */
const burners = Effect.forEach(
  [1, 2, 3, 4],
  () =>
    Effect.acquireRelease(
      Effect.sync(() => spawn(process.execPath, ["-e", burning], { stdio: ["pipe", "ignore", "ignore"] })),
      (burner) => Effect.sync(() => burner.kill("SIGKILL"))
    ),
  { discard: true }
)

const Overview = Schema.parseJson(Schema.Struct({ now: Schema.Int }))

/** The instant that the page shows: that of the first overview on a new connection. */
const shownAt = (url: string) =>
  Effect.promise(async () => {
    const abort = new AbortController()
    const { body } = await fetch(`${url}${livePath}`, { headers: { [callHeader.name]: callHeader.value }, signal: abort.signal })
    let text = ""
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      if (text.includes("\n\n")) break
    }
    abort.abort()
    return Schema.decodeSync(Overview)(text.slice("data: ".length, text.indexOf("\n\n"))).now
  })

describe("the demo", () => {
  it.live(
    "ends well: every conversation has one outcome, none was refused, and the checker agrees",
    () =>
      inFolder((cwd) =>
        Effect.gen(function* () {
          const { code, stderr, stdout } = yield* Process.run(["demo", "--chats", "30", "--seed", "3"], { cwd, env: { TMPDIR: cwd } })
          expect(stdout).toContain("checker: agrees")
          expect(code, stderr).toBe(0)
          const table = stdout.slice(stdout.indexOf("What became"), stdout.indexOf("follow-ups sent"))
          const counts = [...table.matchAll(/^ +(\d+) {2}(.*)$/gm)].map(([, count, label]) => [Number(count), label] as const)
          const all = counts.pop()
          expect(all).toEqual([30, "chats in all"])
          expect(counts.reduce((sum, [count]) => sum + count, 0)).toBe(30)
          expect(stdout).toContain("0 refused with 429")
          expect(stdout.split("\n").filter((line) => stringWidth(line) > TerminalText.columns)).toEqual([])
          expect(yield* leftIn(cwd)).toEqual([])
        })
      )
  )

  it.live(
    "prints what docs/demo.md shows, and the README in part",
    () =>
      inFolder((cwd) =>
        Effect.gen(function* () {
          const files = yield* FileSystem.FileSystem
          const document = (path: string) =>
            Effect.map(files.readFileString(fileURLToPath(new URL(`../../../${path}`, import.meta.url))), withoutPort)
          const [, shown = ""] = /^```\n(An emulated Invent listens[^]*?)^```$/m.exec(yield* document("docs/demo.md")) ?? []
          const [, excerpt = ""] = /^```\n( +\d+ {2}\d+ follow-ups[^]*?)^```$/m.exec(yield* document("README.md")) ?? []
          const [head = "", tail = ""] = shown.split("…\n")
          const { stdout } = yield* Process.run(["demo"], { cwd, env: { TMPDIR: cwd } })
          const printed = withoutPort(stdout)
          // Between the two are lines that tell how far it is, as many as the machine is slow.
          expect(printed.slice(0, head.length)).toBe(head)
          expect(printed.slice(-tail.length)).toBe(tail)
          const lines = excerpt.split("\n").filter((line) => line !== "" && line !== "…")
          expect(lines).toHaveLength(6)
          expect(printed.split("\n")).toEqual(expect.arrayContaining(lines))
        })
      )
  )

  it.live(
    "says the same to programs, as one document",
    () =>
      inFolder((cwd) =>
        Effect.gen(function* () {
          const { code, stderr, stdout } = yield* documentOf(cwd, 3)
          expect(code, stderr).toBe(0)
          const told = JSON.parse(stdout)
          expect(told.outcomes.reduce((sum: number, { chats }: { chats: number }) => sum + chats, 0)).toBe(12)
          expect(told).toMatchObject({
            refused_with_429: 0,
            checker: { violations: [], chats: 12, followUps: told.follow_ups, late: { count: 0 }, missed: 0 }
          })
          expect(told.story.length).toBeGreaterThan(0)
        })
      )
  )

  it.live(
    "takes the same course with the same seed beside processes that burn every core, and another course with another seed",
    () =>
      inFolder((cwd) =>
        Effect.gen(function* () {
          const quiet = yield* documentOf(cwd, 3)
          const busy = yield* Effect.scoped(Effect.zipRight(burners, documentOf(cwd, 3)))
          expect(busy).toEqual(quiet)
          const other = yield* documentOf(cwd, 4)
          expect(other).toMatchObject({ code: 0, stderr: "" })
          expect(other.stdout).not.toBe(quiet.stdout)
        })
      )
  )

  it.live(
    "keeps its page after the verdict, and there time goes on as on the wall",
    () =>
      inFolder((cwd) =>
        Effect.scoped(
          Effect.gen(function* () {
            const demo = yield* Process.start(["demo", "--chats", "6", "--ui"], { cwd, env: { TMPDIR: cwd } })
            yield* demo.says("The operator page stays until Ctrl-C.")
            const [, url = ""] = /The operator page is at (\S+)/.exec(demo.said()) ?? []
            const first = yield* shownAt(url)
            yield* Effect.repeat(shownAt(url), { schedule: Schedule.spaced("50 millis"), until: (now) => now > first })
            demo.process.kill("SIGINT")
            expect((yield* demo.ended).code).toBe(130)
            expect(yield* leftIn(cwd)).toEqual([])
          })
        )
      )
  )

  it.live(
    "leaves nothing behind when it is killed with -9",
    () =>
      inFolder((cwd) =>
        Effect.scoped(
          Effect.gen(function* () {
            const demo = yield* Process.start(["demo"], { cwd, env: { TMPDIR: cwd } })
            yield* until(Effect.map(leftIn(cwd), (left) => left.length > 0))
            demo.process.kill("SIGKILL")
            yield* until(Effect.map(leftIn(cwd), (left) => left.length === 0))
          })
        )
      )
  )
})
