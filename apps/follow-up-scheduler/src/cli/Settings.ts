/**
 * Where each setting comes from. An option: the command line, else the configuration file, else its default. A
 * variable: the environment, else the file that its name with `_FILE` names, where it is a secret, else the
 * configuration file, else its default. `--config` or `FOLLOW_UPS_CONFIG` names the configuration file.
 */
import type * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as FileReadError from "../Policies/FileReadError.ts"
import * as Lazy from "../Lazy.ts"
import type * as ConfigFile from "./ConfigFile.ts"
import * as Environment from "./Environment.ts"
import * as Help from "./Help.ts"

/** The arguments with those of the configuration file, and where the variables come from. */
export interface Settings {
  readonly args: ReadonlyArray<string>
  readonly provider: ConfigProvider.ConfigProvider
  /** The configuration file, where one was named. */
  readonly config: ConfigFile.ConfigFile | undefined
  /** The variables that the environment has. */
  readonly fromEnvironment: ReadonlySet<string>
  /** The files that secrets were read from, by the name of the variable. */
  readonly secretFiles: ReadonlyMap<string, string>
}

/** The settings of the process, for `config print`. */
export class CurrentSettings extends Context.Tag("@effect-invent/follow-up-scheduler/cli/CurrentSettings")<
  CurrentSettings,
  Settings
>() {}

/** Options of which the command line may have only one. */
const exclusive: ReadonlyArray<ReadonlyArray<string>> = [["chats", "inbox"]]

/** Options that a variable stands in for. The environment goes before the configuration file. */
const variableOf: Readonly<Record<string, Environment.Name>> = {
  db: "DATABASE_URL",
  org: "FOLLOW_UPS_ORGS",
  "log-format": "FOLLOW_UPS_LOG_FORMAT"
}

/** Whether a variable that is set stands in for this option of the configuration file. */
export const isStoodInFor = ({ fromEnvironment, secretFiles }: Settings, option: string): boolean => {
  const variable = variableOf[option]
  return variable !== undefined && (fromEnvironment.has(variable) || secretFiles.has(variable))
}

/** Takes `--config` and its value out of the arguments. */
const withoutConfig = (args: ReadonlyArray<string>) => {
  const words = args.slice(2)
  const at = words.findIndex((word) => word === "--config" || word.startsWith("--config="))
  if (at === -1) return { args, file: undefined }
  const isOne = words[at] !== "--config"
  const file = isOne ? words[at]!.slice("--config=".length) : (words[at + 1] ?? "")
  return { args: [...args.slice(0, 2), ...words.slice(0, at), ...words.slice(at + (isOne ? 1 : 2))], file }
}

const isGiven = (words: ReadonlyArray<string>, option: string): boolean =>
  words.some((word) => word === `--${option}` || word.startsWith(`--${option}=`))

const textOf = (provider: ConfigProvider.ConfigProvider, name: string) =>
  Effect.orElseSucceed(provider.load(Config.option(Config.string(name))), Option.none<string>)

/**
 * Reads the secrets that files hold. Fails with `ConfigError` where a file cannot be read, is empty, or is one too
 * many.
 */
const readSecrets = (environment: ConfigProvider.ConfigProvider, fromFile: ReadonlyMap<string, string>) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const found = yield* Effect.forEach(Environment.secrets, (name) =>
      Effect.gen(function* () {
        const variable = `${name}_FILE`
        const named = yield* textOf(environment, variable)
        const isSet = Option.isSome(yield* textOf(environment, name))
        const refuse = (reason: string) => ConfigError.InvalidData([variable], reason)
        if (Option.isSome(named) && isSet)
          return yield* Effect.fail(refuse(`and ${name} are both set; unset one of them`))
        const file = isSet ? undefined : Option.getOrElse(named, () => fromFile.get(variable))
        if (file === undefined) return []
        const text = yield* Effect.mapError(files.readFileString(file), (error) =>
          refuse(`names ${file}, which ${FileReadError.why(error)}`)
        )
        if (text.trim() === "") return yield* Effect.fail(refuse(`names ${file}, which is empty`))
        return [{ name, file, secret: text.trim() }]
      })
    )
    return found.flat()
  })

