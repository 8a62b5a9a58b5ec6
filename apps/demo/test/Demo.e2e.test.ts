import { columns } from "@effect-invent/follow-up-scheduler/TerminalText"
import * as ProgramProcess from "@effect-invent/test-support/ProgramProcess"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { fileURLToPath } from "node:url"
import stringWidth from "string-width"
import { callHeader, livePath } from "../../follow-up-scheduler/src/operatorPage/Api.ts"

const program = fileURLToPath(new URL("../dist/bin/demo.js", import.meta.url))

const inFolder = <A, E, R>(use: (folder: string) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(FileSystem.FileSystem, (files) => Effect.flatMap(files.makeTempDirectoryScoped(), use)).pipe(
    Effect.scoped,
    Effect.provide(NodeContext.layer)
  )

const leftIn = (folder: string) => Effect.flatMap(FileSystem.FileSystem, (files) => files.readDirectory(folder))

const until = (condition: Effect.Effect<boolean, unknown, FileSystem.FileSystem>) =>
  Effect.repeat(condition, { schedule: Schedule.spaced("50 millis"), until: (holds) => holds }).pipe(
    Effect.timeout("20 seconds")
  )

const withoutPort = (text: string) => text.replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")

const document = (seed: number) => ["--chats", "8", "--seed", String(seed), "--json"]

/** A run to its end in a folder of its own, and what it left there. */
const played = (args: ReadonlyArray<string>) =>
  inFolder((cwd) =>
    Effect.gen(function* () {
      const ended = yield* ProgramProcess.run(program, args, { cwd, env: { TMPDIR: cwd } })
      return { ...ended, left: yield* leftIn(cwd) }
    })
  )

/** One run for all tests that look at it. */
const shared = (args: ReadonlyArray<string>) => Effect.runSync(Effect.cached(played(args)))
const whole = shared([])
const quiet = shared(document(3))

/**
 * Stops the demo and continues it at random moments until it ends. To the demo this looks like a busy machine,
 * and it takes no processor time from the other tests.
 */
const interrupted = (running: ProgramProcess.Running) =>
  Effect.gen(function* () {
    const signal = (name: NodeJS.Signals) => Effect.sync(() => void running.process.kill(name))
    const pause = Effect.flatMap(Random.nextIntBetween(1, 60), (millis) => Effect.sleep(Duration.millis(millis)))
    let stops = 0
    const stop = Effect.tap(signal("SIGSTOP"), () => Effect.sync(() => void stops++))
    yield* Effect.forkScoped(Effect.forever(Effect.all([pause, stop, pause, signal("SIGCONT")], { discard: true })))
    return { ...(yield* running.ended), stops }
  })

const Overview = Schema.parseJson(Schema.Struct({ now: Schema.Int }))

/** The instant that the page shows: that of the first overview on a new connection. */
const shownAt = (url: string) =>
  Effect.promise(async () => {
    const abort = new AbortController()
    const { body } = await fetch(`${url}${livePath}`, {
      headers: { [callHeader.name]: callHeader.value },
      signal: abort.signal
    })
    let text = ""
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      if (text.includes("\n\n")) break
    }
    abort.abort()
    return Schema.decodeSync(Overview)(text.slice("data: ".length, text.indexOf("\n\n"))).now
  })

