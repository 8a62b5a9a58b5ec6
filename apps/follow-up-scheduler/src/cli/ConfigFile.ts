/**
 * Reads a configuration file: YAML or JSON, one mapping of names to values. A name is an option of a command without
 * its dashes, or a variable of the environment. Paths count from the folder of the file.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Yaml from "yaml"
import * as FileReadError from "../Policies/FileReadError.ts"
import * as Utf8 from "../Policies/Utf8.ts"
import { nearest } from "../Policies/PolicyProblems.ts"
import * as Environment from "./Environment.ts"

/** An option as the help lists it. `value`: what stands for its value; undefined where it takes none. */
export interface Known {
  readonly name: string
  readonly value: string | undefined
}

/** What a file gives. Options keep all their values: one that takes none has an empty list where it is true. */
export interface ConfigFile {
  readonly file: string
  readonly options: ReadonlyMap<string, ReadonlyArray<string>>
  readonly environment: ReadonlyMap<string, string>
}

/** A configuration file that cannot be used. The message has a line for all that is wrong. Nothing was done. */
export class ConfigFileRefused extends Schema.TaggedError<ConfigFileRefused>()("ConfigFileRefused", {
  file: Schema.String,
  problems: Schema.Array(Schema.Struct({ line: Schema.optional(Schema.Int), reason: Schema.String }))
}) {
  override get message(): string {
    return this.problems
      .map(({ line, reason }) => `configuration ${this.file}${line === undefined ? "" : `, line ${line}`}: ${reason}`)
      .join("\n")
  }
}

const Scalar = Schema.Union(Schema.String, Schema.Number)
const Value = Schema.Union(Scalar, Schema.Boolean, Schema.Array(Scalar))
const isValue = Schema.is(Value)

const Setting = Schema.Struct({ name: Schema.String, line: Schema.Int, value: Schema.Unknown })
type Setting = typeof Setting.Type

/** Each entry of the mapping with its line, or what is wrong with the document. */
const settingsOf = (text: string) => {
  const lines = new Yaml.LineCounter()
  const document = Yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const broken = document.errors.map(({ message, pos }) => ({ line: lines.linePos(pos[0]).line, reason: message }))
  if (broken.length > 0 || document.contents === null) return { broken, settings: [] }
  if (!Yaml.isMap(document.contents))
    return { broken: [{ line: 1, reason: "Expected a mapping of names to values" }], settings: [] }
  const settings = document.contents.items.map(({ key, value }): Setting => ({
    name: Yaml.isScalar(key) ? String(key.value) : "",
    line: Yaml.isScalar(key) && key.range ? lines.linePos(key.range[0]).line : 1,
    value: Yaml.isNode(value) ? value.toJS(document) : value
  }))
  return { broken, settings }
}

const didYouMean = (word: string, allowed: ReadonlyArray<string>): string =>
  Option.match(nearest({ word, allowed }), { onNone: () => "", onSome: (right) => `; did you mean ${right}?` })

const problemOf = ({ name, value }: Setting, known: ReadonlyArray<Known>): string | undefined => {
  const option = known.find((each) => each.name === name)
  const isVariable = Environment.names.some((each) => each === name)
  const names = [...known.map((each) => each.name), ...Environment.names]
  if (Environment.isSecret(name)) return `${name} is a secret; name a file that holds it by ${name}_FILE`
  if (option === undefined && !isVariable && !Environment.isSecret(name.replace(/_FILE$/, "")))
    return `${name} is neither an option nor a variable${didYouMean(name, names)}`
  if (value === "" || (Array.isArray(value) && value.length === 0))
    return `${name} is empty; leave it out, or give a value`
  if (!isValue(value)) return `${name} must be a text, a number, true, false, or a list of texts`
  if (option !== undefined && option.value === undefined && typeof value !== "boolean")
    return `${name} must be true or false`
  if (option?.value !== undefined && typeof value === "boolean") return `${name} must be ${option.value}`
  if (option === undefined && (Array.isArray(value) || typeof value === "boolean")) return `${name} must be one text`
  return undefined
}

/**
 * Reads the file. Fails with `ConfigFileRefused`, with all that is wrong, where it cannot be read, has a name that is
 * neither in `known` nor a variable, a value of another kind, or a secret.
 */
export const read = Effect.fn("ConfigFile.read")(function* (file: string, known: ReadonlyArray<Known>) {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const refuse = (problems: ConfigFileRefused["problems"]) => new ConfigFileRefused({ file, problems })
  const bytes = yield* Effect.mapError(files.readFile(file), (error) => refuse([{ reason: FileReadError.why(error) }]))
  const text = yield* Effect.mapError(Utf8.decode(bytes), ({ line }) =>
    refuse([{ line, reason: "is not UTF-8; save the file as UTF-8" }])
  )
  const { broken, settings } = settingsOf(text)
  const wrong = settings.flatMap((setting) => {
    const reason = problemOf(setting, known)
    return reason === undefined ? [] : [{ line: setting.line, reason }]
  })
  if (broken.length + wrong.length > 0) return yield* refuse([...broken, ...wrong])
  const options = new Map<string, ReadonlyArray<string>>()
  const environment = new Map<string, string>()
  for (const { name, value } of settings) {
    const option = known.find((each) => each.name === name)
    const isPath = option?.value?.startsWith("FILE") === true || name.endsWith("_FILE")
    const texts = [value].flat().map((each) => (isPath ? path.resolve(path.dirname(file), String(each)) : String(each)))
    if (option === undefined) environment.set(name, texts[0] ?? "")
    else if (typeof value !== "boolean") options.set(name, texts)
    else if (value) options.set(name, [])
  }
  return { file, options, environment } satisfies ConfigFile
})
