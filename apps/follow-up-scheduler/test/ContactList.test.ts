/** Files of contact ids, as people and other programs write them. */
import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as ContactList from "../src/cli/ContactList.ts"

const read = (text: string) =>
  Either.match(ContactList.parse(text, "list"), { onLeft: ({ message }) => message, onRight: (ids) => [...ids] })

describe("a list of contacts", () => {
  it("is one id a line, without comments and empty lines, each id once", () => {
    expect(read("# from the old program\r\nc_1\r\n\r\n  c_2 \r\nc_1\r\n")).toEqual(["c_1", "c_2"])
  })

  for (const [what, delimiter] of [
    ["commas", ","],
    ["semicolons", ";"],
    ["tabs", "\t"]
  ] as const) {
    it(`is a column of CSV with ${what}, whatever stands beside it`, () => {
      const rows = [
        ["\uFEFFname", "Contact_ID", "note"],
        ["Zoë 李", "c_1", '"two\nlines"'],
        ['"=1+1"', '"c_2"', ""]
      ]
      expect(read(rows.map((row) => row.join(delimiter)).join("\r\n"))).toEqual(["c_1", "c_2"])
    })
  }

  it("may begin with the name of its only column", () => {
    expect(read("\uFEFFcontact_id\nc_1")).toEqual(["c_1"])
  })

  const refused = [
    ["c_1\nc 2\n", "line 2: is no contact id"],
    ["c_1\nZoë\n", "line 2: is no contact id"],
    ["c_1\nc_2,c_3\n", "line 2: has several columns, and the first line names none contact_id"],
    ["id,name\nc_1,Ada\n", "line 1: has several columns, and the first line names none contact_id"],
    ['name,contact_id\n"two\nlines",c_1\nAda,\n', "line 4: has no contact id"],
    ["name,contact_id\nAda\n", "line 2: has no contact id"],
    ['c_1\n"c_2\nc_3', "line 2: has a quote that nothing closes"],
    ["id\nc_1\n", "line 1: names its column id; call it contact_id, if it has contact ids"],
    ["E-mail\na@b.example\n", "line 1: names its column e-mail; call it contact_id, if it has contact ids"],
    ["c_1\na@b.example\n", "line 2: is no contact id"],
    ["erased:abc", "line 1: is the proof of an erased contact, and no contact id"]
  ] as const
  for (const [text, says] of refused) {
    it(`is refused with its line: ${JSON.stringify(text)}`, () => {
      expect(read(text)).toBe(`contacts list, ${says}; nothing was recorded`)
    })
  }

  it("is refused where it contains no contact", () => {
    for (const text of ["", "# nobody\n", "contact_id\n"])
      expect(read(text)).toBe("contacts list: names no contact; nothing was recorded")
  })
})
