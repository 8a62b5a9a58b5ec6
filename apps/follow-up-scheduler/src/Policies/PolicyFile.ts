/** Reads a policy from a YAML or JSON file, and refuses it with the line and the reason. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Yaml from "yaml"
import * as Policy from "../Policy.ts"
import * as Feasibility from "./Feasibility.ts"
import * as FileReadError from "../FileReadError.ts"

/** A policy that cannot be used, with the line and the reason. Nothing was sent. */
export class PolicyRefused extends Schema.TaggedError<PolicyRefused>()("PolicyRefused", {
  file: Schema.String,
  line: Schema.optional(Schema.Int),
  reason: Schema.String
}) {
  override get message() {
    return `policy ${this.file}${this.line === undefined ? "" : `, line ${this.line}`}: ${this.reason}`
  }
}

const lineOf = (document: Yaml.Document.Parsed, lines: Yaml.LineCounter, path: ReadonlyArray<PropertyKey>): number => {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true)
    if (Yaml.isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return 1
}

/**
 * Decodes the text of a policy, and checks that each of its steps has an opening. Fails with `PolicyRefused`. `file` is
 * the name in that error.
 */
export const parse = Effect.fn("PolicyFile.parse")(function* (text: string, file: string) {
  const lines = new Yaml.LineCounter()
  const document = Yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const broken = document.errors[0]
  if (broken !== undefined) {
    return yield* new PolicyRefused({ file, line: lines.linePos(broken.pos[0]).line, reason: broken.message })
  }
  const content = yield* Effect.try({
    try: (): unknown => document.toJS(),
    // For example an alias without its anchor, or one that expands without end.
    catch: (cause) =>
      new PolicyRefused({ file, line: 1, reason: String(cause instanceof Error ? cause.message : cause) })
  })
  const refused = (path: ReadonlyArray<PropertyKey>, reason: string) => {
    const field = path.length === 0 ? "" : `${path.map(String).join(".")}: `
    return new PolicyRefused({ file, line: lineOf(document, lines, path), reason: `${field}${reason}` })
  }
  const policy = yield* Effect.mapError(Policy.decode(content), (error) => {
    const issue = ParseResult.ArrayFormatter.formatErrorSync(error)[0]
    return refused(issue?.path ?? [], issue?.message ?? error.message)
  })
  const flaw = Feasibility.firstProblem(policy, yield* DateTime.now)
  return flaw === undefined ? policy : yield* refused(flaw.path, flaw.reason)
})

/** Reads and parses a policy file. Fails with `PolicyRefused` where it cannot be read, is empty, or is wrong. */
export const load = Effect.fn("PolicyFile.load")(function* (file: string) {
  const files = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(
    files.readFileString(file),
    (error) =>
      new PolicyRefused({
        file,
        line: undefined,
        reason: `${FileReadError.why(error)}; name a file that can be read with --policy`
      })
  )
  if (text.trim() === "") return yield* new PolicyRefused({ file, line: 1, reason: "is empty" })
  return yield* parse(text, file)
})

/** The policy of a file as the one in force. Fails with `PolicyRefused`. */
export const layer = (file: string) => Layer.effect(Policy.ActivePolicy, load(file))
