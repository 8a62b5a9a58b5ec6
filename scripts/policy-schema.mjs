// Writes the JSON Schema of policies, by which editors complete and check them; with --check, fails when it is out of
// date.
import { readFileSync, writeFileSync } from "node:fs"
import { JSONSchema } from "effect"
import { Policy } from "../apps/follow-up-scheduler/dist/Policy.js"

const file = "policies/policy.schema.json"
const text = `${JSON.stringify({ title: "A follow-up policy", ...JSONSchema.make(Policy) }, undefined, 2)}\n`

if (!process.argv.includes("--check")) writeFileSync(file, text)
else if (readFileSync(file, "utf8") !== text) {
  console.error(`${file} differs from the source; run: pnpm schema`)
  process.exit(1)
}
