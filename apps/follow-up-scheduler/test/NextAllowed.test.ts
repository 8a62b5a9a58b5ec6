import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as NextAllowed from "../src/NextAllowed.ts"

interface Rule {
  readonly zone: string
  readonly window: string
  readonly weekdays?: ReadonlyArray<number>
  readonly holidays?: ReadonlyArray<string>
}

const hours = ({ window, ...rule }: Rule): NextAllowed.AllowedHours => ({
  ...rule,
  window: { start: window.slice(0, 5), end: window.slice(6) }
})

const next = (rule: Rule, from: string): string =>
  Option.match(NextAllowed.nextAllowed({ ...hours(rule), from: DateTime.unsafeMake(from) }), {
    onNone: () => "none",
    onSome: DateTime.formatIso
  })

type Row = readonly [behaviour: string, rule: Rule, from: string, expected: string]

const table = (rows: ReadonlyArray<Row>): void => {
  for (const [behaviour, rule, from, expected] of rows) {
    it(behaviour, () => {
      const wanted = expected === "none" ? expected : DateTime.formatIso(DateTime.unsafeMake(expected))
      expect(next(rule, from)).toBe(wanted)
    })
  }
}

const office: Rule = { zone: "Europe/Lisbon", window: "09:00-18:00" }
const allDay = "00:00-24:00"

describe("an ordinary day", () => {
  table([
    ["an instant inside the window is its own answer", office, "2026-07-15T12:34:56.789Z", "2026-07-15T12:34:56.789Z"],
    ["before the window the answer is its start", office, "2026-07-15T05:00:00Z", "2026-07-15T08:00:00Z"],
    ["after the window the answer is the next start", office, "2026-07-15T20:30:00Z", "2026-07-16T08:00:00Z"],
    ["the start is inclusive", office, "2026-01-15T09:00:00Z", "2026-01-15T09:00:00Z"],
    ["the last millisecond before the end is inside", office, "2026-01-15T17:59:59.999Z", "2026-01-15T17:59:59.999Z"],
    ["the end is exclusive", office, "2026-01-15T18:00:00Z", "2026-01-16T09:00:00Z"],
    ["seconds and milliseconds are kept", office, "2026-01-15T03:00:30.250Z", "2026-01-15T09:00:30.250Z"],
    ["the last second before the start waits a minute", office, "2026-01-15T08:59:59.999Z", "2026-01-15T09:00:59.999Z"],
    [
      "an end of 24:00 reaches the last minute",
      { ...office, window: "23:00-24:00" },
      "2026-01-15T23:59:59.999Z",
      "2026-01-15T23:59:59.999Z"
    ],
    [
      "an end of 24:00 excludes midnight",
      { ...office, window: "23:00-24:00" },
      "2026-01-16T00:00:00Z",
      "2026-01-16T23:00:00Z"
    ],
    [
      "a zone may be written in any case",
      { ...office, zone: "europe/LISBON" },
      "2026-07-15T05:00:00Z",
      "2026-07-15T08:00:00Z"
    ],
    ["an instant before 1970 counts the same", office, "1969-12-31T23:59:30Z", "1970-01-01T08:00:30Z"]
  ])
})

