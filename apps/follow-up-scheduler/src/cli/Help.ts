/**
 * The help of a command, from the command's own description: what it does, how it is called, one line an option with
 * its value and meaning, and the examples that begin with it.
 */
import * as CliConfig from "@effect/cli/CliConfig"
import type * as Command from "@effect/cli/Command"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as HelpDoc from "@effect/cli/HelpDoc"
import type * as Span from "@effect/cli/HelpDoc/Span"
import * as Usage from "@effect/cli/Usage"
import type * as Effect from "effect/Effect"
import * as TerminalText from "../TerminalText.ts"
import * as Examples from "./Examples.ts"

/** Each command by its names, as "policy apply"; a group of commands by the names that its commands begin with. */
export type Commands = Readonly<Record<string, { readonly descriptor: CommandDescriptor.Command<unknown> }>>

const program = "follow-ups"
const purpose = "follows up on the chats of an Invent organization that have gone quiet"

/**
 * Without the options that every command of the library has: these are listed by {@link global} and {@link ofProgram}.
 */
const config = CliConfig.make({ showBuiltIns: false })

const global: ReadonlyArray<readonly [string, string]> = [
  [
    "--log-level LEVEL",
    "the least level of log lines that is printed: all, trace, debug, info, warning, error, fatal, none (default: info)"
  ],
  ["-h, --help", "print this help"]
]
const withConfig: typeof global = [
  ["--config FILE", "a file of options and variables, YAML or JSON (default: FOLLOW_UPS_CONFIG)"],
  ...global
]
const ofProgram: typeof global = [
  ["--completions SHELL", "print the completions for a shell: sh, bash, fish, zsh"],
  ["--wizard", "ask for the arguments of a command one by one"],
  ["--version", "print the version"],
  ...withConfig
]

/** The words of a span. The library's own way to them lays out a page for each, which takes a fifth of `--help`. */
const wordsOf = (span: Span.Span): string => {
  switch (span._tag) {
    case "Text":
    case "URI":
      return span.value
    case "Sequence":
      return wordsOf(span.left) + wordsOf(span.right)
    default:
      return wordsOf(span.value)
  }
}

/** The text of a span. */
export const textOf = (span: Span.Span): string => wordsOf(span).trim()

/** Blocks of a document in their order. */
const blocksOf = (doc: HelpDoc.HelpDoc): ReadonlyArray<HelpDoc.HelpDoc> =>
  HelpDoc.isSequence(doc) ? [...blocksOf(doc.left), ...blocksOf(doc.right)] : [doc]

/** The library puts what it says of the type before the description, and what it says of being optional after it. */
const meaningOf = (doc: HelpDoc.HelpDoc): string => {
  const [, description] = blocksOf(doc).filter(HelpDoc.isParagraph)
  return description === undefined ? "" : textOf(description.value)
}

/** The library writes `1+` behind an option that may be given more than once. */
const nameOf = (span: Span.Span): string => textOf(span).replace(/ (\d\+|\.\.\.)$/, "...")

const rowsOf = (blocks: ReadonlyArray<HelpDoc.HelpDoc>) =>
  blocks
    .filter(HelpDoc.isDescriptionList)
    .flatMap(({ definitions }) => definitions.map(([span, doc]) => [nameOf(span), meaningOf(doc)] as const))

interface Description {
  readonly purpose: string
  readonly usage: string
  readonly arguments: ReadonlyArray<readonly [string, string]>
  readonly options: ReadonlyArray<readonly [string, string]>
}

const describe = (descriptor: CommandDescriptor.Command<unknown>): Description => {
  const blocks = blocksOf(CommandDescriptor.getHelp(descriptor, config))
  const rows = rowsOf(blocks)
  const isOption = ([name]: readonly [string, string]) => name.includes("--")
  const [usage] = Usage.enumerate(CommandDescriptor.getUsage(descriptor), config)
  return {
    purpose: blocks
      .filter(HelpDoc.isParagraph)
      .map(({ value }) => textOf(value))
      .join(" "),
    usage: usage === undefined ? "" : textOf(usage),
    arguments: rows.filter((row) => !isOption(row)),
    options: rows.filter(isOption)
  }
}

const section = (heading: string, rows: ReadonlyArray<readonly [string, string]>): ReadonlyArray<string> =>
  rows.length === 0
    ? []
    : ["", `${heading}:`, ...TerminalText.table(rows.map(([name, meaning]) => [`  ${name}`, meaning]))]

/** The program and the names of a command or a group, as they are typed. */
const calledBy = (names: string): string => `${program} ${names}`.trimEnd()

const examples = (called: string): ReadonlyArray<string> => {
  const lines = Examples.lines.filter((line) => `${line} `.startsWith(`${called} `))
  return lines.length === 0 ? [] : ["", "Examples:", ...lines.map((line) => `  ${line}`)]
}

