/** One chat in order of time: its messages, as the service has them now, between the audit entries. */
import { InventClient } from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import { ChatId } from "@effect-invent/domain/Ids"
import * as Arr from "effect/Array"
import { isDecoded } from "@effect-invent/domain/schema/Undecodable"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import * as Stream from "effect/Stream"
import * as ChatSnapshot from "../Decide/ChatSnapshot.ts"
import * as Erasure from "../Privacy/Erasure.ts"
import { isProof } from "../Privacy/Proof.ts"
import * as AuditEvent from "../Ledger/AuditEvent.ts"
import { describe } from "../Decide/Reason.ts"
import { ContactNames } from "../Watch/ContactNames.ts"
import { Ledger } from "../Ledger.ts"
import type * as Api from "./Api.ts"
import { toTimelineEntry } from "./Overview.ts"

/** How long the messages of a chat are waited for; after that the audit entries are shown without them. */
const timeout = Duration.seconds(8)
const longest = 500

const listed = (chat_id: ChatId) =>
  Effect.flatMap(InventClient, (invent) =>
    invent.messages
      .stream({ path: { chat_id } })
      .pipe(Stream.take(longest), Stream.filter(isDecoded), Stream.runCollect)
  ).pipe(
    RateLimit.withLane("watch"),
    Effect.map(Chunk.toReadonlyArray),
    Effect.mapError((error) => error.message),
    Effect.timeoutFail({
      duration: timeout,
      onTimeout: () => `the service did not answer within ${Duration.format(timeout)}`
    })
  )

const textOf = ({ messages = [] }: ChatMessage): string =>
  (messages ?? [])
    .flatMap((inner) => inner.parts ?? [])
    .map((part) => part.text ?? part.label ?? ((part.url ?? part.file) ? "[a file]" : ""))
    .filter((text) => text !== "")
    .join("\n")

const byTime = Order.mapInput(Order.number, ({ at }: Api.Said | Api.TimelineEntry) => at.epochMillis)

/**
 * Reads one chat for the page. Where the service fails or the contact was erased, `unreadable` says so and the audit
 * entries are shown alone. Fails with `SqlError` only. At most 500 messages are read.
 */
export const read = Effect.fn("Timeline.read")(function* (id: string) {
  const chat_id = ChatId.make(id)
  const entries = yield* Erasure.storyOf(chat_id)
  const isErased =
    isProof(chat_id) || (yield* Effect.flatMap(Erasure.Erasure, (erasure) => erasure.among([chat_id]))).size > 0
  const found = yield* isErased ? Effect.succeed(Either.left(describe("erased"))) : Effect.either(listed(chat_id))
  const messages = Either.getOrElse(found, () => [])
  const followUps = new Set(
    Arr.filterMap(entries, (entry) => AuditEvent.detailOf("sent", entry)).map(({ message }) => message)
  )
  const whole = new Map(messages.map((message) => [message.id, message]))
  const chat = ChatSnapshot.make(chat_id, undefined, messages)
  const names = yield* ContactNames
  const { contact_ids, values } = chat
  yield* names.keep([{ chat_id, contact_ids, name: values["contact.name"] }])
  const said = chat.messages.flatMap(({ at, author, id }): ReadonlyArray<Api.Said> => {
    const message = whole.get(id)
    return message === undefined ? [] : [{ at, author, text: textOf(message), isFollowUp: followUps.has(id) }]
  })
  const plan = Arr.findLast(entries, (entry) => AuditEvent.detailOf("planned", entry))
  const org_id = yield* Effect.flatMap(Ledger, (ledger) => ledger.orgLabelOf(chat_id))
  return {
    chat_id,
    org_id: org_id ?? null,
    contact_id: chat.contact_id ?? null,
    name: (yield* names.of([chat_id])).get(chat_id) ?? null,
    zone: Option.getOrUndefined(plan)?.zones?.[0] ?? null,
    unreadable: Either.isLeft(found) ? found.left : null,
    story: Arr.sort([...said, ...entries.map(toTimelineEntry)], byTime)
  } satisfies Api.Conversation
})
