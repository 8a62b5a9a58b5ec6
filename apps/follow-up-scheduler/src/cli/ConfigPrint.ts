/**
 * `config print`: each option that `serve` has without a command line, each variable, what is in force, and where it
 * comes from.
 */
import * as ClientSettings from "@effect-invent/client/Settings"
import type * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
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
  INVENT_BASE_URL: Effect.map(client, ({ baseUrl }) => String(baseUrl)),
  INVENT_ORG_ID: Effect.map(client, ({ orgId }) => orgId),
  INVENT_RATE_LIMIT: Effect.map(ClientSettings.rateLimitConfig, ({ limit }) => `${limit} requests`),
  INVENT_RATE_WINDOW: durationOf(ClientSettings.rateLimitConfig, ({ window }) => Duration.decode(window)),
  FOLLOW_UPS_ORGS: Effect.map(Orgs.config, (orgs) => orgs.join(", ")),
  FOLLOW_UPS_LOG_FORMAT: Config.withDefault(Config.string("FOLLOW_UPS_LOG_FORMAT"), "pretty or logfmt"),
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
  OTEL_EXPORTER_OTLP_ENDPOINT: Config.map(OtlpExporter.endpoint, String),
  OTEL_SERVICE_NAME: OtlpExporter.serviceName,
  OTEL_METRIC_EXPORT_INTERVAL: durationOf(OtlpExporter.interval, (interval) => interval)
}

/** Null where the variable is not set and has no default. */
const orNull = (inForce: InForce): Effect.Effect<string | null, ConfigError.ConfigError> =>
  Effect.catchIf(inForce, ConfigError.isMissingDataOnly, () => Effect.succeed(null))

const isPlain = (name: Environment.Name): name is Plain => Object.hasOwn(inForce, name)

const sourceOf = ({ config, fromEnvironment, secretFiles }: Settings, name: Environment.Name): string | undefined => {
  if (fromEnvironment.has(name)) return "the environment"
  const secretFile = secretFiles.get(name)
  if (secretFile !== undefined) return `${secretFile}, named by ${name}_FILE`
  return config?.environment.has(name) === true ? config.file : undefined
}

const variable = (settings: Settings, name: Environment.Name): Effect.Effect<Setting> =>
  Effect.gen(function* () {
    const source = sourceOf(settings, name)
    if (!isPlain(name))
      return { name, value: source === undefined ? null : "<redacted>", source: source ?? "not set", problem: null }
    const found = yield* Effect.either(orNull(inForce[name]))
    if (Either.isLeft(found))
      return { name, value: null, source: source ?? "default", problem: ExitCodes.lineOf(found.left) }
    const value = found.right
    return { name, value, source: source ?? (value === null ? "not set" : "default"), problem: null }
  })

const option = (settings: Settings, { byDefault, name }: Help.Listed): Setting => {
  const { config } = settings
  const values = config?.options.get(name)
  if (config === undefined || values === undefined || isStoodInFor(settings, name))
    return { name, value: byDefault ?? null, source: byDefault === undefined ? "not set" : "default", problem: null }
  return { name, value: values.length === 0 ? "true" : values.join(", "), source: config.file, problem: null }
}

const rows = (settings: ReadonlyArray<Setting>): ReadonlyArray<string> =>
  TerminalText.table(settings.map(({ name, problem, source, value }) => [`  ${name}`, problem ?? value ?? "", source]))

/** Prints the settings, and ends with 2 where one cannot be used. Sends no request. */
export const configPrint = (serve: CommandDescriptor.Command<unknown>, { json }: { readonly json: boolean }) =>
  Effect.gen(function* () {
    const settings = yield* CurrentSettings
    const options = Help.optionsOf(serve).map((each) => option(settings, each))
    const variables = yield* Effect.forEach(Environment.names, (name) => variable(settings, name))
    yield* json
      ? print({ options, variables })
      : Output.lines(["Options of serve", ...rows(options), "", "Variables", ...rows(variables)])
    if (variables.some(({ problem }) => problem !== null)) return yield* new ExitCodes.Exited({ code: 2 })
  })
