/** The policy of a simulated month, and the faults on the scheduler's requests. The seed chooses both. */
import type { Encoded } from "@effect-invent/emulator/Faults"

const holidays = `holidays: ["2026-10-12"]`

/** In force at once, and with limits that no month reaches: a limit that is reached holds all follow-ups. */
const unlimited = `version: 1
effective_from: all
at_most_per_hour: 1000000
at_most_per_day: 1000000`

/** Each with the same key, since it has to be readable by the checker, too. */
const policies: readonly [string, ...Array<string>] = [
  `name: nudge
${unlimited}
time_zone: Europe/Lisbon
quiet_hours: { start: "20:00", end: "09:00" }
weekdays: [1, 2, 3, 4, 5]
${holidays}
steps:
  - { after: 4 hours, action: schedule_follow_up }
  - { after: 1 day, action: schedule_follow_up }
`,
  `name: hurried
${unlimited}
time_zone: UTC
arm_lead: 30 seconds
quiet_hours: { start: "21:00", end: "08:30" }
holiday_sets: { DE: ["2026-10-03"], PT: ["2026-10-05"] }
caps: [{ at_most: 2, per: calendar_day }, { at_most: 4, per: 7 days }]
steps:
  - { after: 30 minutes, action: schedule_follow_up, lateness: { limit: 2 hours, beyond: shift } }
  - { after: 3 hours, action: schedule_follow_up, lateness: { limit: 2 hours, beyond: skip } }
  - { after: 2 days, action: schedule_follow_up }
`,
  `name: window
${unlimited}
match: { channels: [custom, whatsapp_bot] }
spread: 20 minutes
quiet_hours: { start: "22:00", end: "07:00" }
channel_windows: { whatsapp_bot: { within: 24 hours, prefer_early: 6 hours } }
steps:
  - { after: 3 hours, action: schedule_follow_up }
  - { after: 12 hours, action: schedule_follow_up }
`,
  `name: trial
${unlimited}
time_zone: Europe/Lisbon
quiet_hours: { start: "20:00", end: "09:00" }
public_holidays: { country: PT }
holdout: 20 %
variants:
  - name: early
    share: 50 %
    steps:
      - { after: 1 hour, action: schedule_follow_up }
      - { after: 1 day, action: schedule_follow_up }
  - name: late
    share: 30 %
    steps:
      - { after: 6 hours, action: schedule_follow_up }
  - name: often
    share: 20 %
    steps:
      - { after: 3 hours, action: schedule_follow_up }
      - { after: 9 hours, action: schedule_follow_up }
      - { after: 2 days, action: schedule_follow_up }
`
]

export const policyOf = (seed: number): string => policies[seed % policies.length] ?? policies[0]

const key = "scheduler"
/** In business hours, each as long as a deployment that fails. */
const outages = [
  { from: "2026-10-06T09:55:00Z", until: "2026-10-06T10:05:00Z" },
  { from: "2026-10-15T13:20:00Z", until: "2026-10-15T13:30:00Z" },
  { from: "2026-10-22T08:00:00Z", until: "2026-10-22T08:10:00Z" }
]

export const faults: ReadonlyArray<Encoded> = [
  ...outages.map(
    ({ from, until }) => ({ name: "an outage", when: { key, from, until }, do: { answer: { status: 503 } } }) as const
  ),
  { name: "429 that says when", when: { key, probability: 0.01 }, do: { answer: { status: 429, retry_after: "7" } } },
  { name: "429 that does not", when: { key, probability: 0.01 }, do: { answer: { status: 429 } } },
  { name: "500", when: { key, probability: 0.01 }, do: { answer: { status: 500, body: "oops" } } },
  { name: "applied, and 502", when: { key, probability: 0.01 }, do: { answer: { status: 502, applied: true } } },
  { name: "reset", when: { key, probability: 0.01 }, do: { reset: true } },
  { name: "applied, and cut", when: { key, probability: 0.01 }, do: { cut: 60 } },
  { name: "applied, and stalled", when: { key, probability: 0.003 }, do: { stall: 40 } },
  { name: "slow", when: { key, probability: 0.02 }, do: { delay: "3 seconds" } },
  { name: "truncated", when: { key, probability: 0.005 }, do: { body: "truncated" } },
  { name: "HTML", when: { key, probability: 0.005 }, do: { body: "html" } },
  { name: "an unknown key", when: { key, probability: 0.01 }, do: { add: { surprise: [1] } } },
  { name: "another order", when: { key, endpoint: "messages.list", probability: 0.01 }, do: { list: "shuffle" } },
  { name: "every entry twice", when: { key, endpoint: "messages.list", probability: 0.01 }, do: { list: "duplicate" } }
]