/** An option and its value stay on one line. */
const usage = (words: string): ReadonlyArray<string> => {
  const unbroken = words.replaceAll(/\[[^\]]*\]|--\S+ \w+/g, (option) => option.replaceAll(" ", "\u00A0"))
  return TerminalText.wrap(`Usage: ${unbroken}`, TerminalText.columns - 4).map(
    (line, index) => (index === 0 ? "" : "    ") + line.replaceAll("\u00A0", " ")
  )
}

const ofGroup = (commands: Commands, names: string): ReadonlyArray<string> => {
  const begin = names === "" ? "" : `${names} `
  const below = Object.entries(commands).filter(([name]) => name.startsWith(begin))
  const isRunnable = (name: string) => !Object.keys(commands).some((other) => other.startsWith(`${name} `))
  return [
    names === "" ? `${program}: ${purpose}` : `${program} ${names}: ${describe(commands[names]!.descriptor).purpose}`,
    "",
    `Usage: ${program} ${begin}COMMAND [options]`,
    ...section(
      "Commands",
      below.filter(([name]) => isRunnable(name)).map(([name, { descriptor }]) => [name, describe(descriptor).purpose])
    ),
    ...section("Options", names === "" ? ofProgram : withConfig),
    ...examples(calledBy(names)),
    "",
    `${program} ${begin}COMMAND --help lists the options of a command.`
  ]
}

const ofCommand = (
  called: string,
  descriptor: CommandDescriptor.Command<unknown>,
  ofAll: typeof global
): ReadonlyArray<string> => {
  const { arguments: args, options, purpose, usage: words } = describe(descriptor)
  return [
    `${called}: ${purpose}`,
    "",
    ...usage(called + words.replace(/^\S+/, "")),
    ...section("Arguments", args),
    ...section("Options", [...options, ...ofAll]),
    ...examples(called)
  ]
}

/** Whether the word at this place may be of the name of a command: no option, and not the value of `--log-level`. */
const isName = (words: ReadonlyArray<string>, index: number): boolean =>
  words[index]?.startsWith("-") === false && words[index - 1] !== "--log-level"

/** The longest run of words that names a command or a group of them; options before it are left out. */
export const named = (commands: Commands, words: ReadonlyArray<string>): string => {
  const path = words.filter((_, index) => isName(words, index))
  const candidates = path.map((_, index) => path.slice(0, index + 1).join(" "))
  return candidates.findLast((name) => Object.hasOwn(commands, name)) ?? ""
}

/** The arguments with more of them right after the name of the command; as they are where none is named. */
export const afterCommand = (
  commands: Commands,
  args: ReadonlyArray<string>,
  more: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const words = args.slice(2)
  const names = named(commands, words)
  const places = words.flatMap((_, index) => (isName(words, index) ? [index] : []))
  const last = names === "" ? undefined : places[names.split(" ").length - 1]
  return last === undefined ? args : [...args.slice(0, last + 3), ...more, ...args.slice(last + 3)]
}

/** An option: its name without dashes, what stands for its value, and what it has where it is not given. */
export interface Listed {
  readonly name: string
  /** Undefined where the option takes no value. */
  readonly value: string | undefined
  readonly byDefault: string | undefined
}

/** The options of a command, as its help lists them. */
export const optionsOf = (descriptor: CommandDescriptor.Command<unknown>): ReadonlyArray<Listed> =>
  describe(descriptor).options.flatMap(([words, meaning]) => {
    const [, name, value] = /--([a-z-]+)(?: (\S+))?/.exec(words) ?? []
    const [, byDefault] = /\(default: ([^)]*)\)$/.exec(meaning) ?? []
    return name === undefined ? [] : [{ name, value, byDefault }]
  })

const isHelp = (word: string) => word === "--help" || word === "-h"

/** Prints the help where the arguments ask for it or name a group of commands alone; otherwise runs the program. */
export const orElse =
  (commands: Commands, args: ReadonlyArray<string>) =>
  <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A | void, E, R> => {
    const words = args.slice(2)
    const names = named(commands, words)
    const isGroup = names === "" || Object.keys(commands).some((name) => name.startsWith(`${names} `))
    const isAsked = words.some(isHelp) || (isGroup && words.join(" ") === names)
    if (!isAsked) return program
    return TerminalText.print(
      isGroup ? ofGroup(commands, names) : ofCommand(calledBy(names), commands[names]!.descriptor, withConfig)
    )
  }

/** Prints the help of a program that is one command where the arguments ask for it; otherwise runs the program. */
export const orElseOne =
  <Name extends string, R1, E1, A1>({ descriptor }: Command.Command<Name, R1, E1, A1>, args: ReadonlyArray<string>) =>
  <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A | void, E, R> => {
    const [name = ""] = CommandDescriptor.getNames(descriptor)
    return args.slice(2).some(isHelp) ? TerminalText.print(ofCommand(name, descriptor, global)) : program
  }
