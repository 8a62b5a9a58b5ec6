/** Where the settings of the program come from, as `config print` shows it and as the commands meet it. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { Printed } from "../src/cli/ConfigPrint.ts"
import * as Environment from "../src/cli/Environment.ts"
import * as CommandLine from "./CommandLine.ts"

type Env = Readonly<Record<string, string>>

const printed = (args: ReadonlyArray<string>, env: Env = {}) =>
  Effect.map(CommandLine.run([...args, "config", "print", "--json"], { env }), ({ code, stderr, stdout }) => {
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    const { options, variables } = Schema.decodeSync(Schema.parseJson(Printed))(stdout)
    return new Map([...options, ...variables].map(({ name, source, value }) => [name, { value, source }]))
  })

const refused = (config: string, env: Env = {}) =>
  CommandLine.inFolder(
    { "follow-ups.yaml": config },
    Effect.map(
      CommandLine.run(["--config", "follow-ups.yaml", "config", "print"], { env }),
      ({ code, stderr, stdout }) => {
        expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
        return stderr.trimEnd().split("\n")
      }
    )
  )

/** The settings that cannot be used. */
const problemsIn = (stdout: string) => {
  const { options, variables } = Schema.decodeSync(Schema.parseJson(Printed))(stdout)
  return [...options, ...variables].flatMap(({ name, problem }) => (problem === null ? [] : [name]))
}

