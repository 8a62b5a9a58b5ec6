/** The answer to an action of the assistant's that waits for a human's approval, as the staff or as the contact. */
import * as Schema from "effect/Schema"
import * as Closed from "../schema/Closed.ts"

/**
 * What to decide about an action that waits for approval. All names of the keys are guesses: the page is stored without
 * them.
 *
 * @see https://docs.useinvent.com/api-reference/chats-messages/decide-action-approval
 */
export const DecideApproval = Closed.struct({
  decision: Schema.Literal("accepted", "rejected"),
  /** Why, for the assistant to read: at most 512 characters. */
  reason: Closed.optional(Closed.text(512)),
  /**
   * True: the decision is recorded and the answer comes at once, its tool still running. False, the vendor's default:
   * the answer comes when the tool has finished.
   */
  background: Closed.optional(Schema.Boolean)
})
/** A decision, its reason, and whether to wait until the tool has finished. */
export type DecideApproval = typeof DecideApproval.Type
