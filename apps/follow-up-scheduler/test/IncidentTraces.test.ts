import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { it } from "../../../tools/testing/it.ts"
import type * as Decide from "../src/Decide.ts"
import * as Variant from "../src/Decide/Variant.ts"
import * as PolicyFile from "../src/Policies/PolicyFile.ts"
import * as IncidentTrace from "./IncidentTrace.ts"

const folder = fileURLToPath(new URL("traces/", import.meta.url))
const decode = Schema.decodeUnknownSync(Schema.parseJson(IncidentTrace.Trace), { onExcessProperty: "error" })
const traces = readdirSync(folder)
  .toSorted()
  .map((file) => [file, decode(readFileSync(folder + file, "utf8"))] as const)

const shown = (decision: Decide.Decision) =>
  decision._tag === "Act"
    ? `Act ${decision.step}`
    : decision._tag === "Wait"
      ? `Wait ${decision.reason} ${decision.step}`
      : `${decision._tag} ${decision.reason}`

const lines = (
  messages: ReadonlyArray<{ readonly at: DateTime.Utc; readonly step: number; readonly action: string }>
) => messages.map(({ action, at, step }) => `${DateTime.formatIso(at)} ${step} ${action}`)

describe("an incident of another scheduler, replayed here:", () => {
  for (const [file, trace] of traces) {
    it.effect(`${trace.incident} (${file})`, () =>
      Effect.gen(function* () {
        const parsed = yield* Effect.either(PolicyFile.parse(JSON.stringify(trace.policy), file))
        if (trace.refused !== undefined) {
          expect(parsed._tag === "Left" && parsed.left.reason).toBe(trace.refused)
          return
        }
        if (parsed._tag === "Left") return expect.fail(parsed.left.message)
        const { done, last } = IncidentTrace.replay(trace, Variant.policiesOf(parsed.right)[0])
        expect(lines(done)).toEqual(lines(trace.messages))
        expect(shown(last)).toBe(trace.ends)
      })
    )
  }
})