describe("a setting", () => {
  it.live("is the default where nothing gives it", () =>
    Effect.gen(function* () {
      const settings = yield* printed([])
      expect(settings.get("every")).toEqual({ value: "1 minute", source: "default" })
      expect(settings.get("policy")).toEqual({ value: null, source: "not set" })
      expect(settings.get("INVENT_BASE_URL")).toEqual({ value: "https://api.useinvent.com", source: "default" })
      expect(settings.get("FOLLOW_UPS_STUCK_AFTER")).toEqual({ value: "5m", source: "default" })
      expect(settings.get("INVENT_API_KEY")).toEqual({ value: null, source: "not set" })
    })
  )

  it.live("comes from the configuration file, and from the environment before that", () =>
    CommandLine.inFolder(
      {
        "follow-ups.yaml": `policy: policies/nudge.yaml
inbox: true
every: 30 seconds
FOLLOW_UPS_STUCK_AFTER: 2 minutes
INVENT_ORG_ID: org_file
`
      },
      Effect.gen(function* () {
        const settings = yield* printed(["--config", "follow-ups.yaml"], { INVENT_ORG_ID: "org_environment" })
        expect(settings.get("every")).toEqual({ value: "30 seconds", source: "follow-ups.yaml" })
        expect(settings.get("inbox")).toEqual({ value: "true", source: "follow-ups.yaml" })
        expect(settings.get("policy")?.value).toMatch(/^\/.*\/policies\/nudge\.yaml$/)
        expect(settings.get("FOLLOW_UPS_STUCK_AFTER")).toEqual({ value: "2m", source: "follow-ups.yaml" })
        expect(settings.get("INVENT_ORG_ID")).toEqual({ value: "org_environment", source: "the environment" })
        const byVariable = yield* printed([], { FOLLOW_UPS_CONFIG: "follow-ups.yaml" })
        expect(byVariable.get("every")).toEqual({ value: "30 seconds", source: "follow-ups.yaml" })
      })
    )
  )

  it.live("that is a secret comes from the environment or from a file of its own, and is redacted", () =>
    CommandLine.inFolder(
      { key: "key_of_the_file_\n", "follow-ups.json": `{ "FOLLOW_UPS_TOKEN_FILE": "key" }` },
      Effect.gen(function* () {
        const env = {
          INVENT_API_KEY_FILE: "key",
          DATABASE_URL: "postgresql://user:password@127.0.0.1/x",
          FOLLOW_UPS_CONFIG: "follow-ups.json"
        }
        const settings = yield* printed([], env)
        expect(settings.get("INVENT_API_KEY")).toEqual({
          value: "<redacted>",
          source: "key, named by INVENT_API_KEY_FILE"
        })
        expect(settings.get("FOLLOW_UPS_TOKEN")?.value).toBe("<redacted>")
        expect(settings.get("DATABASE_URL")).toEqual({ value: "<redacted>", source: "the environment" })
        expect(JSON.stringify([...settings])).not.toMatch(/key_of_the_file|password/)
      })
    )
  )

  it.live("of the configuration file gives way to a variable that stands in for it", () =>
    CommandLine.inFolder(
      { url: "postgresql://127.0.0.1/x\n", "a.yaml": "db: a.db\nlog-format: json\n" },
      Effect.gen(function* () {
        const alone = yield* printed(["--config", "a.yaml"])
        expect([alone.get("db")?.source, alone.get("log-format")?.source]).toEqual(["a.yaml", "a.yaml"])
        const env = { DATABASE_URL_FILE: "url", FOLLOW_UPS_LOG_FORMAT: "logfmt" }
        const beside = yield* printed(["--config", "a.yaml"], env)
        expect([beside.get("db")?.source, beside.get("log-format")?.source]).toEqual(["default", "default"])
      })
    )
  )

  it.live("cannot be a secret in the configuration file, a name that nothing has, or a value of another kind", () =>
    Effect.gen(function* () {
      expect(
        yield* refused(`evry: 1 minute
INVENT_API_KEY: secret_key
FOLLOW_UPS_STUCK_AFTR: 1 minute
inbox: FILE
every: true
RUNNER_HOST: [a, b]
policy: { a: 1 }
org: []
chats: ""
`)
      ).toEqual([
        "configuration follow-ups.yaml, line 1: evry is neither an option nor a variable; did you mean every?",
        "configuration follow-ups.yaml, line 2: INVENT_API_KEY is a secret; name a file that holds it by INVENT_API_KEY_FILE",
        "configuration follow-ups.yaml, line 3: FOLLOW_UPS_STUCK_AFTR is neither an option nor a variable; did you mean FOLLOW_UPS_STUCK_AFTER?",
        "configuration follow-ups.yaml, line 4: inbox must be true or false",
        "configuration follow-ups.yaml, line 5: every must be DURATION",
        "configuration follow-ups.yaml, line 6: RUNNER_HOST must be one text",
        "configuration follow-ups.yaml, line 7: policy must be a text, a number, true, false, or a list of texts",
        "configuration follow-ups.yaml, line 8: org is empty; leave it out, or give a value",
        "configuration follow-ups.yaml, line 9: chats is empty; leave it out, or give a value"
      ])
    })
  )

  for (const [what, config, line] of [
    ["no YAML", "policy: [", /^configuration follow-ups\.yaml, line 1: /],
    ["a list", "- policy", /^configuration follow-ups\.yaml, line 1: Expected a mapping of names to values$/]
  ] as const)
    it.live(`cannot come from a file that is ${what}`, () =>
      Effect.map(refused(config), (lines) => expect(lines).toEqual([expect.stringMatching(line)]))
    )

  it.live("has a clear error where its file is missing, empty, or one of two places", () =>
    CommandLine.inFolder(
      { key: "key\n", nothing: "\n" },
      Effect.gen(function* () {
        const line = (args: ReadonlyArray<string>, env: Env) =>
          Effect.map(CommandLine.run([...args, "status"], { env }), ({ code, stderr }) => [code, stderr.trimEnd()])
        expect(yield* line(["--config", "absent.yaml"], {})).toEqual([2, "configuration absent.yaml: does not exist"])
        expect(yield* line(["--config="], {})).toEqual([2, "--config needs a file"])
        expect(yield* line([], { INVENT_API_KEY_FILE: "absent" })).toEqual([
          2,
          "INVENT_API_KEY_FILE names absent, which does not exist"
        ])
        expect(yield* line([], { INVENT_API_KEY_FILE: "nothing" })).toEqual([
          2,
          "INVENT_API_KEY_FILE names nothing, which is empty"
        ])
        expect(yield* line([], { INVENT_API_KEY_FILE: "key", INVENT_API_KEY: "other" })).toEqual([
          2,
          "INVENT_API_KEY_FILE and INVENT_API_KEY are both set; unset one of them"
        ])
      })
    )
  )

  it.live("that cannot be used is named, and the command ends with 2", () =>
    Effect.gen(function* () {
      const env = { FOLLOW_UPS_STUCK_AFTER: "soon", INVENT_BASE_URL: "http://example.com" }
      const { code, stdout } = yield* CommandLine.run(["config", "print", "--json"], { env })
      expect(code).toBe(2)
      const { variables } = Schema.decodeSync(Schema.parseJson(Printed))(stdout)
      const problems = new Map(variables.map(({ name, problem }) => [name, problem]))
      expect(problems.get("FOLLOW_UPS_STUCK_AFTER")).toMatch(/^FOLLOW_UPS_STUCK_AFTER /)
      expect(problems.get("INVENT_BASE_URL")).toMatch(/must be https/)
      expect(problems.get("RUNNER_HOST")).toBeNull()
    })
  )

  it.live.each([
    ["every", "soon"],
    ["every", "0 seconds"],
    ["confirm", "-3"],
    ["ui-port", "99999"],
    ["running", "maybe"],
    ["page-origin", "x/y"],
    ["keep", "1 second"],
    ["by", '"   "'],
    ["log-format", "xml"]
  ])("of the configuration file that serve refuses is named with the reason: %s: %s", ([name, value]) =>
    CommandLine.inFolder(
      { "a.yaml": `${name}: ${value}\n` },
      Effect.gen(function* () {
        const { code, stdout } = yield* CommandLine.run(["--config", "a.yaml", "config", "print", "--json"])
        expect(code).toBe(2)
        expect(problemsIn(stdout)).toEqual([name])
      })
    )
  )

  it.live.each([
    ["FOLLOW_UPS_TOKEN", "short_secret"],
    ["FOLLOW_UPS_PAGE_TOKENS", "Ann:write:secret_secret_secret"],
    ["FOLLOW_UPS_ALERT_URL", "secret.example.com"],
    ["DATABASE_URL", "mysql://user:secret@host/x"],
    ["FOLLOW_UPS_LOG_FORMAT", "xml"],
    ["FOLLOW_UPS_SWEEP_EVERY", "soon"]
  ])("that the program refuses is named alone, and no secret is: %s", ([name, value]) =>
    Effect.gen(function* () {
      const { code, stdout } = yield* CommandLine.run(["config", "print", "--json"], {
        env: { [String(name)]: String(value) }
      })
      expect(code).toBe(2)
      expect(problemsIn(stdout)).toEqual([name])
      expect(stdout).not.toContain("secret")
    })
  )

  it.live("that cannot be used is printed with the whole reason, after all settings", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* CommandLine.run(["config", "print"], { env: { FOLLOW_UPS_TOKEN: "short" } })
      expect(code).toBe(2)
      const [, reasons = ""] = stdout.split("Cannot be used\n")
      expect(reasons.replaceAll(/\s+/g, " ").trim()).toBe(
        "FOLLOW_UPS_TOKEN must have at least 16 visible ASCII characters"
      )
    })
  )

  it.live("that is an address is shown without its password", () =>
    Effect.gen(function* () {
      const settings = yield* printed([], { OTEL_EXPORTER_OTLP_ENDPOINT: "http://user:secret@collector/" })
      expect(settings.get("OTEL_EXPORTER_OTLP_ENDPOINT")?.value).toBe(
        "http://user@collector/ (its password is left out)"
      )
    })
  )
})

