import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import type { Author, ChatSnapshot } from "../src/Decide/ChatSnapshot.ts"
import * as Decide from "../src/Decide.ts"
import * as ArmedState from "../src/Plan/ArmedState.ts"
import * as Plan from "../src/Plan.ts"
import type * as Episode from "../src/Decide/Episode.ts"
import { Policy } from "../src/Policy.ts"
import { type AiSwitch, reasonsByStrength, SkipReason, StopReason, WaitReason } from "../src/Decide/Reason.ts"
import * as Build from "./Build.ts"

const { after, chat, day, hour, message, messageId, minute, policy, second, taken } = Build

const lead = 15 * second

/** By default: the contact asked, we answered at `Build.start`, and an hour of silence is over but for the lead. */
const question = (fields: Partial<Decide.DecisionInput> = {}): Decide.DecisionInput => ({
  policy: policy(),
  chat: chat(),
  taken: [],
  now: after(hour - lead),
  first_in_force: undefined,
  ...fields
})

/** A decision in one line. */
const shown = Decide.Decision.$match({
  Act: ({ anchor_id, at, step }) => `Act ${step} ${anchor_id} ${DateTime.formatIso(at)}`,
  Wait: ({ anchor_id, reason, step, until }) => `Wait ${reason} ${step} ${anchor_id} ${DateTime.formatIso(until)}`,
  Stop: ({ reason }) => `Stop ${reason}`,
  Skip: ({ reason }) => `Skip ${reason}`
})

const decide = (fields: Partial<Decide.DecisionInput> = {}) => shown(Decide.decide(question(fields)))

const act = (step: number, at: number, anchor = "assistant@0") =>
  `Act ${step} ${anchor} ${DateTime.formatIso(after(at))}`
const wait = (reason: WaitReason, step: number, until: number, anchor = "assistant@0") =>
  `Wait ${reason} ${step} ${anchor} ${DateTime.formatIso(after(until))}`

type Change = (question: Decide.DecisionInput) => Decide.DecisionInput
const inChat =
  (fields: Partial<Decide.DecisionInput["chat"]>): Change =>
  (question) => ({ ...question, chat: { ...question.chat, ...fields } })
const inPolicy =
  (fields: Readonly<Record<string, unknown>>): Change =>
  (question) => {
    const { name: _, ...before } = Schema.encodeSync(Policy)(question.policy)
    return { ...question, policy: policy({ ...before, ...fields }) }
  }
const after3Days = (question: Decide.DecisionInput) => ({ ...question, now: after(3 * day) })
const andTaken =
  (fields: Partial<Episode.PastFollowUp>): Change =>
  (question) => ({ ...question, taken: [...question.taken, taken(fields)] })
const earlier = messageId("long ago")
const inTurn =
  (...changes: ReadonlyArray<Change>): Change =>
  (question) =>
    changes.reduce((changed, change) => change(changed), question)

const within = (action: string) =>
  ["1 hour", "2 hours"].map((after) => ({ after, action, lateness: { limit: "1 minute", beyond: "skip" } }))

type DecideReason = (typeof reasonsByStrength)[number]

const switchedOff =
  (by: AiSwitch): Change =>
  (question) =>
    inChat({ switchedOff: [...question.chat.switchedOff, by] })(question)

