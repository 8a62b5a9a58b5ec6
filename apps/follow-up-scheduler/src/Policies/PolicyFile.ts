/**
 * Reads a policy from a YAML or JSON file, and refuses it with all that is wrong: each with its place and the reason.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import type * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Yaml from "yaml"
import * as Policy from "../Policy.ts"
import * as Feasibility from "./Feasibility.ts"
import * as FileReadError from "./FileReadError.ts"
import * as Utf8 from "./Utf8.ts"
import * as PolicyProblems from "./PolicyProblems.ts"

const problem = { line: Schema.optional(Schema.Int), column: Schema.optional(Schema.Int), reason: Schema.String }
/** `file`: where that is another one than the error's. */
const Problem = Schema.Struct({ ...problem, file: Schema.optional(Schema.String) })
type Problem = typeof Problem.Type

/**
 * Policies that cannot be used, with the first thing that is wrong, and in `others` the rest, of this file and of
 * others. The message has a line for each. Nothing was sent.
 */
export class PolicyRefused extends Schema.TaggedError<PolicyRefused>()("PolicyRefused", {
  file: Schema.String,
  ...problem,
  others: Schema.optionalWith(Schema.Array(Problem), { default: () => [] })
}) {
  override get message(): string {
    const place = ({ column, line }: Problem) =>
      `${line === undefined ? "" : `, line ${line}`}${column === undefined ? "" : `, column ${column}`}`
    return [this, ...this.others]
      .map((each: Problem) => `policy ${each.file ?? this.file}${place(each)}: ${each.reason}`)
      .join("\n")
  }
}

/** The problems of several files in one error, in the order of the files. */
export const together = ([first, ...others]: Arr.NonEmptyReadonlyArray<PolicyRefused>): PolicyRefused =>
  new PolicyRefused({
    ...first,
    others: [
      ...first.others,
      ...others.flatMap(({ column, file, line, others, reason }) => [
        { file, line, column, reason },
        ...others.map((each) => ({ ...each, file: each.file ?? file }))
      ])
    ]
  })

/** All problems in one error, by their places in the file. */
const refusedFor = (file: string, problems: ReadonlyArray<Place & { readonly reason: string }>): PolicyRefused => {
  const [first, ...others] = problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
  return new PolicyRefused({ file, ...(first ?? { reason: "is wrong" }), others })
}

interface Place {
  readonly line: number
  readonly column: number
}

const placeAt = (lines: Yaml.LineCounter, offset: number): Place => {
  const { col, line } = lines.linePos(offset)
  return { line, column: col }
}

/** The value of a field or of an entry, where it is written. A key need not be a text: `1:` has the field `1`. */
const within = (node: unknown, name: PropertyKey): unknown => {
  if (Yaml.isSeq(node)) return node.items[Number(name)]
  const named = (key: unknown) => String(Yaml.isNode(key) ? key.toString() : key)
  return Yaml.isMap(node) ? node.items.find(({ key }) => named(key) === String(name))?.value : undefined
}

/** Where the value of a field is; of a field that is missing, what it is missing from. */
const placeOf = (document: Yaml.Document.Parsed, lines: Yaml.LineCounter, path: ReadonlyArray<PropertyKey>): Place => {
  let place: Place = { line: 1, column: 1 }
  let node: unknown = document.contents
  for (const name of [undefined, ...path]) {
    if (name !== undefined) node = within(node, name)
    if (!Yaml.isNode(node) || !node.range) return place
    place = placeAt(lines, node.range[0])
  }
  return place
}

/** What the parser of YAML says, where its words are for programs. */
const inWords = ({ code, message }: Yaml.YAMLError): string =>
  code === "MULTIPLE_DOCS" ? "has several documents, separated by ---; put each policy into a file of its own" : message

/** A policy, and where its file says its name. */
export interface Placed extends Place {
  readonly file: string
  readonly policy: Policy.AnyPolicy
}

/** As {@link parse}; gives the place of the name, too. */
export const parsePlaced = Effect.fn("PolicyFile.parsePlaced")(function* (text: string, file: string) {
  const lines = new Yaml.LineCounter()
  const document = Yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false })
  // A warning is a tag that has no meaning here, such as !!js/function.
  const broken = [...document.errors, ...document.warnings]
  if (broken.length > 0) {
    const problems = broken.map((error) => ({ ...placeAt(lines, error.pos[0]), reason: inWords(error) }))
    return yield* refusedFor(file, problems)
  }
  const content = yield* Effect.try({
    try: (): unknown => document.toJS(),
    // For example an alias without its anchor, or one that expands without end.
    catch: (cause) =>
      new PolicyRefused({ file, line: 1, reason: String(cause instanceof Error ? cause.message : cause) })
  })
  const problemOf = ({ path, reason }: PolicyProblems.Problem) => {
    const field = path.length === 0 ? "" : `${path.map(String).join(".")}: `
    return { ...placeOf(document, lines, path), reason: `${field}${reason}` }
  }
  const decode = (content: unknown) => Policy.decodeAny(content, { errors: "all" })
  const policy = yield* Effect.catchAll(decode(content), (error) =>
    Effect.flatMap(PolicyProblems.ofContent(content, error, decode), (problems) =>
      refusedFor(file, problems.map(problemOf))
    )
  )
  const flaws = Feasibility.problems(policy, yield* DateTime.now)
  if (flaws.length > 0) return yield* refusedFor(file, flaws.map(problemOf))
  return { file, policy, ...placeOf(document, lines, ["name"]) } satisfies Placed
})

/**
 * Decodes the text of a policy, and checks that each of its steps has an opening. Fails with `PolicyRefused`. `file` is
 * the name in that error.
 */
export const parse = Effect.fn("PolicyFile.parse")(function* (text: string, file: string) {
  const { policy } = yield* parsePlaced(text, file)
  return policy
})

/** The text of a policy file. Fails with `PolicyRefused` where it cannot be read, is not UTF-8, or is empty. */
export const read = Effect.fn("PolicyFile.read")(function* (file: string) {
  const files = yield* FileSystem.FileSystem
  const bytes = yield* Effect.mapError(
    files.readFile(file),
    (error) =>
      new PolicyRefused({
        file,
        line: undefined,
        reason: `${FileReadError.why(error)}; name a file that can be read with --policy`
      })
  )
  const text = yield* Effect.mapError(
    Utf8.decode(bytes),
    ({ line }) => new PolicyRefused({ file, line, reason: "is not UTF-8; save the file as UTF-8" })
  )
  return text.trim() === "" ? yield* new PolicyRefused({ file, line: 1, reason: "is empty" }) : text
})

/** Reads and parses a policy file. Fails with `PolicyRefused` where it cannot be read, is empty, or is wrong. */
export const load = (file: string) => Effect.flatMap(read(file), (text) => parse(text, file))

/** The policy of a file as the one in force. Fails with `PolicyRefused`. */
export const layer = (file: string) => Layer.effect(Policy.ActivePolicy, load(file))
