// Holds packages/client/src/ClientMethods.ts to the contract; with --write, writes it. The types of the client's
// methods can be computed from the contract, but an editor shows computed types without any words. So they are written
// out here: an interface for each group, and on each method and each key of a request the contract's comments.
// A test of types holds the written types equal to the computed ones.
import { Context, Option, SchemaAST as AST } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { CallableApi } from "../packages/domain/dist/api/InventApi.js"
import { RetrySafety } from "../packages/domain/dist/api/RetrySafety.js"
import { WebSocket } from "../packages/domain/dist/api/WebSocket.js"
import { endpoints, flat, groups, resolve, structIn } from "./contract-docs.mjs"

const file = "packages/client/src/ClientMethods.ts"
const widest = 120

const imports = new Map()
const use = (module, name) => {
  imports.set(module, (imports.get(module) ?? new Set()).add(name))
  return name
}
const useDomain = (path, name) =>
  use(path.replace(/^packages\/domain\/src\/(.*)\.ts$/, "@effect-invent/domain/$1"), name)
const utc = () => `${use("effect/DateTime", "DateTime")}.Utc`

/** The interfaces of what is sent, by the names that the contract has for them. */
const requests = new Map()

const fail = (what) => {
  console.error(`${file} cannot be written: ${what}`)
  process.exit(1)
}

const wrapped = (line, indent) => {
  const lines = [""]
  for (const word of line.split(" ")) {
    const last = lines.length - 1
    const longer = lines[last] === "" ? word : `${lines[last]} ${word}`
    if (lines[last] !== "" && `${indent} * ${longer}`.length > widest)
      lines.push(line.startsWith("- ") ? `  ${word}` : word)
    else lines[last] = longer
  }
  return lines
}

