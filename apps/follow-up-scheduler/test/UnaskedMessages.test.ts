/** What the chat shows counts, whatever is on record: a table of what a silence can hold. */
import { describe, expect, it } from "@effect/vitest"
import * as Decide from "../src/Decide.ts"
import type { Message } from "../src/Decide/ChatSnapshot.ts"
import * as Build from "./Build.ts"

const { after, chat, hour, message, messageId, minute, policy, second, taken } = Build

const asked = message("contact", -minute)
const answer = message("assistant", 0)
const words = "Do you still need help with this?"
const last = "Shall I close this conversation?"
const inWords = policy({
  steps: [
    { after: "1 hour", action: "send_message", message: words },
    { after: "2 hours", action: "send_message", message: last }
  ]
})

/** What comes next, long after all of these: the step and what it follows up, or why there is none. */
const next = (messages: ReadonlyArray<Message>, by = policy(), recorded: Decide.DecisionInput["taken"] = []) => {
  const decision = Decide.decide({
    policy: by,
    chat: chat({ messages }),
    taken: recorded,
    now: after(30 * hour),
    first_in_force: undefined
  })
  return decision._tag === "Act" ? `step ${decision.step} after ${decision.anchor_id}` : decision.reason
}

const first = "step 1 after assistant@0"
const second_ = "step 2 after assistant@0"

describe("after an answer of ours that nobody has answered", () => {
  const table: ReadonlyArray<readonly [what: string, messages: ReadonlyArray<Message>, next: string]> = [
    ["nothing", [], first],
    [
      "further parts of the answer, seconds later",
      [message("assistant", 5 * second), message("assistant", 9 * second)],
      "step 1 after assistant@9000"
    ],
    [
      "what was announced by `one moment, please`, sooner than half of the first step's silence",
      [message("assistant", 30 * minute - 1)],
      `step 1 after assistant@${30 * minute - 1}`
    ],
    [
      "a message after half of that silence, as an automatic follow-up of the service",
      [message("assistant", 30 * minute)],
      second_
    ],
    ["a follow-up", [message("assistant", hour)], second_],
    [
      "a follow-up in two parts",
      [message("assistant", hour), message("assistant", hour + second)],
      `step 2 after assistant@${hour + second}`
    ],
    ["two follow-ups", [message("assistant", hour), message("assistant", 3 * hour)], "followed_up_already"],
    [
      "more follow-ups than the policy has steps",
      [1, 3, 5].map((n) => message("assistant", n * hour)),
      "followed_up_already"
    ],
    [
      "a message after more than half of the first step's silence, and less than half of the second's",
      [message("assistant", hour), message("assistant", hour + 50 * minute)],
      `step 2 after assistant@${hour + 50 * minute}`
    ],
    ["a broadcast", [message("assistant", hour, { isBroadcast: true })], first],
    [
      "what follows a tool's result",
      [message("assistant", 5 * hour, { isToolResult: true })],
      `step 1 after assistant@${5 * hour}`
    ],
    ["a message that is still being written", [message("assistant", hour, { isRunning: true })], "replied"],
    ["a human's message", [message("human", hour)], "human_takeover"],
    [
      "a contact's message and our answer to it, hours later",
      [message("contact", hour), message("assistant", 5 * hour)],
      `step 1 after assistant@${5 * hour}`
    ],
    [
      "a message without a date",
      [message("assistant", 0, { id: messageId("undated"), isDated: false, whole_at: after(0) })],
      "step 1 after undated"
    ]
  ]

  for (const [what, messages, expected] of table) {
    it(`${what}: ${expected}`, () => expect(next([asked, answer, ...messages])).toBe(expected))
  }
})

it("a broadcast that is to be followed up as any message of ours is the message to follow up, and no step", () => {
  const broadcast = message("assistant", hour, { isBroadcast: true })
  expect(next([asked, answer, broadcast], policy({ after_broadcast: "follow_up" }))).toBe(
    `step 1 after ${broadcast.id}`
  )
})

describe("a step that writes nothing", () => {
  const closing = policy({
    steps: [
      { after: "1 hour", action: "schedule_follow_up" },
      { after: "2 hours", action: "close" }
    ]
  })

  it("is taken by no message: it is still to come after two follow-ups", () => {
    expect(next([asked, answer, message("assistant", hour), message("assistant", 3 * hour)], closing)).toBe(second_)
  })
})

describe("steps that are left out when late", () => {
  const late = (beyond: string) =>
    policy({
      steps: [1, 2, 3].map((n) => ({
        after: `${n} hours`,
        action: "schedule_follow_up",
        ...(n === 1 ? { lateness: { limit: "10 minutes", beyond } } : {})
      }))
    })
  const skipping = late("skip")

  it("count as left out before a message that came later than their limit", () => {
    expect(next([asked, answer, message("assistant", 70 * minute)], skipping)).toBe(second_)
    expect(next([asked, answer, message("assistant", 71 * minute)], skipping)).toBe("step 3 after assistant@0")
    expect(next([asked, answer, message("assistant", 71 * minute)], late("send"))).toBe(second_)
  })
})

