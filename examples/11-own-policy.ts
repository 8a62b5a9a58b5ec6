/** What a policy of your own would do about a chat, and when: no network, no database, and the time is a value. */
import { ChatId, MessageId } from "@effect-invent/domain/Ids"
import * as ChatSnapshot from "@effect-invent/follow-up-scheduler/Decide/ChatSnapshot"
import * as Decide from "@effect-invent/follow-up-scheduler/Decide"
import * as Policy from "@effect-invent/follow-up-scheduler/Policy"
import { Console, DateTime, Effect } from "effect"

const fridayAtFive = DateTime.unsafeMake("2026-07-17T16:00:00Z")
const mondayMorning = DateTime.unsafeMake("2026-07-20T08:00:00Z")

const program = Effect.gen(function* () {
  const policy = yield* Policy.decode({
    name: "after-the-weekend",
    version: 1,
    time_zone: "Europe/Lisbon",
    weekdays: [1, 2, 3, 4, 5],
    quiet_hours: { start: "18:00", end: "11:00" },
    steps: [{ after: "2 days", action: "schedule_follow_up" }]
  })
  const answered = { id: MessageId.make("message_1"), role: "assistant", created_at: fridayAtFive } as const
  const chat = ChatSnapshot.make(ChatId.make("chat_1"), undefined, [answered])
  const decision = Decide.decide({ policy, chat, taken: [], now: mondayMorning })
  // Fifteen seconds before eleven in Lisbon: the assistant is asked a little ahead of time.
  if (decision._tag === "Wait") yield* Console.log("waits until", DateTime.formatIso(decision.until), decision.reason)
})

await Effect.runPromise(program)
