/** Which variant of a policy a contact belongs to. */
import { describe, expect, it } from "@effect/vitest"
import * as Holdout from "../src/Decide/Holdout.ts"
import * as Variant from "../src/Decide/Variant.ts"
import * as Build from "./Build.ts"

const count = 10_000
const contacts = Array.from({ length: count }, (_, index) =>
  Build.chat({ contact_id: Build.contactId(`contact_${index}`) })
)

const membersOf = (policy: ReturnType<typeof Build.policyWithVariants>, name: string) =>
  contacts.filter((chat) => Variant.nameFor(policy, chat) === name)

/** Four standard deviations of a binomial count. A fair hash exceeds them once in 16,000 tables; this table is fixed. */
const bound = (share: number) => 4 * Math.sqrt(count * share * (1 - share))

describe("a variant", () => {
  for (const shares of [
    { a: 50, b: 50 },
    { a: 10, b: 90 },
    { a: 33.3, b: 33.3, c: 33.4 },
    { z: 0.5, m: 99.5 }
  ]) {
    it(`has its share of ${count} contacts, within the binomial bound: ${JSON.stringify(shares)}`, () => {
      const texts = Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, `${share} %`]))
      const policy = Build.policyWithVariants(texts)
      for (const [name, share] of Object.entries(shares)) {
        const { length } = membersOf(policy, name)
        expect(Math.abs(length - (count * share) / 100)).toBeLessThan(bound(share / 100))
      }
    })
  }

  it("is independent of the holdout, and of the variants of another policy", () => {
    const policy = Build.policyWithVariants(undefined, { holdout: "50 %" })
    const other = Build.policyWithVariants(undefined, { name: "quotes" })
    const both = (isOther: (chat: (typeof contacts)[number]) => boolean) =>
      membersOf(policy, "short").filter(isOther).length
    const inHoldout = both((chat) => Holdout.groupOf(policy, Holdout.memberOf(chat)) === "holdout")
    const inOther = both((chat) => Variant.nameFor(other, chat) === "short")
    for (const shared of [inHoldout, inOther]) expect(Math.abs(shared - count * 0.25)).toBeLessThan(bound(0.25))
  })

  it("depends on no process and no ledger: these contacts are in it in every edition", () => {
    const policy = Build.policyWithVariants({ short: "30 %", long: "70 %" }, { name: "quotes" })
    const first = contacts.slice(0, 20).filter((chat) => Variant.nameFor(policy, chat) === "short")
    expect(first.map(({ contact_id }) => contact_id).join(" ")).toBe(
      "contact_0 contact_1 contact_2 contact_10 contact_13 contact_17 contact_19"
    )
  })

  it("stays a contact's in a new version with the same names and shares, in whatever order they are listed", () => {
    const before = membersOf(Build.policyWithVariants({ a: "20 %", b: "30 %", c: "50 %" }), "b")
    const after = membersOf(Build.policyWithVariants({ c: "50 %", b: "30 %", a: "20 %" }, { version: 2 }), "b")
    expect(after).toEqual(before)
  })

  it("exists for an id of any characters, and by the conversation where the chat names no contact", () => {
    const policy = Build.policyWithVariants()
    for (const id of ["", "__proto__", "联系人", "\u0000", "👩‍👩‍👧"])
      expect(Variant.nameFor(policy, Build.chat({ contact_id: Build.contactId(id) }))).toMatch(/^(short|long)$/)
    const chat = Build.chat({ contact_id: undefined })
    const byConversation = Build.chat({ contact_id: Build.contactId(chat.conversation_id) })
    expect(Variant.nameFor(policy, chat)).toBe(Variant.nameFor(policy, byConversation))
  })

  it("gives its steps to the policy, and nothing else; an unknown name gives those of the first variant", () => {
    const policy = Build.policyWithVariants(undefined, { holdout: "10 %", weekdays: [1] })
    const { variants: _, ...shared } = policy
    expect({ ...Variant.policyOf(policy, "long") }).toEqual({ ...shared, steps: policy.variants[1]?.steps })
    for (const name of ["gone", "__proto__", null, undefined])
      expect(Variant.policyOf(policy, name).steps).toEqual(policy.variants[0].steps)
    expect(Variant.policyOf(policy, "long").id).toBe("nudge@1")
  })

  it("does not exist where the policy has none", () => {
    const policy = Build.policy()
    expect(Variant.nameFor(policy, Build.chat())).toBeUndefined()
    expect(Variant.policyOf(policy, "long")).toBe(policy)
  })
})
