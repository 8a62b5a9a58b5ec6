import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Checker from "../src/Checker.ts"
import * as Lines from "./Lines.ts"

const { answered, armed, before, chat, contact, followUp, iso, judge, noon, person, reply } = Lines
const { request, rules, says, staff, state, steps, until } = Lines

const oneStep = { steps: steps.slice(0, 1) }
const fourHours = iso("4 hours")

describe("the checker agrees", () => {
  it("with every step sent once, when the silence is long enough", () => {
    const verdict = judge([
      ...answered,
      ...armed(iso("4 hours"), iso("4 hours", "15 seconds")),
      ...followUp(iso("4 hours", "15 seconds")),
      ...state(iso("4 hours", "15 seconds"), "assistant"),
      ...followUp(iso("28 hours", "15 seconds")),
      ...until(iso("20 days"))
    ])
    expect(verdict.violations).toEqual([])
    expect(verdict).toMatchObject({ chats: 1, followUps: 2, foreignFollowUps: 0, races: { count: 0 } })
  })

  it("with a step that came due and was not written, counted as taken or not", () => {
    const kept = [
      ...answered,
      ...armed(iso("4 hours"), fourHours),
      ...state(fourHours, "assistant", { state: "CLOSED" }),
      ...state(iso("5 hours"), "user")
    ]
    const once = [...kept, ...followUp(iso("24 hours"))]
    expect(rules([...once, ...until(iso("20 days"))])).toEqual([])
    expect(rules([...once, ...followUp(iso("48 hours")), ...until(iso("20 days"))])).toEqual([])
    expect(rules([...once, ...followUp(iso("48 hours")), ...followUp(iso("72 hours"))])).toEqual(["duplicate"])
  })

  it("with a step that was kept back until it could only come on another day", () => {
    const kept = [
      ...answered,
      ...armed(iso("4 hours"), fourHours),
      ...state(fourHours, "assistant", { state: "SNOOZED" }),
      ...state(iso("6 hours"), "user"),
      ...followUp(iso("28 hours"))
    ]
    const [first, second] = steps
    const shifted = (limit: string) => [{ ...first!, lateness: { limit, beyond: "shift" } }, second!]
    expect(rules(kept, { steps: shifted("1 hour") })).toEqual([])
    expect(rules(kept, { steps: shifted("3 hours") })).toContain("late")
  })

  it("with a new first step after the contact wrote and was answered", () => {
    const [wrote, replied, followed] = [iso("5 hours"), iso("5 hours", "1 second"), iso("9 hours", "1 second")]
    expect(
      rules([...answered, ...followUp(fourHours), ...contact(wrote), ...reply(replied), ...followUp(followed)])
    ).toEqual([])
  })

  it("with an empty log", () => {
    expect(judge([])).toMatchObject({ violations: [], chats: 0, followUps: 0 })
  })
})

describe("a duplicate", () => {
  it("is one follow-up more than the policy has steps", () => {
    expect(rules([...answered, ...followUp(fourHours), ...followUp(iso("40 hours"))], oneStep)).toEqual(["duplicate"])
  })

  it("is the second of two that are closer than its step says, by more than 50 ms", () => {
    const second = (early: number) =>
      rules([...answered, ...followUp(fourHours), ...followUp(iso(28 * 3_600_000 - early))])
    expect(second(51)).toEqual(["duplicate"])
    expect(second(50)).toEqual([])
  })

  it("is named with what it is too many of", () => {
    const [violation] = judge([...answered, ...followUp(fourHours), ...followUp(iso("4 hours", 30))]).violations
    expect(violation).toEqual({
      rule: "duplicate",
      chat_id: "chat_1",
      at: iso("4 hours", 30),
      detail: "follow-up 2 of this silence, 30 ms after the one before and not 86400000 ms"
    })
  })

  it("is not a follow-up in a silence of its own", () => {
    const more = [...contact(iso("5 hours")), ...reply(iso("6 hours")), ...followUp(iso("10 hours"))]
    expect(rules([...answered, ...followUp(fourHours), ...more], oneStep)).toEqual([])
  })
})

describe("a follow-up is too early", () => {
  it("a millisecond before its silence is long enough, and not at it", () => {
    expect(rules([...answered, ...followUp(iso(4 * 3_600_000 - 1))])).toEqual(["too_early"])
    expect(rules([...answered, ...followUp(fourHours)])).toEqual([])
  })

  it("and says by how much", () => {
    expect(judge([...answered, ...followUp(iso(90))]).violations).toMatchObject([
      { rule: "too_early", at: iso(90), detail: "90 ms after our message and not 14400000 ms" }
    ])
  })

  it("counted from the assistant's last message, also where that came after a follow-up", () => {
    const late = [...answered, ...followUp(fourHours), ...reply(iso("10 hours"))]
    expect(rules([...late, ...followUp(iso("33 hours"))])).toEqual(["too_early"])
    expect(rules([...late, ...followUp(iso("34 hours"))])).toEqual([])
  })

  it("counted from where the assistant began its message, where the log says so", () => {
    const message_id = "slow"
    const slow = [
      ...chat("GB"),
      ...contact(before("1 minute")),
      ...reply(iso(0), { message_id, status: "RUNNING" }),
      ...reply(iso("2 seconds"), { message_id })
    ]
    expect(rules([...slow, ...followUp(fourHours)])).toEqual([])
    expect(rules([...slow, ...followUp(iso(4 * 3_600_000 - 1))])).toEqual(["too_early"])
  })

  it("counted from the date that the service gives the assistant's message, where the log has it beside the message's end", () => {
    const slow = [...chat("GB"), ...contact(before("1 minute")), ...reply(iso("2 seconds"), { created_at: iso(0) })]
    expect(rules([...slow, ...followUp(fourHours)])).toEqual([])
    expect(rules([...slow, ...followUp(iso(4 * 3_600_000 - 1))])).toEqual(["too_early"])
  })

  it("where there is nothing of ours to follow up", () => {
    expect(rules([...chat("GB"), ...followUp(iso(0))])).toEqual(["too_early"])
  })
})