describe("weekdays and holidays", () => {
  const weekdays = [1, 2, 3, 4, 5]
  const night: Rule = { zone: "Europe/Lisbon", window: "22:00-06:00" }
  table([
    ["a weekend is skipped", { ...office, weekdays }, "2026-01-16T18:00:00Z", "2026-01-19T09:00:00Z"],
    [
      "a holiday is skipped, and the weekend after it",
      { ...office, weekdays, holidays: ["2026-12-25"] },
      "2026-12-24T18:00:00Z",
      "2026-12-28T09:00:00Z"
    ],
    [
      "the weekday is that of the local date",
      { zone: "Pacific/Auckland", window: allDay, weekdays: [1] },
      "2026-07-05T11:00:00Z", // Sunday 23:00
      "2026-07-05T12:00:00Z"
    ],
    [
      "weekdays count from Monday before 1970 too",
      { ...office, weekdays: [7] },
      "1960-01-01T00:00:00Z",
      "1960-01-03T09:00:00Z"
    ],
    ["a window across midnight is open late", night, "2026-01-12T21:00:00Z", "2026-01-12T22:00:00Z"],
    ["a window across midnight is open early", night, "2026-01-12T05:59:00Z", "2026-01-12T05:59:00Z"],
    ["a window across midnight ends exclusively", night, "2026-01-12T06:00:00Z", "2026-01-12T22:00:00Z"],
    [
      "the part after midnight belongs to the later date: Monday opens at midnight",
      { ...night, weekdays: [1] },
      "2026-01-11T23:00:00Z",
      "2026-01-12T00:00:00Z"
    ],
    [
      "the part after midnight belongs to the later date: Monday is over at midnight",
      { ...night, weekdays: [1] },
      "2026-01-13T00:00:00Z",
      "2026-01-19T00:00:00Z"
    ],
    [
      "the part after midnight belongs to the later date: a holiday ends at midnight",
      { ...night, holidays: ["2026-01-13"] },
      "2026-01-13T01:00:00Z",
      "2026-01-14T00:00:00Z"
    ]
  ])
})