/** What makes each reason hold, whatever else holds. */
const changes: Readonly<Record<DecideReason, Change>> = {
  erased: inChat({ isErased: true }),
  opted_out: inChat({ consent: { isWithdrawn: true, at: Build.start } }),
  blocked: inChat({ isBlocked: true }),
  unsubscribed: inChat({ isUnsubscribed: true }),
  human_takeover: inChat({ isAssigned: true }),
  ai_disabled: inChat({ ai_enabled: false }),
  contact_ai_disabled: switchedOff("contact_ai_disabled"),
  assistant_deleted: switchedOff("assistant_deleted"),
  assistant_disabled: switchedOff("assistant_disabled"),
  integration_disabled: switchedOff("integration_disabled"),
  ai_replies_disabled: switchedOff("ai_replies_disabled"),
  unknown_contact: inChat({ isContactUnknown: true }),
  closed: inChat({ state: "CLOSED" }),
  replied: (question) => inChat({ messages: [...question.chat.messages, message("contact", 4 * hour)] })(question),
  empty: inChat({ messages: [] }),
  internal_channel: inChat({ channel: "internal" }),
  admin_contact: inChat({ isAdmin: true }),
  temporary_chat: inChat({ isTemporary: true }),
  broadcast: (question) =>
    inChat({
      messages: question.chat.messages
        .filter(({ id }) => id !== chat().messages[0]!.id)
        .map((each) => (each.author === "assistant" ? { ...each, isBroadcast: true } : each))
    })(question),
  not_matched: inPolicy({ match: { assistants: ["ast_2"] } }),
  unreadable_message: inChat({ hasUnreadable: true }),
  snoozed: inChat({ state: "SNOOZED" }),
  unknown_state: inChat({ state: "UNKNOWN" }),
  before_effective_from: inPolicy({ effective_from: "2026-07-15T12:00:00.001Z" }),
  in_progress: andTaken({ anchor_id: earlier, status: "under_way", message_id: undefined }),
  outcome_unknown: andTaken({ status: "unknown", message_id: undefined }),
  exited: andTaken({ isExited: true }),
  unanswered: inTurn(
    inPolicy({ stop_after_unanswered: 1 }),
    andTaken({ anchor_id: earlier, message_id: undefined, step: 2 })
  ),
  cadence_finished: andTaken({ step: 2 }),
  followed_up_already: (question) => {
    const messages = [...question.chat.messages, message("assistant", hour), message("assistant", 3 * hour)]
    return inChat({ messages: messages.toSorted((a, b) => a.at.epochMillis - b.at.epochMillis) })(question)
  },
  not_ours: inChat({ follow_up_at: after(5 * day) }),
  unknown_zone: inTurn(inChat({ zone: undefined }), inPolicy({ time_zone: undefined })),
  late: inTurn(inPolicy({ steps: within("schedule_follow_up") }), after3Days),
  muted: inChat({ muted_until: after(11 * day) }),
  outside_window: inPolicy({ channel_windows: { custom: { within: "30 minutes" } } }),
  no_opening: inPolicy({ weekdays: [3], holidays: ["2026-07-15", "2026-07-22"] }),
  capped: inTurn(
    inPolicy({ caps: [{ at_most: 1, per: "10 hours" }] }),
    andTaken({ anchor_id: earlier, message_id: undefined, follow_up_at: after(0) })
  ),
  quiet_hours: inPolicy({ quiet_hours: { start: "12:30", end: "18:00" } }),
  silence: (question) => ({ ...question, now: after(minute) }),
  holdout: (question) => ({ ...inPolicy({ holdout: "10 %" })(question), group: "holdout" })
}

const until: Readonly<Record<WaitReason, number>> = {
  in_progress: hour + minute,
  muted: 11 * day - lead,
  capped: 10 * hour - lead,
  quiet_hours: 6 * hour - lead,
  silence: hour - lead
}

const reasonOf = (question: Decide.DecisionInput) => {
  const decision = Decide.decide(question)
  return decision._tag === "Act" ? undefined : decision.reason
}

describe("each reason", () => {
  it("is absent from a chat that was silent long enough: it is acted upon", () => {
    expect(decide()).toBe(act(1, hour))
  })

  it("has a place in the lattice, and only one", () => {
    const all = [...StopReason.literals, ...SkipReason.literals, ...WaitReason.literals]
    expect(reasonsByStrength.toSorted()).toEqual(all.toSorted())
  })

  for (const reason of StopReason.literals) {
    it(`${reason} stops`, () => {
      expect(shown(Decide.decide(changes[reason](question())))).toBe(`Stop ${reason}`)
    })
  }

  for (const reason of SkipReason.literals) {
    it(`${reason} skips`, () => {
      expect(shown(Decide.decide(changes[reason](question())))).toBe(`Skip ${reason}`)
    })
  }

  for (const reason of WaitReason.literals) {
    it(`${reason} waits`, () => {
      const anchor = reason === "in_progress" ? earlier : "assistant@0"
      expect(shown(Decide.decide(changes[reason](question())))).toBe(wait(reason, 1, until[reason], anchor))
    })
  }
})

describe("of two reasons that hold, the stronger is given:", () => {
  /** The weaker cannot hold where the stronger does. */
  const exclusive: Readonly<Partial<Record<DecideReason, ReadonlyArray<DecideReason>>>> = {
    closed: ["snoozed", "unknown_state"],
    snoozed: ["unknown_state"],
    replied: ["empty"],
    // Without a message there is no anchor.
    empty: ["before_effective_from", "outcome_unknown", "exited", "cadence_finished", "followed_up_already"],
    // Where every message of ours is a broadcast, none is a follow-up.
    broadcast: ["followed_up_already"],
    // What legitimately moves a step's instant makes it less late.
    late: ["muted", "no_opening", "capped", "quiet_hours", "silence"]
  }

  for (const [index, stronger] of reasonsByStrength.entries()) {
    for (const weaker of reasonsByStrength.slice(index + 1)) {
      if (exclusive[stronger]?.includes(weaker)) continue
      it(`${stronger} over ${weaker}`, () => {
        expect(reasonOf(changes[weaker](question()))).toBe(weaker)
        expect(reasonOf(changes[stronger](changes[weaker](question())))).toBe(stronger)
        expect(reasonOf(changes[weaker](changes[stronger](question())))).toBe(stronger)
      })
    }
  }

  it("a mute over the night, whichever ends later", () => {
    const night = policy({ quiet_hours: { start: "20:00", end: "09:00" } })
    expect(decide({ policy: night, chat: chat({ muted_until: after(10 * hour) }) })).toBe(
      wait("muted", 1, 21 * hour - lead)
    )
    expect(decide({ policy: night, chat: chat({ muted_until: after(23 * hour) }) })).toBe(
      wait("muted", 1, 23 * hour - lead)
    )
  })

  it("the night over a mute that has ended", () => {
    const night = policy({ quiet_hours: { start: "20:00", end: "09:00" } })
    const decided = decide({ policy: night, chat: chat({ muted_until: after(2 * hour) }), now: after(10 * hour) })
    expect(decided).toBe(wait("quiet_hours", 1, 21 * hour))
  })
})

