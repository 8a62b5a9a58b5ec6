import { describe, expect, it } from "@effect/vitest"
import * as Table from "./runtimes/Table.ts"

const expected = ["Node 20", "Node 20", "Node 22", "Node 22", "Node 24", "Node 24", "Bun 1", "Deno 2", "workerd 1"]

describe("the table of runtimes in the README", () => {
  it("is what the last run of all of them wrote", () => {
    expect(Table.parts().table).toBe(Table.render(Table.written()))
  })

  it("shows each runtime, where all that was lost arrived once", () => {
    const shown = Table.written().map(({ fresh, reused, runtime }) => [runtime.split(".")[0], fresh, reused])
    expect(shown).toEqual(expected.map((runtime) => [runtime, "100 of 100", "100 of 100"]))
  })
})
