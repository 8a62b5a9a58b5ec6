/** Answers a decision on an action: at once with `background: true`, else when the action has ended. */
import type { DecideApproval } from "@effect-invent/domain/api/Approval"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import * as Effect from "effect/Effect"
import type { Refusal } from "../Refusal.ts"
import type { Call } from "../RequestContext.ts"
import type { ApprovalPath, Approvals } from "../World/Approvals.ts"
import { applies } from "./Handler.ts"

interface Decision {
  readonly call: Call
  readonly path: ApprovalPath
  readonly payload: DecideApproval
}

/** Makes the handler of a decision. */
export const make =
  ({ ended }: Pick<Approvals, "ended">) =>
  <Request extends Decision>(decide: (request: Request) => Effect.Effect<ChatMessage, Refusal>) =>
  (request: Request): Effect.Effect<ChatMessage, Refusal> =>
    Effect.flatMap(applies(decide)(request), (message) =>
      request.payload.background === true ? Effect.succeed(message) : ended(request.path)
    )