describe("a follow-up to a contact who waits for us", () => {
  const waiting = (ms: number) => [...answered, ...contact(iso(4 * 3_600_000 - ms))]

  it("is a violation", () => {
    expect(rules([...answered, ...contact(iso("3 hours")), ...followUp(fourHours)])).toEqual(["after_reply"])
  })

  it("is one also where the assistant's answer failed, or still runs", () => {
    for (const status of ["FAILED", "RUNNING"]) {
      const unanswered = [...waiting(3_600_000), ...reply(iso("3 hours", "1 second"), { status })]
      expect(rules([...unanswered, ...followUp(fourHours)]), status).toEqual(["after_reply"])
    }
  })

  it("is a race when the contact wrote at most the lead and a second before, and is counted", () => {
    const verdict = judge([...waiting(16_000), ...followUp(fourHours)])
    expect(verdict.violations).toEqual([])
    expect(verdict.races).toEqual({ count: 1, p50_ms: 16_000, p99_ms: 16_000, max_ms: 16_000 })
    expect(rules([...waiting(16_001), ...followUp(fourHours)])).toEqual(["after_reply"])
    expect(rules([...waiting(16_001), ...followUp(fourHours)], { arm_lead: "20 seconds" })).toEqual([])
  })

  it("is no race where the contact has waited longer, and only wrote again just now", () => {
    expect(rules([...waiting(60_000), ...contact(iso(4 * 3_600_000 - 10)), ...followUp(fourHours)])).toEqual([
      "after_reply"
    ])
  })

  describe("and a request of the scheduler between the two", () => {
    const sent = 4 * 3_600_000
    const asked = (from: number, to: number, change: Lines.Line = {}) =>
      request(iso(sent + from), iso(sent + to), change)
    const withRequest = (lines: ReadonlyArray<Lines.Line>) =>
      rules([...waiting(1_000), ...lines, ...followUp(iso(sent))])

    it("means that it knew, if it was answered, lived on, and had the time to act", () => {
      const lines = [...waiting(8_000), ...asked(-5_000, -4_000), ...followUp(fourHours)]
      const known = (more: Lines.More, ...then: ReadonlyArray<Lines.Line>) =>
        judge([...lines, ...then], {}, "3 seconds", more).violations.some(({ rule }) => rule === "after_reply")
      const dead = (from: number, until: number) => ({
        down: [{ from: noon + sent + from, until: noon + sent + until }]
      })
      expect(known({ reaction: "4 seconds" })).toBe(true)
      expect(known({ reaction: 4_001 })).toBe(false)
      expect(known({ reaction: 100, ...dead(-3_900, 0) })).toBe(false)
      expect(known({ reaction: 100, ...dead(-4_100, 0) })).toBe(false)
      expect(known({ reaction: 100, ...dead(-3_899, 0) })).toBe(true)
      expect(known({ reaction: 100, ...dead(-3_900, -1) })).toBe(true)
      expect(known({}, ...asked(-3_000, 1))).toBe(false)
      expect(known({}, ...asked(1, 2))).toBe(true)
    })

    it("means nothing before it, where the scheduler stood still with a request that it had begun", () => {
      const wrote = (before: number, isFrozen: boolean, ...lines: ReadonlyArray<Lines.Line>) =>
        judge([...waiting(before), ...lines, ...followUp(fourHours)], {}, "3 seconds", {
          reaction: 100,
          down: [{ from: noon + sent - 3_600_000, until: noon + sent, isFrozen }]
        }).violations.map(({ rule }) => rule)
      expect(wrote(3_600_000, true)).toEqual([])
      expect(wrote(3_600_000, false)).toEqual(["after_reply"])
      expect(wrote(3_616_000, true)).toEqual([])
      expect(wrote(3_616_001, true)).toEqual(["after_reply"])
      expect(wrote(3_616_000, true, ...asked(-3_602_000, -3_601_000))).toEqual(["after_reply"])
    })

    it("means nothing if it was refused, or if its answer could not be read", () => {
      for (const fate of [{ status: 429 }, { spoilt: true }]) {
        expect(withRequest(asked(-600, -500, fate))).toEqual([])
        expect(withRequest([...asked(-600, -500, fate), ...asked(-400, -300)])).toEqual(["after_reply"])
      }
    })

    it("means nothing if taking it back was tried at once after that, and refused", () => {
      const received = asked(-900, -800)
      for (const fate of [{ status: 500 }, { spoilt: true }])
        expect(withRequest([...received, ...asked(-600, -500, fate)])).toEqual([])
      expect(withRequest([...received, ...asked(-600, 1)])).toEqual([])
    })

    it("means that it knew if what was refused after that came too late, or was no taking back", () => {
      const tried = (from: number, change: Lines.Line = {}) =>
        rules([
          ...waiting(8_000),
          ...asked(-7_000, -6_000),
          ...asked(from, from, { status: 500, ...change }),
          ...followUp(fourHours)
        ])
      expect(tried(-5_000)).toEqual([])
      expect(tried(-4_999)).toEqual(["after_reply"])
      expect(tried(-6_001)).toEqual(["after_reply"])
      expect(tried(-5_000, { endpoint: "messages.list" })).toEqual(["after_reply"])
      expect(tried(-5_000, { chat_id: "chat_2" })).toEqual(["after_reply"])
    })

    it("means that it knew, if it was answered", () => {
      expect(withRequest(asked(-999, -1))).toEqual(["after_reply"])
      expect(withRequest(asked(-999, 0))).toEqual(["after_reply"])
    })

    it("means nothing if the server had received it before or as the contact wrote", () => {
      expect(withRequest(asked(-1_001, -500))).toEqual([])
      expect(withRequest(asked(-1_000, -500))).toEqual([])
    })

    it("means nothing if it was answered after the follow-up, also within the same millisecond", () => {
      const entries = [...waiting(1_000), ...followUp(iso(sent))]
      expect(rules([...entries, ...asked(-999, 0)])).toEqual([])
      expect(rules([...entries, ...asked(-999, 1)])).toEqual([])
      expect(withRequest(asked(-999, 1))).toEqual([])
    })

    it("means nothing if it was about another chat, or by another key", () => {
      expect(withRequest(asked(-999, -1, { chat_id: "chat_2" }))).toEqual([])
      expect(withRequest(asked(-999, -1, { chat_id: null }))).toEqual([])
      expect(withRequest(asked(-999, -1, { key: "dashboard" }))).toEqual([])
    })
  })

  it("that was set before the contact wrote and came after the answer is a race too", () => {
    const crossed = [
      ...answered,
      ...armed(fourHours, iso("4 hours", "15 seconds")),
      ...contact(iso("4 hours", "5 seconds")),
      ...reply(iso("4 hours", "6 seconds"))
    ]
    const sent = followUp(iso("4 hours", "15 seconds"))
    expect(judge([...crossed, ...sent])).toMatchObject({ violations: [], races: { count: 1, max_ms: 10_000 } })
    const received = request(iso("4 hours", "7 seconds"), iso("4 hours", "8 seconds"))
    expect(rules([...crossed, ...received, ...sent])).toEqual(["too_early"])
    const more = [...contact(iso("4 hours", "9 seconds")), ...reply(iso("4 hours", "10 seconds"))]
    expect(judge([...crossed, ...more, ...sent])).toMatchObject({ violations: [], races: { max_ms: 10_000 } })
    expect(rules([...crossed, ...received, ...more, ...sent])).toEqual(["too_early"])
    const again = armed(iso("4 hours", "8 seconds"), iso("4 hours", "20 seconds"))
    expect(rules([...crossed, ...again, ...followUp(iso("4 hours", "20 seconds"))])).toEqual(["too_early"])
  })

  it("may count as the first step after the answer, or not", () => {
    const raced = [...waiting(1_000), ...followUp(fourHours), ...reply(iso("4 hours", "1 second"))]
    const next = (after: Duration.DurationInput) => rules([...raced, ...followUp(iso("4 hours", "1 second", after))])
    expect(next("239 minutes")).toEqual(["duplicate"])
    expect(next("4 hours")).toEqual([])
    expect(next("24 hours")).toEqual([])
    expect(next("25 hours")).toEqual(["late"])
    expect(rules([...raced, ...until(iso("9 days"))], oneStep)).toEqual([])
  })
})

