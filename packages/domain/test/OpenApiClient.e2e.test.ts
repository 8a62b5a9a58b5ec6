/**
 * `docs/openapi.json` in the hands of others: a generator of clients that is not ours makes a client in Java of it, and
 * a parser of Java reads what was made.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { type CstNode, parse } from "java-parser"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"

interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly format?: string
  readonly items?: Schema
  readonly anyOf?: ReadonlyArray<Schema>
  readonly properties?: Readonly<Record<string, Schema>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

const root = fileURLToPath(new URL("../../..", import.meta.url))
const file = join(root, "docs/openapi.json")
const document = JSON.parse(readFileSync(file, "utf8")) as Document
const generator = createRequire(import.meta.url).resolve("openapi-generator-plus/bin/ogplus.js")
const model = "com.example.model"

/** The nodes of this name, not those inside them. */
const below = (node: CstNode, name: string): ReadonlyArray<CstNode> =>
  Object.values(node.children).flatMap((elements) =>
    elements.flatMap((each) => ("image" in each ? [] : each.name === name ? [each] : below(each, name)))
  )

/** The tokens of a node in their order, without the space between them. */
const textOf = (node: CstNode): string => {
  const tokens = (node: CstNode): ReadonlyArray<{ readonly image: string; readonly startOffset: number }> =>
    Object.values(node.children).flatMap((elements) =>
      elements.flatMap((each) => ("image" in each ? [each] : tokens(each)))
    )
  return tokens(node)
    .toSorted((a, b) => a.startOffset - b.startOffset)
    .map(({ image }) => image)
    .join("")
}

/** The methods of an interface as `PATCH /views/{view_id} viewsUpdate`. */
const methods = (file: CstNode) =>
  below(file, "interfaceMethodDeclaration").map((method) => {
    const [, verb, path] = /@javax\.ws\.rs\.([A-Z]+)@javax\.ws\.rs\.Path\("([^"]+)"\)/.exec(textOf(method)) ?? []
    return `${verb} ${path} ${/^\w+/.exec(textOf(below(method, "methodDeclarator")[0]!))?.[0]}`
  })

/** The types of the fields of a class by their names on the wire: those of its own, not those of the classes in it. */
const fields = (file: CstNode) =>
  below(below(file, "classBody")[0]!, "classMemberDeclaration")
    .flatMap((member) =>
      Object.entries(member.children).flatMap(([name, nodes]) => (name === "fieldDeclaration" ? nodes : []))
    )
    .flatMap((field) => {
      if ("image" in field) return []
      const name = /JsonProperty\(value="(\w+)"\)/.exec(textOf(field))?.[1]
      const type = textOf(below(field, "unannType")[0]!)
      return name === undefined ? [] : [[name, /^java\.util\.Optional<(.*)>$/.exec(type)?.[1] ?? type] as const]
    })

/** The type in Java of what a schema says; none where it is an object without a name, or anything. */
const typeOf = (schema: Schema): string | undefined => {
  const { $ref, anyOf, format, items, type } = schema
  const alternatives = anyOf?.filter((each) => each.type !== "null")
  if (alternatives !== undefined) return alternatives.length === 1 ? typeOf(alternatives[0]!) : undefined
  if ($ref !== undefined) {
    const name = basename($ref)
    return document.components.schemas[name]?.type === "object"
      ? `${model}.${name}`
      : typeOf(document.components.schemas[name]!)
  }
  if (type === "array") {
    const entry = typeOf(items ?? {})
    return entry === undefined ? undefined : `java.util.List<${entry}>`
  }
  if (type === "string") return format === "date-time" ? "java.time.OffsetDateTime" : "java.lang.String"
  return { boolean: "java.lang.Boolean", integer: "java.lang.Integer", number: "java.math.BigDecimal" }[type ?? ""]
}

describe("a client in Java, generated from docs/openapi.json", () => {
  let folder = ""
  const sources = new Map<string, CstNode>()

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "generated-client-"))
    const config = join(folder, "config.yml")
    const lines = [`inputPath: ${JSON.stringify(file)}`, `outputPath: ${JSON.stringify(folder)}`]
    const named = ["generator: '@openapi-generator-plus/java-cxf-client-generator'", "package: com.example"]
    writeFileSync(config, [...lines, ...named].join("\n"))
    // It looks for the package of the generator from the folder that it runs in.
    execFileSync(process.execPath, [generator, "-c", config], { cwd: root, env: {}, stdio: "pipe" })
    for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (path.endsWith(".java")) sources.set(basename(path, ".java"), parse(readFileSync(join(folder, path), "utf8")))
    }
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("is Java for a parser, which finds a mistake", () => {
    expect(sources.has("ContactsApi")).toBe(true)
    expect(() => parse("public class Contact { private Optional<Boolean blocked; }")).toThrow()
  })

  it("has one method for each operation, with its method and its path", () => {
    const operations = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { operationId }]) => {
        const name = operationId.replace(/\.(\w)/, (_, letter: string) => letter.toUpperCase())
        return `${method.toUpperCase()} ${path} ${name}`
      })
    )
    const generated = [...sources].flatMap(([name, file]) => (name.endsWith("ApiSpec") ? methods(file) : []))
    expect(generated.toSorted()).toEqual(operations.toSorted())
  })

  it("has a number, a boolean and a date-time where a page has one", () => {
    const of = (name: string) => Object.fromEntries(fields(sources.get(name)!))
    expect(of("Broadcast")).toMatchObject({
      contacts_count: "java.math.BigDecimal",
      send_to_all: "java.lang.Boolean",
      started_at: "java.time.OffsetDateTime",
      segments: `java.util.List<${model}.Segment>`
    })
    expect(of("Contact")).toMatchObject({
      id: "java.lang.String",
      unsubscribed: "java.lang.Boolean",
      blocked_at: "java.time.OffsetDateTime"
    })
    expect(of("ContactsListParams")).toMatchObject({ take: "java.lang.Integer", unsubscribed: "java.lang.Boolean" })
    expect(of("FilesUploadOrgRequest")).toMatchObject({
      file: "java.lang.String",
      allowed_types: "java.util.List<java.lang.String>"
    })
  })

  it("has a field for each key of each schema that has a name, of the type that the document says", () => {
    for (const [name, { properties = {} }] of Object.entries(document.components.schemas)) {
      const generated = Object.fromEntries(sources.has(name) ? fields(sources.get(name)!) : [])
      expect(Object.keys(generated).toSorted(), name).toEqual(Object.keys(properties).toSorted())
      for (const [key, schema] of Object.entries(properties)) {
        const type = typeOf(schema)
        if (type !== undefined) expect(generated[key], `${name}.${key}`).toBe(type)
      }
    }
  })
})
