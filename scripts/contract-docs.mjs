// Reads the comments of the contract: the docstring of each endpoint and group in
// packages/domain/src/api, and of each key of a request. Words are written there once; the OpenAPI document and the
// client's interface are made from them.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import ts from "typescript-5"

const folder = "packages/domain/src/api"

const parsed = new Map()
const parse = (file) => {
  if (!parsed.has(file))
    parsed.set(file, ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true))
  return parsed.get(file)
}

/** The docstring right above a node: its text with the line breaks it has, and its tags by name. */
const docOf = (node) => {
  const comment = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1)
  if (comment === undefined) return undefined
  const lines = comment
    .getText()
    .slice(3, -2)
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
  const [text, ...rest] = lines
    .join("\n")
    .trim()
    .split(/\n(?=@)|^(?=@)/)
  const tags = rest.map((tag) => /^@(\w+)\s*([\s\S]*)$/.exec(tag))
  return {
    text: text.trim(),
    tags: Object.fromEntries(tags.map(([, name, words]) => [name, words.replaceAll(/\s+/g, " ").trim()]))
  }
}

/** Paragraphs without the line breaks within them; lists keep theirs. */
export const flat = (text) =>
  text
    .replaceAll(/\n(?!\n|- )/g, " ")
    .replaceAll(/\n +/g, "\n")
    .trim()

const isExported = (statement) => statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false

/**
 * A constant of a file by its name: its value, its docstring, and whether a type of the same name is exported beside
 * it.
 */
const constant = (file, name) => {
  const { statements } = parse(file)
  for (const statement of statements.filter(ts.isVariableStatement)) {
    const declaration = statement.declarationList.declarations.find((each) => each.name.getText() === name)
    if (declaration === undefined) continue
    const hasType = statements.some(
      (each) => ts.isTypeAliasDeclaration(each) && isExported(each) && each.name.text === name
    )
    return {
      file,
      name,
      value: declaration.initializer,
      doc: docOf(statement),
      exported: isExported(statement),
      hasType
    }
  }
}

/** What a name means in a file: a constant of its own, or one that is imported, alone or as a namespace's member. */
export const resolve = (file, expression) => {
  const [space, member] = ts.isPropertyAccessExpression(expression)
    ? [expression.expression.getText(), expression.name.text]
    : [expression.getText(), undefined]
  if (member === undefined) {
    const own = constant(file, space)
    if (own !== undefined) return own
  }
  for (const { importClause, moduleSpecifier } of parse(file).statements.filter(ts.isImportDeclaration)) {
    const from = join(dirname(file), moduleSpecifier.text)
    const bindings = importClause?.namedBindings
    if (bindings === undefined || !existsSync(from)) continue
    if (ts.isNamespaceImport(bindings)) {
      if (member !== undefined && bindings.name.text === space) return constant(from, member)
    } else if (member === undefined && bindings.elements.some(({ name }) => name.text === space))
      return constant(from, space)
  }
}

/** Whether a schema is written as a struct: `Closed.struct({…})`, and not as something made of one. */
const isStruct = (value) =>
  ts.isCallExpression(value) && /^(Closed|Open|Schema)\.(struct|Struct)$/.test(value.expression.getText())

/** The expression in `Closed.optional(…)`, `Schema.NullOr(…)`, `….pipe(…)`, `….annotations(…)`. */
const unwrapped = (expression) => {
  if (!ts.isCallExpression(expression)) return expression
  const callee = expression.expression
  if (/^(Closed\.optional|Schema\.NullOr)$/.test(callee.getText())) return unwrapped(expression.arguments[0])
  if (ts.isPropertyAccessExpression(callee) && /^(pipe|annotations)$/.test(callee.name.text))
    return unwrapped(callee.expression)
  return expression
}