describe("what a policy limits beside its hours", () => {
  const onWhatsapp = [...chat("GB", { channel_type: "whatsapp_bot" }), ...contact(before("1 second")), ...reply(iso(0))]
  const twice = [...answered, ...followUp(fourHours), ...followUp(iso("28 hours"))]
  const never = (lines: ReadonlyArray<Lines.Line>) => [...lines, ...until(iso("9 days"))]

  it("is whom it is for: others are not to be followed up, and are not missed", () => {
    const match = { match: { channels: ["email"] } }
    expect(rules([...onWhatsapp, ...followUp(fourHours)], { ...oneStep, ...match })).toEqual(["not_matched"])
    expect(rules(never(onWhatsapp), match)).toEqual([])
    expect(
      rules([...onWhatsapp, ...followUp(fourHours)], {
        ...oneStep,
        match: { channels: ["whatsapp_bot"], countries: ["GB"] }
      })
    ).toEqual([])
    expect(rules(never(onWhatsapp), { ...oneStep, match: { countries: ["GB"] } })).toEqual(["missed"])
  })

  it("is how long a channel is open: to the end of it, and nothing is missed after", () => {
    const open = (within: string) => ({ ...oneStep, channel_windows: { whatsapp_bot: { within } } })
    expect(rules([...onWhatsapp, ...followUp(fourHours)], open("4 hours"))).toEqual(["outside_window"])
    expect(rules([...onWhatsapp, ...followUp(fourHours)], open("5 hours"))).toEqual([])
    expect(rules(never(onWhatsapp), open("4 hours"))).toEqual([])
    expect(rules(never(onWhatsapp), open("5 hours"))).toEqual(["missed"])
    // Down to the lead of 15 seconds and the grace of 3.
    expect(rules(never(onWhatsapp), open("14418 seconds"))).toEqual([])
    expect(rules(never(onWhatsapp), open("14420 seconds"))).toEqual(["missed"])
  })

  it("is how many follow-ups there may be, in a length of time or on a day", () => {
    expect(rules(twice, { caps: [{ at_most: 1, per: "25 hours" }] })).toEqual(["capped"])
    expect(rules(twice, { caps: [{ at_most: 1, per: "24 hours" }] })).toEqual([])
    expect(rules(twice, { caps: [{ at_most: 1, per: "calendar_day" }] })).toEqual([])
    const sameDay = {
      steps: [steps[0]!, { after: "1 hour", action: "schedule_follow_up" }],
      caps: [{ at_most: 1, per: "calendar_day" }]
    }
    expect(rules([...answered, ...followUp(fourHours), ...followUp(iso("6 hours"))], sameDay)).toEqual(["capped"])
  })

  it("and counts all chats of a contact together, unless it is one per conversation", () => {
    const second = answered.map((line) => ({ ...line, chat_id: "chat_2" }))
    const elsewhere = followUp(iso("4 hours", "1 second")).map((line) => ({ ...line, chat_id: "chat_2" }))
    const lines = [...answered, ...second, ...followUp(fourHours), ...elsewhere]
    expect(rules(lines, { ...oneStep, caps: [{ at_most: 1, per: "1 day" }] })).toEqual(["capped"])
    expect(rules(lines, { ...oneStep, caps: [{ at_most: 1, per: "1 day", per_conversation: true }] })).toEqual([])
    // What a cap holds back is not missed.
    const alone = [...answered, ...second, ...followUp(fourHours), ...until(iso("20 hours"))]
    expect(rules(alone, { ...oneStep, caps: [{ at_most: 1, per: "1 day" }] })).toEqual([])
    expect(rules(alone, oneStep)).toEqual(["missed"])
  })

  it("is how late it may be", () => {
    const late = (beyond: string) => ({ steps: [{ ...steps[0]!, lateness: { limit: "1 hour", beyond } }] })
    const at = (...after: ReadonlyArray<Duration.DurationInput>) => [...answered, ...followUp(iso("4 hours", ...after))]
    expect(rules(at("1 hour"), late("skip"))).not.toContain("too_late")
    expect(rules(at("2 hours"), late("skip"))).toContain("too_late")
    expect(rules(at("2 hours"), late("shift"))).toContain("too_late")
    expect(rules(at("1 day", "30 minutes"), late("shift"))).not.toContain("too_late")
    expect(rules(at("1 day", "30 minutes"), late("skip"))).toContain("too_late")
    expect(rules(at("2 hours"), late("send"))).not.toContain("too_late")
  })

  it("is the time on the contact's clocks at which a shifted step comes, also on a day of 25 or of 23 hours", () => {
    const shift = { steps: [{ ...steps[0]!, lateness: { limit: "1 minute", beyond: "shift" } }] }
    const beforeClocksChange = (reply_at: string, sent_at: string) => [
      ...chat("IE"),
      ...contact(DateTime.formatIso(DateTime.subtract(DateTime.unsafeMake(reply_at), { seconds: 1 }))),
      ...reply(reply_at),
      ...followUp(sent_at)
    ]
    const back = (sent_at: string) => rules(beforeClocksChange("2026-10-24T05:00:00.000Z", sent_at), shift)
    expect(back("2026-10-25T10:00:00.000Z")).not.toContain("too_late")
    expect(back("2026-10-25T09:00:00.000Z")).toContain("too_late")
    const forward = (sent_at: string) => rules(beforeClocksChange("2026-03-28T06:00:00.000Z", sent_at), shift)
    expect(forward("2026-03-29T09:00:00.000Z")).not.toContain("too_late")
    expect(forward("2026-03-29T10:00:00.000Z")).toContain("too_late")
  })

  it("is how late it may be: the step after one that was left out is the last of them, and none is missed after it", () => {
    const lateness = { limit: "1 hour", beyond: "skip" }
    const skipping = { steps: [{ ...steps[0]!, lateness }, steps[1]!] }
    const later = (after: Duration.DurationInput) =>
      rules([...answered, ...followUp(iso(after)), ...until(iso("20 days"))], skipping)
    expect(later("24 hours")).toEqual([])
    expect(later("5 hours")).toEqual(["missed"])
  })

  it("is a day off of the contact's country", () => {
    const sets = (country: string) => ({ ...oneStep, holiday_sets: { [country]: ["2026-03-10"] } })
    expect(rules([...answered, ...followUp(fourHours)], sets("GB"))).toEqual(["quiet_hours"])
    expect(rules([...answered, ...followUp(fourHours)], sets("PT"))).toEqual([])
  })
})

