import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { it } from "../../../tools/testing/it.ts"
import * as Policy from "../src/Policy.ts"
import * as AllowedTimes from "../src/Policy/AllowedTimes.ts"
import * as PolicyFile from "../src/Policies/PolicyFile.ts"
import * as Build from "./Build.ts"

const yaml = `name: nudge
version: 1
time_zone: UTC
steps:
  - after: 1 hour
    action: schedule_follow_up
  - after: 2 hours
    action: schedule_follow_up
`

const parse = (text: string) => PolicyFile.parse(text, "nudge.yaml")

/** A folder that is gone after the test, and the path of a file in it. */
const writing = (content: string | Uint8Array) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const file = path.join(yield* files.makeTempDirectoryScoped(), "nudge.yaml")
    yield* typeof content === "string" ? files.writeFileString(file, content) : files.writeFile(file, content)
    return file
  })

const withFiles = <E>(name: string, test: Effect.Effect<void, E, NodeContext.NodeContext | Scope.Scope>) =>
  it.scoped(name, () => Effect.provide(test, NodeContext.layer))

describe("a policy file", () => {
  it.effect("in YAML is decoded to its policy", () =>
    Effect.gen(function* () {
      expect(yield* parse(yaml)).toEqual(Build.policy())
    })
  )

  it.effect("in JSON is the same policy, indented by spaces, by tabs or not at all", () =>
    Effect.gen(function* () {
      const json = {
        name: "nudge",
        version: 1,
        time_zone: "UTC",
        steps: [
          { after: "1 hour", action: "schedule_follow_up" },
          { after: "2 hours", action: "schedule_follow_up" }
        ]
      }
      for (const indent of [2, "\t", undefined]) {
        expect(yield* parse(JSON.stringify(json, undefined, indent))).toEqual(Build.policy())
      }
    })
  )

  for (const [kind, text] of [
    ["begins with a byte order mark", `\uFEFF${yaml}`],
    ["ends its lines as Windows does", yaml.replaceAll("\n", "\r\n")],
    ["does not end with a line end", yaml.trimEnd()],
    ["has comments in any script", `# Ненавязчиво 🙂\n${yaml}`]
  ] as const) {
    withFiles(
      `that ${kind} is the same policy`,
      Effect.gen(function* () {
        expect(yield* PolicyFile.load(yield* writing(text))).toEqual(Build.policy())
      })
    )
  }

  it.effect("that has only the required fields gets the defaults", () =>
    Effect.gen(function* () {
      const policy = yield* parse(yaml)
      expect(policy.weekdays).toEqual([1, 2, 3, 4, 5, 6, 7])
      expect(policy.holidays).toEqual([])
      expect(policy.arm_lead).toEqual(Duration.seconds(15))
      expect(policy.confirm_after).toEqual(Duration.minutes(1))
      expect(policy.existing_follow_up).toBe("respect")
      expect(policy.effective_from).toBeUndefined()
      expect(AllowedTimes.openHours(policy)).toEqual({ start: "00:00", end: "24:00" })
      expect(policy.id).toBe("nudge@1")
    })
  )

  it.effect("may set from when it holds, by date or by instant", () =>
    Effect.gen(function* () {
      for (const [text, instant] of [
        ["2026-02-28", "2026-02-28T00:00:00Z"],
        ["2026-01-01T09:30:00Z", "2026-01-01T09:30:00Z"],
        ["2026-01-01T09:30+02:00", "2026-01-01T07:30:00Z"],
        ["2026-01-01T09:30:00.250Z", "2026-01-01T09:30:00.250Z"]
      ] as const) {
        expect((yield* parse(`${yaml}effective_from: ${text}\n`)).effective_from).toEqual(DateTime.unsafeMake(instant))
      }
      expect((yield* parse(`${yaml}effective_from: all\n`)).effective_from).toBe("all")
    })
  )

  it.effect("may be quiet from any minute to any other: what is left of the day is open", () =>
    Effect.gen(function* () {
      for (const [start, end] of [
        ["20:00", "09:00"],
        ["00:00", "09:00"],
        ["20:00", "24:00"],
        ["12:00", "13:00"],
        ["00:01", "00:00"]
      ] as const) {
        const policy = yield* parse(`${yaml}quiet_hours: { start: "${start}", end: "${end}" }\n`)
        expect(AllowedTimes.openHours(policy)).toEqual({ start: end, end: start })
      }
    })
  )
})

