/** The glossary explains each status of a follow-up and each kind of decision that the program has, and no other. */
import { expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { ChatDecision } from "../src/Ledger/ChatDecisions.ts"
import { Status } from "../src/Plan/FollowUp.ts"

const glossary = readFileSync(new URL("../../../docs/glossary.md", import.meta.url), "utf8")

/** The words that the table below this heading explains. */
const wordsBelow = (heading: string) => {
  const [section = ""] = (glossary.split(`## ${heading}\n`)[1] ?? "").split("\n## ")
  return [...section.matchAll(/^\| (\w+) \| /gm)].map(([, word]) => word).slice(1)
}

it("has each status of a follow-up", () => {
  expect(wordsBelow("Statuses")).toEqual([...Status.literals])
})

it("has each kind of decision", () => {
  expect(wordsBelow("Decisions").toSorted()).toEqual([...ChatDecision.fields.decision.literals].toSorted())
})