describe("the moment to act", () => {
  it("is arm_lead before the silence ends, not a second earlier", () => {
    expect(decide({ now: after(hour - lead - 1000) })).toBe(wait("silence", 1, hour - lead))
    expect(decide({ now: after(hour - lead) })).toBe(act(1, hour))
  })

  it("sets a whole second, never before the silence ends nor less than arm_lead ahead: a server may keep no fractions", () => {
    expect(decide({ now: after(hour - lead - 999) })).toBe(act(1, hour))
    expect(decide({ now: after(hour - lead + 1) })).toBe(act(1, hour + 1000))
    const uneven = message("assistant", 0, { whole_at: after(1) })
    expect(decide({ chat: chat({ messages: [uneven] }), now: after(hour - lead) })).toBe(
      wait("silence", 1, hour + 1000 - lead)
    )
  })

  it("is arm_lead ahead of now when the silence is long over", () => {
    expect(decide({ now: after(3 * day) })).toBe(act(1, 3 * day + lead))
  })

  it("follows the policy's own arm_lead", () => {
    const early = policy({ arm_lead: "10 minutes" })
    expect(decide({ policy: early, now: after(50 * minute - 1000) })).toBe(wait("silence", 1, 50 * minute))
    expect(decide({ policy: early, now: after(50 * minute) })).toBe(act(1, hour))
  })

  it("counts the silence from when our message was whole, not from when its writing began", () => {
    const slow = message("assistant", 0, { whole_at: after(2 * minute) })
    expect(decide({ chat: chat({ messages: [slow] }) })).toBe(wait("silence", 1, hour + 2 * minute - lead))
  })

  it("is not while the assistant is still writing", () => {
    expect(
      decide({ chat: chat({ messages: [message("contact", -minute), message("assistant", 0, { isRunning: true })] }) })
    ).toBe("Stop replied")
  })

  it("ends a follow-up under way confirm_after after its instant, when it is looked for", () => {
    const underWay = [taken({ status: "under_way", follow_up_at: after(2 * hour) })]
    expect(decide({ policy: policy({ confirm_after: "3 minutes" }), taken: underWay })).toBe(
      wait("in_progress", 1, 2 * hour + 3 * minute)
    )
  })

  it("is not while a follow-up of an earlier episode is under way", () => {
    const underWay = [taken({ status: "under_way", anchor_id: messageId("long ago") })]
    expect(decide({ taken: underWay })).toBe(wait("in_progress", 1, hour + minute, "long ago"))
  })
})

describe("the anchor", () => {
  it("is our last message, even when nobody asked for it", () => {
    const messages = [message("assistant", -minute), message("assistant", 0)]
    expect(decide({ chat: chat({ messages }) })).toBe(act(1, hour))
  })

  it("is never a follow-up, told by its message's id: the silence begins anew, the anchor stays", () => {
    const messages = [
      message("contact", -minute),
      message("assistant", 0),
      message("assistant", hour, { id: messageId("follow-up") })
    ]
    expect(decide({ chat: chat({ messages }), taken: [taken()], now: after(3 * hour - lead) })).toBe(act(2, 3 * hour))
    expect(decide({ chat: chat({ messages }), taken: [taken()], now: after(2 * hour) })).toBe(
      wait("silence", 2, 3 * hour - lead)
    )
  })

  it("moves to a newer message of ours, and the steps already taken in this silence still count", () => {
    const newer = message("assistant", 90 * minute)
    const messages = [...chat().messages, message("assistant", hour, { id: messageId("follow-up") }), newer]
    const decided = decide({ chat: chat({ messages }), taken: [taken()], now: after(210 * minute - lead) })
    expect(decided).toBe(act(2, 210 * minute, newer.id))
  })
})

