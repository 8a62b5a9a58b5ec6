import * as Ids from "@effect-invent/domain/Ids"
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Backtest from "../src/Simulation/Backtest.ts"
import * as ReportSvg from "../src/Simulation/ReportSvg.ts"
import * as ReportTable from "../src/Simulation/ReportTable.ts"
import type { Conversation, Event } from "../src/Simulation/RecordedConversation.ts"
import type { AnyPolicy } from "../src/Policy.ts"
import * as Build from "./Build.ts"

const { after, day, hour, minute } = Build

const message = (at: number, writes: "contact" | "assistant" | "human", fields: Partial<Event> = {}): Event => ({
  at: after(at),
  writes,
  ...fields
})
const answered: ReadonlyArray<Event> = [message(-minute, "contact"), message(0, "assistant")]

const conversation = (events: ReadonlyArray<Event>, until: number): Conversation => ({
  chat_id: Build.chat_id,
  chat: { zone: "UTC", channel: "custom" },
  events: [...answered, ...events],
  until: after(until)
})

const reportOf = (policy: AnyPolicy, ...conversations: ReadonlyArray<Conversation>) => {
  const test = Backtest.make(policy)
  for (const each of conversations) test.add(each)
  return test.report()
}

const onlyStep = (after: string, fields = {}) =>
  Build.policy({ steps: [{ after, action: "schedule_follow_up" }], ...fields })
const night = { quiet_hours: { start: "20:00", end: "09:00" } }

describe("a backtest", () => {
  it("takes every step of a silence without an end, and then stops", () => {
    const report = reportOf(Build.policy(), conversation([], day))
    expect(report).toMatchObject({
      policy: "nudge@1",
      conversations: 1,
      nudged: 1,
      nudges: 2,
      steps: [1, 1],
      ends: { cadence_finished: 1 }
    })
  })

  it("counts the conversations of each variant, and takes the steps of that alone", () => {
    const of = (share: string, rest: string) =>
      reportOf(Build.policyWithVariants({ short: share, long: rest }), conversation([], 90 * minute))
    expect(of("99.99 %", "0.01 %")).toMatchObject({
      nudges: 1,
      steps: [1],
      variants: [
        { name: "short", conversations: 1, nudged: 1, nudges: 1 },
        { name: "long", conversations: 0, nudged: 0, nudges: 0 }
      ]
    })
    expect(of("0.01 %", "99.99 %")).toMatchObject({ nudges: 0, variants: [{}, { name: "long", conversations: 1 }] })
    expect(reportOf(Build.policy(), conversation([], day))).not.toHaveProperty("variants")
  })

  it("writes nothing once the contact has written, and reports that a timer would have", () => {
    const report = reportOf(Build.policy(), conversation([message(30 * minute, "contact")], day))
    expect(report).toMatchObject({ nudges: 0, repliesFirst: 1, takeoversAvoided: 0, ends: { replied: 1 } })
  })

  it("counts the step that a human's takeover forestalled, also within the seconds after it was set", () => {
    const justBefore = hour - 2 * Build.second
    for (const at of [30 * minute, justBefore]) {
      const report = reportOf(Build.policy(), conversation([message(at, "human")], day))
      expect(report).toMatchObject({ nudges: 0, takeoversAvoided: 1, repliesFirst: 0, ends: { human_takeover: 1 } })
    }
  })

  it("counts a send that the night put off, and how late that made it", () => {
    const report = reportOf(onlyStep("9 hours", night), conversation([], day))
    // From 21:00 to 09:00 on the next day.
    expect(report).toMatchObject({
      nudges: 1,
      nightSendsAvoided: 1,
      lateness: { median: 12 * 3600, longest: 12 * 3600 }
    })
    expect(report.hours[9]).toBe(1)
  })

  it("counts a send at night that the contact's reply made needless", () => {
    const report = reportOf(onlyStep("9 hours", night), conversation([message(12 * hour, "contact")], day))
    expect(report).toMatchObject({ nudges: 0, nightSendsAvoided: 1, repliesFirst: 1 })
  })

  it("does not count a night before which the contact wrote", () => {
    const report = reportOf(onlyStep("9 hours", night), conversation([message(hour, "contact")], day))
    expect(report.nightSendsAvoided).toBe(0)
  })

  it("leaves out the follow-ups that were sent while it was recorded", () => {
    const report = reportOf(
      onlyStep("4 hours"),
      conversation([message(hour, "assistant", { isFollowUp: true })], 4 * hour + minute)
    )
    expect(report).toMatchObject({ nudges: 1, lateness: { longest: 0 } })
  })

  it("reports by how much the quota would have been overrun when all are due in the same minute", () => {
    const load = Array.from({ length: 1000 }, (_, index) => ({
      ...conversation([], 2 * hour),
      chat_id: Ids.ChatId.make(`chat_${index}`)
    }))
    const { quota } = reportOf(onlyStep("1 hour"), ...load)
    expect(quota.busiestMinute).toBeGreaterThan(quota.limit)
    expect(quota.behind).toBeGreaterThan(60)
    expect(reportOf(onlyStep("1 hour"), conversation([], 2 * hour)).quota.behind).toBe(0)
  })

  it("files without writing", () => {
    const steps = [{ after: "1 hour", action: "close" }]
    expect(reportOf(Build.policy({ steps }), conversation([], day))).toMatchObject({
      nudges: 0,
      nudged: 0,
      state_changed: 1,
      ends: { closed: 1 }
    })
  })

  it("accounts for every conversation with one reason, and every nudge with one hour", () => {
    const report = reportOf(
      Build.policy(night),
      conversation([], day),
      conversation([message(hour, "contact")], day),
      conversation([message(hour, "human")], day),
      conversation([], minute),
      { ...conversation([], 0), events: [] }
    )
    const sum = (counts: ReadonlyArray<number>) => counts.reduce((all, count) => all + count, 0)
    expect(sum(Object.values(report.ends))).toBe(5)
    expect(sum(report.hours)).toBe(report.nudges)
    expect(report.ends).toMatchObject({ empty: 1, replied: 1, human_takeover: 1, silence: 1 })
  })

  it("reports nothing of nothing, in numbers", () => {
    const report = reportOf(Build.policy())
    expect(report).toMatchObject({
      conversations: 0,
      nudges: 0,
      lateness: { median: 0, p95: 0, longest: 0 },
      quota: { requests: 0, behind: 0 }
    })
  })
})

