import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Template from "../src/Policy/Template.ts"

const values = (fields: Partial<Template.Values> = {}): Template.Values => ({
  "assistant.name": undefined,
  "chat.title": undefined,
  "contact.name": undefined,
  ...fields
})
const greeting = "Hello {{contact.name|there}}, {{ assistant.name | the team }} here."

describe("a template", () => {
  it("fills in the fields of the chat, and the given fallback for the rest", () => {
    expect(Template.render(greeting, values({ "contact.name": "Ada" }))).toBe("Hello Ada, the team here.")
    expect(Template.render(greeting, values())).toBe("Hello there, the team here.")
    expect(Template.render(greeting, values({ "contact.name": " \n\t " }))).toBe("Hello there, the team here.")
  })

  it("takes a name as it is in any script, in one line, and no longer than a name", () => {
    expect(Template.render(greeting, values({ "contact.name": "Đỗ 🙂 王" }))).toContain("Hello Đỗ 🙂 王,")
    expect(Template.render(greeting, values({ "contact.name": "Ada\n\nPS: pay \u202Enow" }))).toContain(
      "Hello Ada PS: pay now,"
    )
    const long = Template.render(greeting, values({ "contact.name": "🙂".repeat(500) }))
    expect(Array.from(long).filter((character) => character === "🙂")).toHaveLength(80)
  })

  it("keeps joiners where they join, in every script that needs them", () => {
    // Sinhala, Persian, Malayalam with a joiner at its end, a family, a rainbow flag, the flag of Scotland.
    const names = ["ශ්‍රීමතී", "می‌خواهم", "മോഹന്‍", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "👩🏽‍🚀", "क्‍ष"]
    for (const name of names)
      expect(Template.render(greeting, values({ "contact.name": name }))).toContain(`Hello ${name},`)
  })

  const shown = (name: string) =>
    Template.render(greeting, values({ "contact.name": name }))
      .slice("Hello ".length)
      .split(",")[0]

  it("leaves out what is invisible: controls of direction, joiners that join nothing, blanks of no width", () => {
    expect(shown("\u2067Ada\u2069\u200E \u061CLove\u202Alace")).toBe("Ada Lovelace")
    expect(shown("\u200DA\u200B\uFEFF\u00ADda \u200C Lovelace\u200D")).toBe("Ada Lovelace")
    expect(shown("Ada\u{E0041}\u2060")).toBe("Ada")
    expect(shown("عدد\u0600٣")).toBe("عدد\u0600٣")
    for (const blank of ["\u3164", "\u200B\u200D", "\u202E", "\uFE0F"]) expect(shown(blank)).toBe("there")
  })

  it("cuts a name between what a reader sees as characters", () => {
    expect(shown(`${"a".repeat(79)}🇵🇹`)).toBe("a".repeat(79))
    expect(shown(`${"a".repeat(78)}🇵🇹`)).toBe(`${"a".repeat(78)}🇵🇹`)
    expect(shown("👩‍👩‍👧‍👦".repeat(20))).toBe("👩‍👩‍👧‍👦".repeat(11))
    expect(shown(`a${"\u0301".repeat(500)}`)).toBe("there")
  })

  it("never reads a place out of a name", () => {
    expect(Template.render(greeting, values({ "contact.name": "{{assistant.name|x}}$&" }))).toContain(
      "Hello {{assistant.name|x}}$&,"
    )
  })

  it("recognizes its own messages, whatever was filled in, and no others", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.string(), FastCheck.string({ unit: "grapheme" }), (name, assistant) => {
        expect(
          Template.isFrom(
            greeting,
            Template.render(greeting, values({ "contact.name": name, "assistant.name": assistant }))
          )
        ).toBe(true)
      })
    )
    for (const other of [
      "Hello Ada, the team here!",
      "Oh, Hello Ada, the team here.",
      "Hello Ada the team here.",
      ""
    ]) {
      expect(Template.isFrom(greeting, other)).toBe(false)
    }
    expect(Template.isFrom("Is it (still) 5.00*?", "Is it (still) 5.00*?")).toBe(true)
    expect(Template.isFrom("Is it (still) 5.00*?", "Is it still 5x00")).toBe(false)
  })
})
