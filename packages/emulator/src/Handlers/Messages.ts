/** Answers `messages`. A decision waits for its action without `background: true`. */
import * as Effect from "effect/Effect"
import { World } from "../World.ts"
import * as Approving from "./Approving.ts"
import { applies, caller, group } from "./Handler.ts"

/** Makes the handlers of `messages`. */
export const make = Effect.map(World, ({ approvals, listMessages, messages }) =>
  group("messages", {
    list: ({ path, urlParams }) =>
      Effect.map(listMessages(path.chat_id, urlParams), ({ messages, ...counts }) => ({
        entries: messages,
        ...counts
      })),
    create: applies(({ call, path, payload }) => messages.create(path.chat_id, payload.message, caller(call))),
    get: ({ path }) => messages.get(path),
    edit: applies(({ path, payload }) => messages.edit(path, payload.message)),
    remove: applies(({ path }) => messages.remove(path)),
    decideApproval: Approving.make(approvals)(({ path, payload }) => approvals.decideApproval(path, payload))
  })
)