const keysOfLiteral = (file, literal) =>
  literal.properties.flatMap((property) => {
    if (ts.isSpreadAssignment(property)) return spread(file, property.expression)
    const name = property.name.text
    const value = ts.isShorthandPropertyAssignment(property) ? property.name : property.initializer
    const shared = ts.isIdentifier(value) || ts.isPropertyAccessExpression(value) ? resolve(file, value) : undefined
    return [{ name, file, value, doc: docOf(property) ?? (shared?.exported === false ? shared.doc : undefined) }]
  })

const spread = (file, expression) => {
  if (ts.isCallExpression(expression)) return spread(file, expression.arguments[0])
  const target = resolve(file, expression)
  if (target === undefined || !ts.isObjectLiteralExpression(target.value))
    throw new Error(`${file}: cannot read ...${expression.getText()}`)
  return keysOfLiteral(target.file, target.value)
}

/**
 * The struct that a schema is made of, if any: its keys, and the name of the exported constant that it is. A constant
 * that is more than a struct, or that is spread from keys, gives its name only where its type is exported: `type`.
 */
export const structIn = (file, expression) => {
  const inner = unwrapped(expression)
  if (ts.isIdentifier(inner) || ts.isPropertyAccessExpression(inner)) {
    const target = resolve(file, inner)
    if (target === undefined) return undefined
    const found = structIn(target.file, target.value)
    if (!target.exported) return found
    if (found !== undefined && isStruct(target.value)) return { ...found, name: target.name, doc: target.doc }
    return target.hasType ? { type: target.name, file: target.file } : found
  }
  if (!ts.isCallExpression(inner)) return undefined
  if (isStruct(inner)) {
    const [literal] = inner.arguments
    const keys = ts.isObjectLiteralExpression(literal) ? keysOfLiteral(file, literal) : spread(file, literal)
    return { keys, file }
  }
  // `Closed.optionals(keys)` as a struct's argument, `Schema.Array(schema)`, `Schema.Union(one, other)`.
  for (const argument of inner.arguments) {
    const found = ts.isObjectLiteralExpression(argument) ? undefined : structIn(file, argument)
    if (found?.keys !== undefined) return found
  }
}

/** The calls of a chain, `a.b(…).c(…)`, by the names of their methods. */
const chain = (expression) => {
  const calls = []
  for (
    let each = expression;
    ts.isCallExpression(each) && ts.isPropertyAccessExpression(each.expression);
    each = each.expression.expression
  ) {
    calls.unshift({
      method: each.expression.name.text,
      of: each.expression.expression.getText(),
      arguments: each.arguments
    })
  }
  return calls
}

const constants = () =>
  readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const file = `${folder}/${name}`
      return parse(file)
        .statements.filter((statement) => ts.isVariableStatement(statement) && isExported(statement))
        .flatMap((statement) =>
          statement.declarationList.declarations.map(({ initializer, name }) => ({
            file,
            name: name.getText(),
            doc: docOf(statement),
            calls: initializer === undefined ? [] : chain(initializer)
          }))
        )
    })

/** Every endpoint: its name, method and path, its docstring, and the schemas it is given, as they are written. */
export const endpoints = () =>
  constants()
    .filter(({ calls }) => calls[0]?.of === "Endpoint")
    .map(({ calls: [start, ...calls], doc, file }) => {
      const [name, path] = start.arguments.map((argument) => argument.text)
      const given = (method) => calls.find((call) => call.method === method)?.arguments[0]
      return {
        file,
        name,
        method: start.method === "del" ? "DELETE" : start.method.toUpperCase(),
        path,
        doc,
        urlParams: given("setUrlParams"),
        payload: given("setPayload"),
        success: given("addSuccess")
      }
    })

/** Every group: its name, the constant that it is, and its docstring. */
export const groups = () =>
  constants()
    .filter(({ calls }) => calls[0]?.of === "HttpApiGroup" && calls[0].method === "make")
    .map(({ calls, doc, name }) => ({ constant: name, name: calls[0].arguments[0].text, doc }))
