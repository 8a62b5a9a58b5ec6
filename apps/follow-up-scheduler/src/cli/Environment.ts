/** The variables of the environment that the program reads. A configuration file gives them by the same names. */

/**
 * What may be read by nobody else. None of them stands in a log line or in a configuration file. Each is also read from
 * the file that a variable of the same name with `_FILE` names.
 */
export const secrets = [
  "INVENT_API_KEY",
  "FOLLOW_UPS_TOKEN",
  "FOLLOW_UPS_PAGE_TOKENS",
  "FOLLOW_UPS_ALERT_URL",
  "FOLLOW_UPS_HEARTBEAT_URL",
  "OTEL_EXPORTER_OTLP_HEADERS",
  "DATABASE_URL"
] as const

/** All others. */
export const others = [
  "INVENT_BASE_URL",
  "INVENT_ORG_ID",
  "INVENT_RATE_LIMIT",
  "INVENT_RATE_WINDOW",
  "FOLLOW_UPS_ORGS",
  "FOLLOW_UPS_LOG_FORMAT",
  "FOLLOW_UPS_STOP_GRACE",
  "FOLLOW_UPS_SWEEP_EVERY",
  "FOLLOW_UPS_SWEEP_SLACK",
  "FOLLOW_UPS_STUCK_AFTER",
  "FOLLOW_UPS_LOOK_WITHIN",
  "FOLLOW_UPS_LATE_AFTER",
  "FOLLOW_UPS_PAUSED_FOR",
  "FOLLOW_UPS_THROTTLED_FOR",
  "FOLLOW_UPS_ALERT_FORMAT",
  "FOLLOW_UPS_ALERT_REPEAT",
  "RUNNER_HOST",
  "RUNNER_PORT",
  "RUNNER_LOCK_EXPIRATION",
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "OTEL_SERVICE_NAME",
  "OTEL_METRIC_EXPORT_INTERVAL"
] as const

/** The name of a variable. */
export type Name = (typeof secrets)[number] | (typeof others)[number]

/** Every variable, the secrets first. */
export const names: ReadonlyArray<Name> = [...secrets, ...others]

/** Whether it is a secret. */
export const isSecret = (name: string): boolean => secrets.some((secret) => secret === name)