describe("a broadcast", () => {
  const sent = (at: number) => message("assistant", at, { isBroadcast: true })
  const only = chat({ messages: [sent(0)] })

  it("is no anchor: whom only a broadcast has reached, nobody follows up", () => {
    expect(decide({ chat: only, now: after(day) })).toBe("Stop broadcast")
    expect(decide({ chat: chat({ messages: [sent(-day), sent(0)] }), now: after(day) })).toBe("Stop broadcast")
  })

  it("is one where the policy says so", () => {
    expect(decide({ chat: only, policy: policy({ after_broadcast: "follow_up" }) })).toBe(act(1, hour))
  })

  it("is no answer: a contact who wrote before it still waits for us", () => {
    expect(decide({ chat: chat({ messages: [message("contact", -minute), sent(0)] }) })).toBe("Stop replied")
  })

  it("that is answered begins an episode as any other: our answer to the reply is followed up", () => {
    const messages = [sent(-hour), message("contact", -minute), message("assistant", 0)]
    expect(decide({ chat: chat({ messages }) })).toBe(act(1, hour))
  })

  it("puts off the next step, which stays that of the message before it, and is not the later for it", () => {
    const messages = [...chat().messages, sent(30 * minute)]
    expect(decide({ chat: chat({ messages }) })).toBe(wait("silence", 1, 90 * minute - lead))
    expect(decide({ chat: chat({ messages }), now: after(90 * minute - lead) })).toBe(act(1, 90 * minute))
    const strict = policy({ steps: within("schedule_follow_up") })
    expect(
      decide({
        chat: chat({ messages: [...chat().messages, sent(30 * day)] }),
        policy: strict,
        now: after(30 * day + hour)
      })
    ).toBe("Stop late")
  })
})

describe("a chat of the organization's own people", () => {
  it("is followed up where the policy names its channel", () => {
    expect(
      decide({ chat: chat({ channel: "internal" }), policy: policy({ match: { channels: ["internal", "custom"] } }) })
    ).toBe(act(1, hour))
  })

  it("is followed up where the policy names admins, and then no other is", () => {
    const admins = policy({ match: { admins: true } })
    expect(decide({ chat: chat({ isAdmin: true }), policy: admins })).toBe(act(1, hour))
    expect(decide({ policy: admins })).toBe("Stop not_matched")
  })
})

describe("an episode", () => {
  const replied = message("contact", 2 * hour)
  const answered = message("assistant", 2 * hour + minute)
  const firstEpisode = [...chat().messages, message("assistant", hour, { id: messageId("follow-up") })]

  it("ends with a reply", () => {
    expect(decide({ chat: chat({ messages: [...firstEpisode, replied] }), taken: [taken()] })).toBe("Stop replied")
  })

  it("starts again at step 1 in the next silence, however many steps were taken before", () => {
    const messages = [...firstEpisode, replied, answered]
    const now = after(3 * hour + minute - lead)
    for (const earlier of [[taken()], [taken(), taken({ step: 2, message_id: messageId("follow-up 2") })]]) {
      expect(decide({ chat: chat({ messages }), taken: earlier, now })).toBe(act(1, 3 * hour + minute, answered.id))
    }
  })

  it("does not inherit a follow-up that was set for a later instant than the reply", () => {
    const declined = taken({ message_id: undefined, follow_up_at: after(5 * hour) })
    const messages = [...chat().messages, replied, answered]
    expect(decide({ chat: chat({ messages }), taken: [declined], now: after(day) })).toBe(
      act(1, day + lead, answered.id)
    )
  })

  it("does not inherit a follow-up that was answered before its own instant, by clocks that differ", () => {
    const early = message("assistant", hour - 500, { id: messageId("follow-up") })
    const messages = [...chat().messages, early, message("contact", hour - 200), answered]
    expect(decide({ chat: chat({ messages }), taken: [taken()], now: after(day) })).toBe(
      act(1, day + lead, answered.id)
    )
  })

  it("counts a step that came to nothing, too", () => {
    expect(decide({ taken: [taken({ message_id: undefined })], now: after(2 * hour - lead) })).toBe(act(2, 2 * hour))
  })
})

describe("a follow-up that came only after the reply", () => {
  const crossing = message("assistant", 100, { id: messageId("follow-up") })
  const crossed = (...messages: ReadonlyArray<ReturnType<typeof message>>) => ({
    chat: chat({ messages: [message("contact", 0), crossing, ...messages] }),
    taken: [taken({ anchor_id: messageId("long ago"), step: 2, follow_up_at: after(100) })]
  })

  it("is no answer to it: the customer waits", () => {
    expect(decide(crossed())).toBe("Stop replied")
  })

  it("is one step of the silence that the answer begins", () => {
    const now = after(2 * hour + 200 - lead)
    expect(decide({ ...crossed(message("assistant", 200)), now })).toMatch(/^Act 2 assistant@200 /)
    const steps = Array.from({ length: 3 }, () => ({ after: "1 hour", action: "schedule_follow_up" }))
    expect(decide({ ...crossed(message("assistant", 200)), policy: policy({ steps }), now })).toMatch(
      /^Act 2 assistant@200 /
    )
  })
})