describe("changes of the offset", () => {
  const lisbon = (window: string): Rule => ({ zone: "Europe/Lisbon", window })
  const lordHowe = (window: string): Rule => ({ zone: "Australia/Lord_Howe", window })
  const troll = (window: string): Rule => ({ zone: "Antarctica/Troll", window })
  const apia: Rule = { zone: "Pacific/Apia", window: "09:00-18:00" }
  const saoPaulo = (window: string, weekdays: ReadonlyArray<number> = [1, 2, 3, 4, 5, 6, 7]): Rule => ({
    zone: "America/Sao_Paulo",
    window,
    weekdays
  })
  const monrovia = (window: string): Rule => ({ zone: "Africa/Monrovia", window })

  table([
    // 2026-03-29 01:00 → 02:00 at 01:00Z
    ["a window inside a gap opens the next day", lisbon("01:00-02:00"), "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z"],
    [
      "a window that starts inside a gap opens after it",
      lisbon("01:30-02:30"),
      "2026-03-29T00:00:00Z",
      "2026-03-29T01:00:00Z"
    ],
    [
      "a window that ends inside a gap closes at it",
      lisbon("00:30-01:30"),
      "2026-03-29T01:00:00Z",
      "2026-03-29T23:30:00Z"
    ],
    ["after a gap the new offset counts", office, "2026-03-28T18:00:00Z", "2026-03-29T08:00:00Z"],
    // 2026-10-25 02:00 → 01:00 at 01:00Z
    ["a repeated window opens the first time", lisbon("01:30-01:45"), "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"],
    ["a repeated window opens the second time", lisbon("01:30-01:45"), "2026-10-25T00:45:00Z", "2026-10-25T01:30:00Z"],
    [
      "a window that closed reopens in an overlap",
      lisbon("00:00-01:30"),
      "2026-10-25T00:30:00Z",
      "2026-10-25T01:00:00Z"
    ],
    // Lord Howe: 2026-10-04 02:00 → 02:30 at 15:30Z the day before; 2026-04-05 02:00 → 01:30 at 15:00Z the day before
    ["a 30-minute gap is skipped", lordHowe("02:00-02:30"), "2026-10-03T15:00:00Z", "2026-10-04T15:00:00Z"],
    ["a 30-minute gap ends at 02:30", lordHowe("02:15-03:00"), "2026-10-03T15:00:10Z", "2026-10-03T15:30:10Z"],
    ["a 30-minute overlap repeats", lordHowe("01:45-01:50"), "2026-04-04T14:50:00Z", "2026-04-04T15:15:00Z"],
    // Troll: 2026-03-29 01:00 → 03:00 and 2026-10-25 03:00 → 01:00, both at 01:00Z
    ["a 120-minute gap is skipped", troll("01:00-03:00"), "2026-03-29T00:59:59Z", "2026-03-29T23:00:59Z"],
    ["a 120-minute gap ends at 03:00", troll("02:00-04:00"), "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"],
    ["a 120-minute overlap repeats", troll("02:30-02:40"), "2026-10-25T00:40:00Z", "2026-10-25T02:30:00Z"],
    // Apia: from 2011-12-29 24:00 (-10:00) straight to 2011-12-31 00:00 (+14:00) at 10:00Z on the 30th
    ["a missing date is skipped", apia, "2011-12-30T05:00:00Z", "2011-12-30T19:00:00Z"],
    ["a missing Friday is no Friday", { ...apia, weekdays: [5] }, "2011-12-30T05:00:00Z", "2012-01-05T19:00:00Z"],
    [
      "a holiday on a missing date changes nothing",
      { ...apia, holidays: ["2011-12-30"] },
      "2011-12-30T05:00:00Z",
      "2011-12-30T19:00:00Z"
    ],
    [
      "a holiday after a missing date is skipped",
      { ...apia, holidays: ["2011-12-31"] },
      "2011-12-30T05:00:00Z",
      "2011-12-31T19:00:00Z"
    ],
    // São Paulo: 2018-11-04 00:00 → 01:00 at 03:00Z; 2018-02-18 00:00 → 2018-02-17 23:00 at 02:00Z
    ["a day without midnight opens at 01:00", saoPaulo(allDay, [7]), "2018-11-03T12:00:00Z", "2018-11-04T03:00:00Z"],
    [
      "a missing first hour opens the next day",
      saoPaulo("00:00-01:00"),
      "2018-11-03T12:00:00Z",
      "2018-11-05T02:00:00Z"
    ],
    [
      "a window to a missing midnight closes at it",
      saoPaulo("23:00-24:00"),
      "2018-11-04T03:00:00Z",
      "2018-11-05T01:00:00Z"
    ],
    [
      "an hour repeated before midnight stays Saturday",
      saoPaulo(allDay, [6]),
      "2018-02-18T02:59:00Z",
      "2018-02-18T02:59:00Z"
    ],
    ["Sunday waits for the second midnight", saoPaulo(allDay, [7]), "2018-02-17T12:00:00Z", "2018-02-18T03:00:00Z"],
    // Beirut: 2026-03-29 00:00 → 01:00 at 22:00Z the day before
    [
      "a holiday ends at 01:00 where midnight is missing",
      { zone: "Asia/Beirut", window: "00:00-06:00", holidays: ["2026-03-28"] },
      "2026-03-28T00:00:00Z",
      "2026-03-28T22:00:00Z"
    ],
    // Cairo: 2026-04-24 00:00 → 01:00 at 22:00Z the day before; 2026-10-29 24:00 → 23:00 at 21:00Z
    [
      "a window at a missing midnight opens the next day",
      { zone: "Africa/Cairo", window: "00:00-00:30" },
      "2026-04-23T12:00:00Z",
      "2026-04-24T21:00:00Z"
    ],
    [
      "Friday waits for the second midnight",
      { zone: "Africa/Cairo", window: allDay, weekdays: [5] },
      "2026-10-29T12:00:00Z",
      "2026-10-29T22:00:00Z"
    ],
    // Recife kept summer time for one week: 2000-10-08 00:00 → 01:00 at 03:00Z, 2000-10-15 00:00 → 23:00 at 02:00Z
    [
      "two changes that cancel out within the nine days both count",
      { zone: "America/Recife", window: "23:30-24:00", weekdays: [6], holidays: ["2000-10-07"] },
      "2000-10-07T12:00:00Z",
      "2000-10-15T01:30:00Z"
    ],
    // Monrovia was 44 min 30 s behind UTC until 1972-01-07T00:44:30Z
    [
      "an offset with seconds rounds up to the step",
      monrovia("09:00-10:00"),
      "1972-01-01T00:00:00Z",
      "1972-01-01T09:45:00Z"
    ],
    [
      "an offset with seconds can be met exactly",
      monrovia("09:00-10:00"),
      "1972-01-01T00:00:30Z",
      "1972-01-01T09:44:30Z"
    ],
    ["a gap with seconds is skipped", monrovia("00:00-00:44"), "1972-01-07T00:00:00Z", "1972-01-08T00:00:00Z"],
    [
      "a gap with seconds ends in the minute 00:44",
      monrovia("00:00-00:45"),
      "1972-01-07T00:00:45Z",
      "1972-01-07T00:44:45Z"
    ]
  ])
})