/** A comment of paragraphs and tags, or nothing where both are empty. */
const comment = (paragraphs, indent, tags = []) => {
  const text = paragraphs.filter(Boolean).join("\n\n")
  const lines = [
    ...(text === "" ? [] : text.split("\n")),
    ...(text === "" || tags.length === 0 ? [] : [""]),
    ...tags
  ].flatMap((line) => wrapped(line, indent))
  if (lines.length === 0) return []
  if (lines.length === 1 && `${indent}/** ${lines[0]} */`.length <= widest) return [`${indent}/** ${lines[0]} */`]
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`]
}

const brandOf = (ast) => Option.getOrUndefined(AST.getBrandAnnotation(ast))?.[0]

/** The alternatives of a type at any depth. */
const alternativesOf = (ast) => (AST.isUnion(ast) ? ast.types.flatMap(alternativesOf) : [ast])

/** A struct, as the interface that bears its name or in place. */
const structType = (ast, source, indent) => {
  const struct = source && structIn(source.file, source.expression)
  const wanted = ast.propertySignatures.map(({ name }) => name).sort()
  if (
    struct?.keys === undefined ||
    struct.keys
      .map(({ name }) => name)
      .sort()
      .join() !== wanted.join()
  ) {
    fail(`no struct with the keys ${wanted.join(", ")} was found in ${source?.file}`)
  }
  const members = (inner) =>
    struct.keys.flatMap(({ doc, file, name, value }) => {
      const { isOptional, type } = ast.propertySignatures.find((signature) => signature.name === name)
      const written = typeOf(type, { file, expression: value }, inner)
      return [
        ...comment([doc && flat(doc.text)], inner),
        `${inner}readonly ${name}${isOptional ? "?" : ""}: ${written}`.replaceAll(": \n", ":\n")
      ]
    })
  if (struct.name === undefined) return ["{", ...members(`${indent}  `), `${indent}}`].join("\n")
  const lines = [
    ...comment([struct.doc && flat(struct.doc.text)], ""),
    `export interface ${struct.name} {`,
    ...members("  "),
    "}"
  ].join("\n")
  if ((requests.get(struct.name) ?? lines) !== lines) fail(`two requests are called ${struct.name}`)
  requests.set(struct.name, lines)
  return struct.name
}

/** Of many, each has a line. */
const alternatives = (types, indent) => {
  const line = types.join(" | ")
  return line.includes("\n") || line.length < widest - 40
    ? line
    : types.map((type) => `\n${indent}    | ${type}`).join("")
}

/** The type of a schema's values; `source` is where it is written, for its words and names. */
const typeOf = (ast, source, indent) => {
  const brand = brandOf(ast)
  if (brand !== undefined) return useDomain("packages/domain/src/Ids.ts", brand)
  const named = source && structIn(source.file, source.expression)
  if (named?.type !== undefined) {
    const types = alternativesOf(ast)
    const rest = [...(types.some(isNull) ? ["null"] : []), ...(types.some(AST.isUndefinedKeyword) ? ["undefined"] : [])]
    return [useDomain(named.file, named.type), ...rest].join(" | ")
  }
  switch (ast._tag) {
    case "StringKeyword":
      return "string"
    case "NumberKeyword":
      return "number"
    case "BooleanKeyword":
      return "boolean"
    case "UnknownKeyword":
      return "unknown"
    case "UndefinedKeyword":
      return "undefined"
    case "Literal":
      return JSON.stringify(ast.literal)
    case "Refinement":
      return typeOf(ast.from, source, indent)
    case "Union":
      return alternatives(
        ast.types.map((type) => typeOf(type, source, indent)),
        indent
      )
    case "TypeLiteral":
      return structType(ast, source, indent)
    case "TupleType": {
      const [element, rest] = [ast.elements[0]?.type, ast.rest[0].type].map(
        (type) => type && typeOf(type, source, indent)
      )
      return element === undefined ? `ReadonlyArray<${rest}>` : `readonly [${element}, ...Array<${rest}>]`
    }
    case "Declaration": {
      const [parameter] = ast.typeParameters
      if (parameter !== undefined)
        return `${useDomain("packages/domain/src/schema/OpenRecord.ts", "OpenRecord")}<${typeOf(parameter)}>`
      if (`${ast}` === "a DateTime.Utc instance") return utc()
      if (`${ast}` === "Uint8ArrayFromSelf") return "Uint8Array"
    }
  }
  return fail(`there is no name for the type ${ast}`)
}
const isNull = (ast) => AST.isLiteral(ast) && ast.literal === null

const part = (key, type, isOptional, indent) => `${indent}  readonly ${key}${isOptional ? "?" : ""}: ${type}`
const isEmptyAllowed = (ast) => ast.propertySignatures.every(({ isOptional }) => isOptional)

/** `path`, `urlParams` and `payload` of a request; `org_id` may be left out. */
const requestOf = (endpoint, written, indent) => {
  const typeSide = (schema) => Option.map(schema, ({ ast }) => AST.typeAST(ast))
  const path = Option.getOrUndefined(typeSide(endpoint.pathSchema))
  const query = Option.getOrUndefined(typeSide(endpoint.urlParamsSchema))
  const payload = Option.getOrUndefined(typeSide(endpoint.payloadSchema))
  const ids = (path?.propertySignatures ?? []).map(({ name, type }) => ({
    name,
    isOptional: name === "org_id",
    type: typeOf(type)
  }))
  const isLeftOut =
    ids.every(({ isOptional }) => isOptional) && (query === undefined || isEmptyAllowed(query)) && payload === undefined
  const keys = ids.map(({ isOptional, name, type }) => `readonly ${name}${isOptional ? "?" : ""}: ${type}`)
  const inLine = `{ ${keys.join("; ")} }`
  const pathType =
    inLine.length < widest - 40 ? inLine : `{\n${keys.map((key) => `${indent}    ${key}\n`).join("")}${indent}  }`
  const at = (expression) => ({ file: written.file, expression })
  const lines = [
    ...(ids.length > 0
      ? [
          part(
            "path",
            pathType,
            ids.every(({ isOptional }) => isOptional),
            indent
          )
        ]
      : []),
    ...(query
      ? [part("urlParams", typeOf(query, at(written.urlParams), `${indent}  `), isEmptyAllowed(query), indent)]
      : []),
    ...(payload ? [part("payload", typeOf(payload, at(written.payload), `${indent}  `), false, indent)] : [])
  ]
  return `request${isLeftOut ? "?" : ""}: {\n${lines.join("\n")}\n${indent}}`
}

/**
 * The documented keys of a request's part, by where they are; those of a list's paging are left to the keys themselves.
 */
const keyWords = (part, file, expression) =>
  (structIn(file, expression)?.keys ?? []).flatMap(({ doc, file: from, name, value }) => {
    if (from.endsWith("/Paging.ts")) return []
    const place = `${part}.${name}`
    const nested = structIn(from, value)
    return [
      ...(doc ? [`- \`${place}\`: ${flat(doc.text)}`] : []),
      ...(nested && nested.name === undefined && nested.keys ? keyWords(place, from, value) : [])
    ]
  })

const answerOf = ({ file, success }) => {
  const text = success.getText()
  if (text === "Schema.Void") return { type: "void" }
  const list = /^Open\.list\((\w+)\)$/.exec(text)
  const target = resolve(file, list ? success.arguments[0] : success)
  if (target === undefined) fail(`the answer ${text} in ${file} has no name`)
  const entry = useDomain(target.file, target.name)
  return list
    ? {
        type: `ReadonlyArray<${entry} | ${useDomain("packages/domain/src/schema/Undecodable.ts", "Undecodable")}>`,
        entry: `${entry} | Undecodable`
      }
    : { type: entry }
}

