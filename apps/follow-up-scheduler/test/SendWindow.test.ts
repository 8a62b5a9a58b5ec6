import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as SendWindow from "../src/Decide/SendWindow.ts"
import * as Build from "./Build.ts"

const { after, day, hour, minute, policy } = Build

type Fields = Readonly<Record<string, unknown>>
const step = (fields: Fields = {}) => ({ after: "1 hour", action: "schedule_follow_up", ...fields })

/** The opening of a first step after an hour of silence that began at `Build.start`, a Wednesday noon in UTC. */
const find = (fields: Fields = {}, asked: Partial<SendWindow.Input> = {}) => {
  const made = policy({ steps: [step()], ...fields })
  const opening = SendWindow.find({
    policy: made,
    step: made.steps[0],
    zones: ["UTC"],
    country: undefined,
    channel: "whatsapp_bot",
    last_contact_message_at: after(0),
    muted_until: undefined,
    since: after(0),
    sent: [],
    sentElsewhere: [],
    soonest: after(0),
    seed: "conversation_1",
    ...asked
  })
  return opening._tag === "Open"
    ? `${DateTime.formatIso(opening.at)} ${opening.heldBackBy}`
    : opening._tag === "None"
      ? opening.reason
      : opening._tag
}

const open = (at: number, heldBy = "silence") => `${DateTime.formatIso(after(at))} ${heldBy}`

describe("a channel's window", () => {
  const whatsapp = { whatsapp_bot: { within: "24 hours" } }
  const wrote = (before: number) => ({ last_contact_message_at: after(hour - day + before) })

  it("is open to the last millisecond before its end, and not at it", () => {
    expect(find({ channel_windows: whatsapp }, wrote(1))).toBe(open(hour))
    expect(find({ channel_windows: whatsapp }, wrote(0))).toBe("outside_window")
  })

  it("is that of the chat's channel alone", () => {
    expect(find({ channel_windows: whatsapp }, { ...wrote(-hour), channel: "email" })).toBe(open(hour))
  })

  it("is the strictest of them where the channel is unknown", () => {
    const windows = { email: { within: "30 days" }, messenger_bot: { within: "24 hours" } }
    expect(find({ channel_windows: windows }, { ...wrote(0), channel: undefined })).toBe("outside_window")
    expect(find({ channel_windows: windows }, { ...wrote(1), channel: undefined })).toBe(open(hour))
  })

  it("is closed to us where the contact never wrote", () => {
    expect(find({ channel_windows: whatsapp }, { last_contact_message_at: undefined })).toBe("outside_window")
  })

  it("does not hold for what writes nothing", () => {
    const steps = [step({ action: "close" })]
    expect(find({ channel_windows: whatsapp, steps }, wrote(-day))).toBe(open(hour))
  })

  it("that would be missed is used before, by no more than prefer_early", () => {
    const early = (prefer_early: string) => ({
      channel_windows: { whatsapp_bot: { within: "24 hours", prefer_early } }
    })
    expect(find(early("10 minutes"), wrote(-5 * minute))).toBe(open(50 * minute))
    expect(find(early("10 minutes"), wrote(-10 * minute))).toBe("outside_window")
    expect(find(early("10 minutes"), wrote(1))).toBe(open(hour))
    // Never before our own message, and never in the quiet hours.
    expect(find(early("3 hours"), wrote(-5 * minute))).toBe(open(0))
    expect(find({ ...early("3 hours"), quiet_hours: { start: "12:00", end: "12:30" } }, wrote(-5 * minute))).toBe(
      open(30 * minute)
    )
  })
})