describe("a wrong policy is refused with its line and its field:", () => {
  const without = (field: string) => yaml.replace(new RegExp(`^${field}:.*\n`, "m"), "")
  const withLine = (line: string) => `${yaml}${line}\n`
  const steps = yaml.indexOf("steps:")
  const message = (text: string) =>
    yaml.replace("    action: schedule_follow_up", `    action: send_message\n    message: "${text}"`)

  const wrong: ReadonlyArray<readonly [what: string, text: string, line: number, says: string]> = [
    ["an unknown key", withLine("quite_hours: {}"), 9, "quite_hours: is unexpected"],
    ["a misspelt action", yaml.replace("action: schedule", "atcion: schedule"), 5, "steps.0.action: is missing"],
    [
      "an unknown key of a step",
      yaml.replace("    action", "    afterwards: nothing\n    action"),
      6,
      "steps.0.afterwards: is unexpected"
    ],
    ["a missing name", without("name"), 1, "name: is missing"],
    ["a missing version", without("version"), 1, "version: is missing"],
    [
      "a name with spaces",
      yaml.replace("nudge", "my nudge"),
      1,
      "name: Expected lower-case letters, digits and dashes"
    ],
    [
      "a name in another script",
      yaml.replace("nudge", "напоминание"),
      1,
      "name: Expected lower-case letters, digits and dashes"
    ],
    [
      "a name with a letter that looks like another",
      yaml.replace("nudge", "nudgе"),
      1,
      "name: Expected lower-case letters"
    ],
    ["a name that is too long", yaml.replace("nudge", "n".repeat(65)), 1, "name: Expected lower-case letters"],
    ["version 0", yaml.replace("version: 1", "version: 0"), 2, "version: Expected a positive number"],
    ["version 1.5", yaml.replace("version: 1", "version: 1.5"), 2, "version: Expected an integer"],
    ["an unknown zone", yaml.replace("UTC", "Europe/Lisboa"), 3, "time_zone: Unknown time zone: Europe/Lisboa"],
    ["an offset in place of a zone", yaml.replace("UTC", '"+01:00"'), 3, "time_zone: Unknown time zone"],
    ["a duration without a unit", yaml.replace("1 hour", "1"), 5, "steps.0.after"],
    [
      "a duration of an unknown unit",
      yaml.replace("2 hours", "2 fortnights"),
      7,
      'steps.1.after: Expected a duration such as "4 hours"'
    ],
    ["no duration at all", yaml.replace("1 hour", "0 hours"), 5, "steps.0.after: Expected a duration"],
    ["a negative duration", yaml.replace("1 hour", "-1 hour"), 5, "steps.0.after: Expected a duration"],
    ["an endless duration", yaml.replace("1 hour", "Infinity"), 5, "steps.0.after: Expected a duration"],
    ["a duration beyond a year", yaml.replace("1 hour", "366 days"), 5, "steps.0.after: Expected a duration"],
    [
      "a duration beyond the calendar",
      yaml.replace("1 hour", "99999999999999 days"),
      5,
      "steps.0.after: Expected a duration"
    ],
    ["a lead of less than a millisecond", withLine("arm_lead: 100 micros"), 9, "arm_lead: Expected a duration"],
    ["no confirm_after", withLine("confirm_after: 0 seconds"), 9, "confirm_after: Expected a duration"],
    [
      "an unknown action",
      yaml.replace("action: schedule_follow_up", "action: shout"),
      6,
      "steps.0.action: Expected one of schedule_follow_up, send_message, "
    ],
    [
      "a late step without what becomes of it",
      yaml.replace("action: sch", "lateness: { limit: 1 hour }\n    action: sch"),
      6,
      "steps.0.lateness.beyond: is missing"
    ],
    [
      "a message without its text",
      yaml.replace("action: schedule_follow_up", "action: send_message"),
      5,
      "steps.0.message: is missing"
    ],
    [
      "a message for another action",
      yaml.replace("action: sch", "message: Are you still there?\n    action: sch"),
      6,
      "steps.0.message: is unexpected"
    ],
    [
      "a variable that does not exist",
      message("Hello {{contact.nam|you}}, still there?"),
      7,
      "steps.0.message: {{contact.nam|you}} is unknown; there are assistant.name"
    ],
    [
      "a variable that may be unknown, and no fallback",
      message("Hello {{contact.name}}, still there?"),
      7,
      "steps.0.message: {{contact.name}} does not say what to write"
    ],
    [
      "a variable that is not closed",
      message("Hello {{contact.name|you, still there?"),
      7,
      "steps.0.message: Expected every {{ to be closed"
    ],
    [
      "a message of nothing but a variable",
      message("{{contact.name|you}} ?"),
      7,
      "steps.0.message: Expected at least 8 characters of its own"
    ],
    [
      "no member to assign to",
      yaml.replace("action: schedule_follow_up", "action: assign"),
      5,
      "steps.0.member_id: is missing"
    ],
    [
      "a step after the end",
      yaml.replace("action: schedule_follow_up", "action: close"),
      7,
      "steps.1: comes after close, which ends a cadence"
    ],
    [
      "an unknown kind of channel to match",
      withLine("match: { channels: [whatsap] }"),
      9,
      "match.channels.0: Expected"
    ],
    ["an unknown trait to match", withLine("match: { tags: [vip] }"), 9, "match.tags: is unexpected"],
    ["nothing to match", withLine("match: { assistants: [] }"), 9, "match.assistants.0: is missing"],
    [
      "a country in words",
      withLine("match: { countries: [Portugal] }"),
      9,
      "match.countries.0: Expected a country such as PT"
    ],
    [
      "an unknown kind of channel with a window",
      withLine("channel_windows: { whatsap: { within: 1 day } }"),
      9,
      "channel_windows.whatsap: is unexpected"
    ],
    ["a cap of nothing", withLine("caps: [{ at_most: 0, per: 1 day }]"), 9, "caps.0.at_most: Expected"],
    ["a cap per fortnight", withLine("caps: [{ at_most: 1, per: fortnight }]"), 9, "caps.0.per: "],
    ["a set of holidays for no country", withLine("holiday_sets: { Portugal: [] }"), 9, "holiday_sets"],
    [
      "a window that a step can never be in",
      withLine("channel_windows: { whatsapp_bot: { within: 2 hours } }"),
      7,
      "steps.1: is never inside the window of whatsapp_bot, 2h"
    ],
    [
      "a cap that stops its own cadence",
      withLine("caps: [{ at_most: 1, per: 30 days }]"),
      7,
      "steps.1: the caps hold it back for more than 14 days"
    ],
    [
      "holidays on every day that is left",
      withLine('weekdays: [3]\nholidays: ["1970-01-07", "1970-01-14"]'),
      10,
      "holidays.0: leaves step 1 no opening within 14 days"
    ],
    [
      "holidays of one country on every day that is left",
      withLine('weekdays: [3]\nholiday_sets: { PT: ["1970-01-07", "1970-01-14"] }'),
      10,
      "holiday_sets.PT.0: leaves step 1 no opening"
    ],
    ["no steps", `${yaml.slice(0, steps)}steps: []\n`, 4, "steps.0: is missing"],
    ["steps that are no list", `${yaml.slice(0, steps)}steps: soon\n`, 4, "steps: Expected"],
    ["weekday 8", withLine("weekdays: [1, 8]"), 9, "weekdays.1: Expected"],
    ["weekday 0", withLine("weekdays: [0]"), 9, "weekdays.0: Expected"],
    ["a weekday by name", withLine("weekdays: [Monday]"), 9, "weekdays.0: Expected"],
    ["no weekday", withLine("weekdays: []"), 9, "weekdays.0: is missing"],
    ["30 February", withLine('holidays: ["2026-02-30"]'), 9, "holidays.0: Expected a date such as 2026-12-24"],
    [
      "a second holiday that is no date, on its own line",
      withLine("holidays:\n  - 2026-12-25\n  - Christmas"),
      11,
      "holidays.1: Expected a date such as 2026-12-24"
    ],
    [
      "quiet hours that leave nothing",
      withLine('quiet_hours: { start: "00:00", end: "24:00" }'),
      9,
      "quiet_hours: leaves no hour in which to write"
    ],
    [
      "quiet hours that end where they start",
      withLine('quiet_hours: { start: "20:00", end: "20:00" }'),
      9,
      "quiet_hours: leaves no hour"
    ],
    [
      "quiet hours that end at midnight where they start",
      withLine('quiet_hours: { start: "00:00", end: "00:00" }'),
      9,
      "quiet_hours: leaves no hour"
    ],
    ["quiet hours without an end", withLine('quiet_hours: { start: "20:00" }'), 9, "quiet_hours.end: is missing"],
    [
      "25 o'clock",
      withLine('quiet_hours: { start: "25:00", end: "09:00" }'),
      9,
      "quiet_hours.start: Expected a time from 00:00 to 24:00"
    ],
    ["a start on 30 February", withLine("effective_from: 2026-02-30T00:00:00Z"), 9, "effective_from: Expected a date"],
    [
      "a start without its offset",
      withLine("effective_from: 2026-01-01T09:00:00"),
      9,
      "effective_from: Expected a date"
    ],
    ["a start in words", withLine("effective_from: tomorrow"), 9, "effective_from: Expected a date"],
    ["a start that is only a year", withLine('effective_from: "2026"'), 9, "effective_from: Expected a date"],
    ["a start in the 25th hour", withLine("effective_from: 2026-01-01T25:00:00Z"), 9, "effective_from: "],
    ["an unknown way with other follow-ups", withLine("existing_follow_up: ignore"), 9, "existing_follow_up: Expected"],
    ["a key that is there twice", withLine("name: other"), 9, "Map keys must be unique"],
    ["a broken line", yaml.replace("time_zone: UTC", "time_zone: [UTC"), 4, ""],
    ["a tab for indentation", yaml.replace("  - after: 2", "\t- after: 2"), 7, "Tabs are not allowed as indentation"],
    ["two policies in one file", `${yaml}---\n${yaml}`, 9, "has several documents"],
    ["an alias without its anchor", withLine("holidays: *days"), 1, "Unresolved alias"],
    [
      "aliases that multiply",
      `a: &a [${"1,".repeat(20)}]\nb: &b [${"*a,".repeat(20)}]\nc: [${"*b,".repeat(20)}]\n`,
      1,
      "Excessive alias count"
    ],
    ["a list", "- name: nudge\n", 1, "Expected"],
    ["a word", "nudge\n", 1, "Expected"],
    ["comments only", "# later\n", 1, "Expected fields with their values, actual null"],
    ["a field whose name is a number", withLine("7: x"), 9, "7: is unexpected"],
    ["a field whose name is true", withLine("true: x"), 9, "true: is unexpected"],
    [
      "a list in place of a number",
      withLine("at_most_per_hour: []"),
      9,
      "at_most_per_hour: Expected a number, actual []"
    ],
    ["a limit below 1", withLine("at_most_per_hour: -1"), 9, "at_most_per_hour: Expected a whole number above 0"],
    ["a date in place of a list", withLine("holidays: 2026-12-24"), 9, "holidays: Expected a list, actual "],
    ["a tag that means nothing here", yaml.replace("nudge", "!!js/function nudge"), 1, "Unresolved tag"],
    [
      "a word that is far from all that are allowed",
      withLine("match: { channels: [whatsap_bot] }"),
      9,
      "match.channels.0: Expected one of internal, "
    ],
    [
      "a country by a code that is not its own",
      withLine("match: { countries: [PT, UK] }"),
      9,
      "match.countries.1: UK is the code of no country by ISO 3166; did you mean GB?"
    ],
    [
      "holidays of no country",
      withLine('holiday_sets: { QQ: ["2026-12-24"] }'),
      9,
      "holiday_sets.QQ: QQ is the code of no country by ISO 3166"
    ]
  ]

  for (const [what, text, line, says] of wrong) {
    it.effect(what, () =>
      Effect.gen(function* () {
        const refused = yield* Effect.flip(parse(text))
        expect(refused).toBeInstanceOf(PolicyFile.PolicyRefused)
        expect(refused.reason).toContain(says)
        expect(refused.line).toBe(line)
        const place = refused.column === undefined ? "" : `, column ${refused.column}`
        expect(refused.message.startsWith(`policy nudge.yaml, line ${line}${place}: ${says}`)).toBe(true)
      })
    )
  }
})