describe("its table and picture", () => {
  const reports = [Build.policy({ name: "a".repeat(64) }), Build.policy(night)].map((policy) =>
    reportOf(policy, conversation([], day), conversation([message(hour, "human")], day))
  )

  it("fits 80 columns, however long a policy's name is", () => {
    for (const columns of [reports.slice(0, 1), reports]) {
      expect(Math.max(...ReportTable.lines(columns).map((line) => line.length))).toBeLessThanOrEqual(80)
    }
  })

  it("draws a bar for each count of each policy, and takes nothing from elsewhere", () => {
    const svg = ReportSvg.svg(reports)
    for (const { ends, hours, policy } of reports) {
      hours.forEach((count, hour) => expect(svg).toContain(`<title>${policy}, ${hour}:00: ${count}</title>`))
      for (const count of Object.values(ends)) expect(svg).toContain(`<title>${policy}: ${count}</title>`)
    }
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|<script/)
  })

  it("writes what a name could smuggle in as text", () => {
    const [report] = reports
    expect(ReportSvg.svg([{ ...report!, policy: '<script>"&' }])).not.toContain("<script>")
  })
})

describe("a conversation on record", () => {
  it("is played in its own time zone", () => {
    const tokyo = { ...conversation([], 2 * hour), chat: { zone: "Asia/Tokyo" } }
    // 13:00 UTC is 22:00 in Tokyo.
    expect(reportOf(onlyStep("1 hour"), tokyo).hours.indexOf(1)).toBe(22)
    expect(DateTime.formatIso(after(hour))).toBe("2026-07-15T13:00:00.000Z")
  })
})