describe("the same time so many calendar days later", () => {
  const later = (zone: string, from: string, days: number) =>
    Option.getOrUndefined(Option.map(NextAllowed.daysLater(zone, DateTime.unsafeMake(from), days), DateTime.formatIso))

  it("is 24 hours later on an ordinary day, 25 when the clocks go back, and 23 when they go forward", () => {
    expect(later("Europe/Lisbon", "2026-07-15T09:00:00.250Z", 1)).toBe("2026-07-16T09:00:00.250Z")
    expect(later("Europe/Lisbon", "2026-10-24T09:00:00Z", 1)).toBe("2026-10-25T10:00:00.000Z")
    expect(later("Europe/Lisbon", "2026-03-28T10:00:00Z", 1)).toBe("2026-03-29T09:00:00.000Z")
    expect(later("Australia/Lord_Howe", "2026-04-04T01:00:00Z", 1)).toBe("2026-04-05T01:30:00.000Z")
  })

  it("counts the days of the calendar, however long they are", () => {
    expect(later("Europe/Lisbon", "2026-07-15T09:00:00Z", 200)).toBe("2027-01-31T10:00:00.000Z")
    expect(later("Europe/Lisbon", "2026-07-15T09:00:00Z", 365)).toBe("2027-07-15T09:00:00.000Z")
  })

  it("is the first instant after the gap where the clocks skip it, also where that is not on the hour", () => {
    expect(later("Europe/Lisbon", "2026-03-28T01:30:00Z", 1)).toBe("2026-03-29T01:00:00.000Z")
    expect(later("Australia/Lord_Howe", "2026-10-02T15:45:00Z", 1)).toBe("2026-10-03T15:30:00.000Z")
  })

  it("is the first of two where the clocks show it twice", () => {
    expect(later("Europe/Lisbon", "2026-10-24T00:30:00Z", 1)).toBe("2026-10-25T00:30:00.000Z")
  })

  it("is none in an unknown zone", () => {
    expect(later("Mars/Olympus", "2026-10-24T00:30:00Z", 1)).toBeUndefined()
  })
})

describe("no answer", () => {
  const at9: Rule = {
    zone: "UTC",
    window: "09:00-09:01",
    holidays: Array.from({ length: 9 }, (_, day) => `2026-06-0${day + 1}`)
  }
  table([
    ["exactly nine days ahead is still found", at9, "2026-06-01T09:00:59.999Z", "2026-06-10T09:00:59.999Z"],
    ["a minute more than nine days ahead is none", at9, "2026-06-01T08:59:59.999Z", "none"],
    ["no weekdays is none", { ...office, weekdays: [] }, "2026-01-15T12:00:00Z", "none"],
    ["equal ends are an empty window", { ...office, window: "09:00-09:00" }, "2026-01-15T09:00:00Z", "none"],
    ["24:00 to 00:00 is an empty window", { ...office, window: "24:00-00:00" }, "2026-01-15T00:00:00Z", "none"],
    [
      "22:00 to 00:00 is open until midnight",
      { ...office, window: "22:00-00:00" },
      "2026-01-15T00:00:00Z",
      "2026-01-15T22:00:00Z"
    ],
    ["a malformed time is none", { ...office, window: "09:00-25:00" }, "2026-01-15T12:00:00Z", "none"],
    ["an unknown zone is none", { ...office, zone: "Europe/Lisboa" }, "2026-01-15T12:00:00Z", "none"]
  ])

  it("the first and the last instant of time do not throw", () => {
    const rule = { ...hours({ zone: "Etc/GMT+12", window: allDay }), holidays: ["2026-01-01"] }
    const closed = { ...rule, weekdays: [] }
    for (const edge of [-8.64e15, 8.64e15].map((millis) => DateTime.unsafeMake(millis))) {
      expect(NextAllowed.nextAllowed({ ...rule, from: edge })).toEqual(Option.some(edge))
      expect(NextAllowed.nextAllowed({ ...closed, from: edge })).toEqual(Option.none())
    }
  })
})