describe("the hours", () => {
  const night = { quiet_hours: { start: "20:00", end: "09:00" } }

  it("are the contact's, not the policy's and not UTC", () => {
    // 12:59:45 UTC is 21:59 in Tokyo; nine in the morning there is midnight in UTC.
    const inTokyo = chat({ zone: "Asia/Tokyo" })
    expect(decide({ policy: policy(night), chat: inTokyo })).toBe(wait("quiet_hours", 1, 12 * hour - lead))
    expect(decide({ policy: policy(night) })).toBe(act(1, hour))
  })

  it("are the policy's zone's where the contact's is unknown", () => {
    const tokyo = policy({ ...night, time_zone: "Asia/Tokyo" })
    expect(decide({ policy: tokyo, chat: chat({ zone: undefined }) })).toBe(wait("quiet_hours", 1, 12 * hour - lead))
  })

  it("leave out the weekdays and holidays that the policy leaves out", () => {
    // It is Wednesday; Friday is a holiday; Saturday begins twelve hours after Friday noon.
    const strict = policy({ weekdays: [5, 6], holidays: ["2026-07-17"] })
    expect(decide({ policy: strict })).toBe(wait("quiet_hours", 1, 2 * day + 12 * hour - lead))
  })
})

describe("a mute", () => {
  it("that ends before the silence changes nothing", () => {
    expect(decide({ chat: chat({ muted_until: after(30 * minute) }) })).toBe(act(1, hour))
  })

  it("that ends after it puts the follow-up off to its end", () => {
    const muted = chat({ muted_until: after(2 * hour) })
    expect(decide({ chat: muted })).toBe(wait("muted", 1, 2 * hour - lead))
    expect(decide({ chat: muted, now: after(2 * hour - lead) })).toBe(act(1, 2 * hour))
  })
})

describe("effective_from", () => {
  const [before, same] = [{ first_in_force: after(1) }, { first_in_force: after(0) }]

  it("is, where the policy does not say it, when its name was first put in force here", () => {
    expect(decide(before)).toBe("Stop before_effective_from")
    expect(decide(same)).toBe(act(1, hour))
  })

  it("is, where the policy does not say it, asked only of a silence in which nothing was sent", () => {
    const begun = { taken: [taken({ step: 1 })], now: after(2 * hour) }
    const said = { policy: policy({ effective_from: "2026-07-15T12:00:01Z" }) }
    expect(decide({ ...before, ...begun })).toBe(decide(begun))
    expect(decide({ ...before, ...begun })).toMatch(/ 2 /)
    expect(decide({ ...begun, ...said })).toBe("Stop before_effective_from")
  })

  it("is what the policy says, whenever it was put in force", () => {
    expect(decide({ ...before, policy: policy({ effective_from: "2026-07-15T12:00:00Z" }) })).toBe(act(1, hour))
    expect(decide({ ...before, policy: policy({ effective_from: "all" }) })).toBe(act(1, hour))
    expect(decide({ ...same, policy: policy({ effective_from: "2026-07-15T12:00:01Z" }) })).toBe(
      "Stop before_effective_from"
    )
  })

  it("is inclusive: our message of that very instant is followed up", () => {
    expect(decide({ policy: policy({ effective_from: "2026-07-15T12:00:00Z" }) })).toBe(act(1, hour))
  })

  it("asks when our own message was written, not when the chat began", () => {
    const messages = [
      message("contact", -300 * day),
      message("assistant", -299 * day),
      message("contact", -minute),
      message("assistant", 0)
    ]
    expect(decide({ policy: policy({ effective_from: "2026-07-15T12:00:00Z" }), chat: chat({ messages }) })).toBe(
      act(1, hour)
    )
  })
})

describe("effective_from, where a message of ours came unasked", () => {
  it("asks when the answer before it was written: the unasked one is a follow-up, though it came 299 days later", () => {
    const messages = [message("contact", -300 * day), message("assistant", -299 * day), message("assistant", 0)]
    expect(decide({ policy: policy({ effective_from: "2026-07-15T12:00:00Z" }), chat: chat({ messages }) })).toBe(
      "Stop before_effective_from"
    )
    const all = { policy: policy({ effective_from: "all" }), chat: chat({ messages }), now: after(2 * hour - lead) }
    expect(decide(all)).toBe(act(2, 2 * hour, messages[1]!.id))
  })
})

describe("a follow_up_at that stands already", () => {
  const standing = chat({ follow_up_at: after(5 * hour) })

  it("is respected when it is not ours", () => {
    expect(decide({ chat: standing, taken: [taken({ anchor_id: messageId("long ago") })] })).toBe("Skip not_ours")
  })

  it("is replaced when the policy says so", () => {
    expect(decide({ chat: standing, policy: policy({ existing_follow_up: "replace" }) })).toBe(act(1, hour))
  })

  it("is no hindrance when we set it", () => {
    const ours = taken({ anchor_id: messageId("long ago"), follow_up_at: after(5 * hour) })
    expect(decide({ chat: standing, taken: [ours] })).toBe(act(1, hour))
  })

  it("holds back the next step for as long as a message of its instant would, and no longer", () => {
    const passed = chat({ follow_up_at: after(hour) })
    expect(decide({ chat: passed, now: after(2 * hour - 1) })).toBe("Skip not_ours")
    expect(decide({ chat: passed, now: after(2 * hour) })).toBe(act(1, 2 * hour + lead))
  })

  it("is not ours when it differs by a millisecond", () => {
    const nearly = taken({ anchor_id: messageId("long ago"), follow_up_at: after(5 * hour + 1) })
    expect(decide({ chat: standing, taken: [nearly] })).toBe("Skip not_ours")
  })
})

