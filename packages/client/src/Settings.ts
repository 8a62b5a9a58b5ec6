/**
 * What a client is built from: key, address, organization, deadlines, policies. Bad values are refused by name when it
 * is built.
 */
import { OrgId } from "@effect-invent/domain/Ids"
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as ValidateOption from "./internal/pipeline/ValidateOption.ts"
import * as Deadline from "./internal/pipeline/Deadline.ts"
import * as RateLimit from "./RateLimit.ts"
import * as RetryBudget from "./RetryBudget.ts"
import * as RetryPolicy from "./RetryPolicy.ts"

/** {@link Options} with every default filled in and every value checked. */
export interface Settings {
  readonly apiKey: Redacted.Redacted
  readonly baseUrl: string
  /** Fills `org_id` in every path that has one. */
  readonly orgId: OrgId
  readonly name: string | undefined
  readonly userAgent: string
  readonly deadlines: Deadline.Settings
  readonly retry: RetryPolicy.RetryPolicy
  readonly retryBudget: RetryBudget.Options
  readonly rateLimit: RateLimit.CheckedOptions
  readonly maxBodyBytes: number
}

/** Everything but the key has a default. */
export interface Options {
  /** `INVENT_API_KEY` */
  readonly apiKey: Redacted.Redacted
  /** `INVENT_BASE_URL`; default `https://api.useinvent.com`. Plain HTTP only to this machine. */
  readonly baseUrl?: string
  /** `INVENT_ORG_ID`; default `c`, the organization the key was created in. */
  readonly orgId?: OrgId
  /**
   * Tells clients of one process apart, as the attribute `invent.client.name` of `Telemetry`; none unless it is given.
   */
  readonly name?: string
  /**
   * The `User-Agent` of every request and of the WebSockets; default `effect-invent/` and this package's version. A
   * single call has its own by the `headers` of `CallOptions`. Browsers send theirs instead, without an error.
   */
  readonly userAgent?: string
  /**
   * Default: 20 seconds an attempt, 5 minutes in all, waiting for a permit included. `blocking`, 10 minutes, is for an
   * attempt of a call that the server answers only when its work is done, an approved tool or a broadcast without
   * `background: true`; such a call has `blocking` and `total` in all. Over `fetch`, Node waits no longer than 5
   * minutes for an answer to begin: use undici for longer ones.
   */
  readonly deadlines?: {
    readonly attempt?: Duration.DurationInput
    readonly total?: Duration.DurationInput
    readonly blocking?: Duration.DurationInput
  }
  readonly retry?: {
    readonly maxAttempts?: number
    readonly baseDelay?: Duration.DurationInput
    readonly maxDelay?: Duration.DurationInput
    /** The budget that all calls share, see `RetryBudget`. */
    readonly budget?: Partial<RetryBudget.Options>
  }
  /**
   * `INVENT_RATE_LIMIT` and `INVENT_RATE_WINDOW`; default 500 requests a minute, and 10,000 calls that wait for them.
   */
  readonly rateLimit?: {
    readonly limit?: number
    readonly window?: Duration.DurationInput
    readonly maxQueued?: number
  }
  /**
   * The longest body of an answer that is read, in bytes and after decompression; default 16 MiB. A longer one is
   * `UnexpectedResponse`.
   */
  readonly maxBodyBytes?: number
}

/**
 * The vendor's address.
 *
 * @see https://docs.useinvent.com/api-reference/getting-started/introduction
 */
export const defaultBaseUrl = "https://api.useinvent.com"
/** The `User-Agent` of a client that is given none: a test holds its version to the package's. */
export const defaultUserAgent = "effect-invent/0.0.0"
const defaultOrgId = OrgId.make("c")
/** A text of knowledge has up to 2 million characters, and comes twice in its answer. */
const defaultMaxBodyBytes = 16 * 1024 * 1024

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

