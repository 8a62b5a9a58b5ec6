/**
 * Everything that is wrong with the content of a policy: the field, the rule, and for a misspelt field or word the
 * nearest right one.
 */
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import type * as AST from "effect/SchemaAST"

/** One thing that is wrong. `path` leads to the field. */
export interface Problem {
  readonly path: ReadonlyArray<PropertyKey>
  readonly reason: string
}

/** A word that is not allowed in a place, and those that are. */
export interface Choice {
  readonly word: string
  readonly allowed: ReadonlyArray<string>
}

const fieldsOf = (ast: AST.AST): ReadonlyArray<string> => {
  switch (ast._tag) {
    case "TypeLiteral":
      return ast.propertySignatures.flatMap(({ name }) => (typeof name === "string" ? [name] : []))
    case "Transformation":
      return fieldsOf(ast.from)
    case "Refinement":
      return fieldsOf(ast.from)
    default:
      return []
  }
}

const wordsOf = (ast: AST.AST): ReadonlyArray<string> => {
  if (ast._tag === "Union") return ast.types.flatMap(wordsOf)
  return ast._tag === "Literal" && typeof ast.literal === "string" ? [ast.literal] : []
}

const keyOf = (path: ReadonlyArray<PropertyKey>): string => JSON.stringify(path.map(String))

/** Adds to `found` what could stand at each path at which a field or a word is wrong. */
const collect = (
  issue: ParseResult.ParseIssue,
  path: ReadonlyArray<PropertyKey>,
  fields: ReadonlyArray<string>,
  found: Map<string, Choice>
): void => {
  switch (issue._tag) {
    case "Pointer":
      return collect(issue.issue, path.concat(issue.path), fields, found)
    case "Composite": {
      const own = fieldsOf(issue.ast)
      const issues = ParseResult.isComposite(issue) ? [issue.issues].flat() : []
      return issues.forEach((each) => collect(each, path, own.length > 0 ? own : fields, found))
    }
    case "Refinement":
    case "Transformation":
      return collect(issue.issue, path, fields, found)
    case "Unexpected":
      return void found.set(keyOf(path), { word: String(path.at(-1)), allowed: fields })
    case "Type": {
      const before = found.get(keyOf(path))?.allowed ?? []
      if (typeof issue.actual === "string")
        found.set(keyOf(path), { word: issue.actual, allowed: [...before, ...wordsOf(issue.ast)] })
      return
    }
    default:
      return
  }
}

/**
 * How many letters have to be put in, left out, replaced or swapped with the next one to make one word of the other.
 */
export const distance = (a: string, b: string): number => {
  const rows: Array<Array<number>> = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY
  for (let row = 1; row <= a.length; row++) {
    rows.push([row])
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1]
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const cost = Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (isSame ? 0 : 1),
        isSwapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY
      )
      rows[row]?.push(cost)
    }
  }
  return at(a.length, b.length)
}

/** The allowed word that is nearest, where at most a third of its letters differ. */
export const nearest = ({ allowed, word }: Choice): Option.Option<string> => {
  const near = allowed
    .map((candidate) => ({ candidate, by: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ by, candidate }) => by <= Math.max(1, Math.floor(candidate.length / 3)))
    .toSorted((a, b) => a.by - b.by)
  return Option.map(Option.fromNullable(near[0]), ({ candidate }) => candidate)
}

/** Whether the one path leads into what the other one leads to. */
const isWithin = (inner: Problem, outer: Problem): boolean =>
  inner.path.length > outer.path.length && outer.path.every((key, index) => key === inner.path[index])

/**
 * All problems, the first of each field, in the order in which they were found. A field that has wrong parts is named
 * by these alone.
 */
export const of = (error: ParseResult.ParseError): ReadonlyArray<Problem> => {
  const choices = new Map<string, Choice>()
  collect(error.issue, [], [], choices)
  const problems = new Map<string, Problem>()
  for (const { message, path } of ParseResult.ArrayFormatter.formatErrorSync(error)) {
    const key = keyOf(path)
    if (problems.has(key)) continue
    const right = Option.flatMap(Option.fromNullable(choices.get(key)), nearest)
    const reason = Option.match(right, { onNone: () => message, onSome: (word) => `${message}; did you mean ${word}?` })
    problems.set(key, { path, reason })
  }
  const all = [...problems.values()]
  return all.filter((outer) => !all.some((inner) => isWithin(inner, outer)))
}
