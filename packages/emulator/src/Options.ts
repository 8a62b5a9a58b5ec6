/** What the vendor's pages leave open, each as a named option, so that a client can be tested against either answer. */
import * as Context from "effect/Context"
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
    /** Whether a blocked contact can write. The assistant never answers one. */
    readonly blockedContact: "accepted" | "refused"
    readonly messageOrder: "ascending" | "descending"
    /** The size of a page when `take` is left out. */
    readonly defaultTake: number
    /** A state update without any key: answered with the chat, or refused with 400. */
    readonly emptyPatch: "read" | "refuse"
    /** The status for answering a tool that was answered before. */
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
  blockedContact: "accepted",
  messageOrder: "ascending",
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
