/**
 * Everything that the audit may say of a chat or a follow-up: the name under which the ledger keeps it, its details,
 * its kind, and its sentence. No detail has a text or a name of a contact.
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Holdout from "../Decide/Holdout.ts"
import { describe, Reason } from "../Decide/Reason.ts"
import * as CountText from "../Policy/CountText.ts"

/**
 * What kind of entry it is: a decision, a wait, a call to the service, the end of a follow-up, or a choice of the
 * operator.
 */
export type Kind = "decision" | "wait" | "call" | "end" | "operator"

/** Puts an instant into words, beside the time of the entry. */
type Clock = (instant: DateTime.Utc | undefined) => string

interface Definition<Detail> {
  readonly kind: (detail: Partial<Detail>) => Kind
  /** The details as the ledger keeps them. */
  readonly encode: (detail: Detail) => object
  /**
   * An erasure takes out the details that tell of the contact, so each may be missing. None where one is not what this
   * edition would have written.
   */
  readonly decode: (json: unknown) => Option.Option<Partial<Detail>>
  readonly sentence: (detail: Partial<Detail>, at: Clock) => string
}

/** The ids of chat and conversation of an entry that is about all chats: a service gives no chat an empty id. */
export const ofAllChats = ""

const define = <Detail, Encoded extends object>(
  kind: Kind | Definition<Detail>["kind"],
  detail: Schema.Schema<Detail, Encoded>,
  sentence: Definition<Detail>["sentence"]
): Definition<Detail> => ({
  kind: typeof kind === "function" ? kind : () => kind,
  encode: Schema.encodeSync(detail),
  decode: Schema.decodeUnknownOption(Schema.partial(detail)),
  sentence
})

/** A sentence; a detail that is missing leaves no trace in it. */
const say = (strings: TemplateStringsArray, ...details: ReadonlyArray<string | number | undefined>): string =>
  String.raw({ raw: strings }, ...details.map((each) => each ?? ""))

const Instant = Schema.DateTimeUtc
/** When the chat is read next. */
const look_at = Instant
/** The number of the step, from 1. */
const step = Schema.Number
const action = Schema.Literal("snooze", "close", "assign")
const Empty = Schema.Struct({})

/** The variant of the policy; absent where it has none, or it is not known yet. */
const variant = Schema.optional(Schema.String)

/** The name of the operator who did it; absent where they gave none. */
const by = Schema.optional(Schema.String)
const who = (detail: { readonly by?: string | undefined }): string => detail.by ?? "an operator"

const because = (reason: Reason | null = null): string => (reason === null ? "" : `: ${describe(reason)}`)

