import * as Reconcilable from "@effect-invent/client/Reconcile/Reconcilable"
import { CallableApi } from "@effect-invent/domain/api/InventApi"
import { RetrySafety } from "@effect-invent/domain/api/RetrySafety"
import { describe, expect, expectTypeOf, it } from "@effect/vitest"
import * as Context from "effect/Context"
import { readFileSync } from "node:fs"

interface Endpoint {
  readonly name: string
  readonly annotations: Context.Context<never>
}

/** The unsafe endpoints, by the annotations of the contract. */
const unsafe = Object.values(CallableApi.groups).flatMap(({ endpoints, identifier }) =>
  Object.values<Endpoint>(endpoints)
    .filter(({ annotations }) => Context.get(annotations as Context.Context<RetrySafety>, RetrySafety) === "Unsafe")
    .map(({ name }) => `${identifier}.${name}`)
)

const table = Object.entries<Reconcilable.VerdictName | Reconcilable.Reason>(Reconcilable.verdicts)

describe("what became of an unsafe request", () => {
  it("has a verdict, or a reason why there is none, for each unsafe endpoint of the contract", () => {
    expect(unsafe.length).toBeGreaterThan(20)
    expect(Object.keys(Reconcilable.verdicts).toSorted()).toEqual(unsafe.toSorted())
  })

  it("is in the types: two endpoints are those without a verdict", () => {
    expectTypeOf<Reconcilable.Irreconcilable>().toEqualTypeOf<"orgs.join" | "tables.importRecords">()
    expectTypeOf<"contacts.create">().toExtend<Reconcilable.Reconcilable>()
    expect(table.flatMap(([endpoint, how]) => (typeof how === "string" ? [] : [endpoint]))).toEqual([
      "orgs.join",
      "tables.importRecords"
    ])
  })

  it("is in the README of the client, row by row", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
    const rows = [...readme.matchAll(/^\| `(\w+\.\w+)` \| (?:`(\w+\.\w+)`|unknown: (.*)) \|$/gm)]
    expect(rows.map(([, endpoint, verdict, cannotBeTold]) => [endpoint, verdict ?? { cannotBeTold }])).toEqual(table)
  })
})
