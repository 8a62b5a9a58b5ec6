/** Which policy a chat belongs to, and which policies could take the same chats. */
import { describe, expect, it } from "@effect/vitest"
import type { InForce } from "../src/Decide/PolicyChoice.ts"
import * as PolicyChoice from "../src/Decide/PolicyChoice.ts"
import * as PolicyOverlap from "../src/Policies/PolicyOverlap.ts"
import * as Build from "./Build.ts"

type Match = Readonly<Record<string, unknown>>

const policies = ([first = {}, ...others]: ReadonlyArray<Match>): InForce => {
  const named = (match: Match, index: number) => Build.policy({ name: `p${index + 1}`, match })
  return [named(first, 0), ...others.map((match, index) => named(match, index + 1))]
}

const whatsapp = { channels: ["whatsapp_bot"] }
const german = { languages: ["de"] }
const everything = {}
const internal = { channels: ["internal"] }
const admins = { admins: true }

const chats = {
  whatsapp: Build.chat({ channel: "whatsapp_bot" }),
  german: Build.chat({ language: "de" }),
  "german whatsapp": Build.chat({ channel: "whatsapp_bot", language: "de" }),
  custom: Build.chat(),
  internal: Build.chat({ channel: "internal" }),
  "an admin's": Build.chat({ isAdmin: true }),
  temporary: Build.chat({ channel: "whatsapp_bot", isTemporary: true })
}

describe("the policy of a chat", () => {
  // The policies in their order, the chat, which of them takes it (0: none), and which others would.
  const table: ReadonlyArray<
    readonly [ReadonlyArray<Match>, keyof typeof chats, taken: number, others: ReadonlyArray<number>]
  > = [
    [[everything], "custom", 1, []],
    [[whatsapp], "custom", 0, []],
    [[whatsapp, german], "whatsapp", 1, []],
    [[whatsapp, german], "german", 2, []],
    [[whatsapp, german], "german whatsapp", 1, [2]],
    [[german, whatsapp], "german whatsapp", 1, [2]],
    [[whatsapp, german], "custom", 0, []],
    [[whatsapp, everything], "whatsapp", 1, [2]],
    [[whatsapp, everything], "custom", 2, []],
    [[everything, whatsapp], "whatsapp", 1, [2]],
    [[everything, internal], "internal", 2, []],
    [[everything], "internal", 0, []],
    [[everything, admins], "an admin's", 2, []],
    [[everything], "an admin's", 0, []],
    [[german, whatsapp], "temporary", 2, []]
  ]
  it.each(table)("of %j, for a chat that is %s, is number %i", (matches, chat, taken, others) => {
    const choice = PolicyChoice.choose(policies(matches), chats[chat])
    expect(choice.isTaken).toBe(taken > 0)
    // Where none takes it, the reason is that of the first one.
    expect(choice.policy.name).toBe(`p${taken || 1}`)
    expect(choice.others.map(({ name }) => name)).toEqual(others.map((number) => `p${number}`))
  })
})

describe("two policies", () => {
  const segments = (...ids: ReadonlyArray<string>) => ({ segments: ids })
  // The first, the second, whether they can share chats, and whether the second gets none.
  const table: ReadonlyArray<readonly [Match, Match, "share" | "none left" | "apart"]> = [
    [everything, everything, "none left"],
    [everything, whatsapp, "none left"],
    [whatsapp, everything, "share"],
    [whatsapp, german, "share"],
    [whatsapp, { channels: ["custom"] }, "apart"],
    [{ channels: ["whatsapp_bot", "custom"] }, whatsapp, "none left"],
    [whatsapp, { ...whatsapp, ...german }, "none left"],
    [{ ...whatsapp, ...german }, whatsapp, "share"],
    [{ ...whatsapp, ...german }, { channels: ["custom"], ...german }, "apart"],
    // A contact can be in both.
    [segments("a"), segments("b"), "share"],
    [segments("a", "b"), segments("b"), "none left"],
    [everything, internal, "apart"],
    [internal, everything, "apart"],
    [everything, { channels: ["internal", "custom"] }, "share"],
    [{ channels: ["internal", "custom"] }, internal, "none left"],
    [everything, admins, "apart"],
    [admins, { ...admins, ...german }, "none left"]
  ]
  it.each(table)("%j and then %j: %s", (first, second, expected) => {
    const overlaps = PolicyOverlap.between(policies([first, second]))
    expect(overlaps).toEqual(
      expected === "apart" ? [] : [{ taker: "p1", later: "p2", isWhole: expected === "none left" }]
    )
  })

  it("that come after one that takes all of a third one's chats are not reported with that third one", () => {
    expect(PolicyOverlap.between(policies([whatsapp, { ...whatsapp, ...german }, german]))).toEqual([
      { taker: "p1", later: "p2", isWhole: true },
      { taker: "p1", later: "p3", isWhole: false }
    ])
  })

  it("are for every chat where one of them has no match", () => {
    expect(PolicyOverlap.hasCatchAll(policies([whatsapp, everything]))).toBe(true)
    expect(PolicyOverlap.hasCatchAll(policies([whatsapp, german]))).toBe(false)
  })
})