describe("a follow-up that must not be", () => {
  const cases: ReadonlyArray<readonly [string, (at: string) => ReadonlyArray<Lines.Line>]> = [
    ["after_takeover", staff],
    ["after_takeover", (at) => state(at, "user", { assigned: true })],
    ["after_takeover", (at) => state(at, "user", { ai_enabled: false })],
    ["while_closed", (at) => state(at, "user", { state: "CLOSED" })],
    ["while_snoozed", (at) => state(at, "user", { state: "SNOOZED" })],
    ["while_muted", (at) => state(at, "user", { muted_until: iso("9 days") })],
    ["to_blocked", (at) => person(at, { blocked: true })],
    ["to_unsubscribed", (at) => person(at, { unsubscribed: true })]
  ]
  /** No chat shows who unsubscribed: it may be known for two minutes less. */
  const slackOf = (rule: string) => (rule === "to_unsubscribed" ? 136_000 : 16_000)

  it("breaks exactly the rule that says so", () => {
    for (const [rule, change] of cases) {
      expect(rules([...answered, ...change(iso("1 hour")), ...followUp(fourHours)])).toEqual([rule])
    }
  })

  it("is a race where the change came at most the lead and a second before, and an unsubscription two minutes more", () => {
    for (const [rule, change] of cases) {
      const changed = (ms: number) => judge([...answered, ...change(iso(4 * 3_600_000 - ms)), ...followUp(fourHours)])
      const slack = slackOf(rule)
      expect(changed(slack), rule).toMatchObject({ violations: [], races: { count: 1, max_ms: slack } })
      expect(changed(slack + 1).violations.map((each) => each.rule)).toEqual([rule])
    }
  })

  it("is no race where the scheduler was answered since the change", () => {
    for (const [rule, change] of cases.filter(([rule]) => rule !== "to_unsubscribed")) {
      const lines = [...answered, ...change(iso(4 * 3_600_000 - 900)), ...request(iso(4 * 3_600_000 - 800), fourHours)]
      expect(rules([...lines, ...followUp(fourHours)])).toEqual([rule])
    }
  })

  it("is no race where the scheduler got the lists of contacts since the contact unsubscribed, which no chat shows", () => {
    const left = [...answered, ...person(iso(4 * 3_600_000 - 900), { unsubscribed: true })]
    const asked = request(iso(4 * 3_600_000 - 800), fourHours)
    const listed = asked.map((line) => ({ ...line, endpoint: "contacts.list", chat_id: null }))
    expect(rules([...left, ...asked, ...followUp(fourHours)])).toEqual([])
    expect(rules([...left, ...listed, ...listed, ...listed, ...followUp(fourHours)])).toEqual(["to_unsubscribed"])
  })

  it("may be one where it got one of these lists, which may be another's, or one of several schedulers did", () => {
    const left = [...answered, ...person(iso(4 * 3_600_000 - 900), { unsubscribed: true })]
    const listed = request(iso(4 * 3_600_000 - 800), fourHours).map((line) => ({
      ...line,
      endpoint: "contacts.list",
      chat_id: null
    }))
    expect(rules([...left, ...listed, ...listed, ...followUp(fourHours)])).toEqual([])
    const lines = [...left, ...listed, ...listed, ...listed, ...followUp(fourHours)]
    expect(rules(lines, {}, "3 seconds", { schedulers: 2 })).toEqual([])
  })

  it("is no race where the change is old and was only said again", () => {
    for (const [rule, change] of cases) {
      const lines = [...answered, ...change(iso("1 hour")), ...change(iso(4 * 3_600_000 - 900)), ...followUp(fourHours)]
      expect(rules(lines)).toEqual([rule])
    }
  })

  it("may be again once the change is undone", () => {
    const undone = [...state(iso("2 hours"), "user"), ...person(iso("2 hours"))]
    for (const [rule, change] of cases.filter(([, change]) => change !== staff)) {
      expect(rules([...answered, ...change(iso("1 hour")), ...undone, ...followUp(fourHours)]), rule).toEqual([])
    }
  })

  it("may be again where a human has written once the contact has asked again, and not before", () => {
    const back = [...staff(iso("1 hour")), ...state(iso("2 hours"), "user")]
    const asked = [...contact(iso("3 hours")), ...reply(fourHours)]
    expect(rules([...answered, ...back, ...reply(fourHours), ...followUp(iso("8 hours"))])).toEqual(["after_takeover"])
    expect(rules([...answered, ...back, ...asked, ...followUp(iso("8 hours"))])).toEqual([])
    expect(rules([...answered, ...back, ...asked, ...until(iso("9 days"))])).toEqual(["missed"])
  })

  it("may never be again where a human has written, by a policy that says so", () => {
    const asked = [...staff(iso("1 hour")), ...contact(iso("3 hours")), ...reply(fourHours)]
    const never = { after_human: "never" }
    expect(rules([...answered, ...asked, ...followUp(iso("8 hours"))], never)).toEqual(["after_takeover"])
    expect(rules([...answered, ...asked, ...until(iso("9 days"))], never)).toEqual([])
  })

  it("is none of a broadcast alone, and is not owed after one", () => {
    const broadcast = says("assistant", "message")
    expect(rules([...chat("GB"), ...broadcast(iso(0)), ...followUp(fourHours)])).toEqual(["too_early"])
    expect(rules([...chat("GB"), ...broadcast(iso(0)), ...until(iso("9 days"))])).toEqual([])
    expect(rules([...answered, ...broadcast(iso("1 hour")), ...until(iso("9 days"))])).toEqual([])
  })

  it("is not excused by another change that is excused", () => {
    const lines = [
      ...answered,
      ...state(iso("1 hour"), "user", { state: "CLOSED" }),
      ...contact(iso(4 * 3_600_000 - 10))
    ]
    expect(judge([...lines, ...followUp(fourHours)])).toMatchObject({
      violations: [{ rule: "while_closed" }],
      races: { count: 0 }
    })
  })

  it("breaks every rule that says so, each once", () => {
    const lines = [
      ...answered,
      ...staff(iso("1 hour")),
      ...state(iso("1 hour"), "user", { assigned: true, ai_enabled: false, state: "CLOSED" }),
      ...person(iso("2 hours"), { blocked: true }),
      ...followUp(fourHours)
    ]
    expect(rules(lines)).toEqual(["after_takeover", "while_closed", "to_blocked"])
  })

  it("is one race with all changes that it crossed, as long as the longest", () => {
    const closed = state(iso(4 * 3_600_000 - 500), "user", { state: "CLOSED" })
    const blocked = person(iso(4 * 3_600_000 - 100), { blocked: true })
    expect(judge([...answered, ...closed, ...blocked, ...followUp(fourHours)])).toMatchObject({
      violations: [],
      races: { count: 1, max_ms: 500 }
    })
  })

  it("goes by the contact of the chat", () => {
    const stranger = person(iso("1 hour"), { contact_id: "contact_2", blocked: true })
    expect(rules([...answered, ...stranger, ...followUp(fourHours)])).toEqual([])
  })

  it("may be sent at the instant at which a mute ends, and not a millisecond before", () => {
    const muted = state(iso("1 hour"), "user", { muted_until: iso("5 hours") })
    expect(rules([...answered, ...muted, ...followUp(iso(5 * 3_600_000 - 1))])).toEqual(["while_muted"])
    expect(rules([...answered, ...muted, ...followUp(iso("5 hours"))])).toEqual([])
  })

  it("counts a mute from its own beginning, not from one that has ended before", () => {
    const lines = [
      ...answered,
      ...state(iso("1 hour"), "user", { muted_until: iso("2 hours") }),
      ...state(iso(4 * 3_600_000 - 500), "user", { muted_until: iso("9 hours") }),
      ...followUp(fourHours)
    ]
    expect(judge(lines)).toMatchObject({ violations: [], races: { count: 1, max_ms: 500 } })
  })

  it("measures races by the share of them that were at most so long", () => {
    const race = (chat_id: string, ms: number) =>
      [...answered, ...contact(iso(4 * 3_600_000 - ms)), ...followUp(fourHours)].map((line) => ({ ...line, chat_id }))
    const verdict = judge([...race("a", 30), ...race("b", 10), ...race("c", 200), ...race("d", 20)])
    expect(verdict.races).toEqual({ count: 4, p50_ms: 20, p99_ms: 200, max_ms: 200 })
  })
})

