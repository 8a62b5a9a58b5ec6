/** A chat that the lists show no more, or never did: what is sent in it then, and what is not. */
import { UserId } from "@effect-invent/domain/Ids"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as AuditEvent from "../src/Ledger/AuditEvent.ts"
import { Ledger } from "../src/Ledger.ts"
import * as Build from "./Build.ts"
import { reviewChat, record, story, sweepUntil, under } from "./Scheduling.ts"

const { after, hour } = Build
const assigned = { assigned_user: { id: UserId.make("user_1") } }

story(
  "of an earlier state gets the assistant's follow-up, and its state is read from the answer to the update",
  (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        yield* reviewChat
        yield* fake.leavesLists
        yield* sweepUntil(after(2 * hour))
        expect(yield* record).toEqual(["1 nudge@1 sent", "2 nudge@1 planned"])
        expect(fake.requests).not.toContain("empty")
      })
    )
)

story("that was assigned meanwhile has its follow-up taken back at once", (fake) =>
  under(
    fake,
    {}
  )(
    Effect.gen(function* () {
      yield* reviewChat
      yield* fake.leavesLists
      yield* fake.becomes(assigned)
      yield* sweepUntil(after(2 * hour))
      expect(yield* fake.followUps).toEqual([])
      expect(yield* record).toEqual(["1 nudge@1 withdrawn human_takeover"])
      expect(fake.requests.filter((kind) => kind === "set" || kind === "clear")).toEqual(["set", "clear"])
    })
  )
)

for (const action of [{ action: "send_message", message: "Are you still there?" }, { action: "close" }]) {
  story(`is left alone by a step that is ours: ${action.action}`, (fake) =>
    under(fake, { steps: [{ after: "1 hour", ...action }] })(
      Effect.gen(function* () {
        yield* reviewChat
        yield* fake.leavesLists
        yield* sweepUntil(after(2 * hour))
        expect(yield* record).toEqual(["1 nudge@1 skipped not_listed"])
        expect(fake.requests.filter((kind) => ["send", "state", "empty"].includes(kind))).toEqual([])
      })
    )
  )
}

story(
  "and of which nothing is known is read by an update, once until the contact writes again, and its story records it",
  (fake) =>
    Effect.gen(function* () {
      yield* fake.leavesLists
      // A process has nothing of what another has read.
      const look = under(fake, {})(reviewChat)
      expect(yield* look).toMatchObject({ _tag: "Wait", step: 1 })
      expect(yield* look).toEqual({ _tag: "Skip", reason: "not_listed" })
      expect(fake.requests.filter((kind) => kind === "empty")).toHaveLength(1)
      yield* fake.writes("contact", { id: Build.messageId("another question") })
      expect(yield* look).toMatchObject({ _tag: "Stop", reason: "replied" })
      expect(fake.requests.filter((kind) => kind === "empty")).toHaveLength(2)
      const story = yield* under(fake, {})(Effect.flatMap(Ledger, (ledger) => ledger.story(Build.chat_id)))
      const sentences = story.map(AuditEvent.sentence).filter((sentence) => sentence.includes("read by an update"))
      expect(sentences).toHaveLength(2)
    })
)