describe("incidents of other schedulers", () => {
  it("sent although the customer had just written: a message a millisecond ago stops it", () => {
    const messages = [...chat().messages, message("contact", hour - lead - 1)]
    expect(decide({ chat: chat({ messages }) })).toBe("Stop replied")
  })

  it("nudged a customer whom nobody had answered yet: without a message of ours there is nothing to follow up", () => {
    expect(decide({ chat: chat({ messages: [message("contact", 0)] }), now: after(10 * day) })).toBe("Stop replied")
  })

  it("nudged 22 seconds after a human wrote: a human in the chat stops it, though no flag says so", () => {
    const messages = [...chat().messages, message("human", hour - lead - 22 * second)]
    expect(decide({ chat: chat({ messages }) })).toBe("Stop human_takeover")
  })

  describe("never followed up a chat again in which a human had helped a month before:", () => {
    const before = [message("contact", -30 * day - hour), message("human", -30 * day)]
    const messages = [...before, message("contact", -minute), message("assistant", 0)]

    it("handed back, asked and answered again, it is a new episode", () => {
      expect(decide({ chat: chat({ messages }) })).toBe(act(1, hour))
    })

    it("the chat stays alone while it is somebody's, the assistant is off, or the policy says never", () => {
      expect(decide({ chat: chat({ messages, isAssigned: true }) })).toBe("Stop human_takeover")
      expect(decide({ chat: chat({ messages, ai_enabled: false }) })).toBe("Stop ai_disabled")
      expect(decide({ chat: chat({ messages }), policy: policy({ after_human: "never" }) })).toBe("Stop human_takeover")
    })

    it("the chat stays alone until the contact has asked again, though the assistant writes", () => {
      expect(decide({ chat: chat({ messages: before }) })).toBe("Stop human_takeover")
      expect(decide({ chat: chat({ messages: [...before, message("assistant", 0)] }) })).toBe("Stop human_takeover")
    })
  })

  it("a stop was overridden by a weaker one: blocked and closed is blocked", () => {
    expect(decide({ chat: chat({ isBlocked: true, state: "CLOSED", isUnsubscribed: true, isAssigned: true }) })).toBe(
      "Stop blocked"
    )
  })

  it("never armed again after a reply: our answer to the reply is followed up", () => {
    const messages = [...chat().messages, message("contact", 2 * hour), message("assistant", 3 * hour)]
    expect(decide({ chat: chat({ messages }), taken: [taken()], now: after(4 * hour - lead) })).toBe(
      act(1, 4 * hour, "assistant@10800000")
    )
  })

  it("the contact wrote STOP, the assistant confirmed it, and the next step came all the same: nothing more is sent", () => {
    const messages = [message("contact", -minute, { text: "Stop." }), message("assistant", 0, { text: "Understood." })]
    expect(decide({ chat: chat({ messages }), now: after(4 * hour) })).toBe("Stop opted_out")
  })

  it("a contact who wrote START after STOP was never followed up again: they are", () => {
    const messages = [
      message("contact", -hour, { text: "STOP" }),
      message("contact", -minute, { text: "start!" }),
      message("assistant", 0)
    ]
    expect(decide({ chat: chat({ messages }) })).toBe(act(1, hour))
  })

  it("a word of the assistant was taken for the contact's: only what the contact writes counts", () => {
    const messages = [
      message("contact", -minute, { text: "How do I stop the subscription?" }),
      message("assistant", 0, { text: "STOP" })
    ]
    expect(decide({ chat: chat({ messages }) })).toBe(act(1, hour))
  })

  it("a word of an older date than what is on record undid the record: the later one counts", () => {
    const messages = [message("contact", -minute, { text: "START" }), message("assistant", 0)]
    const consent = { isWithdrawn: true, at: Build.start }
    expect(decide({ chat: chat({ messages, consent }) })).toBe("Stop opted_out")
    expect(decide({ chat: chat({ messages, consent: { ...consent, at: after(-hour) } }) })).toBe(act(1, hour))
  })

  it("opt_out: [] turns the words off", () => {
    const messages = [message("contact", -minute, { text: "STOP" }), message("assistant", 0)]
    expect(decide({ chat: chat({ messages }), policy: policy({ opt_out: [] }) })).toBe(act(1, hour))
  })

  it("switching on swept all old chats: what we wrote before effective_from is left alone", () => {
    const old = chat({
      last_contact_message_at: after(-40 * day),
      messages: [message("contact", -40 * day), message("assistant", -40 * day + minute)]
    })
    expect(decide({ chat: old, policy: policy({ effective_from: "2026-07-15T00:00:00Z" }) })).toBe(
      "Stop before_effective_from"
    )
  })

  it("a snoozed chat was touched: it stays alone, however long it is silent", () => {
    expect(decide({ chat: chat({ state: "SNOOZED" }), now: after(100 * day) })).toBe("Skip snoozed")
  })

  it("its own follow-up was counted as the customer's reply: it is a message of ours, and the next step follows", () => {
    const messages = [...chat().messages, message("assistant", hour, { id: messageId("follow-up") })]
    expect(decide({ chat: chat({ messages }), taken: [taken()], now: after(hour + minute) })).toBe(
      wait("silence", 2, 3 * hour - lead)
    )
  })

  it("a reminder for a moment long past: it moves to now, and only one step is taken at a time", () => {
    expect(decide({ now: after(30 * day) })).toBe(act(1, 30 * day + lead))
  })

  it("fired again within the same episode: a cadence that is through stays through", () => {
    expect(decide({ taken: [taken(), taken({ step: 2 })], now: after(100 * day) })).toBe("Stop cadence_finished")
  })
})