describe("a policy that was changed since", () => {
  const followUp = message("assistant", hour)
  const again = message("assistant", 3 * hour)
  const step = (after: string) => ({ after, action: "schedule_follow_up" })

  it("with fewer steps than the chat shows goes no further", () => {
    expect(next([asked, answer, followUp, again], policy({ steps: [step("1 hour")] }))).toBe("followed_up_already")
  })

  it("with more goes on after those that the chat shows", () => {
    const longer = policy({ steps: ["1 hour", "2 hours", "3 hours"].map(step) })
    expect(next([asked, answer, followUp, again], longer)).toBe("step 3 after assistant@0")
  })
})

describe("a message in the words of the policy that a member of the staff is listed as the author of", () => {
  it("is ours, and counts as a step, without a record", () => {
    const sent = message("human", hour, { text: words })
    expect(next([asked, answer, sent], inWords)).toBe(second_)
    expect(next([asked, answer, sent])).toBe("human_takeover")
  })

  it("counts as the step in whose words it is, whichever went before", () => {
    expect(next([asked, answer, message("human", 2 * hour, { text: last })], inWords)).toBe("followed_up_already")
  })

  it("in other words is a human's", () => {
    expect(next([asked, answer, message("human", hour, { text: `${words} I can.` })], inWords)).toBe("human_takeover")
  })

  it("sooner than half of the step's silence is a human's, and so is an answer to the contact", () => {
    expect(next([asked, answer, message("human", 29 * minute, { text: words })], inWords)).toBe("human_takeover")
    expect(next([asked, message("human", hour, { text: words }), message("assistant", 2 * hour)], inWords)).toBe(
      "human_takeover"
    )
  })
})

describe("a record that has lost something", () => {
  const followUp = message("assistant", hour, { id: messageId("follow-up") })
  const again = message("assistant", 3 * hour)

  it("counts with what the chat shows, once", () => {
    expect(next([asked, answer, followUp], policy(), [taken()])).toBe(second_)
    expect(next([asked, answer, followUp, again], policy(), [taken()])).toBe("followed_up_already")
  })

  it("that contains every step gives as reason that every step was taken", () => {
    const both = [taken(), taken({ step: 2, message_id: again.id })]
    expect(next([asked, answer, followUp, again], policy(), both)).toBe("cadence_finished")
  })

  it("that contains every step, and no message, does so, too", () => {
    const both = [1, 2].map((step) =>
      taken({ step, message_id: undefined, follow_up_at: after(step === 1 ? hour : 3 * hour) })
    )
    expect(next([asked, answer, followUp, again], policy(), both)).toBe("cadence_finished")
  })

  it("counts a message once that is not on record yet, for the step and for a cap", () => {
    const sent = taken({ message_id: undefined })
    expect(next([asked, answer, followUp], policy(), [sent])).toBe(second_)
    expect(next([asked, answer, followUp], policy({ caps: [{ at_most: 2, per: "40 hours" }] }), [sent])).toBe(second_)
    const early = message("assistant", hour - 2 * minute)
    expect(next([asked, answer, early], policy({ caps: [{ at_most: 2, per: "40 hours" }] }), [sent])).toBe(second_)
  })

  it("that has the first step as one that came to nothing counts a later message as the second", () => {
    const failed = taken({ message_id: undefined, status: "failed" })
    expect(next([asked, answer, again], policy(), [failed])).toBe("followed_up_already")
    expect(next([asked, answer, message("assistant", hour + 5 * minute)], policy(), [failed])).toBe(second_)
  })

  it("gives as reason that a follow-up is under way while its message is not on record", () => {
    expect(next([asked, answer, followUp], policy(), [taken({ message_id: undefined, status: "under_way" })])).toBe(
      "in_progress"
    )
  })

  it("recognizes a follow-up that crossed the reply: the answer to the reply counts as one, however late", () => {
    const crossed = taken({ anchor_id: messageId("long ago") })
    const late = message("assistant", 4 * hour)
    expect(next([asked, followUp, late], policy(), [crossed])).toBe(`step 2 after ${late.id}`)
  })

  it("counts the steps on record where the list does not reach back to their anchor", () => {
    const cut = taken({ anchor_id: messageId("long ago"), step: 2 })
    expect(next([followUp, message("assistant", hour + second)], policy(), [cut])).toBe("cadence_finished")
    const longer = policy({ steps: [1, 2, 3].map((n) => ({ after: `${n} hours`, action: "schedule_follow_up" })) })
    expect(next([followUp, message("assistant", 3 * hour)], longer, [cut])).toBe("followed_up_already")
  })

  it("counts for a cap what the chat shows, also of the silences before", () => {
    const capped = policy({ caps: [{ at_most: 1, per: "40 hours" }] })
    expect(next([asked, answer, message("assistant", hour)], capped)).toBe("capped")
    expect(
      next(
        [asked, answer, message("assistant", hour), message("contact", 2 * hour), message("assistant", 3 * hour)],
        capped
      )
    ).toBe("capped")
  })
})
