/** Which organizations are meant: the option, the variable, the configuration file, and what is wrong with them. */
import { OrgId } from "@effect-invent/domain/Ids"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { describe, expect, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as ExitCodes from "../src/cli/ExitCodes.ts"
import { Printed } from "../src/cli/ConfigPrint.ts"
import * as PolicyMatch from "../src/Decide/PolicyMatch.ts"
import * as Orgs from "../src/Policy/Orgs.ts"
import * as PolicyOverlap from "../src/Policies/PolicyOverlap.ts"
import * as Build from "./Build.ts"
import * as CommandLine from "./CommandLine.ts"

const fromVariable = (text: string) =>
  Effect.withConfigProvider(Orgs.config, ConfigProvider.fromMap(new Map([["FOLLOW_UPS_ORGS", text]])))

describe("FOLLOW_UPS_ORGS", () => {
  it.effect("is a list separated by commas, whose blanks are ignored", () =>
    Effect.gen(function* () {
      expect(yield* fromVariable(" org_a, ,org_b,")).toEqual(["org_a", "org_b"])
      expect(yield* fromVariable("")).toEqual([])
      expect(yield* fromVariable(" , ")).toEqual([])
      expect(yield* fromVariable("__proto__")).toEqual(["__proto__"])
    })
  )

  for (const [what, text, problem] of [
    ["a repeated id", "org_a,org_b,org_a", "has org_a more than once"],
    ["a step in a path", "org_a,..", 'has "..", which is no id of an organization'],
    ["what has a blank in it", "org a", 'has "org a", which is no id of an organization'],
    ["what is not ASCII", "café", 'has "café", which is no id of an organization']
  ] as const)
    it.effect(`refuses ${what}`, () =>
      Effect.map(Effect.flip(fromVariable(text)), (error) =>
        expect(ExitCodes.lineOf(error)).toBe(`FOLLOW_UPS_ORGS ${problem}`)
      )
    )
})

describe("the option --org", () => {
  for (const command of [
    ["serve", "--policy", "p.yaml", "--inbox"],
    ["run", "--policy", "p.yaml", "--inbox"],
    ["preview", "--policy", "p.yaml", "--inbox"],
    ["doctor"],
    ["record", "inbox", "--out", "a.jsonl"]
  ])
    it.effect(`of ${command[0]} is refused in one line where an id is wrong or repeated`, () =>
      Effect.gen(function* () {
        const line = (...orgs: ReadonlyArray<string>) =>
          Effect.map(CommandLine.run([...command, ...orgs.flatMap((org) => ["--org", org])]), ({ code, stderr }) => [
            code,
            stderr.trimEnd()
          ])
        expect(yield* line("org_a", "org_a")).toEqual([2, expect.stringMatching(/^--org has org_a more than once$/m)])
        expect(yield* line("org_a,org_b")).toEqual([2, expect.stringMatching(/^--org has "org_a,org_b", which is no/)])
        expect(yield* line("")).toEqual([2, "--org needs the id of an organization"])
        expect(yield* line("org_a", "")).toEqual([2, "--org needs the id of an organization"])
        expect(yield* line("..")).toEqual([2, expect.stringMatching(/^--org has "\.\.", which is no id of an/)])
      })
    )
})

describe("config print", () => {
  const printed = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>>) =>
    Effect.map(CommandLine.run([...args, "config", "print", "--json"], { env }), ({ stdout }) => {
      const { options, variables } = Schema.decodeSync(Schema.parseJson(Printed))(stdout)
      const of = (name: string) => [...options, ...variables].find((each) => each.name === name)
      return [of("org"), of("FOLLOW_UPS_ORGS")].map((each) => [each?.value, each?.source])
    })

  it.live("says where the organizations come from; the variable stands in for the file", () =>
    CommandLine.inFolder(
      { "a.yaml": "org: [org_a, org_b]\n" },
      Effect.gen(function* () {
        expect(yield* printed(["--config", "a.yaml"], {})).toEqual([
          ["org_a, org_b", "a.yaml"],
          ["", "default"]
        ])
        expect(yield* printed(["--config", "a.yaml"], { FOLLOW_UPS_ORGS: "org_c, org_d" })).toEqual([
          [expect.anything(), "default"],
          ["org_c, org_d", "the environment"]
        ])
      })
    )
  )
})

describe("doctor", () => {
  it.effect("says for each organization whether the key may list its inbox", () =>
    Effect.gen(function* () {
      const requests: Array<string> = []
      const http = HttpClient.make((request, { pathname }) => {
        requests.push(pathname)
        const status = pathname.startsWith("/orgs/org_b/") ? 403 : 200
        const headers = { "content-type": "application/json", date: new Date(0).toUTCString() }
        return Effect.succeed(HttpClientResponse.fromWeb(request, new Response("[]", { status, headers })))
      })
      const env = { INVENT_API_KEY: "a_key" }
      const { code, stdout } = yield* CommandLine.run(["doctor", "--org", "org_a", "--org", "org_b"], { env, http })
      expect(code).toBe(1)
      expect(stdout).toMatch(/^ok +org +org_a: the key may list its inbox$/m)
      expect(stdout).toMatch(/^error +org +org_b: its inbox cannot be listed: inbox\.list: not allowed\s+\(403\)/m)
      expect(requests.every((path) => /^\/orgs\/org_[ab]\//.test(path))).toBe(true)
    })
  )

  const matching = `name: agency
version: 1
match: { orgs: [org_a, org_c] }
steps: [{ after: 4 hours, action: schedule_follow_up }]
`
  it.live("warns of an organization that a policy matches and no --org names; without --org it does not know", () =>
    CommandLine.inFolder(
      { "agency.yaml": matching },
      Effect.gen(function* () {
        const warnings = (...orgs: ReadonlyArray<string>) =>
          Effect.map(CommandLine.run(["doctor", "--policy", "agency.yaml", ...orgs]), ({ stdout }) =>
            stdout.split("\n").filter((line) => line.startsWith("warning") && line.includes("org_"))
          )
        const [warning, ...others] = yield* warnings("--org", "org_a", "--org", "org_b")
        expect(warning).toMatch(/^warning +org +org_c: agency matches its chats, but no --org names it$/)
        expect([others, yield* warnings("--org", "org_a", "--org", "org_c"), yield* warnings()]).toEqual([[], [], []])
      })
    )
  )
})

describe("a policy that matches by organization", () => {
  const match = { orgs: ["org_a"] } as const
  it("takes the chats of this one, and none whose organization is not known", () => {
    const takes = (org_id: string | undefined) =>
      PolicyMatch.matches(match, { ...Build.chat(), org_id: org_id === undefined ? undefined : OrgId.make(org_id) })
    expect([takes("org_a"), takes("org_b"), takes(undefined)]).toEqual([true, false, false])
  })

  it("shares no chat with one of another organization", () => {
    const named = (name: string, orgs: ReadonlyArray<string>) => Build.policy({ name, match: { orgs } as never })
    expect(PolicyOverlap.between([named("a", ["org_a"]), named("b", ["org_b"])])).toEqual([])
    expect(PolicyOverlap.between([named("a", ["org_a", "org_b"]), named("b", ["org_b"])])).toEqual([
      { taker: "a", later: "b", isWhole: true }
    ])
  })
})
