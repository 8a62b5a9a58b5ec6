/**
 * The public holidays that a policy names by country, in place of dates by hand. Reading the policy loads the calendar;
 * from then on, which date is a holiday is a pure question, as which time it is in a zone.
 */
import * as Effect from "effect/Effect"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { Place, UnknownCode, Year } from "./HolidayCalendar.ts"

const Code = Schema.NonEmptyTrimmedString

const Named = Schema.Struct({
  country: Code.annotations({ description: "ISO 3166, two capital letters, for example BR." }),
  state: Schema.optional(Code.annotations({ description: "A state or province, for example SP." })),
  region: Schema.optional(Code.annotations({ description: "A part of the state, where it has holidays of its own." }))
})

const firstYear = 1
const lastYear = 9999

/** The public holidays of a place. Makes each year's once. */
export class PublicHolidays {
  readonly place: Place
  readonly #inYear: (year: number) => Year
  readonly #years = new Map<number, Year>()

  constructor(place: Place, inYear: (year: number) => Year) {
    this.place = place
    this.#inYear = inYear
  }

  /**
   * The names of the holidays that begin in one year, by local date: one of several days may end in the next year.
   * Empty before the year 1 and after 9999.
   */
  inYear(year: number): Year {
    const known = this.#years.get(year)
    if (known !== undefined) return known
    const found = year >= firstYear && year <= lastYear ? this.#inYear(year) : new Map<string, string>()
    this.#years.set(year, found)
    return found
  }

  /** The name of the holiday on a local date, `YYYY-MM-DD`; undefined on every other day. */
  nameOn(date: string): string | undefined {
    const year = Number(date.slice(0, 4))
    return this.inYear(year).get(date) ?? this.inYear(year - 1).get(date)
  }
}

const firstLine = (cause: unknown): string => String(cause).split("\n", 1)[0] ?? ""

const load = (ast: ParseResult.Type["ast"], actual: unknown) =>
  Effect.tryPromise({
    try: () => import("./HolidayCalendar.ts"),
    catch: (cause) =>
      new ParseResult.Type(
        ast,
        actual,
        `The calendar of public holidays could not be loaded: ${firstLine(cause)}; install the program again`
      )
  })

/** More codes than this are not listed in an error. */
const mostListed = 60

const nameless = (text: string): string => text.trim().toLowerCase()

/** What is wrong with a code. Its issue has the known codes, by which the nearest one is found. */
const refusal = ({ code, field, known }: UnknownCode): ParseResult.Type => {
  const codes = [...known.keys()]
  const listed = codes.length === 0 ? `, and no ${field} there is` : `: there are ${codes.join(", ")}`
  const named = [...known].find(([, name]) => nameless(name) === nameless(code))?.[0]
  const message =
    `The calendar of public holidays does not know the ${field} ${code}` +
    (codes.length > mostListed ? "" : listed) +
    (named === undefined ? "" : `; did you mean ${named}?`)
  return new ParseResult.Type(Schema.Literal(...codes).ast, code, message)
}

/** Read from `{ country: BR, state: SP }`. A place that the calendar does not know is refused. */
export const FromPlace = Schema.transformOrFail(Named, Schema.instanceOf(PublicHolidays), {
  strict: true,
  decode: (place, _, ast) =>
    Effect.gen(function* () {
      const calendar = yield* load(ast, place)
      const unknown = calendar.unknownCode(place)
      if (unknown === undefined) return new PublicHolidays(place, calendar.inYear(place))
      return yield* Effect.fail(new ParseResult.Pointer(unknown.field, place, refusal(unknown)))
    }),
  encode: ({ place: { country, region, state } }) =>
    ParseResult.succeed({
      country,
      ...(state !== undefined && { state }),
      ...(region !== undefined && { region })
    })
})
