/** What the vendor's pages leave open, each as a named option, so that a client can be tested against either answer. */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import type * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as YamlFile from "./Program/YamlFile.ts"
import { Wait } from "./Time/DurationText.ts"

const withDefault = <A, I>(schema: Schema.Schema<A, I>, value: A) =>
  Schema.optionalWith(schema, { exact: true, default: () => value })

const flag = withDefault(Schema.Boolean, false)
const Order = Schema.Literal("ascending", "descending")

/** What keeps a chat's follow-up from being written when it falls due. */
const Obstacles = Schema.Struct({
  closed: flag,
  snoozed: flag,
  muted: flag,
  aiDisabled: flag,
  blocked: flag,
  /** The pages document only that broadcasts do not come to such a contact. */
  unsubscribed: withDefault(Schema.Boolean, true)
})
/** A state of a chat, or of its contact, that keeps its follow-up from being written. */
export type Obstacle = keyof typeof Obstacles.Type

const Reopened = Schema.Struct({
  closed: withDefault(Schema.Boolean, true),
  snoozed: withDefault(Schema.Boolean, true)
})

/** Every open question of the vendor's pages as a key, with a default that the pages do not contradict. */
export const Behaviour = Schema.Struct({
  /** Whether a contact's message cancels the follow-up that is scheduled. */
  replyClearsFollowUp: withDefault(Schema.Boolean, true),
  /** The obstacles that a follow-up ignores. */
  followUpFiresWhen: withDefault(Obstacles, Schema.decodeSync(Obstacles)({})),
  /** The value of `follow_up_at` after an obstacle kept the follow-up from being written. It never fires later. */
  suppressedFollowUp: withDefault(Schema.Literal("cleared", "kept"), "cleared"),
  /** A `follow_up_at` that has passed already: due at once, or refused with 400. */
  pastFollowUp: withDefault(Schema.Literal("fires", "refused"), "fires"),
  /** Whether a contact's message sets the chat to OPEN. */
  contactMessageReopens: withDefault(Reopened, Schema.decodeSync(Reopened)({})),
  /**
   * Whether a contact's message to a closed chat starts a new chat of the conversation, which `state.info` then names.
   * Comes before `contactMessageReopens`.
   */
  newChatAfterClose: flag,
  /** Whether a message of the staff's through the API switches the assistant off. */
  staffMessageDisablesAi: flag,
  /**
   * Whether the assistant answers in a chat that is muted, of which the pages document how to mute it and not what that
   * stops.
   */
  mutedAssistant: withDefault(Schema.Literal("answers", "silent"), "answers"),
  /** A message of the staff's to a contact that is blocked or unsubscribed: written, or refused with 400. */
  messageToOptedOut: withDefault(Schema.Literal("accepted", "refused"), "accepted"),
  /** How long a new message is in no list and cannot be read; the events and the chat itself have it at once. */
  messagesListedAfter: withDefault(Wait, Duration.zero),
  /** Whether a blocked contact can write. The assistant never answers one. */
  blockedContact: withDefault(Schema.Literal("accepted", "refused"), "accepted"),
  messageOrder: withDefault(Order, "ascending"),
  /** Whether a list of messages that begins at `from_date` has those of that very instant. */
  fromDate: withDefault(Schema.Literal("included", "excluded"), "included"),
  /** By the time of the last change. */
  inboxOrder: withDefault(Order, "descending"),
  /** How fine the dates of an answer are; the published examples have whole seconds. */
  timestamps: withDefault(Schema.Literal("milliseconds", "seconds"), "milliseconds"),
  /** Whether a WebSocket can be opened; a refusal has status 401, as for an endpoint that takes no keys. */
  webSocket: withDefault(Schema.Literal("accepted", "refused"), "accepted"),
  /** The `type` of an event about a chat that has changed; that of a new one is `create`. Null: events have no type. */
  changeEvent: withDefault(Schema.Literal("create", "update", null), "update"),
  /** The kind of channel that a contact is created with when the request does not set it. */
  channelWithoutType: withDefault(Schema.Literal("custom", "email", "internal"), "custom"),
  /** Whether a broadcast leaves out a contact that is blocked or unsubscribed. */
  broadcastToOptedOut: withDefault(Schema.Literal("skipped", "sent"), "skipped"),
  /** A CSAT score with a fraction: taken as it is, or refused with 400. */
  fractionalCsatScore: withDefault(Schema.Literal("accepted", "refused"), "accepted"),
  /** An upload with neither `file` nor `file_url`: refused with 400, or an empty file. */
  uploadOfNothing: withDefault(Schema.Literal("refused", "accepted"), "refused"),
  /** What a sub-organization's `features` are changed by: by their update, as on the older page, or by nothing. */
  orgFeatures: withDefault(Schema.Literal("changed", "ignored"), "ignored"),
  /** When a workflow's run that is not in the background is answered: once it has ended, or as it starts. */
  runAnsweredWhen: withDefault(Schema.Literal("ended", "started"), "ended"),
  /** The answer to `stream: true` of a workflow's run: the run as JSON, or events as text. */
  streamedRun: withDefault(Schema.Literal("json", "events"), "events"),
  /**
   * Whether each state update and assignment by the API, also one that changes nothing, moves `updated_at` of the chat
   * and sends an event.
   */
  stateUpdateTouches: withDefault(Schema.Boolean, true),
  /** The body of a deletion that was done. */
  deletionAnswer: withDefault(Schema.Literal("empty", "json"), "empty"),
  /** A state update without any key: answered with the chat, or refused with 400. */
  emptyPatch: withDefault(Schema.Literal("read", "refuse"), "read"),
  /** The status for answering a tool, or deciding on an action, that was answered before. */
  toolNoLongerPending: withDefault(Schema.Literal(400, 404, 409), 409),
  errorBody: withDefault(Schema.Literal("json", "text", "empty", "html"), "json")
})

/** How this emulator behaves where the vendor's pages leave it open. */
export class Options extends Context.Tag("@effect-invent/emulator/Options")<Options, typeof Behaviour.Type>() {}

/** The options that differ from their defaults. */
export type Overrides = typeof Behaviour.Encoded

/** Those of a YAML or JSON file: an object, or one with the one key `behaviour`. A left is one line. */
export const read = (text: string): Either.Either<Overrides, string> => YamlFile.read("behaviour", Behaviour, text)

/** Fills in the defaults. Throws a `ParseError` where an option is out of range; `read` fails with one line instead. */
export const make: (overrides?: Overrides) => Options["Type"] = (overrides = {}) =>
  Schema.decodeSync(Behaviour)(overrides)

/** The behaviour that the rest of the emulator reads. Dies where an option is out of range. */
export const layer = (overrides?: Overrides): Layer.Layer<Options> => Layer.sync(Options, () => make(overrides))