const repetition = {
  Safe: "Reads only: sent again after a lost answer.",
  Idempotent: "A repetition changes nothing more: sent again after a lost answer.",
  Unsafe: "Not sent again after a lost answer, which is an `OutcomeUnknown`."
}

const written = endpoints()
const streaming =
  "As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin at. Fails with " +
  "`UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where an entry is added or removed " +
  "meanwhile, the server moves others to another page: one may come twice, or not at all."

const methodsOf = (endpoint) => {
  const { annotations, method, name, path } = endpoint
  const source = written.find((each) => each.name === name && each.method === method && each.path === path)
  if (source?.doc === undefined) fail(`${method} ${path} has no docstring`)
  const safety = Context.get(annotations, RetrySafety)
  const request = requestOf(endpoint, source, "  ")
  const answer = answerOf(source)
  const tags = Object.entries(source.doc.tags).map(([tag, words]) => `@${tag} ${words}`)
  const parts = ["urlParams", "payload"].flatMap((part) =>
    source[part] ? keyWords(part, source.file, source[part]) : []
  )
  const route = `\`${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}\`. ${repetition[safety]}`
  const text = flat(source.doc.text)
  const error = use("@effect-invent/domain/InventError", safety === "Unsafe" ? "UnsafeError" : "RepeatableError")
  const effect = `${use("effect/Effect", "Effect")}.Effect<${answer.type}, ${error}>`
  const lines = [
    ...comment([text, route, parts.join("\n")], "  ", tags),
    `  readonly ${name}: (${request}) => ${effect}`
  ]
  if (!name.startsWith("list")) return lines
  const stream = `${use("effect/Stream", "Stream")}.Stream<${answer.entry}, ${error}>`
  return [
    ...lines,
    "",
    ...comment([text, streaming], "  ", tags),
    `  readonly ${name.replace("list", "stream")}: (${request}) => ${stream}`
  ]
}

const docs = new Map(groups().map((group) => [group.name, group]))
const interfaces = Object.values(CallableApi.groups).map(({ endpoints, identifier }) => {
  const { constant, doc } = docs.get(identifier) ?? {}
  if (doc === undefined) fail(`the group ${identifier} has no docstring`)
  const about = (indent) => comment([flat(doc.text).split("\n\n")[0]], indent)
  const called = Object.values(endpoints).filter(({ annotations }) =>
    Option.isNone(Context.getOption(annotations, WebSocket))
  )
  const lines = [
    ...about(""),
    `export interface ${constant} {`,
    ...called
      .map((endpoint) => methodsOf(endpoint).join("\n"))
      .join("\n\n")
      .split("\n"),
    "}"
  ]
  return { identifier, constant, about, text: lines.join("\n"), count: called.length }
})
for (const { constant } of interfaces)
  if (requests.has(constant)) fail(`a group and a request are both called ${constant}`)

const all = [
  "/** The methods of the client, group by group. */",
  "export interface ClientMethods {",
  ...interfaces.flatMap(({ about, constant, identifier }) => [...about("  "), `  readonly ${identifier}: ${constant}`]),
  "}"
].join("\n")

const importOf = (names, module) => {
  const line = `import type { ${names.join(", ")} } from "${module}"`
  return line.length <= widest
    ? line
    : `import type {\n${names.map((name) => `  ${name}`).join(",\n")}\n} from "${module}"`
}
const namespaces = new Set(["effect/DateTime", "effect/Effect", "effect/Stream"])
const header = [
  "/**",
  " * What each method of the client takes, gives and fails with, in the contract's own words. Written by `pnpm interface`",
  " * from `packages/domain/src/api`, and held to it by `check`: change the words there.",
  " */",
  ...[...imports]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([module, names]) =>
      namespaces.has(module)
        ? `import type * as ${[...names].join()} from "${module}"`
        : importOf([...names].sort(), module)
    )
].join("\n")

const wanted = `${[header, ...[...requests].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, lines]) => lines), ...interfaces.map(({ text }) => text), all].join("\n\n")}\n`
const found = () => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}
const count = interfaces.reduce((sum, { count }) => sum + count, 0)
if (process.argv.includes("--write")) {
  writeFileSync(file, wanted)
  console.log(`${file}: ${count} methods written`)
} else if (found() !== wanted) {
  console.error(`${file} differs from the contract. Write it anew with: pnpm interface`)
  process.exit(1)
} else console.log(`${file} matches the contract: ${count} methods.`)