describe("whatever it is asked", () => {
  const zones = ["UTC", "Europe/Lisbon", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]
  const policies = [
    policy(),
    policy({ quiet_hours: { start: "20:00", end: "09:00" }, weekdays: [1, 2, 3, 4, 5], arm_lead: "17 seconds" }),
    policy({ quiet_hours: { start: "00:00", end: "23:59" }, time_zone: undefined, existing_follow_up: "replace" }),
    policy({ effective_from: "2026-03-01T00:00:00Z", weekdays: [7], holidays: ["2026-07-19"], arm_lead: "1 day" }),
    policy({ steps: [{ after: "365 days", action: "schedule_follow_up" }], arm_lead: "1 millis" })
  ]

  const times = <const A>(count: number, value: A): ReadonlyArray<A> => Array.from({ length: count }, () => value)
  const rarely = FastCheck.constantFrom(...times(19, false), true)
  const instant = FastCheck.integer({ min: -400 * day, max: 400 * day }).map(after)
  const maybe = <A>(of: FastCheck.Arbitrary<A>) => FastCheck.option(of, { nil: undefined })
  const id = FastCheck.integer({ min: 1, max: 8 }).map((n) => messageId(`message ${n}`))
  const messages = FastCheck.array(
    FastCheck.record({
      id,
      author: FastCheck.constantFrom<Array<Author>>(...times(19, "assistant"), ...times(8, "contact"), "human"),
      at: instant,
      isDated: FastCheck.constant(true),
      changed_at: FastCheck.constant(undefined),
      lasts: FastCheck.integer({ min: 0, max: hour }),
      isRunning: rarely,
      isBroadcast: rarely,
      isToolResult: rarely,
      text: FastCheck.constant("")
    }).map(({ lasts, ...rest }) => ({ ...rest, whole_at: DateTime.add(rest.at, { millis: lasts }) })),
    { maxLength: 6 }
  ).map((list) => list.toSorted((a, b) => a.at.epochMillis - b.at.epochMillis))

  const anything: FastCheck.Arbitrary<Decide.DecisionInput> = FastCheck.record({
    policy: FastCheck.constantFrom(...policies),
    chat: FastCheck.record({
      state: FastCheck.constantFrom<Array<ChatSnapshot["state"]>>(...times(19, "OPEN"), "SNOOZED", "CLOSED"),
      ai_enabled: rarely.map((isOff) => !isOff),
      isAssigned: rarely,
      isBlocked: rarely,
      isUnsubscribed: rarely,
      switchedOff: rarely.map((isOff) => (isOff ? (["assistant_deleted"] as const) : [])),
      isContactUnknown: rarely,
      muted_until: maybe(instant),
      follow_up_at: FastCheck.oneof(
        { weight: 4, arbitrary: FastCheck.constant(undefined) },
        { weight: 1, arbitrary: instant }
      ),
      zone: maybe(FastCheck.constantFrom(...zones)),
      messages
    }).map((fields) => chat(fields)),
    taken: FastCheck.array(
      FastCheck.record({
        anchor_id: id,
        step: FastCheck.integer({ min: 1, max: 3 }),
        message_id: maybe(id),
        follow_up_at: instant,
        status: FastCheck.constantFrom<Array<Episode.PastFollowUp["status"]>>(
          ...times(17, "done"),
          ...times(3, "failed"),
          ...times(3, "state_changed"),
          "under_way",
          "unknown"
        ),
        policy: FastCheck.constant("nudge@1"),
        isExited: rarely
      }),
      { maxLength: 3 }
    ),
    now: FastCheck.integer({ min: 0, max: 800 * day }).map(after),
    first_in_force: maybe(instant)
  })

  const wallClock = (zone: string, instant: DateTime.Utc) => {
    const parts = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      weekday: "short",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23"
    }).formatToParts(instant.epochMillis)
    const part = (type: string) => parts.find((found) => found.type === type)!.value
    return {
      time: `${part("hour")}:${part("minute")}`,
      date: `${part("year")}-${part("month")}-${part("day")}`,
      weekday: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(part("weekday")) + 1
    }
  }

  const isOpen = ({ chat, policy }: Decide.DecisionInput, instant: DateTime.Utc): boolean => {
    const { date, time, weekday } = wallClock(chat.zone ?? policy.time_zone!, instant)
    const quiet = policy.quiet_hours
    const isQuiet =
      quiet !== undefined &&
      (quiet.start < quiet.end ? time >= quiet.start && time < quiet.end : time >= quiet.start || time < quiet.end)
    return !isQuiet && policy.weekdays.includes(weekday) && !policy.holidays.includes(date)
  }

  it("answers, and acts only inside the open hours, at least arm_lead ahead", () => {
    let acted = 0
    FastCheck.assert(
      FastCheck.property(anything, (question) => {
        const decision = Decide.decide(question)
        if (decision._tag !== "Act") return
        acted++
        const { at: follow_up_at } = decision
        expect(isOpen(question, follow_up_at)).toBe(true)
        expect(Duration.toMillis(DateTime.distanceDuration(question.now, follow_up_at))).toBeGreaterThanOrEqual(
          Duration.toMillis(question.policy.arm_lead)
        )
        expect(DateTime.greaterThan(follow_up_at, question.now)).toBe(true)
      }),
      { numRuns: 5000 }
    )
    expect(acted).toBeGreaterThan(100)
  })

  it("waits until an instant in the future, at which it acts", () => {
    let waited = 0
    FastCheck.assert(
      FastCheck.property(anything, (question) => {
        const decision = Decide.decide(question)
        if (decision._tag !== "Wait" || decision.reason === "in_progress") return
        waited++
        expect(DateTime.greaterThan(decision.until, question.now)).toBe(true)
        expect(Decide.decide({ ...question, now: decision.until })._tag).toBe("Act")
      }),
      { numRuns: 5000 }
    )
    expect(waited).toBeGreaterThan(100)
  })

  it("never acts after the contact's message, in a human's chat, or while the assistant writes", () => {
    FastCheck.assert(
      FastCheck.property(anything, (question) => {
        if (Decide.decide(question)._tag !== "Act") return
        const ours = new Set(question.taken.map(({ message_id }) => message_id))
        const theirs = question.chat.messages.filter(({ id }) => !ours.has(id))
        expect(question.chat.messages.at(-1)?.isRunning).toBe(false)
        expect(theirs.at(-1)?.author === "contact" && theirs.at(-1) === question.chat.messages.at(-1)).toBe(false)
        const sinceContact = theirs.slice(theirs.findLastIndex(({ author }) => author === "contact") + 1)
        expect(sinceContact.map(({ author }) => author)).not.toContain("human")
      }),
      { numRuns: 5000 }
    )
  })
})