it.effect("a wrong action hides no other problem of its step", () =>
  Effect.gen(function* () {
    const text = `${yaml.slice(0, yaml.indexOf("steps:"))}steps:\n  - { after: 3 sec, action: shout, message: Hello }\n`
    const { message } = yield* Effect.flip(parse(text))
    expect(message.split("\n").map((line) => line.replace(/^.*column \d+: (\S+: Expected \S+).*$/, "$1"))).toEqual([
      "steps.0.after: Expected a",
      "steps.0.action: Expected one"
    ])
  })
)

it.effect("a policy that is not UTF-8 is refused with its line", () =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const file = `${yield* files.makeTempDirectoryScoped()}/latin.yaml`
    const latin = yaml.replace("name: nudge", "# Café, até já\nname: nudge")
    yield* files.writeFile(file, Buffer.from(latin, "latin1"))
    const refused = yield* Effect.flip(PolicyFile.load(file))
    expect(refused).toMatchObject({ line: latin.split("\n").findIndex((line) => line.includes("é")) + 1 })
    expect(refused.message).toContain("is not UTF-8")
    yield* files.writeFile(file, Buffer.from(`\uFEFF${latin}`))
    expect((yield* PolicyFile.load(file)).name).toBe("nudge")
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
)

it.effect("every problem of a policy is printed at once, with its place and the nearest right word", () =>
  Effect.gen(function* () {
    const text = `name: Nudge
version: 0
time_zon: UTC
after_human: next_epsiode
quiet_hours: { start: "22:00", fin: "08:00" }
weekdays: [1, 9]
caps:
  - at_most: many
    per: calender_day
steps:
  - aftre: 1 hour
    action: schedule_follow_up
  - after: soon
    action: snoze
  - after: 2 hours
    action: elephants
`
    const { message } = yield* Effect.flip(parse(text))
    const lines = message.split("\n")
    const places = lines.map((line) => /^policy nudge.yaml, line (\d+), column (\d+): ([\w.]+)/.exec(line)?.slice(1))
    expect(places).toEqual(
      [
        [1, 7, "name"],
        [2, 10, "version"],
        [3, 11, "time_zon"],
        [4, 14, "after_human"],
        [5, 14, "quiet_hours.end"],
        [5, 37, "quiet_hours.fin"],
        [6, 15, "weekdays.1"],
        [8, 14, "caps.0.at_most"],
        [9, 10, "caps.0.per"],
        [11, 5, "steps.0.after"],
        [11, 12, "steps.0.aftre"],
        [13, 12, "steps.1.after"],
        [14, 13, "steps.1.action"],
        [16, 13, "steps.2.action"]
      ].map((row) => row.map(String))
    )
    const suggestions = lines.flatMap((line) => {
      const word = /did you mean (\w+)\?$/.exec(line)?.[1]
      return word === undefined ? [] : [word]
    })
    expect(suggestions).toEqual(["time_zone", "next_episode", "calendar_day", "after", "snooze"])
  })
)

