/** What would happen next in a chat, by its messages and the record. Nothing is sent and nothing recorded. */
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { ChatId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as ChatReader from "../ChatReader.ts"
import * as Decide from "../Decide.ts"
import type { ChatSnapshot } from "../Decide/ChatSnapshot.ts"
import * as Consent from "../Decide/Consent.ts"
import * as FirstDue from "../Decide/FirstDue.ts"
import * as Variant from "../Decide/Variant.ts"
import * as Holdout from "../Decide/Holdout.ts"
import * as Erasure from "../Privacy/Erasure.ts"
import { Ledger } from "../Ledger.ts"
import * as TerminalText from "../TerminalText.ts"
import * as CountText from "../Policy/CountText.ts"
import * as PolicyChoice from "../Decide/PolicyChoice.ts"
import { Policies } from "../Policies.ts"
import * as PolicyVersions from "../Policies/PolicyVersions.ts"
import { effectiveFrom as effectiveFromOf, type Policy } from "../Policy.ts"
import { describe, Reason } from "../Decide/Reason.ts"

/** Facts that a preview does not have of a chat whose row it has not found. They are named in its output. */
export const unseen = [
  "open, snoozed or closed",
  "assigned",
  "temporary",
  "AI, the assistant and its channel on or off",
  "muted_until",
  "follow_up_at",
  "whether a contact opted out whom no message names"
] as const

/** The same as a sentence, for so many chats. Empty where the row of every chat was found. */
export const describeUnseen = (chats: number): ReadonlyArray<string> =>
  chats === 0
    ? []
    : [
        `Of ${CountText.count(chats, "chat")}, not among the first 500 of the inbox, only the messages were seen. ` +
          `Not seen: ${unseen.join("; ")}.`
      ]

/**
 * What would happen next in one chat, in the JSON of `preview` and `run`. `hold` is the decision `Skip`; `unread`: the
 * chat could not be read. `step` counts from 1.
 */
export const Prospect = Schema.Struct({
  chat_id: Schema.String,
  /** The organization of the chat; absent where none is named, or it is not known. */
  org_id: Schema.optionalWith(Schema.String, { exact: true }),
  next: Schema.Literal("act", "wait", "stop", "hold", "unread"),
  policy: Schema.NullOr(Schema.String),
  /** The contact's variant of the policy; absent where it has none. */
  variant: Schema.optionalWith(Schema.String, { exact: true }),
  step: Schema.NullOr(Schema.Int),
  action: Schema.NullOr(Schema.String),
  /** When the step would be taken, or the chat be decided upon again. */
  at: Schema.NullOr(Schema.DateTimeUtc),
  reason: Schema.NullOr(Reason),
  /** Whether only the messages were seen, and the state counts as open; absent where it was seen. */
  state_unseen: Schema.optionalWith(Schema.Literal(true), { exact: true }),
  /** The reason, or the error, as a sentence. */
  why: Schema.String
})
/** What would happen next in one chat. */
export type Prospect = typeof Prospect.Type

/** Services for reads that record nothing. */
export const layer = Layer.mergeAll(PolicyVersions.layerReadOnly, Erasure.layerReadOnly, ChatReader.layerReadOnly)

/**
 * Adds what the contact wrote about follow-ups in chats that a scheduler has decided by their row alone: their messages
 * are listed, a request for each.
 */
const withConsentElsewhere = (chat: ChatSnapshot, policy: Policy) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const reader = yield* ChatReader.ChatReader
    // A database of an older edition may lack the table.
    const others = yield* Effect.orElseSucceed(ledger.notReadWhole(chat), () => [])
    const said = yield* Effect.forEach(others, (chat_id) =>
      Effect.map(reader.list(chat_id), ({ messages }) => Consent.saidIn(messages, policy)).pipe(
        Effect.catchTag("NotFound", () => Effect.succeed(undefined))
      )
    )
    return { ...chat, consent: said.reduce(Consent.latest, chat.consent) }
  })

/**
 * Reads the messages and the row of a chat, chooses its policy and decides, by GET only. Fails with the error of the
 * request. A ledger of an older edition that lacks a table counts as empty there.
 */
export const look = (chat_id: ChatId) =>
  Effect.gen(function* () {
    const policies = yield* PolicyVersions.PolicyVersions
    const reader = yield* ChatReader.ChatReader
    const erasure = yield* Erasure.Erasure
    const ledger = yield* Ledger
    const seen = yield* reader.read(chat_id).pipe(
      // The reader of a preview counts a state that it has not found as open.
      Effect.catchTag("NotListed", Effect.die),
      Effect.flatMap(erasure.mark)
    )
    // A database of an older edition may lack these tables.
    const recalled = yield* Effect.orElseSucceed(ledger.recallConsent(seen), () => seen)
    const counted = yield* Effect.orElseSucceed(ledger.recallSends(recalled), () => recalled)
    const chat = yield* Effect.orElseSucceed(ledger.recallWhole(counted), () => counted)
    const basis = yield* policies.versionAndHistory(chat)
    const { current } = yield* Policies
    const choice = PolicyChoice.choose(yield* current, chat)
    // A contact who is not enrolled yet would be by the hash.
    const group = basis.group ?? Holdout.groupOf(basis.policy, Holdout.memberOf(chat))
    const now = yield* DateTime.now
    const isHeldOut = basis.isOpen && basis.group === "holdout"
    const policiesOf = Variant.policiesOf(basis.version)
    const decideBy = (chat: ChatSnapshot) =>
      isHeldOut
        ? FirstDue.decide({ ...basis, chat, now, group }, policiesOf)
        : Decide.decide({ ...basis, chat, now, group })
    const first = decideBy(chat)
    const mayBeDue = first._tag === "Act" || first._tag === "Wait"
    const decision = mayBeDue ? decideBy(yield* withConsentElsewhere(chat, basis.policy)) : first
    const { isWhole: isStateSeen, org_id } = chat
    return { decision, policy: basis.policy, variant: basis.variant, choice, org_id, isStateSeen }
  }).pipe(RateLimit.withLane("watch"))

