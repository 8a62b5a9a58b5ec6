/**
 * `config print`: each option that `serve` has without a command line, each variable, what is in force, and where it
 * comes from.
 */
import * as ClientSettings from "@effect-invent/client/Settings"
import * as CliConfig from "@effect/cli/CliConfig"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Grace from "../Dispatch/GracefulShutdown/Grace.ts"
import * as Alerts from "../Operations/Alerts.ts"
import * as Thresholds from "../Operations/Health/Thresholds.ts"
import * as OtlpExporter from "../Operations/OtlpExporter.ts"
import * as Orgs from "../Policy/Orgs.ts"
import * as Scheduler from "../Scheduler.ts"
import * as TerminalText from "../TerminalText.ts"
import * as ClusterRunner from "../Timer/ClusterRunner.ts"
import * as Environment from "./Environment.ts"
import * as ExitCodes from "./ExitCodes.ts"
import * as Help from "./Help.ts"
import * as Database from "../Ledger/Database.ts"
import * as Operators from "../operatorPage/Operators.ts"
import { logFormats } from "./Options.ts"
import * as Output from "./Output.ts"
import { CurrentSettings, isStoodInFor, type Settings } from "./Settings.ts"

/** A setting. `value`: null where nothing is set and there is no default; of a secret, `<redacted>`. */
export const Setting = Schema.Struct({
  name: Schema.String,
  value: Schema.NullOr(Schema.String),
  /** Where the value comes from: the environment, a file, or the default. */
  source: Schema.String,
  /** Why the value cannot be used; null where it can. */
  problem: Schema.NullOr(Schema.String)
})
type Setting = typeof Setting.Type

/** What `config print --json` prints. */
export const Printed = Schema.Struct({ options: Schema.Array(Setting), variables: Schema.Array(Setting) })
const print = Output.document(Printed)

type InForce = Effect.Effect<string, ConfigError.ConfigError>

/** An address without the password that it may have. */
const withoutPassword = (url: URL | string): string => {
  const shown = new URL(url)
  if (shown.password === "") return String(url)
  shown.password = ""
  return `${shown} (its password is left out)`
}

const durationOf = <A>(config: Effect.Effect<A, ConfigError.ConfigError>, get: (value: A) => Duration.Duration) =>
  Effect.map(config, (value) => Duration.format(get(value)))

/** The client's settings, with a key in place of one that is not set: they are read with the key or not at all. */
const client = Effect.configProviderWith((provider) =>
  Effect.withConfigProvider(
    ClientSettings.config(),
    ConfigProvider.orElse(provider, () => ConfigProvider.fromMap(new Map([["INVENT_API_KEY", "none"]])))
  )
)

type Plain = (typeof Environment.others)[number]

/** What is in force: the variable, or the default that the program has where it is not set. */
const inForce: { readonly [Name in Plain]: InForce } = {
  INVENT_BASE_URL: Effect.map(client, ({ baseUrl }) => withoutPassword(baseUrl)),
  INVENT_ORG_ID: Effect.map(client, ({ orgId }) => orgId),
  INVENT_RATE_LIMIT: Effect.map(ClientSettings.rateLimitConfig, ({ limit }) => `${limit} requests`),
  INVENT_RATE_WINDOW: durationOf(ClientSettings.rateLimitConfig, ({ window }) => Duration.decode(window)),
  FOLLOW_UPS_ORGS: Effect.map(Orgs.config, (orgs) => orgs.join(", ")),
  FOLLOW_UPS_LOG_FORMAT: Config.withDefault(Config.literal(...logFormats)("FOLLOW_UPS_LOG_FORMAT"), "pretty or logfmt"),
  FOLLOW_UPS_STOP_GRACE: durationOf(Grace.config, (grace) => grace),
  FOLLOW_UPS_SWEEP_EVERY: durationOf(Scheduler.serveConfig, ({ sweepEvery }) => sweepEvery),
  FOLLOW_UPS_SWEEP_SLACK: durationOf(Scheduler.serveConfig, ({ sweepSlack }) => sweepSlack),
  FOLLOW_UPS_STUCK_AFTER: durationOf(Thresholds.settings, ({ stuckAfter }) => stuckAfter),
  FOLLOW_UPS_LOOK_WITHIN: durationOf(Thresholds.settings, ({ lookWithin }) => lookWithin),
  FOLLOW_UPS_LATE_AFTER: durationOf(Thresholds.settings, ({ lateAfter }) => lateAfter),
  FOLLOW_UPS_PAUSED_FOR: durationOf(Thresholds.settings, ({ pausedFor }) => pausedFor),
  FOLLOW_UPS_THROTTLED_FOR: durationOf(Thresholds.settings, ({ throttledFor }) => throttledFor),
  FOLLOW_UPS_ALERT_FORMAT: Effect.map(Alerts.settings, ({ format }) => format),
  FOLLOW_UPS_ALERT_REPEAT: durationOf(Alerts.settings, ({ repeatAfter }) => repeatAfter),
  RUNNER_HOST: Effect.map(ClusterRunner.address, ({ host }) => host),
  RUNNER_PORT: Effect.map(ClusterRunner.address, ({ port }) => String(port)),
  RUNNER_LOCK_EXPIRATION: durationOf(ClusterRunner.lockExpiration, (expiration) => expiration),
  OTEL_EXPORTER_OTLP_ENDPOINT: Config.map(OtlpExporter.endpoint, withoutPassword),
  OTEL_SERVICE_NAME: OtlpExporter.serviceName,
  OTEL_METRIC_EXPORT_INTERVAL: durationOf(OtlpExporter.interval, (interval) => interval)
}