describe("the options of a configuration file", () => {
  const files = { "a.yaml": "inbox: true\nevery: soon\njson: true\n" }
  const stderrOf = (...args: ReadonlyArray<string>) =>
    CommandLine.inFolder(
      files,
      Effect.map(CommandLine.run(args, { env: { INVENT_API_KEY: "a_key" } }), ({ stderr, stdout }) => stderr + stdout)
    )

  it.live("are given to the commands that have them", () =>
    Effect.gen(function* () {
      expect(yield* stderrOf("serve", "--policy", "p.yaml", "--config", "a.yaml")).toContain(
        "Expected --every with a duration"
      )
      expect(yield* stderrOf("--config=a.yaml", "status")).toMatch(/^(?!.*a duration).*$/s)
    })
  )

  it.live("give way to the command line, also where that has another one of two that exclude each other", () =>
    Effect.gen(function* () {
      expect(
        yield* stderrOf("--config", "a.yaml", "serve", "--policy", "p.yaml", "--every", "1 hour", "--chats", "ids.txt")
      ).toContain("p.yaml: does not exist")
    })
  )
})

it("every variable of the documents is read by the program, and every one that it reads is documented", () => {
  const documents = ["operating.md", "adopting.md"].map((name) =>
    readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8")
  )
  const names = documents.flatMap((text) => [
    ...text.matchAll(/\b(?:FOLLOW_UPS|INVENT|RUNNER|OTEL)_[A-Z_]*[A-Z]\b|\bDATABASE_URL\b/g)
  ])
  const known = new Set<string>([...Environment.names, "FOLLOW_UPS_CONFIG"])
  const named = new Set(names.map(([name]) => name.replace(/_FILE$/, "")))
  expect([...named].filter((name) => !known.has(name) && !name.startsWith("OTEL_"))).toEqual([])
  expect(Environment.names.filter((name) => !named.has(name))).toEqual([])
})
