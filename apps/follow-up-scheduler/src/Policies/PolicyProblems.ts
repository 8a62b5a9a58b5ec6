/**
 * Everything that is wrong with the content of a policy: the field, the rule, and for a misspelt field or word the
 * nearest right one.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
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

/** What stands in a place, in the words of YAML; undefined where the rule has words of its own. */
const kindOf = (ast: AST.AST): string | undefined => {
  switch (ast._tag) {
    case "TypeLiteral":
      return "fields with their values"
    case "TupleType":
      return "a list"
    case "StringKeyword":
      return "a text"
    case "NumberKeyword":
      return "a number"
    case "BooleanKeyword":
      return "true or false"
    case "Transformation":
      return kindOf(ast.from)
    default:
      return undefined
  }
}

const wordsOf = (ast: AST.AST): ReadonlyArray<string> => {
  if (ast._tag === "Union") return ast.types.flatMap(wordsOf)
  return ast._tag === "Literal" && typeof ast.literal === "string" ? [ast.literal] : []
}

/** The words that are allowed, where there are several, else the kind of value. */
const kindInstead = (ast: AST.AST, allowed: ReadonlyArray<string>): string | undefined =>
  allowed.length > 1 ? `one of ${allowed.join(", ")}` : kindOf(ast)

const keyOf = (path: ReadonlyArray<PropertyKey>): string => JSON.stringify(path.map(String))

/** What is wrong at a path, as far as it is known in other words than the library's. */
interface Leaf extends Choice {
  readonly kind: string | undefined
}

/** Adds to `found` what could stand at each path at which a field or a word is wrong. */
const collect = (
  issue: ParseResult.ParseIssue,
  path: ReadonlyArray<PropertyKey>,
  fields: ReadonlyArray<string>,
  found: Map<string, Leaf>
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
      return void found.set(keyOf(path), { word: String(path.at(-1)), allowed: fields, kind: undefined })
    case "Type": {
      const before = found.get(keyOf(path))
      const allowed = [...new Set([...(before?.allowed ?? []), ...wordsOf(issue.ast)])]
      const own = issue.message === undefined ? kindInstead(issue.ast, allowed) : undefined
      // A field that may be absent is a union with `undefined`, which no file can have.
      const kind = own ?? before?.kind
      return void found.set(keyOf(path), { word: typeof issue.actual === "string" ? issue.actual : "", allowed, kind })
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
  const leaves = new Map<string, Leaf>()
  collect(error.issue, [], [], leaves)
  const problems = new Map<string, Problem>()
  for (const { message, path } of ParseResult.ArrayFormatter.formatErrorSync(error)) {
    const key = keyOf(path)
    if (problems.has(key)) continue
    const leaf = leaves.get(key)
    const said =
      leaf?.kind === undefined ? message : message.replace(/^Expected .*, actual /s, `Expected ${leaf.kind}, actual `)
    const right = Option.flatMap(Option.fromNullable(leaf), nearest)
    const reason = Option.match(right, { onNone: () => said, onSome: (word) => `${said}; did you mean ${word}?` })
    problems.set(key, { path, reason })
  }
  const all = [...problems.values()]
  return all.filter((outer) => !all.some((inner) => isWithin(inner, outer)))
}

/** Whether this is the action of a step. A wrong one hides what else is wrong with its step. */
const isAction = ({ path }: Problem): boolean => path.at(-1) === "action"

/** A copy of the content in which these steps have an action. */
const withActions = (content: unknown, actions: ReadonlyArray<Problem>): unknown => {
  const copy: unknown = structuredClone(content)
  for (const { path } of actions) {
    let step = copy
    for (const key of path.slice(0, -1)) step = Predicate.hasProperty(step, key) ? step[key] : undefined
    if (Predicate.isRecord(step)) step["action"] = "schedule_follow_up"
  }
  return copy
}

/**
 * All problems of a content that `decode` has refused with this error: those of {@link of}, and of a step with a wrong
 * action what is wrong with its other fields. Fields that only another action has are not among these.
 */
export const ofContent = <R>(
  content: unknown,
  error: ParseResult.ParseError,
  decode: (content: unknown) => Effect.Effect<unknown, ParseResult.ParseError, R>
): Effect.Effect<ReadonlyArray<Problem>, never, R> => {
  const found = of(error)
  const actions = found.filter(isAction)
  if (actions.length === 0) return Effect.succeed(found)
  const steps = actions.map(({ path, reason }) => ({ path: path.slice(0, -1), reason }))
  const isNew = (problem: Problem) =>
    steps.some((step) => isWithin(problem, step)) &&
    !problem.reason.startsWith("is unexpected") &&
    !found.some(({ path }) => keyOf(path) === keyOf(problem.path))
  return Effect.match(decode(withActions(content, actions)), {
    onSuccess: () => found,
    onFailure: (more) => [...found, ...of(more).filter(isNew)]
  })
}
