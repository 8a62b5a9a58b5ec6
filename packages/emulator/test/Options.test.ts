import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import * as Behaviour from "../src/Behaviour.ts"

const documented = readFileSync(new URL("../../../docs/emulator.md", import.meta.url), "utf8")
const rows = new Map(
  [...documented.matchAll(/^\| `(\w+)` \| (.*?) \| (.*?) \| .*\|$/gm)].map(
    ([, name = "", byDefault = "", others = ""]) => [name, { byDefault, others }]
  )
)

const words = (value: unknown): ReadonlyArray<string> =>
  typeof value === "object" && value !== null
    ? Object.entries(value).map(([key, inner]) => `\`${key}: ${inner}\``)
    : [`\`${value}\``]

describe("the behaviour where the documents are silent", () => {
  it("has every option in the documents, with the default that it has", () => {
    const defaults = Object.entries(Schema.encodeSync(Behaviour.Behaviour)(Behaviour.make()))
    for (const [name, value] of defaults) assert.strictEqual(rows.get(name)?.byDefault, words(value).join(", "), name)
    assert.deepStrictEqual(
      [...rows.keys()].filter((name) => name in Behaviour.Behaviour.fields),
      Object.keys(Behaviour.Behaviour.fields)
    )
  })

  it("takes every documented alternative, and the file that is shown", () => {
    for (const [name] of Object.entries(Behaviour.Behaviour.fields)) {
      for (const [, value = ""] of (rows.get(name)?.others ?? "").matchAll(/`(.*?)`/g)) {
        const isGroup = rows.get(name)?.byDefault.includes(":") === true
        assert.isTrue(
          Either.isRight(Behaviour.read(isGroup ? `${name}: { closed: ${value} }` : `${name}: ${value}`)),
          `${name}: ${value}`
        )
      }
    }
    const shown = /```yaml\n(behaviour:\n[\s\S]*?)```/.exec(documented)?.[1] ?? ""
    assert.deepStrictEqual(
      Behaviour.read(shown),
      Either.right({ replyClearsFollowUp: false, followUpFiresWhen: { muted: true }, messagesListedAfter: "3 seconds" })
    )
  })

  it("refuses what it does not know, by name, in one line", () => {
    const refusals: ReadonlyArray<readonly [text: string, reason: RegExp]> = [
      ["replyClearFollowUp: false", /^behaviour\.replyClearFollowUp: is unexpected/],
      ["followUpFiresWhen: { close: true }", /^behaviour\.followUpFiresWhen\.close: is unexpected/],
      ["errorBody: xml", /^behaviour\.errorBody: Expected "json"/],
      ["messagesListedAfter: soon", /^behaviour\.messagesListedAfter: expected a duration/],
      ["fractionalCsatScore: no", /^behaviour\.fractionalCsatScore: /],
      ["- replyClearsFollowUp: false", /^behaviour: Expected/],
      ["", /^behaviour: Expected/],
      ["a: [", /line 1/]
    ]
    for (const [text, reason] of refusals) {
      const refused = Either.getOrThrow(Either.flip(Behaviour.read(text)))
      assert.match(refused, reason)
      assert.notInclude(refused, "\n")
    }
  })
})