describe("quiet hours", () => {
  const quiet_hours = { start: "21:00", end: "09:00" }
  const sentAt = (country: string | null, local: string, policy: Lines.Line) => {
    const waitsSince = [...chat(country), ...reply("2026-01-01T00:00:00.000Z")]
    return rules([...waitsSince, ...followUp(local)], policy).filter((rule) => rule !== "late")
  }

  it("begin with their first minute and end before their last, across midnight", () => {
    const at = (time: string) => sentAt("GB", `2026-03-10T${time}.999Z`, { quiet_hours })
    expect(at("20:59:59")).toEqual([])
    expect(at("21:00:00")).toEqual(["quiet_hours"])
    expect(at("23:59:59")).toEqual(["quiet_hours"])
    expect(at("00:00:00")).toEqual(["quiet_hours"])
    expect(at("08:59:59")).toEqual(["quiet_hours"])
    expect(at("09:00:00")).toEqual([])
  })

  it("may lie within a day", () => {
    const at = (time: string) =>
      sentAt("GB", `2026-03-10T${time}:00.000Z`, { quiet_hours: { start: "12:00", end: "14:00" } })
    expect([at("11:59"), at("12:00"), at("13:59"), at("14:00")]).toEqual([[], ["quiet_hours"], ["quiet_hours"], []])
  })

  it("may last to the end of the day", () => {
    const at = (time: string) =>
      sentAt("GB", `2026-03-10T${time}:00.000Z`, { quiet_hours: { start: "21:30", end: "24:00" } })
    expect([at("21:29"), at("21:30"), at("23:59"), at("00:00")]).toEqual([[], ["quiet_hours"], ["quiet_hours"], []])
  })

  it("are those of the contact's country, east and west", () => {
    // Tokyo is nine hours ahead, Bogotá five behind.
    const at = (country: string, time: string) => sentAt(country, `2026-03-10T${time}:00.000Z`, { quiet_hours })
    expect([at("JP", "00:00"), at("JP", "11:59"), at("JP", "12:00")]).toEqual([[], [], ["quiet_hours"]])
    expect([at("CO", "14:00"), at("CO", "13:59"), at("CO", "02:00")]).toEqual([[], ["quiet_hours"], ["quiet_hours"]])
  })

  it("move with daylight saving time", () => {
    const at = (date: string) => sentAt("GB", `${date}T08:30:00.000Z`, { quiet_hours })
    expect(at("2026-03-28")).toEqual(["quiet_hours"])
    expect(at("2026-03-29")).toEqual([])
  })

  it("are those of the policy's zone where the country is unknown, or its clocks differ and the policy says so", () => {
    const policy = { quiet_hours, time_zone: "Asia/Tokyo" }
    const fallback = { ...policy, country_clocks: "fallback" }
    for (const [country, by] of [
      ["US", fallback],
      ["PT", fallback],
      ["ZZ", policy],
      ["Germany", policy],
      ["", policy],
      [null, policy]
    ] as const) {
      expect(sentAt(country, "2026-03-10T11:59:00.000Z", by), String(country)).toEqual([])
      expect(sentAt(country, "2026-03-10T12:00:00.000Z", by), String(country)).toEqual(["quiet_hours"])
    }
  })

  it("are those of the one clock that all zones of a country show, whatever the policy's own zone", () => {
    for (const country_clocks of ["each", "fallback"]) {
      const at = (time: string) =>
        sentAt("DE", `2026-03-10T${time}:00.000Z`, { quiet_hours, time_zone: "Pacific/Auckland", country_clocks })
      expect([at("07:59"), at("08:00"), at("19:59"), at("20:00")]).toEqual([["quiet_hours"], [], [], ["quiet_hours"]])
    }
  })

  it("are those of each clock where they differ in a country", () => {
    // From New York, four hours behind, to Honolulu, ten hours behind.
    const at = (time: string) =>
      sentAt("US", `2026-03-10T${time}:00.000Z`, { quiet_hours, time_zone: "America/New_York" })
    expect([at("13:00"), at("18:59"), at("19:00")]).toEqual([["quiet_hours"], ["quiet_hours"], []])
    expect(sentAt("US", "2026-03-11T00:59:00.000Z", { quiet_hours })).toEqual([])
    expect(sentAt("US", "2026-03-11T01:00:00.000Z", { quiet_hours })).toEqual(["quiet_hours"])
  })

  it("are always where nobody knows the zone", () => {
    expect(sentAt("ZZ", "2026-03-10T12:00:00.000Z", { time_zone: undefined })).toEqual(["quiet_hours"])
    expect(sentAt("GB", "2026-03-10T12:00:00.000Z", { time_zone: undefined })).toEqual([])
  })

  it("are whole days where the local weekday is not allowed", () => {
    const weekend = (at: string, country = "GB") => sentAt(country, at, { weekdays: [6, 7] })
    expect(weekend("2026-03-13T23:59:00.000Z")).toEqual(["quiet_hours"])
    expect(weekend("2026-03-14T00:00:00.000Z")).toEqual([])
    expect(weekend("2026-03-15T23:59:00.000Z")).toEqual([])
    expect(weekend("2026-03-16T00:00:00.000Z")).toEqual(["quiet_hours"])
    expect(weekend("2026-03-13T15:00:00.000Z", "JP")).toEqual([])
  })

  it("are whole days where the local date is a holiday", () => {
    const at = (instant: string, country = "GB") => sentAt(country, instant, { holidays: ["2026-03-10"] })
    expect(at("2026-03-10T00:00:00.000Z")).toEqual(["quiet_hours"])
    expect(at("2026-03-11T00:00:00.000Z")).toEqual([])
    expect(at("2026-03-09T15:00:00.000Z", "JP")).toEqual(["quiet_hours"])
  })
})

describe("a contact who was merged into another one", () => {
  const other = (change: Lines.Line) => ({
    kind: "contact",
    contact_id: "contact_2",
    blocked: false,
    unsubscribed: false,
    ...change
  })
  const merged = { kind: "merge", at: iso("1 hour"), contact_id: "contact_2", source_contact_id: "contact_1" }

  it("is that other one from then on: what it permits holds in the chats of both", () => {
    const blocked = other({ at: before("1 day"), blocked: true })
    expect(rules([blocked, ...answered, ...followUp(fourHours)], oneStep)).toEqual([])
    expect(rules([blocked, ...answered, merged, ...followUp(fourHours)], oneStep)).toEqual(["to_blocked"])
    const later = other({ at: iso("2 hours"), unsubscribed: true })
    expect(rules([...answered, merged, later, ...followUp(fourHours)], oneStep)).toEqual(["to_unsubscribed"])
    expect(rules([blocked, ...answered, merged, ...until(iso("9 days"))], oneStep)).toEqual([])
  })
})

describe("the policy's effective_from", () => {
  it("keeps messages before it from being followed up, and from being missed", () => {
    expect(rules([...answered, ...followUp(fourHours)], { effective_from: iso(1) })).toEqual(["before_effective_from"])
    expect(rules([...answered, ...until(iso("9 days"))], { effective_from: iso(1) })).toEqual([])
  })

  it("is about the message that is followed up, not about follow-ups to it", () => {
    const twice = [...answered, ...followUp(fourHours), ...followUp(iso("28 hours"))]
    expect(rules(twice, { effective_from: iso(1) })).toEqual(["before_effective_from", "before_effective_from"])
    const raced = [...answered, ...contact(iso(4 * 3_600_000 - 1)), ...followUp(fourHours)]
    expect(rules(raced, { effective_from: iso(1) })).toEqual(["before_effective_from"])
  })

  it("includes its own instant", () => {
    expect(rules([...answered, ...followUp(fourHours)], { effective_from: iso(0) })).toEqual([])
    expect(rules([...answered, ...until(iso("9 days"))], { effective_from: iso(0) })).toEqual(["missed"])
  })
})

describe("a follow-up is late", () => {
  const deadline = 4 * 3_600_000 + 15_000 + 3_000

  it("when it comes after the lead and the grace, and by how much is said", () => {
    expect(rules([...answered, ...followUp(iso(deadline))])).toEqual([])
    const verdict = judge([...answered, ...followUp(iso(deadline + 1))])
    expect(verdict).toMatchObject({ late: { count: 1, p50_ms: 1, p99_ms: 1, max_ms: 1 }, missed: 0 })
    expect(verdict.violations).toEqual([
      {
        rule: "late",
        chat_id: "chat_1",
        at: iso(deadline),
        detail: `follow-up 1 to our message of ${iso(0)} was due at ${fourHours} and came at ${iso(deadline + 1)}, 1 ms too late`,
        late_ms: 1
      }
    ])
  })

  it("also where something spoke against it after the deadline and was gone again", () => {
    const snoozed = [...state(iso("5 hours"), "user", { state: "SNOOZED" }), ...state(iso("6 hours"), "user")]
    expect(rules([...answered, ...snoozed, ...followUp(iso("7 hours"))], oneStep)).toEqual(["late"])
    expect(rules([...answered, ...snoozed, ...until(iso("9 days"))], oneStep)).toEqual(["missed"])
  })

  it("and the one to a later message does not make up for one that never came", () => {
    const wrote = [...contact(iso("5 hours")), ...reply(iso("6 hours"))]
    expect(rules([...answered, ...wrote, ...followUp(iso("10 hours"))], oneStep)).toEqual(["missed"])
  })

  it("and is rendered with its delay, beside the number of those that never came", () => {
    const text = Checker.render(judge([...answered, ...followUp(iso(deadline + 2_000)), ...until(iso("9 days"))]))
    expect(text).toContain("2000 ms too late")
    expect(text).toMatch(/^ {2}late +1, by p50 2000 ms, p99 2000 ms, at most 2000 ms$/m)
    expect(text).toMatch(/^ {2}missed +1$/m)
  })
})