describe("a rule read from a policy", () => {
  const accepts = (change: object): boolean =>
    Schema.is(NextAllowed.AllowedHours)({ ...hours(office), weekdays: [1, 5], holidays: ["2026-12-25"], ...change })

  it("accepts a complete rule, and one without weekdays and holidays", () => {
    expect(accepts({})).toBe(true)
    expect(accepts({ weekdays: undefined, holidays: undefined })).toBe(true)
    expect(accepts({ window: { start: "00:00", end: "24:00" } })).toBe(true)
    expect(accepts({ window: { start: "22:00", end: "06:00" } })).toBe(true)
  })

  it.each([
    { zone: "Europe/Lisboa" },
    { zone: "" },
    { zone: "+01:00" },
    { window: { start: "9:00", end: "18:00" } },
    { window: { start: "09:00", end: "24:01" } },
    { window: { start: "09:60", end: "18:00" } },
    { window: { start: "09:00", end: "09:00" } },
    { window: { start: "24:00", end: "00:00" } },
    { weekdays: [0] },
    { weekdays: [8] },
    { weekdays: [1.5] },
    { weekdays: [] },
    { holidays: ["2026-02-30"] },
    { holidays: ["25.12.2026"] }
  ])("refuses %o", (change) => {
    expect(accepts(change)).toBe(false)
  })
})

// -- the same answer as a scan of every minute ------------------------------------------------------------------------

const minute = 60_000
const day = 1_440 * minute

interface Wall {
  readonly date: string
  readonly weekday: number
  readonly minute: number
  readonly second: number
}

const formatters = new Map<string, Intl.DateTimeFormat>()

const wallClock = (zone: string, at: number): Wall => {
  const format =
    formatters.get(zone) ??
    new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      weekday: "short",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit"
    })
  formatters.set(zone, format)
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  return {
    date: `${part["year"]}-${part["month"]}-${part["day"]}`,
    weekday: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(`${part["weekday"]}`) + 1,
    minute: Number(part["hour"]) * 60 + Number(part["minute"]),
    second: Number(part["second"])
  }
}

const isAllowed = (rule: Rule, wall: Wall): boolean => {
  const clock = `${Math.floor(wall.minute / 60)}`.padStart(2, "0") + ":" + `${wall.minute % 60}`.padStart(2, "0")
  const [start = "", end = ""] = rule.window.split("-")
  const inside = start <= end ? start <= clock && clock < end : start <= clock || clock < end
  return (
    inside && (rule.weekdays ?? [1, 2, 3, 4, 5, 6, 7]).includes(wall.weekday) && !rule.holidays?.includes(wall.date)
  )
}