/** The options of a configuration file that this command takes and that nothing else gives, as arguments. */
const argumentsOf = (
  words: ReadonlyArray<string>,
  known: ReadonlyArray<ConfigFile.Known>,
  { options }: ConfigFile.ConfigFile,
  fromEnvironment: ReadonlySet<string>
) =>
  [...options].flatMap(([name, values]) => {
    const group = exclusive.find((each) => each.includes(name)) ?? [name]
    const isSettled = group.some((each) => isGiven(words, each)) || fromEnvironment.has(variableOf[name] ?? "")
    if (isSettled || !known.some((each) => each.name === name)) return []
    return values.length === 0 ? [`--${name}`] : values.flatMap((value) => [`--${name}`, value])
  })

const levels: ReadonlyArray<string> = ["all", "trace", "debug", "info", "warning", "error", "fatal", "none"]

/** The library takes the word that follows a wrong level for a command. */
const checkLevel = (level: string) =>
  levels.includes(level.toLowerCase())
    ? Effect.void
    : Effect.fail(ConfigError.InvalidData(["--log-level"], `expects one of ${levels.join(", ")}; it is ${level}`))

const ofProgram: ReadonlyArray<ConfigFile.Known> = [{ name: "log-level", value: "LEVEL" }]

/**
 * Reads the configuration file and the files of secrets that are named. Fails with `ConfigFileRefused` and
 * `ConfigError`. `commands`: each command by its names.
 */
export const read = Effect.fn("Settings.read")(function* (commands: Help.Commands, given: ReadonlyArray<string>) {
  const environment = yield* Effect.configProviderWith(Effect.succeed)
  const { args, file } = withoutConfig(given)
  const path = file === undefined ? yield* textOf(environment, "FOLLOW_UPS_CONFIG") : Option.some(file)
  const optionsOf = ({ descriptor }: { readonly descriptor: CommandDescriptor.Command<unknown> }) =>
    Help.optionsOf(descriptor)
  // The library takes an option without its value for one that is absent: the wrong organization would be watched.
  if (args.some((word, index) => word === "--org" && (args[index + 1] ?? "") === ""))
    return yield* Effect.fail(ConfigError.InvalidData(["--org"], "needs the id of an organization"))
  const level = args.flatMap((word, index) => {
    if (word.startsWith("--log-level=")) return [word.slice("--log-level=".length)]
    return word === "--log-level" ? [args[index + 1] ?? ""] : []
  })[0]
  if (level !== undefined) yield* checkLevel(level)
  if (Option.contains(path, "")) return yield* Effect.fail(ConfigError.InvalidData(["--config"], "needs a file"))
  const config = Option.isNone(path)
    ? undefined
    : yield* Lazy.effect(
        "a configuration file",
        () => import("./ConfigFile.ts"),
        ({ read }) => read(path.value, [...ofProgram, ...Object.values(commands).flatMap(optionsOf)])
      )
  const levelOfFile = config?.options.get("log-level")?.[0]
  if (levelOfFile !== undefined) yield* checkLevel(levelOfFile)
  const present = yield* Effect.filter(Environment.names, (name) =>
    Effect.map(textOf(environment, name), Option.isSome)
  )
  const secrets = yield* readSecrets(environment, config?.environment ?? new Map())
  const fromEnvironment = new Set<string>(present)
  const held = new Map(secrets.map(({ name, secret }) => [name as string, secret]))
  const settled = new Set([...fromEnvironment, ...held.keys()])
  const names = Help.named(commands, args.slice(2))
  const command = Object.hasOwn(commands, names) ? commands[names] : undefined
  const more =
    config === undefined || command === undefined
      ? []
      : argumentsOf(args.slice(2), [...ofProgram, ...optionsOf(command)], config, settled)
  const orElse = (values: ReadonlyMap<string, string>) => ConfigProvider.fromMap(new Map(values), { pathDelim: " " })
  const provider = environment.pipe(
    ConfigProvider.orElse(() => orElse(held)),
    ConfigProvider.orElse(() => orElse(config?.environment ?? new Map()))
  )
  return {
    args: Help.afterCommand(commands, args, more),
    provider,
    config,
    fromEnvironment,
    secretFiles: new Map(secrets.map(({ file, name }) => [name as string, file]))
  } satisfies Settings
})