describe("a file that is no policy", () => {
  for (const [what, content] of [
    ["0 bytes", ""],
    ["spaces and line ends", " \n\r\n\t"],
    ["a byte order mark alone", "\uFEFF"]
  ] as const) {
    withFiles(
      `but ${what} is refused as empty`,
      Effect.gen(function* () {
        const file = yield* writing(content)
        expect(yield* Effect.flip(PolicyFile.load(file))).toMatchObject({ file, line: 1, reason: "is empty" })
      })
    )
  }

  withFiles(
    "but bytes that are no text is refused",
    Effect.gen(function* () {
      const file = yield* writing(Uint8Array.from({ length: 256 }, (_, byte) => byte))
      expect(yield* Effect.flip(PolicyFile.load(file))).toBeInstanceOf(PolicyFile.PolicyRefused)
    })
  )

  withFiles(
    "because it is not there is refused by its name, without a line",
    Effect.gen(function* () {
      const refused = yield* Effect.flip(PolicyFile.load("/no/such/nudge.yaml"))
      expect(refused).toBeInstanceOf(PolicyFile.PolicyRefused)
      expect(refused.line).toBeUndefined()
      expect(refused.message).toMatch(/^policy \/no\/such\/nudge\.yaml: /)
    })
  )

  withFiles(
    "because it is a folder is refused",
    Effect.gen(function* () {
      const folder = yield* Effect.flatMap(FileSystem.FileSystem, (files) => files.makeTempDirectoryScoped())
      expect(yield* Effect.flip(PolicyFile.load(folder))).toMatchObject({
        _tag: "PolicyRefused",
        file: folder,
        line: undefined
      })
    })
  )
})