type Secret = (typeof Environment.secrets)[number]

/** Reads each secret as the program does. No error has a part of it. */
const usable: { readonly [Name in Secret]: Effect.Effect<unknown, ConfigError.ConfigError> } = {
  INVENT_API_KEY: client,
  FOLLOW_UPS_TOKEN: Operators.single,
  FOLLOW_UPS_PAGE_TOKENS: Operators.named,
  FOLLOW_UPS_ALERT_URL: Alerts.url,
  FOLLOW_UPS_HEARTBEAT_URL: Alerts.heartbeat,
  OTEL_EXPORTER_OTLP_HEADERS: OtlpExporter.headers,
  DATABASE_URL: Database.url
}

/** Null where the variable is not set and has no default. */
const orNull = (inForce: InForce): Effect.Effect<string | null, ConfigError.ConfigError> =>
  Effect.catchIf(inForce, ConfigError.isMissingDataOnly, () => Effect.succeed(null))

const isPlain = (name: Environment.Name): name is Plain => Object.hasOwn(inForce, name)

type Serve = CommandDescriptor.Command<unknown>

/** Why `serve` refuses this option; null where it takes it, beside the options that it cannot do without. */
const problemOf = (serve: Serve, name: string, values: ReadonlyArray<string>) => {
  const required = name === "chats" || name === "inbox" ? ["--policy", "-"] : ["--policy", "-", "--inbox"]
  const given = values.length === 0 ? [`--${name}`] : values.flatMap((value) => [`--${name}`, value])
  return CommandDescriptor.parse(serve, ["serve", ...required, ...given], CliConfig.defaultConfig).pipe(
    Effect.match({
      onSuccess: () => null,
      onFailure: ({ error }) => Help.textOf(HelpDoc.getSpan(error))
    })
  )
}

const sourceOf = ({ config, fromEnvironment, secretFiles }: Settings, name: Environment.Name): string | undefined => {
  if (fromEnvironment.has(name)) return "the environment"
  const secretFile = secretFiles.get(name)
  if (secretFile !== undefined) return `${secretFile}, named by ${name}_FILE`
  return config?.environment.has(name) === true ? config.file : undefined
}

/** Reads it with this variable alone: what is wrong with another one is said there. */
const alone = <A>(name: Environment.Name, read: Effect.Effect<A, ConfigError.ConfigError>) =>
  Effect.configProviderWith((provider) =>
    Effect.flatMap(provider.load(Config.option(Config.string(name))), (text) => {
      const own = new Map(Option.toArray(text).map((value) => [name as string, value]))
      return Effect.withConfigProvider(read, ConfigProvider.fromMap(own, { pathDelim: " " }))
    })
  )

const variable = (settings: Settings, name: Environment.Name): Effect.Effect<Setting> =>
  Effect.gen(function* () {
    const source = sourceOf(settings, name)
    if (!isPlain(name)) {
      const read = source === undefined ? Either.void : yield* Effect.either(alone(name, usable[name]))
      const problem = Either.isLeft(read) ? ExitCodes.lineOf(read.left) : null
      return { name, value: source === undefined ? null : "<redacted>", source: source ?? "not set", problem }
    }
    const found = yield* Effect.either(alone(name, orNull(inForce[name])))
    if (Either.isLeft(found))
      return { name, value: null, source: source ?? "default", problem: ExitCodes.lineOf(found.left) }
    const value = found.right
    return { name, value, source: source ?? (value === null ? "not set" : "default"), problem: null }
  })

const option = (serve: Serve, settings: Settings, { byDefault, name }: Help.Listed) =>
  Effect.gen(function* () {
    const { config } = settings
    const values = config?.options.get(name)
    if (config === undefined || values === undefined || isStoodInFor(settings, name))
      return { name, value: byDefault ?? null, source: byDefault === undefined ? "not set" : "default", problem: null }
    const isTwice = name === "inbox" && config.options.has("chats")
    const problem = isTwice ? "inbox stands beside chats; leave one" : yield* problemOf(serve, name, values)
    return { name, value: values.length === 0 ? "true" : values.join(", "), source: config.file, problem }
  })

const rows = (settings: ReadonlyArray<Setting>): ReadonlyArray<string> =>
  TerminalText.table(
    settings.map(({ name, problem, source, value }) => [
      `  ${name}`,
      problem === null ? (value ?? "") : `${value ?? ""} (cannot be used)`.trim(),
      source
    ])
  )

/** A line for each setting that cannot be used. */
const problemsOf = (settings: ReadonlyArray<Setting>): ReadonlyArray<string> => {
  const lines = settings.flatMap(({ name, problem }) => {
    if (problem === null) return []
    return [problem.startsWith(`${name} `) ? problem : `${name}: ${problem}`]
  })
  return lines.length === 0 ? [] : ["", "Cannot be used", ...lines.map((line) => `  ${line}`)]
}

/** Prints the settings, and ends with 2 where one cannot be used. Sends no request. */
export const configPrint = (serve: Serve, { json }: { readonly json: boolean }) =>
  Effect.gen(function* () {
    const settings = yield* CurrentSettings
    const options = yield* Effect.forEach(Help.optionsOf(serve), (each) => option(serve, settings, each))
    const variables = yield* Effect.forEach(Environment.names, (name) => variable(settings, name))
    yield* json
      ? print({ options, variables })
      : Output.lines([
          "Options of serve",
          ...rows(options),
          "",
          "Variables",
          ...rows(variables),
          ...problemsOf([...options, ...variables])
        ])
    if ([...options, ...variables].some(({ problem }) => problem !== null))
      return yield* new ExitCodes.Exited({ code: 2 })
  })