describe("a follow-up is missed", () => {
  const deadline = 4 * 3_600_000 + 15_000 + 3_000

  it("when the log goes on for more than the lead and the grace after it was due", () => {
    expect(rules([...answered, ...until(iso(deadline))])).toEqual([])
    expect(judge([...answered, ...until(iso(deadline + 1))]).violations).toEqual([
      {
        rule: "missed",
        chat_id: "chat_1",
        at: iso(deadline),
        detail: `follow-up 1 to our message of ${iso(0)} was due at ${fourHours} and never came`
      }
    ])
  })

  it("and not late, when it never comes", () => {
    expect(judge([...answered, ...until(iso("9 days"))], oneStep)).toMatchObject({
      late: { count: 0, max_ms: null },
      missed: 1
    })
  })

  it("later with more grace, and with a longer lead", () => {
    const late = [...answered, ...until(iso(deadline + 2_000))]
    expect(rules(late, {}, "5 seconds")).toEqual([])
    expect(rules(late, {}, "4999 millis")).toEqual(["missed"])
    expect(rules(late, { arm_lead: "17 seconds" })).toEqual([])
  })

  it("once for each step that is owed, and not after the last", () => {
    const second = 28 * 3_600_000 + 18_000
    const first = [...answered, ...followUp(fourHours)]
    expect(rules([...first, ...until(iso(second))])).toEqual([])
    expect(rules([...first, ...until(iso(second + 1))])).toEqual(["missed"])
    expect(rules([...first, ...until(iso("9 days"))], oneStep)).toEqual([])
  })

  it("unless the contact wrote until then", () => {
    expect(rules([...answered, ...contact(iso(deadline)), ...until(iso("9 days"))])).toEqual([])
    expect(rules([...answered, ...contact(iso(deadline + 1)), ...until(iso("9 days"))])).toEqual(["missed"])
  })

  it("only where we have answered", () => {
    const waiting = [...chat("GB"), ...contact(iso(0))]
    expect(rules([...waiting, ...until(iso("9 days"))])).toEqual([])
    for (const status of ["RUNNING", "FAILED"]) {
      expect(rules([...waiting, ...reply(iso("1 second"), { status }), ...until(iso("9 days"))]), status).toEqual([])
    }
    expect(rules([...chat("GB"), ...until(iso("9 days"))])).toEqual([])
  })

  it("counted from where the assistant ended its message", () => {
    const message_id = "slow"
    const slow = [
      ...chat("GB"),
      ...reply(iso(0), { message_id, status: "RUNNING" }),
      ...reply(iso("2 seconds"), { message_id })
    ]
    expect(rules([...slow, ...until(iso(deadline + 2_000))])).toEqual([])
    expect(rules([...slow, ...until(iso(deadline + 2_001))])).toEqual(["missed"])
  })

  const interruptions: ReadonlyArray<readonly [string, (at: string) => ReadonlyArray<Lines.Line>]> = [
    ["closed", (at) => state(at, "user", { state: "CLOSED" })],
    ["snoozed", (at) => state(at, "user", { state: "SNOOZED" })],
    ["assigned", (at) => state(at, "user", { assigned: true })],
    ["without assistant", (at) => state(at, "user", { ai_enabled: false })],
    ["muted", (at) => state(at, "user", { muted_until: iso("30 days") })],
    ["spoken for", (at) => state(at, "crm", { follow_up_at: iso("30 days") })],
    ["blocked", (at) => person(at, { blocked: true })],
    ["unsubscribed", (at) => person(at, { unsubscribed: true })],
    ["taken over", staff]
  ]

  it("unless something spoke against it until then", () => {
    for (const [what, interrupt] of interruptions) {
      expect(rules([...answered, ...interrupt(iso(deadline)), ...until(iso("20 days"))]), what).toEqual([])
      expect(rules([...answered, ...interrupt(iso(deadline + 1)), ...until(iso("20 days"))]), what).toEqual(["missed"])
    }
  })

  it("if what spoke against it was gone when it was due, and not if it went later", () => {
    const undone = (at: string) => [...state(at, "user"), ...person(at)]
    for (const [what, interrupt] of interruptions.filter(([, interrupt]) => interrupt !== staff)) {
      const lines = [...answered, ...interrupt(iso("1 hour"))]
      expect(rules([...lines, ...undone(fourHours), ...until(iso("9 days"))]), what).toEqual(["missed"])
      expect(rules([...lines, ...undone(iso("4 hours", 1)), ...until(iso("9 days"))]), what).toEqual([])
    }
  })

  it("if a mute has run out when it was due, and not if it runs longer", () => {
    const muted = (until: string) => state(iso("1 hour"), "user", { muted_until: until })
    const rest = [...state(iso("2 hours"), "user", { muted_until: iso("4 hours") }), ...until(iso("9 days"))]
    expect(rules([...answered, ...muted(fourHours), ...until(iso("9 days"))])).toEqual(["missed"])
    expect(rules([...answered, ...muted(iso("4 hours", 1)), ...until(iso("9 days"))])).toEqual([])
    expect(rules([...answered, ...muted(fourHours), ...rest])).toEqual(["missed"])
    expect(rules([...answered, ...muted(iso("5 hours")), ...rest])).toEqual(["missed"])
  })

  it("whatever else is said about the chat meanwhile", () => {
    const chatter = [
      ...state(iso("1 hour"), "user", { muted_until: before("1 hour") }),
      ...person(iso("4 hours", 1)),
      ...state(iso("4 hours", 1), "user")
    ]
    expect(rules([...answered, ...chatter, ...until(iso("9 days"))])).toEqual(["missed"])
  })

  it("where the scheduler itself had set it, and nobody sent it", () => {
    expect(rules([...answered, ...armed(fourHours, iso("4 hours", "15 seconds")), ...until(iso("9 days"))])).toEqual([
      "missed"
    ])
  })

  it("never where nobody knows the zone", () => {
    expect(rules([...chat("ZZ"), ...reply(iso(0)), ...until(iso("9 days"))], { time_zone: undefined })).toEqual([])
  })

  it("from the first allowed minute on, counted in whole minutes from the silence", () => {
    // Due at 22:00:30 in London, which is quiet until 09:00: the first allowed step is 09:00:30.
    const policy = { quiet_hours: { start: "21:00", end: "09:00" }, ...oneStep }
    const evening = [...chat("GB"), ...reply("2026-03-10T18:00:30.000Z")]
    expect(rules([...evening, ...until("2026-03-11T09:00:48.000Z")], policy)).toEqual([])
    expect(rules([...evening, ...until("2026-03-11T09:00:48.001Z")], policy)).toEqual(["missed"])
  })

  it("in the next allowed hours where the lead and the grace reach beyond these", () => {
    const policy = { quiet_hours: { start: "21:00", end: "09:00" }, ...oneStep }
    const answeredAt = (at: string) => [...chat("GB"), ...reply(at)]
    const late = answeredAt("2026-03-10T16:59:50.000Z")
    expect(rules([...late, ...until("2026-03-11T09:00:26.000Z")], policy)).toEqual([])
    expect(rules([...late, ...until("2026-03-11T09:00:26.001Z")], policy)).toEqual(["missed"])
    const inTime = answeredAt("2026-03-10T16:59:41.999Z")
    expect(rules([...inTime, ...until("2026-03-10T21:00:10.000Z")], policy)).toEqual(["missed"])
  })

  it("only where the next nine days have an allowed minute", () => {
    const holidays = Array.from({ length: 10 }, (_, day) => `2026-03-${10 + day}`)
    const due = (policy: Lines.Line) => rules([...answered, ...until(iso("60 days"))], { ...oneStep, ...policy })
    // Due at 16:00 on the 10th; nine days later is 16:00 on the 19th.
    expect(due({ holidays })).toEqual([])
    expect(due({ holidays: holidays.slice(0, 9) })).toEqual(["missed"])
    expect(due({ holidays: holidays.slice(0, 9), quiet_hours: { start: "16:01", end: "16:00" } })).toEqual(["missed"])
    expect(due({ holidays: holidays.slice(0, 9), quiet_hours: { start: "00:00", end: "16:01" } })).toEqual([])
  })
})