describe("a cap", () => {
  const rolling = { caps: [{ at_most: 2, per: "1 day" }] }

  it("lets the next message go as long after the one that fills it as it says", () => {
    expect(find(rolling, { sent: [after(-2 * hour)] })).toBe(open(hour))
    expect(find(rolling, { sent: [after(-2 * hour), after(-hour)] })).toBe(open(22 * hour, "capped"))
    expect(find(rolling, { sent: [after(-hour), after(-23 * hour)] })).toBe(open(hour))
    expect(find(rolling, { sent: [after(-hour), after(-23 * hour), after(-2 * hour)] })).toBe(open(22 * hour, "capped"))
  })

  it("of a calendar day counts the days where the contact is, to midnight and from it", () => {
    const daily = { caps: [{ at_most: 1, per: "calendar_day" }] }
    // 13:00 UTC is 22:00 in Tokyo: the day ends two hours later. In New York it has fifteen hours left.
    const sent = [after(30 * minute)]
    expect(find(daily, { sent, zones: ["Asia/Tokyo"] })).toBe(open(3 * hour, "capped"))
    expect(find(daily, { sent, zones: ["America/New_York"] })).toBe(open(16 * hour, "capped"))
    expect(find(daily, { sent: [after(-21 * hour - 1)], zones: ["Asia/Tokyo"] })).toBe(open(hour))
  })

  it("of a calendar day lets as many go as it says", () => {
    const daily = { caps: [{ at_most: 2, per: "calendar_day" }] }
    expect(find(daily, { sent: [after(0)] })).toBe(open(hour))
    expect(find(daily, { sent: [after(0), after(minute)] })).toBe(open(12 * hour, "capped"))
  })

  it("counts what the contact got in other conversations, unless it is one per conversation", () => {
    const elsewhere = { sent: [after(-hour)], sentElsewhere: [after(-2 * hour)] }
    expect(find(rolling, elsewhere)).toBe(open(22 * hour, "capped"))
    expect(find({ caps: [{ at_most: 2, per: "1 day", per_conversation: true }] }, elsewhere)).toBe(open(hour))
    const daily = { caps: [{ at_most: 1, per: "calendar_day" }] }
    expect(find(daily, { sentElsewhere: [after(-hour)] })).toBe(open(12 * hour, "capped"))
    expect(
      find({ caps: [{ at_most: 1, per: "calendar_day", per_conversation: true }] }, { sentElsewhere: [after(-hour)] })
    ).toBe(open(hour))
  })

  it("holds beside the hours, whichever ends later, and beside other caps", () => {
    const night = { quiet_hours: { start: "20:00", end: "09:00" } }
    const sent = [after(0), after(minute)]
    expect(find({ ...rolling, ...night }, { sent })).toBe(open(day, "capped"))
    const both = {
      caps: [
        { at_most: 2, per: "1 day" },
        { at_most: 2, per: "3 days" }
      ]
    }
    expect(find(both, { sent })).toBe(open(3 * day, "capped"))
  })

  it("does not hold back what writes nothing", () => {
    expect(find({ ...rolling, steps: [step({ action: "snooze" })] }, { sent: [after(0), after(0)] })).toBe(open(hour))
  })
})

describe("a step that is late", () => {
  const late = (beyond: string, more: Fields = {}) => ({
    steps: [step({ lateness: { limit: "2 hours", beyond } })],
    ...more
  })

  for (const beyond of ["send", "skip", "shift"]) {
    it(`up to its limit is taken (${beyond})`, () => {
      expect(find(late(beyond), { soonest: after(3 * hour) })).toBe(open(3 * hour))
    })
  }

  it("beyond it is sent all the same, left out, or shifted to the same time of the next day", () => {
    const soonest = after(3 * hour + 1000)
    expect(find(late("send"), { soonest })).toBe(open(3 * hour + 1000))
    expect(find(late("skip"), { soonest })).toBe("TooLate")
    expect(find(late("shift"), { soonest })).toBe(open(day + hour, "quiet_hours"))
  })

  it("counts from where the hours would have let it go, not from the end of its silence", () => {
    const night = { quiet_hours: { start: "12:30", end: "18:00" } }
    expect(find(late("skip", night), { soonest: after(8 * hour) })).toBe(open(8 * hour))
    expect(find(late("skip", night), { soonest: after(8 * hour + 1000) })).toBe("TooLate")
  })

  it("because the hours closed before it could be taken is late", () => {
    expect(find(late("skip", { quiet_hours: { start: "14:00", end: "09:00" } }), { soonest: after(2.5 * hour) })).toBe(
      "TooLate"
    )
  })

  it("shifts past days on which nothing goes out, and stays where it is by the next look", () => {
    const weekdays = { weekdays: [3, 5] }
    const shifted = find(late("shift", weekdays), { soonest: after(5 * hour) })
    expect(shifted).toBe(open(2 * day + hour, "quiet_hours"))
    expect(find(late("shift", weekdays), { soonest: after(2 * day + hour) })).toBe(open(2 * day + hour))
  })

  it("after a long outage shifts to the first day that is left", () => {
    expect(find(late("shift"), { soonest: after(30 * day) })).toBe(open(30 * day + hour, "quiet_hours"))
    expect(find(late("shift"), { soonest: after(30 * day + 2 * hour) })).toBe(open(30 * day + 2 * hour))
  })
})

