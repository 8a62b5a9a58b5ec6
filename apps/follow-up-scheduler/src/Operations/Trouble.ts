/**
 * What can go wrong while a scheduler runs, with what to do about it. Alerts, `/readyz`, `doctor` and the page use the
 * same words.
 */
import * as DateTime from "effect/DateTime"

/** The name of a trouble, as in alerts, `/readyz` and docs/operating.md. */
export type Kind = keyof typeof advice

/** Something that keeps the scheduler from its work, since when, and what was found. */
export interface Trouble {
  readonly kind: Kind
  /** What it is about, where a kind can be found several times at once: the organization of `org_refused`. */
  readonly subject?: string | undefined
  readonly since: DateTime.Utc
  /** What was found, as a sentence. Names no contact and contains no message text. */
  readonly found: string
}

/** Tells troubles apart that are found at the same time. */
export const keyOf = ({ kind, subject }: Pick<Trouble, "kind" | "subject">): string =>
  subject === undefined ? kind : `${kind} ${subject}`

interface Advice {
  readonly fix: string
  /** The first command to type. */
  readonly command: string
  readonly safe: string
}

const waits = "Nothing is lost: what is due waits, and is decided anew."

/** What to do about each kind of trouble, which command to type first, and what happens meanwhile. */
export const advice = {
  key_refused: {
    fix: "Create a key under Settings > API Keys, set INVENT_API_KEY and start serve again.",
    command: "doctor",
    safe: waits
  },
  org_refused: {
    fix: "Have the key's owner given access again, or start serve without this organization.",
    command: "doctor",
    safe: "The other organizations go on. What is due in this one waits, and is decided anew."
  },
  write_refused: {
    fix: "With 403, have the key given the right to change chats; with 400 or 422, look at the policy's text.",
    command: "status",
    safe: "Steps that are refused end with the reason refused, and are not tried again."
  },
  service_out: {
    fix: "Look at the network and at the service's own news.",
    command: "doctor",
    safe: `It goes on by itself. ${waits}`
  },
  not_looked: {
    fix: "Look at the log for why the chats are not read.",
    command: "doctor",
    safe: "Replies are not seen until then, but before each message is sent."
  },
  stuck: { fix: "The process ends with 4, and its supervisor starts it again.", command: "status", safe: waits },
  ledger_failing: {
    fix: "Look at the disk, or at the database server.",
    command: "status",
    safe: "What cannot be recorded is not sent."
  },
  outcome_unknown: {
    fix: "Look at their chats, and decide on the page that serve --ui shows.",
    command: "status",
    safe: "They are not sent again by themselves."
  },
  late: {
    fix: "Look at what else spends the quota, and at the log.",
    command: "status",
    safe: "They are sent late, or left out where the policy sets that."
  },
  throttled: {
    fix: "Give the programs that share this key's quota one DATABASE_URL, or lower INVENT_RATE_LIMIT.",
    command: "status",
    safe: "Each request is sent again when the service allows it."
  },
  paused: { fix: "Let it go on with resume, if that was forgotten.", command: "status", safe: waits },
  held: {
    fix: "Look at them with preview, and let it go on with resume.",
    command: "status",
    safe: "Nothing is sent until then."
  },
  policy_refused: {
    fix:
      "Put the file right, or back; doctor with the same --policy names every problem, and serve reads the file " +
      "again by itself.",
    command: "doctor",
    safe: "The policies that are in force stay in force."
  },
  clock_off: {
    fix: "Set this machine's clock by NTP.",
    command: "doctor",
    safe: "Nothing new is sent until then."
  }
} as const satisfies Record<string, Advice>

/** Troubles while which nothing can be sent as it should: `/readyz` answers 503. */
export const unready: ReadonlyArray<Kind> = [
  "key_refused",
  "service_out",
  "not_looked",
  "ledger_failing",
  "stuck",
  "clock_off"
]

/** To the minute: enough to find it in the log. */
const minute = (instant: DateTime.Utc): string => `${DateTime.formatIso(instant).slice(0, 16)}Z`

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

/** What is wrong and since when, in one sentence. */
export const describe = ({ found, since }: Trouble): string => `${sentence(found)}, since ${minute(since)}.`

/** The same, and what to do. */
export const advise = (trouble: Trouble): string => {
  const { command, fix, safe } = advice[trouble.kind]
  return `${describe(trouble)} ${fix} First: follow-ups ${command}. ${safe}`
}

/** The alert that a trouble is over. */
export const resolved = ({ found, since }: Trouble): string => `No longer: ${found}, since ${minute(since)}.`