describe("a holdout", () => {
  for (const text of ["0 %", "100 %", "10", "0.1", "-1 %", "1e1 %", "ten %", '""', "null", "{ share: 10 }"]) {
    it.effect(`of ${text} is refused with its line`, () =>
      Effect.gen(function* () {
        const refused = yield* Effect.flip(parse(`${yaml}\nholdout: ${text}`))
        expect(refused.message).toMatch(
          /line \d+, column 10: holdout: Expected a share such as "10 %", above 0 and below/
        )
      })
    )
  }

  it.effect("is written as it was read", () =>
    Effect.gen(function* () {
      for (const share of ["10 %", "0.07 %", "33.3%", "99.99 %"]) {
        const policy = Build.policy({ holdout: share })
        const written = yield* Schema.encode(Policy.Policy)(policy)
        expect(yield* parse(JSON.stringify(written))).toEqual(policy)
      }
    })
  )
})

describe("variants", () => {
  const variant = (name: string, share: string, action = "schedule_follow_up") =>
    `  - { name: ${name}, share: ${share}, steps: [{ after: 1 hour, action: ${action} }] }`
  const head = "name: nudge\nversion: 1\ntime_zone: UTC"
  const afterAWeek = "  - { name: b, share: 50 %, steps: [{ after: 1 week, action: schedule_follow_up }] }"
  const withVariants = (...variants: ReadonlyArray<string>) => [head, "variants:", ...variants].join("\n")
  const refusal = (text: string) => Effect.map(Effect.flip(parse(text)), ({ message }) => message.split("\n"))

  it.effect("are read, and written as they were read", () =>
    Effect.gen(function* () {
      const policy = yield* parse(withVariants(variant("short", "33.3 %"), variant("long", "66.7 %")))
      expect(Policy.variantsOf(policy)).toMatchObject([{ name: "short", share: 33.3 }, { name: "long" }])
      const written = yield* Schema.encode(Policy.AnyPolicy)(policy)
      expect(written).not.toHaveProperty("steps")
      expect(yield* parse(JSON.stringify(written))).toEqual(policy)
    })
  )

  for (const [what, text, says] of [
    [
      "shares that do not add up and equal names",
      withVariants(variant("a", "50 %"), variant("a", "49.5 %")),
      [
        "line 6, column 13: variants.1.name: a is the name of variant 1, too; give each variant a name of its own",
        "line 6, column 23: variants.1.share: the shares add up to 99.5 %; make them 100 % together"
      ]
    ],
    ["an empty list", `${head}\nvariants: []`, ["line 4, column 11: variants: Expected 2 to 8 variants"]],
    ["no list", `${head}\nvariants:`, ["line 4, column 10: variants: Expected"]],
    ["a single one", withVariants(variant("a", "99 %")), ["line 5, column 3: variants: Expected 2 to 8 variants"]],
    [
      "nine",
      withVariants(...Array.from("abcdefghi", (name) => variant(name, "11.1 %"))),
      ["line 5, column 3: variants: Expected 2 to 8 variants"]
    ],
    [
      "steps beside them, with every other problem",
      `${yaml}weekdays: [8]\nvariants:\n${variant("A b", "50 %")}\n${variant("b", "half")}`,
      [
        "line 5, column 3: steps: stands beside variants; give each variant its steps, and take these away",
        "line 9, column 12: weekdays.0: ",
        "line 11, column 13: variants.0.name: Expected lower-case letters, digits and dashes",
        'line 12, column 23: variants.1.share: Expected a share such as "10 %", above 0 and below 100'
      ]
    ],
    [
      "a first step that writes nothing",
      withVariants(variant("a", "50 %"), variant("b", "50 %", "close")),
      ["variants.1.steps.0.action: the first step of a variant writes to the contact"]
    ],
    ["__proto__ as a name", withVariants(variant("__proto__", "50 %"), variant("b", "50 %")), ["variants.0.name: "]],
    [
      "a step of one of them that has no opening",
      `${withVariants(variant("a", "50 %"), afterAWeek)}
channel_windows: { whatsapp_bot: { within: 24 hours } }`,
      ["line 6, column 37: variants.1.steps.0: is never inside the window of whatsapp_bot"]
    ]
  ] as const) {
    it.effect(`are refused for ${what}`, () =>
      Effect.gen(function* () {
        const lines = yield* refusal(text)
        expect(lines).toEqual(says.map((each) => expect.stringContaining(each)))
      })
    )
  }
})