const definitions = {
  /** The decision about a chat differs from the one before. */
  decided: define(
    ({ decision }) => (decision === "Wait" ? "wait" : "decision"),
    Schema.Struct({
      decision: Schema.Literal("Act", "Wait", "Stop", "Skip", "Failed"),
      reason: Schema.NullOr(Reason),
      until: Schema.optional(Instant)
    }),
    ({ decision, reason, until }, at) => {
      if (decision === "Act") return "looked: a follow-up is due"
      if (decision === "Wait") return say`looked: waits until ${at(until)}${because(reason)}`
      // The chat was read, and what followed was refused.
      const couldNot = decision === "Failed" && reason !== "refused"
      return couldNot ? say`could not look${because(reason)}` : say`looked: no follow-up${because(reason)}`
    }
  ),
  planned: define(
    "wait",
    Schema.Struct({
      policy: Schema.String,
      variant,
      step,
      anchor: Schema.String,
      look_at,
      zones: Schema.Array(Schema.String),
      country: Schema.optional(Schema.String)
    }),
    (detail, at) => {
      const of = detail.variant === undefined ? detail.policy : say`${detail.policy}, variant ${detail.variant}`
      return say`planned step ${detail.step} of ${of}; looks again at ${at(detail.look_at)}`
    }
  ),
  postponed: define(
    "wait",
    Schema.Struct({ look_at, reason: Reason }),
    (detail, at) => say`postponed to ${at(detail.look_at)}${because(detail.reason)}`
  ),
  /** The contact's first follow-up by a policy with a holdout or variants is due. */
  enrolled: define("decision", Schema.Struct({ group: Holdout.Group, variant }), ({ group, variant }) => {
    const place = group === "holdout" ? "left out" : "followed up"
    return variant === undefined
      ? `the first follow-up of a policy with a holdout is due: the contact is ${place}, to compare how many reply`
      : `the first follow-up of a policy with variants is due: the contact is in ${variant}, to compare how many reply`
  }),
  planned_again: define("wait", Schema.Struct({ look_at }), () => "the request was never applied: planned again"),
  /** `follow_up_at` is about to be set. */
  armed: define(
    "call",
    Schema.Struct({ step, follow_up_at: Instant }),
    (detail, at) => say`about to set follow_up_at to ${at(detail.follow_up_at)} for step ${detail.step}`
  ),
  scheduled: define(
    "call",
    Schema.Struct({ follow_up_at: Instant }),
    ({ follow_up_at }, at) => say`the server confirmed follow_up_at ${at(follow_up_at)}`
  ),
  rechecked: define("call", Schema.Struct({ look_at }), () => "looked again shortly before: nobody wrote"),
  sending: define("call", Schema.Struct({ step }), (detail) => say`about to send the message of step ${detail.step}`),
  answer_lost: define(
    "call",
    Schema.Struct({ look_at, error: Schema.String }),
    (detail, at) => say`the answer was lost (${detail.error}); looks for the message at ${at(detail.look_at)}`
  ),
  message_absent: define("call", Schema.Struct({ look_at }), () => "the message is not there yet"),
  message_ambiguous: define(
    "call",
    Schema.Struct({ look_at }),
    (detail, at) =>
      say`a message is there that may be the follow-up or the answer to a reply; looks again at ${at(detail.look_at)}`
  ),
  changing_state: define(
    "call",
    Schema.Struct({ step, action }),
    (detail) => say`about to ${detail.action} the chat for step ${detail.step}`
  ),
  brought_forward: define("call", Empty, () => "something happened in the chat: takes the follow-up back now"),
  /** The value was taken back so late that the message may have been written. */
  taken_back: define(
    "call",
    Schema.Struct({ look_at, reason: Reason }),
    () => "taken back at the last moment: looks whether it was written all the same"
  ),
  held_back: define(
    "call",
    Schema.Struct({ look_at, error: Schema.String }),
    (detail, at) => say`held back: paused, or too long after the look; looks again at ${at(detail.look_at)}`
  ),
  /** Another process cleared a value that may have been this one's. */
  contested: define(
    "call",
    Schema.Struct({ look_at }),
    () => "another process, frozen meanwhile, took back what may have been this one's: looks again now"
  ),
  not_set_again: define(
    "call",
    Schema.Struct({ look_at }),
    (detail, at) => say`it is not set again; looks for the message at ${at(detail.look_at)}`
  ),
  not_listed: define(
    "call",
    Schema.Struct({ look_at }),
    (detail, at) =>
      say`no list shows the chat, so nothing stands that was set in it; looks for the message at ${at(detail.look_at)}`
  ),
  /** `after`: the id of the contact's last message. */
  read_by_update: define(
    "call",
    Schema.Struct({ after: Schema.NullOr(Schema.String) }),
    () => "no list shows the chat: read by an update that changes nothing, once until the contact writes again"
  ),
  unreachable: define(
    "call",
    Schema.Struct({ look_at, error: Schema.String }),
    (detail, at) => say`no answer from the service (${detail.error}); tries again at ${at(detail.look_at)}`
  ),
  resumed_by_sweep: define(
    "call",
    Schema.Struct({ was_due: Instant }),
    ({ was_due }, at) => say`taken up by the sweep, due since ${at(was_due)}`
  ),
  /** `message`: the id of the assistant's message. */
  sent: define(
    "end",
    Schema.Struct({ message: Schema.String, at: Instant }),
    (detail, at) =>
      say`the assistant followed up at ${at(detail.at)}${detail.message === undefined ? "" : ` as ${detail.message}`}`
  ),
  state_changed: define("end", Schema.Struct({ action }), ({ action }) => say`the server confirmed it: ${action}`),
  skipped: define("end", Schema.Struct({ reason: Reason }), ({ reason }) => say`did not follow up${because(reason)}`),
  withdrawn: define(
    "end",
    Schema.Struct({ reason: Reason }),
    ({ reason }) => say`took the follow-up back${because(reason)}`
  ),
  unknown: define(
    "end",
    Schema.Struct({ reason: Reason }),
    ({ reason }) => say`gave up finding out${because(reason)}; only an operator may have it tried again`
  ),
  policy_changed: define(
    "operator",
    Schema.Struct({ from: Schema.String, to: Schema.String }),
    ({ from, to }) => say`goes on by ${to} in place of ${from}: decided anew`
  ),
  assumed_delivered: define(
    "operator",
    Schema.Struct({ step, by }),
    (detail) => say`${who(detail)} took step ${detail.step} as delivered`
  ),
  sent_again: define(
    "operator",
    Schema.Struct({ step, by }),
    (detail) => say`${who(detail)} had step ${detail.step} sent again, knowing that it may be the second time`
  ),
  paused: define("operator", Schema.Struct({ by }), (detail) => say`${who(detail)} paused all follow-ups`),
  /** `confirmed`: how many contacts a hold wanted confirmed, and were. */
  resumed: define("operator", Schema.Struct({ by, confirmed: Schema.optional(Schema.Number) }), (detail) => {
    const confirmed =
      detail.confirmed === undefined ? "" : `, and confirmed ${CountText.count(detail.confirmed, "contact")}`
    return say`${who(detail)} resumed follow-ups${confirmed}`
  }),
  opted_out: define(
    "operator",
    Schema.Struct({ by }),
    (detail) => say`${who(detail)} recorded that the contact wants no follow-ups`
  ),
  opted_in: define(
    "operator",
    Schema.Struct({ by }),
    (detail) => say`${who(detail)} recorded that the contact wants follow-ups again`
  ),
  /** `contacts`: how many of a part of the list had not opted out before. */
  opt_outs_imported: define(
    "operator",
    Schema.Struct({ by, contacts: Schema.Number }),
    (detail) => say`${who(detail)} imported opt-outs: ${detail.contacts}`
  ),
  /** It names no contact. */
  contact_erased: define("operator", Schema.Struct({ by }), (detail) => say`${who(detail)} erased a contact`),
  /** A start that reaches more contacts than go without being confirmed. `start`: what began, in words. */
  start_confirmed: define(
    "operator",
    Schema.Struct({ by, start: Schema.String, contacts: Schema.Number }),
    (detail) => say`${detail.start}; ${who(detail)} had confirmed the ${detail.contacts} contacts who are written to`
  ),
  policy_applied: define(
    "operator",
    Schema.Struct({ by, policy: Schema.String, running: Schema.String }),
    (detail) => say`${who(detail)} applied ${detail.policy} with --running ${detail.running}`
  )
}

