/** What becomes of a step whose request fails, by every error that a call can fail with. */
import * as InventError from "@effect-invent/domain/InventError"
import { describe, expect } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Build from "./Build.ts"
import * as FakeChat from "./FakeChat.ts"
import { reviewChat, record, story, sweepUntil, under } from "./Scheduling.ts"

const { after, day, hour } = Build

const call = { endpoint: "state.update", attempts: 1 }
const notSent = { ...call, attempts: 0 }
const answer = { ...call, status: 500, excerpt: "" }

/** By tag: an example, and what becomes of the step. `again`: the request is made once more, and goes through. */
const errors: {
  readonly [Tag in InventError.RepeatableError["_tag"]]: readonly [
    error: Extract<InventError.RepeatableError, { readonly _tag: Tag }>,
    fate: "again" | "refused" | "chat_gone"
  ]
} = {
  InvalidRequest: [new InventError.InvalidRequest({ endpoint: call.endpoint, issue: "too long" }), "refused"],
  BadRequest: [new InventError.BadRequest(answer), "refused"],
  Unauthorized: [new InventError.Unauthorized(answer), "again"],
  Forbidden: [new InventError.Forbidden(answer), "refused"],
  NotFound: [new InventError.NotFound(answer), "chat_gone"],
  Conflict: [new InventError.Conflict(answer), "refused"],
  UnprocessableContent: [new InventError.UnprocessableContent(answer), "refused"],
  RateLimited: [new InventError.RateLimited(answer), "again"],
  // To a message these two are an `OutcomeUnknown`.
  ServerFault: [new InventError.ServerFault(answer), "again"],
  ConnectionLost: [new InventError.ConnectionLost({ ...call, reason: "cut" }), "again"],
  UnexpectedResponse: [new InventError.UnexpectedResponse({ ...answer, issue: "no JSON" }), "again"],
  ConnectionFailed: [new InventError.ConnectionFailed({ ...call, reason: "ECONNREFUSED" }), "again"],
  TimedOut: [new InventError.TimedOut({ ...call, deadline: "total", after: Duration.seconds(30) }), "again"],
  QueueFull: [new InventError.QueueFull({ ...notSent, queued: 9, expectedWait: Duration.minutes(1) }), "again"],
  RateLimitUnavailable: [new InventError.RateLimitUnavailable({ ...notSent, reason: "SQLITE_BUSY" }), "again"],
  RetryAfterTooLong: [new InventError.RetryAfterTooLong({ ...call, status: 429, retryAt: after(2 * hour) }), "again"]
}

const actions = {
  set: { action: "schedule_follow_up" },
  send: { action: "send_message", message: "Are you still with us?" },
  state: { action: "snooze" },
  assign: { action: "assign", member_id: "member_1" }
} as const

const kinds = ["set", "send", "state", "assign"] as const

const policyOf = (kind: (typeof kinds)[number]) => ({ steps: [{ after: "1 hour", ...actions[kind] }] })
const endOf = (kind: (typeof kinds)[number]) =>
  kind === "set" || kind === "send" ? "1 nudge@1 sent" : "1 nudge@1 done"

for (const kind of kinds) {
  describe(`a request of the step ${actions[kind].action} that fails with`, () => {
    for (const [error, fate] of Object.values(errors)) {
      story(`${error._tag} ${fate === "again" ? "is made again" : `ends the step as ${fate}`}`, (fake) =>
        under(
          fake,
          policyOf(kind)
        )(
          Effect.gen(function* () {
            yield* reviewChat
            yield* fake.once(kind, FakeChat.unsent(error))
            yield* sweepUntil(after(day))
            expect(yield* record).toEqual([fate === "again" ? endOf(kind) : `1 nudge@1 skipped ${fate}`])
            expect(fake.requests.filter((each) => each === kind)).toHaveLength(fate === "again" ? 2 : 1)
          })
        )
      )
    }

    for (const [error] of [errors.QueueFull, errors.RateLimitUnavailable]) {
      story(`${error._tag} is no attempt, however often that comes before the request leaves`, (fake) =>
        under(
          fake,
          policyOf(kind)
        )(
          Effect.gen(function* () {
            yield* reviewChat
            let count = 0
            yield* fake.passes((each) => (each === kind && count++ < 20 ? Effect.fail(error) : Effect.void))
            yield* sweepUntil(after(day))
            expect(yield* record).toEqual([endOf(kind)])
            expect(fake.requests.filter((each) => each === kind)).toHaveLength(1)
          })
        )
      )
    }
  })
}