describe("a chat whose list lags behind", () => {
  const later = { last_contact_message_at: after(30 * minute) }

  it("is one where the contact wrote last, by the chat's own date, and gets no step", () => {
    expect(decide({ chat: chat(later), now: after(2 * hour) })).toBe("Stop replied")
    expect(decide({ chat: chat({ last_contact_message_at: after(1000) }), now: after(2 * hour) })).not.toBe(
      "Stop replied"
    )
  })

  it("has its armed follow-up taken back while that can be", () => {
    const follow_up_at = after(hour)
    const armed = {
      ...Plan.make(policy(), chat(), { step: 1, anchor_id: messageId("assistant@0") }, follow_up_at),
      follow_up_at,
      after_id: messageId("assistant@0")
    }
    const read = (fields: object) => ArmedState.read(armed as never, chat({ ...later, ...fields }), policy())
    expect(read({ follow_up_at })).toEqual(ArmedState.ArmedState.Invalidated({ reason: "replied" }))
    expect(read({ follow_up_at: undefined })._tag).toBe("Cleared")
  })
})

describe("an opt-out in another chat of the contact", () => {
  it("counts as soon as a row shows it, the later of what they said", () => {
    const elsewhere = (...said: ReadonlyArray<readonly [string, number]>) =>
      decide({
        chat: chat({ saidElsewhere: said.map(([text, at]) => message("contact", at, { text })) }),
        now: after(2 * hour)
      })
    expect(elsewhere(["STOP", minute])).toBe("Stop opted_out")
    expect(elsewhere(["STOP", minute], ["START", 2 * minute])).not.toBe("Stop opted_out")
    expect(elsewhere(["Is it blue?", minute])).not.toBe("Stop opted_out")
  })
})
