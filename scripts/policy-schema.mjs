// Writes the JSON Schema of policies, by which editors complete and check them; with --check, fails when it is out of
// date.
import { readFileSync, writeFileSync } from "node:fs"
import { JSONSchema } from "effect"
import { Policy, PolicyWithVariants } from "../apps/follow-up-scheduler/dist/Policy.js"

const file = "policies/policy.schema.json"

// One object for both forms, so that editors complete each field once: with steps, or with variants.
const { properties, required, ...schema } = JSONSchema.make(Policy)
const { variants } = JSONSchema.make(PolicyWithVariants).properties
const both = {
  ...schema,
  required: required.filter((field) => field !== "steps"),
  properties: { ...properties, variants },
  oneOf: [{ required: ["steps"] }, { required: ["variants"] }]
}
const text = `${JSON.stringify({ title: "A follow-up policy", ...both }, undefined, 2)}\n`

if (!process.argv.includes("--check")) writeFileSync(file, text)
else if (readFileSync(file, "utf8") !== text) {
  console.error(`${file} differs from the source; run: pnpm schema`)
  process.exit(1)
}
