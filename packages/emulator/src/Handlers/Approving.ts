/** Answers a decision on an action: at once with `background: true`, else when the action has ended. */
import type { DecideApproval } from "@effect-invent/domain/api/Approval"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import * as Effect from "effect/Effect"
import { applies } from "../RequestContext.ts"
import type { Refusal } from "../Refusal.ts"
import { World } from "../World.ts"
import type { ApprovalPath } from "../World/Approvals.ts"

/**
 * Makes the answer to a decision. With `background: true` it comes at once, and otherwise when the action has ended.
 */
export const make = Effect.map(
  World,
  ({ approvals }) =>
    (path: ApprovalPath, { background }: DecideApproval, decided: Effect.Effect<ChatMessage, Refusal>) =>
      Effect.flatMap(applies(decided), (message) =>
        background === true ? Effect.succeed(message) : approvals.ended(path)
      )
)
