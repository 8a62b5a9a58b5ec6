/** What the vendor's pages leave open, each as a named option, so that a client can be tested against either answer. */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Layer from "effect/Layer"

/** What keeps a chat's follow-up from being written when it falls due. */
export type Obstacle = "closed" | "snoozed" | "muted" | "aiDisabled" | "blocked"

export class Options extends Context.Tag("@effect-invent/emulator/Options")<
  Options,
  {
    /** Whether a contact's message cancels the follow-up that is scheduled. */
    readonly replyClearsFollowUp: boolean
    /** The obstacles that a follow-up ignores. */
    readonly followUpFiresWhen: Readonly<Record<Obstacle, boolean>>
    /** What `follow_up_at` says after an obstacle kept the follow-up from being written. It never fires later. */
    readonly suppressedFollowUp: "cleared" | "kept"
    /** A `follow_up_at` that has passed already: due at once, or refused with 400. */
    readonly pastFollowUp: "fires" | "refused"
    /** Whether a contact's message sets the chat to OPEN. */
    readonly contactMessageReopens: { readonly closed: boolean; readonly snoozed: boolean }
    /**
     * Whether a contact's message to a closed chat starts a new chat of the conversation, which `state.info` then names. Comes
     * before `contactMessageReopens`.
     */
    readonly newChatAfterClose: boolean
    /** Whether a message of the staff's through the API switches the assistant off. */
    readonly staffMessageDisablesAi: boolean
    /** How long a new message is in no list and cannot be read; the events and the chat itself have it at once. */
    readonly messagesListedAfter: Duration.DurationInput
    /** Whether a blocked contact can write. The assistant never answers one. */
    readonly blockedContact: "accepted" | "refused"
    readonly messageOrder: "ascending" | "descending"
    /** By the time of the last change. */
    readonly inboxOrder: "ascending" | "descending"
    /** Whether a WebSocket can be opened; a refusal has status 401, as for an endpoint that takes no keys. */
    readonly webSocket: "accepted" | "refused"
    /** The `type` of an event about a chat that has changed; that of a new one is `create`. Null: events have no type. */
    readonly changeEvent: "create" | "update" | null
    /** The size of a page when `take` is left out. */
    readonly defaultTake: number
    /** A state update without any key: answered with the chat, or refused with 400. */
    readonly emptyPatch: "read" | "refuse"
    /** The status for answering a tool, or deciding on an action, that was answered before. */
    readonly toolNoLongerPending: 400 | 404 | 409
    readonly errorBody: "json" | "text" | "empty" | "html"
  }
>() {}

export const defaults: Options["Type"] = {
  replyClearsFollowUp: true,
  followUpFiresWhen: { closed: false, snoozed: false, muted: false, aiDisabled: false, blocked: false },
  suppressedFollowUp: "cleared",
  pastFollowUp: "fires",
  contactMessageReopens: { closed: true, snoozed: true },
  newChatAfterClose: false,
  staffMessageDisablesAi: false,
  messagesListedAfter: 0,
  blockedContact: "accepted",
  messageOrder: "ascending",
  inboxOrder: "descending",
  webSocket: "accepted",
  changeEvent: "update",
  defaultTake: 50,
  emptyPatch: "read",
  toolNoLongerPending: 409,
  errorBody: "json"
}

/** The options that differ from {@link defaults}. */
export type Overrides = Partial<Omit<Options["Type"], "followUpFiresWhen" | "contactMessageReopens">> & {
  readonly followUpFiresWhen?: Partial<Options["Type"]["followUpFiresWhen"]>
  readonly contactMessageReopens?: Partial<Options["Type"]["contactMessageReopens"]>
}

export const make = (overrides: Overrides = {}): Options["Type"] => ({
  ...defaults,
  ...overrides,
  followUpFiresWhen: { ...defaults.followUpFiresWhen, ...overrides.followUpFiresWhen },
  contactMessageReopens: { ...defaults.contactMessageReopens, ...overrides.contactMessageReopens }
})

export const layer = (overrides?: Overrides): Layer.Layer<Options> => Layer.succeed(Options, make(overrides))