describe("the demo", () => {
  it.live("ends well: every conversation has one outcome, none was refused, and the checker agrees", () =>
    Effect.gen(function* () {
      const { code, left, stderr, stdout } = yield* whole
      expect(stdout).toContain("checker: agrees")
      expect(code, stderr).toBe(0)
      const table = stdout.slice(stdout.indexOf("What became"), stdout.indexOf("follow-ups sent"))
      const counts = [...table.matchAll(/^ +(\d+) {2}(.*)$/gm)].map(
        ([, count, label]) => [Number(count), label] as const
      )
      const all = counts.pop()
      expect(all).toEqual([60, "chats in all"])
      expect(counts.reduce((sum, [count]) => sum + count, 0)).toBe(60)
      expect(stdout).toContain("0 refused with 429")
      expect(stdout.split("\n").filter((line) => stringWidth(line) > columns)).toEqual([])
      expect(left).toEqual([])
    })
  )

  it.live("prints what docs/demo.md shows, and the README in part", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const text = (path: string) =>
        Effect.map(files.readFileString(fileURLToPath(new URL(`../../../${path}`, import.meta.url))), withoutPort)
      const [, shown = ""] = /^```\n(An emulated Invent listens[^]*?)^```$/m.exec(yield* text("docs/demo.md")) ?? []
      const [, excerpt = ""] = /^```\n( +\d+ {2}\d+ follow-ups[^]*?)^```$/m.exec(yield* text("README.md")) ?? []
      const [head = "", tail = ""] = shown.split("…\n")
      const { stdout } = yield* whole
      const printed = withoutPort(stdout)
      // Between the two are lines that show how far it is, as many as the machine is slow.
      expect(printed.slice(0, head.length)).toBe(head)
      expect(printed.slice(-tail.length)).toBe(tail)
      const lines = excerpt.split("\n").filter((line) => line !== "" && line !== "…")
      expect(lines).toHaveLength(6)
      expect(printed.split("\n")).toEqual(expect.arrayContaining(lines))
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.live("prints the same as JSON, as one document", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* quiet
      expect(code, stderr).toBe(0)
      const printed = JSON.parse(stdout)
      expect(printed.outcomes.reduce((sum: number, { chats }: { chats: number }) => sum + chats, 0)).toBe(8)
      expect(printed).toMatchObject({
        refused_with_429: 0,
        checker: { violations: [], chats: 8, followUps: printed.follow_ups, late: { count: 0 }, missed: 0 }
      })
      expect(printed.story.length).toBeGreaterThan(0)
    })
  )

  it.live(
    "takes the same course with the same seed on a machine that stops it again and again, and another with another seed",
    () =>
      Effect.gen(function* () {
        const { code, stderr, stdout } = yield* quiet
        const busy = yield* inFolder((cwd) =>
          Effect.flatMap(ProgramProcess.start(program, document(3), { cwd, env: { TMPDIR: cwd } }), interrupted)
        )
        expect(busy.stops).toBeGreaterThan(10)
        expect(busy).toEqual({ code, stderr, stdout, stops: busy.stops })
        const other = yield* played(document(4))
        expect(other).toMatchObject({ code: 0, stderr: "" })
        expect(other.stdout).not.toBe(stdout)
      })
  )

  it.live("keeps its page after the verdict, and there time goes on as on the wall", () =>
    inFolder((cwd) =>
      Effect.scoped(
        Effect.gen(function* () {
          const demo = yield* ProgramProcess.start(program, ["--chats", "2", "--ui"], { cwd, env: { TMPDIR: cwd } })
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

  it.live("prints what its options mean, and refuses what is none with 2", () =>
    Effect.gen(function* () {
      const help = yield* played(["--help"])
      expect(help).toMatchObject({ code: 0, stderr: "" })
      expect(help.stdout).toMatch(/^demo: run everything on this machine/)
      expect(help.stdout).toMatch(/^ {2}--seed N +the same seed gives the same conversations \(default: 1\)$/m)
      expect(help.stdout.split("\n").filter((line) => stringWidth(line) > columns)).toEqual([])
      const refused = yield* played(["--chats", "many"])
      expect(refused).toMatchObject({ code: 2, stdout: "", left: [] })
      expect(refused.stderr).toContain("many")
    })
  )

  it.live("leaves nothing behind when it is killed with -9", () =>
    inFolder((cwd) =>
      Effect.scoped(
        Effect.gen(function* () {
          const demo = yield* ProgramProcess.start(program, [], { cwd, env: { TMPDIR: cwd } })
          yield* until(Effect.map(leftIn(cwd), (left) => left.length > 0))
          demo.process.kill("SIGKILL")
          yield* until(Effect.map(leftIn(cwd), (left) => left.length === 0))
        })
      )
    )
  )
})