const address = (text: string): ValidateOption.Checked<string> => {
  if (!URL.canParse(text)) return ValidateOption.refuse("INVENT_BASE_URL", "is not a URL")
  const url = new URL(text)
  if (url.username !== "" || url.password !== "")
    return ValidateOption.refuse("INVENT_BASE_URL", "must not hold credentials")
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback.test(url.hostname))) {
    return ValidateOption.refuse("INVENT_BASE_URL", "must be https: plain HTTP is accepted only to this machine")
  }
  if (/[?#]/.test(url.href)) return ValidateOption.refuse("INVENT_BASE_URL", "must end with its path")
  return Either.right(url.href.replace(/\/+$/, ""))
}

const key = (apiKey: Redacted.Redacted): ValidateOption.Checked<Redacted.Redacted> =>
  /^[\x21-\x7e]+$/.test(Redacted.value(apiKey))
    ? Either.right(apiKey)
    : ValidateOption.refuse("INVENT_API_KEY", "must be a non-empty string of visible ASCII characters")

const organization = (orgId: OrgId) =>
  ValidateOption.isId(orgId)
    ? Either.right(orgId)
    : ValidateOption.refuse("INVENT_ORG_ID", "must be an id, and not be empty")

const label = (name: string | undefined): ValidateOption.Checked<string | undefined> =>
  name === "" ? ValidateOption.refuse("name", "must not be empty") : Either.right(name)

const agent = (userAgent: string): ValidateOption.Checked<string> =>
  /^[\x21-\x7e][\x20-\x7e]*$/.test(userAgent)
    ? Either.right(userAgent)
    : ValidateOption.refuse("userAgent", "must be a non-empty string of visible ASCII characters")

/** Fills in the defaults and checks every value. */
export const make = (options: Options): ValidateOption.Checked<Settings> =>
  Either.all({
    apiKey: key(options.apiKey),
    baseUrl: address(options.baseUrl ?? defaultBaseUrl),
    orgId: organization(options.orgId ?? defaultOrgId),
    name: label(options.name),
    userAgent: agent(options.userAgent ?? defaultUserAgent),
    deadlines: Either.all({
      attempt: ValidateOption.duration("deadlines.attempt", options.deadlines?.attempt ?? Deadline.defaults.attempt, 1),
      total: ValidateOption.duration("deadlines.total", options.deadlines?.total ?? Deadline.defaults.total, 1),
      blocking: ValidateOption.duration(
        "deadlines.blocking",
        options.deadlines?.blocking ?? Deadline.defaults.blocking,
        1
      )
    }),
    retry: Either.all({
      maxAttempts: ValidateOption.whole(
        "retry.maxAttempts",
        options.retry?.maxAttempts ?? RetryPolicy.defaults.maxAttempts
      ),
      baseDelay: ValidateOption.duration(
        "retry.baseDelay",
        options.retry?.baseDelay ?? RetryPolicy.defaults.baseDelay,
        0
      ),
      maxDelay: ValidateOption.duration("retry.maxDelay", options.retry?.maxDelay ?? RetryPolicy.defaults.maxDelay, 0)
    }),
    retryBudget: Either.all({
      capacity: ValidateOption.atLeast(
        "retry.budget.capacity",
        options.retry?.budget?.capacity ?? RetryBudget.defaults.capacity,
        0
      ),
      refillPerSuccess: ValidateOption.atLeast(
        "retry.budget.refillPerSuccess",
        options.retry?.budget?.refillPerSuccess ?? RetryBudget.defaults.refillPerSuccess,
        0
      )
    }),
    rateLimit: RateLimit.check({ ...RateLimit.defaults, ...options.rateLimit }),
    maxBodyBytes: ValidateOption.whole("maxBodyBytes", options.maxBodyBytes ?? defaultMaxBodyBytes)
  })

// Built on first use: a caller that passes values does not load what reads the environment.
const environment = () =>
  Config.all({
    apiKey: Config.redacted("INVENT_API_KEY"),
    baseUrl: Config.withDefault(Config.string("INVENT_BASE_URL"), defaultBaseUrl),
    orgId: Config.string("INVENT_ORG_ID").pipe(Config.map(OrgId.make), Config.withDefault(defaultOrgId)),
    rateLimit: quota()
  })

const quota = () =>
  Config.all({
    limit: Config.withDefault(Config.number("INVENT_RATE_LIMIT"), RateLimit.defaults.limit),
    window: Config.withDefault(Config.duration("INVENT_RATE_WINDOW"), RateLimit.defaults.window)
  })

/** The quota that the environment gives a client, for who plans with it and needs no key. */
export const rateLimitConfig: Effect.Effect<RateLimit.CheckedOptions, ConfigError> = Effect.suspend(() =>
  Effect.flatMap(quota(), RateLimit.check)
)

/** Reads the environment; `overrides` win over it. */
export const config = (overrides?: Omit<Options, "apiKey">): Effect.Effect<Settings, ConfigError> =>
  Effect.flatMap(environment(), (found) =>
    make({ ...found, ...overrides, rateLimit: { ...found.rateLimit, ...overrides?.rateLimit } })
  )