describe("a follow-up that someone else set", () => {
  const theirs = [
    ...answered,
    ...state(iso("1 hour"), "crm", { follow_up_at: iso("2 hours") }),
    // Someone changes something else; the follow-up stays the CRM's.
    ...state(iso("90 minutes"), "scheduler", { follow_up_at: iso("2 hours") }),
    ...followUp(iso("2 hours")),
    ...state(iso("2 hours"), "assistant")
  ]

  it("is not held against the scheduler, and begins a silence like any message of ours", () => {
    expect(judge([...theirs, ...followUp(iso("6 hours"))])).toMatchObject({
      violations: [],
      followUps: 1,
      foreignFollowUps: 1
    })
    expect(rules([...theirs, ...followUp(iso(6 * 3_600_000 - 1))])).toEqual(["too_early"])
    expect(rules([...theirs, ...until(iso("9 days"))])).toEqual(["missed"])
  })

  it("may answer a contact who waits, or not", () => {
    const waiting = [
      ...answered,
      ...state(iso("1 hour"), "crm", { follow_up_at: iso("2 hours") }),
      ...contact(iso("90 minutes")),
      ...followUp(iso("2 hours")),
      ...state(iso("2 hours"), "assistant")
    ]
    expect(rules([...waiting, ...followUp(iso("6 hours"))])).toEqual([])
    expect(rules([...waiting, ...followUp(iso("5 hours"))])).toEqual(["too_early"])
    expect(rules([...waiting, ...contact(iso("3 hours")), ...followUp(iso("6 hours"))])).toEqual(["after_reply"])
    expect(rules([...waiting, ...until(iso("9 days"))])).toEqual([])
  })

  it("is the scheduler's once the scheduler has set another instant", () => {
    const replaced = [
      ...answered,
      ...state(iso("1 hour"), "crm", { follow_up_at: iso("2 hours") }),
      ...state(iso("1 hour"), "scheduler", { follow_up_at: iso("3 hours") })
    ]
    expect(rules([...replaced, ...followUp(iso("3 hours"))])).toEqual(["too_early"])
  })

  it("may count for a cap, so that none is missed then", () => {
    const set = [...answered, ...state(iso("3 hours"), "other", { follow_up_at: fourHours }), ...followUp(fourHours)]
    const lines = [...set, ...state(fourHours, "assistant"), ...until(iso("20 days"))]
    const capped = (at_most: number) => rules(lines, { caps: [{ at_most, per: "30 days" }] })
    expect([capped(1), capped(2)]).toEqual([[], ["missed"]])
  })

  it("is still the scheduler's where someone else only passed it on", () => {
    const passed = [
      ...answered,
      ...armed(iso("1 hour"), iso("2 hours")),
      ...state(iso("90 minutes"), "user", { follow_up_at: iso("2 hours") })
    ]
    expect(rules([...passed, ...followUp(iso("2 hours"))])).toEqual(["too_early"])
  })
})

describe("a message of the assistant that nobody asked for", () => {
  const foreign = (at: string) => [
    ...state(iso("1 second"), "crm", { follow_up_at: at }),
    ...followUp(at),
    ...state(at, "assistant")
  ]
  const late: ReadonlyArray<readonly [what: string, unasked: (at: string) => ReadonlyArray<Lines.Line>]> = [
    ["that someone else has scheduled", foreign],
    ["that came as an answer, hours after another", (at) => reply(at)]
  ]

  for (const [what, unasked] of late) {
    it(`${what} counts as a step: where every step was taken already, another is one too many`, () => {
      const taken = [...answered, ...unasked(fourHours)]
      expect(rules([...taken, ...followUp(iso("28 hours"))])).toEqual([])
      expect(rules([...taken, ...followUp(iso("28 hours"))], oneStep)).toEqual(["duplicate"])
      expect(rules([...taken, ...followUp(iso("8 hours"))])).toEqual(["duplicate"])
      expect(rules([...taken, ...until(iso("20 days"))], oneStep)).toEqual([])
      expect(rules([...taken, ...unasked(iso("28 hours")), ...until(iso("20 days"))])).toEqual([])
    })

    it(`${what} may count or not where the silence before it is about half of the step's, and does not sooner`, () => {
      for (const hours of ["97 minutes", "2 hours", "143 minutes"] as const) {
        const near = [...answered, ...unasked(iso(hours))]
        expect(rules([...near, ...until(iso("20 days"))], oneStep)).toEqual([])
        expect(rules([...near, ...followUp(iso(hours, "4 hours"))], oneStep)).toEqual([])
      }
      const soon = [...answered, ...unasked(iso("95 minutes"))]
      expect(rules([...soon, ...until(iso("20 days"))], oneStep)).toEqual(["missed"])
    })
  }
})

describe("a follow-up that someone else set and nobody wrote", () => {
  it("is no step of ours", () => {
    const kept = [
      ...answered,
      ...state(iso("1 hour"), "user", { follow_up_at: iso("2 hours"), state: "CLOSED" }),
      ...state(iso("2 hours"), "assistant", { state: "CLOSED" }),
      ...state(iso("3 hours"), "user")
    ]
    expect(rules([...kept, ...followUp(fourHours), ...followUp(iso("28 hours")), ...until(iso("20 days"))])).toEqual([])
    expect(rules([...kept, ...followUp(iso("28 hours"))])).toEqual(["late"])
    expect(rules([...kept, ...until(iso("23 hours"))])).toEqual(["missed"])
  })
})

describe("the order of the log", () => {
  it("decides between entries of the same instant", () => {
    expect(judge([...answered, ...followUp(fourHours), ...contact(fourHours)])).toMatchObject({
      violations: [],
      races: { count: 0 }
    })
    expect(judge([...answered, ...contact(fourHours), ...followUp(fourHours)])).toMatchObject({
      violations: [],
      races: { count: 1, max_ms: 0 }
    })
  })

  it("does not decide the order of the violations, their time does", () => {
    const other = answered.map((line) => ({ ...line, chat_id: "chat_2" }))
    // That it was missed shows only at the end of the log.
    const lines = [...other, ...answered, ...followUp(iso("3 hours")), ...followUp(iso("5 hours"))]
    expect(rules(lines)).toEqual(["too_early", "missed", "duplicate"])
  })

  it("ends with the latest entry, a request when it was answered", () => {
    const slow = request(iso("1 hour"), iso("9 hours"), { chat_id: null })
    expect(rules([...answered, ...slow, ...until(iso("2 hours"))])).toEqual(["missed"])
  })

  it("need not begin with the chat: what it says then still counts", () => {
    const [wrote] = contact(before("2 hours"))
    expect(rules([wrote ?? {}, ...chat("GB"), ...followUp(iso(0))])).toEqual(["after_reply"])
  })
})