type Details = {
  readonly [Name in keyof typeof definitions]: (typeof definitions)[Name] extends Definition<infer Detail>
    ? Detail
    : never
}

/** The name under which the ledger keeps an event. */
export type Name = keyof Details

/** The names of the events that an operator causes, by a command or on the page. */
export const ofOperators: ReadonlyArray<string> = Object.entries(definitions)
  .filter(([, { kind }]) => kind({}) === "operator")
  .map(([name]) => name)

type Of<N extends Name> = {
  readonly [Each in N]: {} extends Details[Each]
    ? { readonly name: Each; readonly detail?: Details[Each] }
    : { readonly name: Each; readonly detail: Details[Each] }
}[N]

/** An event with its details. */
export type AuditEvent = Of<Name>

/** Events after which the chat is read again. */
type WaitingName = {
  readonly [N in Name]: Details[N] extends { readonly look_at: DateTime.Utc } ? N : never
}[Exclude<Name, "planned">]

/** An event after which the chat is read again, at an instant that is not known yet. */
export type Waiting = {
  readonly [N in WaitingName]: {} extends Omit<Details[N], "look_at">
    ? { readonly name: N }
    : { readonly name: N; readonly detail: Omit<Details[N], "look_at"> }
}[WaitingName]

/** The same event, with the instant at which the chat is read again. */
export const until = (event: Waiting, look_at: DateTime.Utc): AuditEvent =>
  // The type of the details follows from the name, of which the compiler knows only that it is one of several.
  ({ name: event.name, detail: { ...("detail" in event && event.detail), look_at } }) as AuditEvent

/** The columns `event` and `detail` of its row. `policy`: the policy of the follow-up that it is about. */
export const encode = <N extends Name>(
  { name, detail }: { readonly name: N; readonly detail?: Details[N] },
  policy?: string
) => {
  const definition: Definition<Details[N]> = (definitions as { readonly [Each in N]: Definition<Details[Each]> })[name]
  const encoded = definition.encode(detail ?? ({} as Details[N]))
  return { event: name, detail: JSON.stringify({ ...(policy !== undefined && { policy }), ...encoded }) }
}

/** An event as it is on record. */
export interface Recorded {
  readonly at: DateTime.Utc
  readonly event: string
  readonly detail: unknown
}

const isName = (name: string): name is Name => Object.hasOwn(definitions, name)

const of = <N extends Name, A>(
  name: N,
  detail: unknown,
  use: (definition: Definition<Details[N]>, detail: Partial<Details[N]>) => A
): Option.Option<A> => {
  const definition: Definition<Details[N]> = (definitions as { readonly [Each in N]: Definition<Details[Each]> })[name]
  return Option.map(definition.decode(detail), (decoded) => use(definition, decoded))
}

/** The details of an entry that are on record, where it is of this event. */
export const detailOf = <N extends Name>(name: N, entry: Recorded): Option.Option<Partial<Details[N]>> =>
  entry.event === name ? of(name, entry.detail, (_, detail) => detail) : Option.none()

/** The kind of an entry. An event that this edition does not know counts as a call. */
export const kindOf = ({ detail, event }: Recorded): Kind =>
  isName(event)
    ? Option.getOrElse(
        of(event, detail, (definition, decoded) => definition.kind(decoded)),
        () => "call"
      )
    : "call"

/** The time of day in UTC, to the millisecond. */
export const timeOfDay = (instant: DateTime.Utc): string => DateTime.formatIso(instant).slice(11, 23)

/** The time of day; with its date where that is not the date of the entry. */
const clockBeside =
  (entryAt: DateTime.Utc): Clock =>
  (instant) => {
    if (instant === undefined) return ""
    const day = DateTime.formatIsoDateUtc(instant)
    return day === DateTime.formatIsoDateUtc(entryAt) ? timeOfDay(instant) : `${day} ${timeOfDay(instant)}`
  }

/** An entry as one sentence. Times are UTC. An event that this edition does not know is given by its name. */
export const sentence = ({ at, detail, event }: Recorded): string =>
  isName(event)
    ? Option.getOrElse(
        of(event, detail, (definition, decoded) => definition.sentence(decoded, clockBeside(at))),
        () => event
      )
    : event
