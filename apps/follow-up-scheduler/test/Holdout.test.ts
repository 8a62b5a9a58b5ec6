/** Whom a policy with a holdout leaves out. */
import { describe, expect, it } from "@effect/vitest"
import * as Holdout from "../src/Decide/Holdout.ts"
import * as Build from "./Build.ts"

const count = 10_000
const contacts = Array.from({ length: count }, (_, index) => `contact_${index}`)

const leftOut = (policy: { readonly name: string; readonly holdout?: number | undefined }) =>
  contacts.filter((contact) => Holdout.groupOf(policy, contact) === "holdout")

/** Four standard deviations of a binomial count: a fair hash exceeds them once in 16,000 tables, and this one is fixed. */
const bound = (share: number) => 4 * Math.sqrt(count * share * (1 - share))

describe("a holdout", () => {
  for (const percent of [0.5, 10, 33.3, 50, 99]) {
    for (const name of ["quotes", "nudge", "a", "x".repeat(64)]) {
      it(`leaves out ${percent} % of ${count} contacts by ${name.slice(0, 6)}, within the binomial bound`, () => {
        const share = percent / 100
        const { length } = leftOut({ name, holdout: percent })
        expect(Math.abs(length - count * share)).toBeLessThan(bound(share))
      })
    }
  }

  it("leaves out other contacts by another policy: of both at once about the product of the shares", () => {
    const [first, second] = [leftOut({ name: "quotes", holdout: 30 }), leftOut({ name: "nudge", holdout: 20 })]
    const both = new Set(second)
    const shared = first.filter((contact) => both.has(contact)).length
    expect(Math.abs(shared - count * 0.06)).toBeLessThan(bound(0.06))
  })

  it("depends on no process and no ledger: these contacts are left out in every edition", () => {
    const first = contacts
      .slice(0, 40)
      .filter((id) => Holdout.groupOf({ name: "quotes", holdout: 10 }, id) === "holdout")
    expect(first).toEqual(["contact_0", "contact_8", "contact_9", "contact_19", "contact_29"])
  })

  it("keeps whom it left out in a new version, and adds to them where the share grows", () => {
    const small = leftOut(Build.policy({ holdout: "10 %" }))
    expect(leftOut(Build.policy({ version: 2, holdout: "10 %" }))).toEqual(small)
    const large = new Set(leftOut(Build.policy({ version: 3, holdout: "20 %" })))
    expect(small.every((contact) => large.has(contact))).toBe(true)
  })

  it("has no groups where the policy has none", () => {
    expect(Holdout.groupOf(Build.policy(), "contact_1")).toBeUndefined()
  })

  it("takes an id of any characters", () => {
    for (const id of ["", "__proto__", "联系人", "\u0000", "👩‍👩‍👧"])
      expect(Holdout.groupOf({ name: "nudge", holdout: 50 }, id)).toMatch(/^(holdout|treated)$/)
  })

  it("counts by conversation where the chat names no contact", () => {
    expect(Holdout.memberOf(Build.chat({ contact_id: undefined }))).toBe(Build.conversation_id)
    expect(Holdout.memberOf(Build.chat())).toBe("contact_1")
  })
})