/** Asks every minute. An hour whose first and last wall clocks are 59 minutes apart on one date is formatted once. */
const scan = (rule: Rule, from: number): number | undefined => {
  for (let hour = 0; hour <= 9 * 24; hour++) {
    const start = from + hour * 60 * minute
    const minutes = hour === 9 * 24 ? 1 : 60
    const first = wallClock(rule.zone, start)
    const final = wallClock(rule.zone, start + 59 * minute)
    const plain = first.date === final.date && first.minute + 59 === final.minute && first.second === final.second
    for (let step = 0; step < minutes; step++) {
      const at = start + step * minute
      const wall = plain ? { ...first, minute: first.minute + step } : wallClock(rule.zone, at)
      if (isAllowed(rule, wall)) return at
    }
  }
  return undefined
}

/** The first minute within 400 days in which the distance between wall clock and UTC has changed, if there is one. */
const nextChange = (zone: string, from: number): number | undefined => {
  const distance = (at: number): number => {
    const { date, minute: minutes, second } = wallClock(zone, at)
    return Date.parse(`${date}T00:00:00Z`) + minutes * minute + second * 1_000 - Math.floor(at / 1_000) * 1_000
  }
  for (let before = from; before < from + 400 * day; before += 3 * day) {
    const known = distance(before)
    if (distance(before + 3 * day) === known) continue
    let low = before
    let high = before + 3 * day
    while (high - low > minute) {
      const middle = low + Math.floor((high - low) / 2 / minute) * minute
      if (distance(middle) === known) low = middle
      else high = middle
    }
    return high
  }
  return undefined
}

const zone = FastCheck.oneof(
  { weight: 3, arbitrary: FastCheck.constantFrom(...Intl.supportedValuesOf("timeZone")) },
  {
    weight: 1,
    arbitrary: FastCheck.constantFrom(
      "Africa/Cairo",
      "Africa/Casablanca",
      "America/Sao_Paulo",
      "Antarctica/Troll",
      "Asia/Beirut",
      "Asia/Gaza",
      "Australia/Lord_Howe",
      "UTC"
    )
  }
)
const clock = (latest: number): FastCheck.Arbitrary<string> =>
  FastCheck.oneof(FastCheck.integer({ min: 0, max: 4 * 60 }), FastCheck.integer({ min: 0, max: latest })).map(
    (at) => `${Math.floor(at / 60)}`.padStart(2, "0") + ":" + `${at % 60}`.padStart(2, "0")
  )

const anyRule = FastCheck.record({
  zone,
  start: clock(1_439),
  end: clock(1_440),
  weekdays: FastCheck.option(FastCheck.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }), { nil: undefined }),
  instant: FastCheck.integer({ min: Date.UTC(1972, 0, 1), max: Date.UTC(2037, 11, 1) }),
  // How long before a change of the offset to start; undefined leaves the instant where it is.
  lead: FastCheck.option(
    FastCheck.oneof(
      FastCheck.integer({ min: -3 * 60 * minute, max: 3 * 60 * minute }),
      FastCheck.integer({ min: -2 * day, max: 10 * day })
    ),
    { nil: undefined, freq: 4 }
  ),
  holidays: FastCheck.array(FastCheck.integer({ min: -1, max: 10 }), { maxLength: 8 })
})

it("gives the same answer as checking every minute, in every zone, mostly around changes of the offset", () => {
  FastCheck.assert(
    FastCheck.property(anyRule, ({ end, holidays, instant, lead, start, weekdays, zone }) => {
      const change = lead === undefined ? undefined : nextChange(zone, instant)
      const from = change === undefined ? instant : change - (lead ?? 0)
      const rule: Rule = {
        zone,
        window: `${start}-${end}`,
        ...(weekdays === undefined ? {} : { weekdays }),
        holidays: holidays.map((ahead) => DateTime.formatIsoDateUtc(DateTime.unsafeMake(from + ahead * day)))
      }
      const answer = NextAllowed.nextAllowed({ ...hours(rule), from: DateTime.unsafeMake(from) })
      const expected = scan(rule, from)
      expect(Option.getOrUndefined(Option.map(answer, DateTime.toEpochMillis))).toBe(expected)
    }),
    { numRuns: 600 }
  )
}, 60_000)
