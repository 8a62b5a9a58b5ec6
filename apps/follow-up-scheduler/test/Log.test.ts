/** The format of the log, and the stream that it goes to. */
import { SqlError } from "@effect/sql/SqlError"
import { describe, expect } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Log from "../src/cli/Log.ts"
import * as CommandLine from "./CommandLine.ts"

const serve = ["serve", "--policy", "nudge.yaml", "--inbox"]

/** The lines on each stream of a program that is called so. */
const linesOf = <E>(args: ReadonlyArray<string>, program: Effect.Effect<void, E>, env: Record<string, string> = {}) =>
  Effect.gen(function* () {
    const lines = { stdout: new Array<string>(), stderr: new Array<string>() }
    const console = yield* Effect.console
    const to = (stream: keyof typeof lines) => (line: unknown) => void lines[stream].push(String(line))
    const [log, error] = [to("stdout"), to("stderr")]
    yield* Effect.withConsole(Log.whereRead(["node", "follow-ups", ...args])(program), {
      ...console,
      log: (line) => Effect.sync(() => log(line)),
      error: (line) => Effect.sync(() => error(line)),
      unsafe: { ...console.unsafe, log, error }
    }).pipe(Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(env)))))
    return lines
  })

const entry = Effect.annotateLogs(Effect.logWarning("it is late:", "by 2 minutes"), {
  chat: "chat_1",
  step: 2,
  __proto__: "none",
  key: Redacted.make("inv_live_1")
})

const asJson = {
  timestamp: "1970-01-01T00:00:05.000Z",
  level: "WARN",
  message: "it is late: by 2 minutes",
  fields: { chat: "chat_1", step: 2, key: "<redacted>" }
}

describe("the level of the log", () => {
  for (const words of [
    ["status", "--log-level", "debug", "--db", "none.db"],
    ["status", "--db", "none.db", "--log-level=debug"]
  ])
    it.effect(`may stand behind the command: ${words.join(" ")}`, () =>
      Effect.map(CommandLine.run(words), ({ stderr }) => {
        expect(stderr).toBe("database none.db: does not exist; the first run creates it\n")
      })
    )
})

describe("the log", () => {
  for (const [what, args, env, stream] of [
    ["of serve goes to stdout", [...serve, "--log-format", "json"], {}, "stdout"],
    ["of run goes to stderr", ["run", "--log-format=json", "--inbox"], {}, "stderr"],
    ["is chosen by the environment", serve, { FOLLOW_UPS_LOG_FORMAT: "json" }, "stdout"],
    ["is chosen behind an option", ["--log-level", "debug", ...serve, "--log-format", "json"], {}, "stdout"]
  ] as const) {
    it.effect(`as JSON is one object a line: ${what}`, () =>
      Effect.gen(function* () {
        yield* TestClock.adjust("5 seconds")
        const lines = yield* linesOf(args, entry, env)
        expect(lines[stream].map((line) => JSON.parse(line))).toEqual([asJson])
        expect(lines[stream === "stdout" ? "stderr" : "stdout"]).toEqual([])
      })
    )
  }

  it.effect("says in one line why an expected error happened", () =>
    Effect.gen(function* () {
      const refused = new SqlError({
        cause: new Error("connect ECONNREFUSED 127.0.0.1:5432"),
        message: "not connected"
      })
      const program = Effect.logWarning("the storage cannot be read", Cause.fail({ _tag: "Failed", cause: refused }))
      const { stdout } = yield* linesOf(serve, program)
      expect(stdout).toEqual([
        expect.stringMatching(/ message="the storage cannot be read: connect ECONNREFUSED 127.0.0.1:5432"$/)
      ])
    })
  )

  it.effect("as JSON has the cause of a failure, and what serve prints beside it", () =>
    Effect.gen(function* () {
      const program = Effect.zipRight(
        Console.log("The page is at %s", "http://127.0.0.1:8080"),
        Effect.catchAllCause(Effect.die(new Error("no\nroom")), (cause) => Effect.logError("it failed", cause))
      )
      const { stdout } = yield* linesOf([...serve, "--log-format", "json"], program)
      expect(stdout.map((line) => JSON.parse(line))).toEqual([
        expect.objectContaining({ level: "INFO", message: "The page is at http://127.0.0.1:8080", fields: {} }),
        expect.objectContaining({
          level: "ERROR",
          message: "it failed",
          fields: { cause: expect.stringContaining("no\nroom") }
        })
      ])
    })
  )

  for (const [what, args, env] of [
    [
      "by the option, whatever the environment sets",
      [...serve, "--log-format", "logfmt"],
      { FOLLOW_UPS_LOG_FORMAT: "json" }
    ],
    ["where nothing is set", serve, {}],
    ["of a command that does not take the option", ["status"], { FOLLOW_UPS_LOG_FORMAT: "json" }]
  ] as const) {
    it.effect(`is logfmt ${what}`, () =>
      Effect.map(linesOf(args, entry, env), ({ stderr, stdout }) => {
        expect(stderr).toEqual([])
        expect(stdout).toHaveLength(1)
        expect(stdout[0]).toMatch(/^timestamp=\S+ level=WARN /)
        for (const field of ["chat=chat_1", "step=2"]) expect(` ${stdout[0]} `).toContain(` ${field} `)
      })
    )
  }

  it.effect("has none of the secrets of the environment, as they are and as JSON or a URL writes them", () =>
    Effect.gen(function* () {
      const secrets = [
        'inv_live_"quoted"',
        "t0ken-of-the-page",
        "p%40ssword",
        "p@ssword",
        "hooks.example.com/T0/B1",
        "t0ken-of-anna"
      ]
      const env = {
        INVENT_API_KEY: secrets[0]!,
        FOLLOW_UPS_TOKEN: secrets[1]!,
        FOLLOW_UPS_PAGE_TOKENS: `# the day shift\nAnna:change:${secrets[5]}`,
        DATABASE_URL: `postgresql://somebody:${secrets[2]}@db/ledger`,
        FOLLOW_UPS_ALERT_URL: `https://${secrets[4]}`
      }
      const text = [...secrets.slice(0, 4), secrets[5]!, env.DATABASE_URL, env.FOLLOW_UPS_ALERT_URL].join(" and ")
      const logging = Effect.annotateLogs(Effect.logInfo(text), { error: text, cause: new Error(text) })
      for (const format of ["json", "logfmt"]) {
        const { stdout } = yield* linesOf([...serve, "--log-format", format], logging, env)
        const printed = stdout.join("\n")
        expect(printed.split("<redacted>").length).toBeGreaterThan(6)
        for (const secret of [...secrets, "quoted"]) expect(printed).not.toContain(secret)
      }
    })
  )

  it.effect("is refused in a format that there is not, in one line that names the variable", () =>
    Effect.gen(function* () {
      for (const [args, env, says] of [
        [serve, { FOLLOW_UPS_LOG_FORMAT: "xml" }, /^FOLLOW_UPS_LOG_FORMAT .*json.*\n$/],
        [[...serve, "--log-format", "xml"], {}, /pretty, logfmt, json/]
      ] as const) {
        const { code, stderr } = yield* CommandLine.run(args, { env })
        expect(code).toBe(2)
        expect(stderr).toMatch(says)
      }
    })
  )
})