describe("the counts", () => {
  it("count requests and 429s by key", () => {
    const at = iso(0)
    const lines = [
      ...request(at, at),
      ...request(at, at, { status: 429 }),
      ...request(at, at, { key: "dashboard", status: 500 }),
      ...request(at, at, { key: null, status: 401 })
    ]
    expect(judge(lines)).toMatchObject({
      requests: { "(no key)": 1, dashboard: 1, scheduler: 2 },
      refused429: { scheduler: 1 }
    })
  })
})

describe("the verdict in a terminal", () => {
  it("is a few aligned lines where the checker agrees", () => {
    const lines = [
      ...answered,
      ...contact(iso(4 * 3_600_000 - 7)),
      ...followUp(fourHours),
      ...request(fourHours, fourHours)
    ]
    expect(Checker.render(judge(lines)).split("\n")).toEqual([
      "checker: agrees",
      "  chats       1",
      "  follow-ups  1",
      "  late        0",
      "  missed      0",
      "  races       1, by p50 7 ms, p99 7 ms, at most 7 ms",
      "  requests    scheduler 1 (0 answered 429)"
    ])
    expect(Checker.render(judge([]))).toContain("\n  requests    0")
  })

  it("lists twenty violations, and how many more there are", () => {
    const many = (count: number) =>
      Checker.render(judge(Array.from({ length: count }, (_, index) => followUp(iso(index))).flat(), oneStep)).split(
        "\n"
      )
    const one = many(1)
    expect(one[0]).toBe("checker: 1 violation")
    expect(one.slice(1, 3)).toEqual([`  too_early  chat_1  ${iso(0)}`, "    there is no message of ours to follow up"])
    expect(many(20).filter((line) => line.includes("chat_1"))).toHaveLength(20)
    expect(many(20).join("\n")).not.toContain("more")
    expect(many(23)).toContain("  and 3 more")
    expect(many(23)[0]).toBe("checker: 23 violations")
  })
})

describe("a log", () => {
  const valid = JSON.stringify(person(iso(0))[0])

  it("may have kinds and keys that nobody knows, and empty lines", () => {
    const read = Checker.readLog(
      `\n${JSON.stringify({ kind: "weather", rain: true })}\n{"mood":1,${valid.slice(1)}\n\n`
    )
    expect(Either.getOrThrow(read)).toHaveLength(1)
  })

  it("that cannot be read is refused with the number of the line", () => {
    const refusal = (line: string) => Either.getOrThrow(Either.flip(Checker.readLog(`${valid}\n\n${line}\n${valid}\n`)))
    expect(refusal('{"kind":"cont')).toMatch(/^line 3: .*JSON/)
    expect(refusal("[]")).toMatch(/^line 3: /)
    expect(refusal('{"at":1}')).toBe("line 3: kind: is missing")
    expect(refusal(JSON.stringify({ kind: "contact", at: "soon" }))).toMatch(/^line 3: at: .*got soon$/)
    expect(refusal(JSON.stringify({ kind: "contact", at: "2026-03-10T12:00:00" }))).toMatch(/^line 3: at: /)
    expect(refusal(JSON.stringify({ ...person(iso(0))[0], blocked: "no" }))).toMatch(/^line 3: blocked: /)
  })
})

describe("a policy file", () => {
  const header = "name: idle\nversion: 1\nsteps:\n  - { after: 4 hours, action: schedule_follow_up }\n"
  const yaml = (more: string) => Checker.readPolicy(header + more)
  const refusal = (more: string) => Either.getOrThrow(Either.flip(yaml(more)))

  it("is read with its defaults", () => {
    const policy = Either.getOrThrow(
      yaml('quiet_hours: { start: "21:00", end: "09:30" }\neffective_from: 2026-01-01T00:00:00Z\n')
    )
    expect(policy).toEqual({
      after_broadcast: "ignore",
      after_human: "next_episode",
      arm_lead: 15_000,
      caps: [],
      channel_windows: {},
      country_clocks: "each",
      effective_from: Date.UTC(2026, 0, 1),
      holiday_sets: {},
      holidays: [],
      match: {},
      name: "idle",
      spread: 0,
      quiet_hours: { start: 1260, end: 570 },
      steps: [{ after: 14_400_000, action: "schedule_follow_up" }]
    })
  })

  it("may end its cadence with what sends nothing", () => {
    const policy = Either.getOrThrow(Checker.readPolicy(`${header}  - { after: 2 days, action: close }\n`))
    expect(policy).toMatchObject({ steps: [{ after: 14_400_000 }] })
    expect("steps" in policy && policy.steps).toHaveLength(1)
  })

  it("is refused where the log does not contain enough to judge it", () => {
    expect(refusal("match: { segments: [vip] }")).toBe(
      "match.segments: The log does not contain enough to judge segments"
    )
    expect(refusal("stop_after_unanswered: 3")).toContain("The log does not contain enough")
    expect(
      Either.isLeft(
        Checker.readPolicy(`${header}  - { after: 2 days, action: send_message, message: Are you there }\n`)
      )
    ).toBe(true)
  })

  it("is refused with the field and what was expected there", () => {
    expect(refusal("time_zone: Mars/Base")).toBe("time_zone: Unknown time zone Mars/Base")
    expect(refusal("arm_lead: soon")).toMatch(/^arm_lead: Expected a duration/)
    expect(refusal("arm_lead: 0 seconds")).toMatch(/^arm_lead: Expected a duration/)
    expect(refusal('quiet_hours: { start: "9:00", end: "10:00" }')).toMatch(
      /^quiet_hours.start: Expected a time of day/
    )
    expect(refusal('quiet_hours: { start: "09:00", end: "09:00" }')).toMatch(/^quiet_hours: /)
    expect(refusal("weekdays: [8]")).toMatch(/^weekdays.0: /)
    expect(refusal("holidays: [Christmas]")).toMatch(/^holidays.0: Expected a date/)
    expect(refusal("effective_from: yesterday")).toMatch(/^effective_from: Expected an instant/)
    expect(refusal("a: [b")).not.toContain("\n")
    expect(Either.isLeft(Checker.readPolicy(""))).toBe(true)
    expect(Either.isLeft(Checker.readPolicy("steps: []"))).toBe(true)
  })
})

describe("a holdout", () => {
  const late = until(iso("10 days"))
  const leftOut = { name: "nudge", holdout: "99.99 %" }
  const treated = { name: "nudge", holdout: "0.01 %" }

  it("owes the contact whom it leaves out nothing, and the others what it owes without one", () => {
    expect(rules([...answered, ...late])).toEqual(["missed"])
    expect(rules([...answered, ...late], leftOut)).toEqual([])
    expect(rules([...answered, ...late], treated)).toEqual(["missed"])
  })

  it("allows no follow-up to the contact whom it leaves out", () => {
    expect(rules([...answered, ...followUp(fourHours)], leftOut)).toEqual(["to_holdout"])
    expect(rules([...answered, ...followUp(fourHours)], treated)).toEqual([])
  })

  it("owes nothing and forbids nothing where a contact was merged into one of the other group", () => {
    const half = { name: "quotes", holdout: "10 %" }
    const merge = { kind: "merge", at: iso("1 hour"), contact_id: "contact_0", source_contact_id: "contact_1" }
    expect(rules([...answered, merge, ...late], half)).toEqual([])
    expect(rules([...answered, merge, ...followUp(fourHours)], half)).toEqual([])
  })

  it("is refused in a form that the scheduler refuses", () => {
    const read = Checker.readPolicy(JSON.stringify({ steps, holdout: "ten" }))
    expect(Either.getOrThrow(Either.flip(read))).toContain('Expected a share such as "10 %", got "ten"')
  })
})