describe("a late step that is shifted over a change of the clocks", () => {
  const hours = { quiet_hours: { start: "20:00", end: "09:00" } }
  const shifted = (ideal: string, more: Fields = {}) => {
    const begun = DateTime.subtract(DateTime.unsafeMake(ideal), { hours: 1 })
    const soonest = DateTime.add(begun, { hours: 4 })
    const steps = [step({ lateness: { limit: "1 minute", beyond: "shift" } })]
    return find({ steps, ...more }, { zones: ["Europe/Lisbon"], since: begun, last_contact_message_at: begun, soonest })
  }

  it("keeps its time of day when the clocks go back", () => {
    expect(shifted("2026-10-24T09:00:00Z")).toBe("2026-10-25T10:00:00.000Z quiet_hours")
  })

  it("keeps its time of day when they go forward", () => {
    expect(shifted("2026-03-28T10:00:00Z")).toBe("2026-03-29T09:00:00.000Z quiet_hours")
  })

  it("is not pushed into the quiet hours, and so to another day, by the hour that is missing", () => {
    expect(shifted("2026-03-28T19:30:00Z", hours)).toBe("2026-03-29T18:30:00.000Z quiet_hours")
    expect(shifted("2026-10-24T18:30:00Z", hours)).toBe("2026-10-25T19:30:00.000Z quiet_hours")
  })
})

describe("the days off", () => {
  it("of a country are those of its contacts alone", () => {
    const sets = { holiday_sets: { PT: ["2026-07-15"], ES: ["2026-07-16"] } }
    expect(find(sets, { country: "PT" })).toBe(open(12 * hour, "quiet_hours"))
    expect(find(sets, { country: "ES" })).toBe(open(hour))
    expect(find(sets)).toBe(open(hour))
  })

  it("of everybody come on top", () => {
    const sets = { holidays: ["2026-07-16"], holiday_sets: { PT: ["2026-07-15"] } }
    expect(find(sets, { country: "PT" })).toBe(open(36 * hour, "quiet_hours"))
  })
})

describe("a spread", () => {
  const night = { quiet_hours: { start: "12:30", end: "18:00" }, spread: "1 hour" }
  const opensAt = (seed: string, fields: Fields = night) => {
    const [at] = find(fields, { seed }).split(" ")
    return DateTime.distance(after(0), DateTime.unsafeMake(at!))
  }
  const seeds = Array.from({ length: 200 }, (_, index) => `conversation_${index}`)

  it("puts what the night held back somewhere into its length, always at the same place", () => {
    const places = seeds.map((seed) => opensAt(seed))
    expect(Math.min(...places)).toBeGreaterThanOrEqual(6 * hour)
    expect(Math.max(...places)).toBeLessThanOrEqual(7 * hour)
    expect(new Set(places).size).toBeGreaterThan(150)
    expect(seeds.map((seed) => opensAt(seed))).toEqual(places)
  })

  it("never leads out of the hours", () => {
    for (const place of seeds.map((seed) =>
      opensAt(seed, { quiet_hours: { start: "18:10", end: "18:00" }, spread: "8 hours" })
    )) {
      expect(place).toBeGreaterThanOrEqual(6 * hour)
      expect(place).toBeLessThan(6 * hour + 10 * minute)
    }
  })

  it("leaves alone what no hours held back", () => {
    expect(find({ spread: "1 hour" })).toBe(open(hour))
  })
})
