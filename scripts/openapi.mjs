// Holds docs/openapi.json to the contract, as it was built, and to the schema of OpenAPI 3.1 by a validator that is not
// ours; with --write, writes it. The words come from the docstrings of the endpoints, so that they are written once and
// are in no bundle.
import { Validator } from "@seriousme/openapi-schema-validator"
import { readFileSync, writeFileSync } from "node:fs"
import { make } from "../packages/domain/dist/api/OpenApiDocument.js"
import { endpoints, flat } from "./contract-docs.mjs"

const file = "docs/openapi.json"
const folder = "packages/domain/src/api"

const titles = { experimental: "Experimental", inferred: "On no page" }

const words = ({ tags, text }) => {
  const description = flat(text)
  const notes = Object.entries(titles).flatMap(([name, title]) =>
    tags[name] === undefined ? [] : [`${title}: ${tags[name]}`]
  )
  return {
    name: undefined,
    summary: description.split(/(?<=[.:])\s/)[0].replace(/[.:]$/, ""),
    description: [description, ...notes].join("\n\n"),
    externalDocs: { url: tags.see }
  }
}

const docs = new Map()
for (const { doc, method, name, path } of endpoints()) {
  const key = `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`
  if (doc !== undefined) docs.set(key, [...(docs.get(key) ?? []), { ...words(doc), name }])
}

const document = make()
for (const [path, operations] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(operations)) {
    const meanings = docs.get(`${method} ${path}`) ?? []
    const { name, ...own } = meanings.find(({ name }) => operation.operationId.endsWith(`.${name}`)) ?? {}
    if (own.externalDocs?.url === undefined) {
      console.error(
        `${operation.operationId}: no docstring with a link to the vendor's page stands above it in ${folder}`
      )
      process.exit(1)
    }
    Object.assign(operation, own)
    const others = meanings.filter((meaning) => meaning.name !== name)
    for (const other of others) operation.description += `\n\n${other.name}: ${other.description}`
    // The other meaning has no body.
    if (others.length > 0) operation.requestBody.required = false
  }
}

const { errors, valid } = await new Validator().validate(structuredClone(document))
if (!valid) {
  console.error(`The document is not OpenAPI 3.1: ${JSON.stringify(errors, null, 2)}`)
  process.exit(1)
}

const wanted = `${JSON.stringify(document, null, 2)}\n`
const count = Object.values(document.paths).flatMap(Object.values).length
if (process.argv.includes("--write")) {
  writeFileSync(file, wanted)
  console.log(`${file}: ${count} operations written`)
} else {
  let found = ""
  try {
    found = readFileSync(file, "utf8")
  } catch {
    // A file that is not there is as stale as one can be.
  }
  if (found !== wanted) {
    console.error(`${file} differs from the contract. Write it anew with: pnpm openapi`)
    process.exit(1)
  }
  console.log(`${file} matches the contract, and is OpenAPI 3.1: ${count} operations.`)
}