/** For each policy in force: its id, and the instant before which it follows up none of our messages, if it has one. */
export const effectiveFrom = Effect.gen(function* () {
  const { current } = yield* Policies
  const policies = yield* PolicyVersions.PolicyVersions
  return yield* Effect.forEach(yield* current, (policy) =>
    Effect.map(policies.firstInForce(policy), (first) => ({ policy: policy.id, from: effectiveFromOf(policy, first) }))
  )
})

/** The same as text. The policies are named where there are several. */
export const describeEffectiveFrom = (
  all: ReadonlyArray<{ readonly policy: string; readonly from: DateTime.Utc | undefined }>
): ReadonlyArray<string> =>
  all.map(({ from, policy }) => {
    const by = all.length === 1 ? "" : ` by ${policy}`
    return from === undefined
      ? `Messages of ours are followed up however old they are${by}.`
      : `Messages of ours from before ${DateTime.formatIso(from)} are left alone${by} (effective_from).`
  })

/** Which chats more than one policy matches, and which none. */
export const Matches = Schema.Struct({
  overlaps: Schema.Array(
    Schema.Struct({ chat_id: Schema.String, taken_by: Schema.String, also: Schema.Array(Schema.String) })
  ),
  unmatched: Schema.Array(Schema.String)
})

/** The same, from the choice that was made for each chat. */
export const matchesOf = (choices: ReadonlyArray<readonly [ChatId, PolicyChoice.Choice]>): typeof Matches.Type => ({
  overlaps: choices.flatMap(([chat_id, { others, policy }]) =>
    others.length === 0 ? [] : [{ chat_id, taken_by: policy.name, also: others.map(({ name }) => name) }]
  ),
  unmatched: choices.flatMap(([chat_id, { isTaken }]) => (isTaken ? [] : [chat_id]))
})

/** The same as text: a line for each overlap, and one for all chats that no policy matches. */
export const describeMatches = ({ overlaps, unmatched }: typeof Matches.Type): ReadonlyArray<string> => [
  ...overlaps.map(
    ({ also, chat_id, taken_by }) =>
      `${chat_id} is matched by ${[taken_by, ...also].join(" and ")}: ${taken_by} takes it.`
  ),
  ...(unmatched.length === 0 ? [] : [`No policy matches ${unmatched.join(", ")}.`])
]

const nexts = { Act: "act", Wait: "wait", Stop: "stop", Skip: "hold" } as const

/** A prospect without the policy and the action, for a pass that does not give them. */
export const Looked = Prospect.omit("org_id", "policy", "variant", "action")

const holidayOf = (decision: Decide.Decision): string =>
  decision._tag === "Wait" && decision.holiday !== undefined ? ` (${decision.holiday})` : ""

/** The prospect of a decision. */
export const looked = (chat_id: ChatId, decision: Decide.Decision, isStateSeen = true): typeof Looked.Type => {
  const reason = decision._tag === "Act" ? null : decision.reason
  return {
    chat_id,
    next: nexts[decision._tag],
    step: decision._tag === "Act" || decision._tag === "Wait" ? decision.step : null,
    at: decision._tag === "Act" ? decision.at : decision._tag === "Wait" ? decision.until : null,
    reason,
    ...(!isStateSeen && { state_unseen: true }),
    why: reason === null ? "the silence is over" : `${describe(reason)}${holidayOf(decision)}`
  }
}

/** What a look at a chat has found; without `isStateSeen`, its state was seen. */
interface Found {
  readonly policy: Policy
  readonly decision: Decide.Decision
  readonly variant?: string | undefined
  readonly org_id?: string | undefined
  readonly isStateSeen?: boolean
}

/** The prospect of what was found, with its policy, the contact's variant, the step's action and the organization. */
export const of = (chat_id: ChatId, { decision, isStateSeen = true, org_id, policy, variant }: Found): Prospect => {
  const found = looked(chat_id, decision, isStateSeen)
  const action = found.step === null ? null : (policy.steps[found.step - 1]?.action ?? null)
  const [org, of] = [org_id === undefined ? {} : { org_id }, variant === undefined ? {} : { variant }]
  return { ...found, ...org, policy: policy.id, ...of, action }
}

/** The prospect of a chat that could not be read; `why` is the text of the error. */
export const unread = (chat_id: ChatId, why: string): Prospect => ({
  chat_id,
  next: "unread",
  policy: null,
  step: null,
  action: null,
  at: null,
  reason: null,
  why
})

const cells =
  (isNamed: boolean, hasOrg: boolean) =>
  ({ at, chat_id, next, org_id = "", policy, step, variant, why }: Prospect): ReadonlyArray<string> => [
    chat_id,
    ...(hasOrg ? [org_id] : []),
    step === null
      ? next
      : `${next}: step ${step}${isNamed ? ` of ${policy}` : ""}${variant === undefined ? "" : `, variant ${variant}`}`,
    at === null ? "" : DateTime.formatIso(at).slice(0, 19).concat("Z"),
    why
  ]

/**
 * With a heading, in columns. `isNamed`: whether each step names its policy. `hasOrg`: whether each chat names its
 * organization.
 */
export const table = (prospects: ReadonlyArray<Prospect>, isNamed = false, hasOrg = false): ReadonlyArray<string> =>
  TerminalText.table([
    ["chat", ...(hasOrg ? ["organization"] : []), "next", "when", "why"],
    ...prospects.map(cells(isNamed, hasOrg))
  ])