describe("the policies of this repository", () => {
  withFiles(
    "load, and idle-nudge nudges twice in office hours",
    Effect.gen(function* () {
      const policy = yield* PolicyFile.load(
        fileURLToPath(new URL("../../../policies/idle-nudge.yaml", import.meta.url))
      )
      expect(policy.id).toBe("idle-nudge@1")
      expect(policy.steps?.map(({ after }) => Duration.toHours(after))).toEqual([4, 24])
      expect(AllowedTimes.openHours(policy)).toEqual({ start: "09:00", end: "20:00" })
      expect(policy.weekdays).toEqual([1, 2, 3, 4, 5])
    })
  )

  const folder = fileURLToPath(new URL("../../../policies/", import.meta.url))
  const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"))

  for (const file of files) {
    withFiles(
      `${file} loads, and names the schema for editors`,
      Effect.gen(function* () {
        const policy = yield* PolicyFile.load(folder + file)
        expect(`${policy.name}.yaml`).toBe(file)
        expect(readFileSync(folder + file, "utf8")).toMatch(
          /^# yaml-language-server: \$schema=\.\/policy\.schema\.json$/m
        )
      })
    )
  }

  it("show every action and every field", () => {
    const all = files.map((file) => readFileSync(folder + file, "utf8")).join("\n")
    const words = [
      ...Object.keys(Policy.PolicyWithVariants.fields),
      "schedule_follow_up",
      "send_message",
      "snooze",
      "close",
      "assign"
    ]
    expect(words.filter((word) => !new RegExp(`\\b${word}\\b`).test(all))).toEqual([])
  })

  it.effect("survive being written and read again", () =>
    Effect.gen(function* () {
      const policy = Build.policy({
        quiet_hours: { start: "20:00", end: "09:00" },
        effective_from: "2026-01-01",
        arm_lead: "90 seconds"
      })
      const written = yield* Schema.encode(Policy.Policy)(policy)
      expect(yield* parse(JSON.stringify(written))).toEqual(policy)
    })
  )

  withFiles(
    "are in force where the layer is provided",
    Effect.gen(function* () {
      const file = yield* writing(yaml)
      expect(yield* Effect.provide(Policy.ActivePolicy, PolicyFile.layer(file))).toEqual(Build.policy())
    })
  )
})
