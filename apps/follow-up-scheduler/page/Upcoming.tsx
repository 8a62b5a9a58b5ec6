/** What goes out next, on a time line: one row per follow-up, with the quiet hours of its contact shaded. */
import { useState } from "preact/hooks"
import type { Overview, Upcoming } from "../src/operatorPage/Api.ts"
import { ChatLink } from "./ChatLink.tsx"
import * as Format from "./Format.ts"

const hour = 3_600_000
const ranges = [
  { name: "1 h", millis: hour, tick: hour / 4 },
  { name: "6 h", millis: 6 * hour, tick: hour },
  { name: "24 h", millis: 24 * hour, tick: 4 * hour },
  { name: "3 days", millis: 72 * hour, tick: 12 * hour }
] as const
/** How many are shown before the operator asks for all. */
const soonest = 20

type Range = (typeof ranges)[number]

const percent = (millis: number, range: Range) =>
  `${Math.min(100, Math.max(0, (100 * millis) / range.millis)).toFixed(3)}%`

/** The round times on the operator's clock within the range, in epoch milliseconds. */
const ticksOf = (now: number, range: Range): ReadonlyArray<number> => {
  const offset = new Date(now).getTimezoneOffset() * 60_000
  const first = Math.ceil((now - offset) / range.tick) * range.tick + offset
  const ticks: Array<number> = []
  for (let at = first; at < now + range.millis; at += range.tick) ticks.push(at)
  return ticks
}

/** Whether a tick gets a label: one near either end would be cut off. */
const isLabelled = (now: number, range: Range) => (tick: number) =>
  tick - now > range.millis * 0.07 && tick - now < range.millis * 0.95

const Lane = ({
  now,
  quiet,
  range,
  upcoming
}: {
  readonly now: number
  readonly quiet: Overview["quiet"][string]
  readonly range: Range
  readonly upcoming: Upcoming
}) => {
  const at = upcoming.at.epochMillis - now
  return (
    <div class="lane" aria-hidden="true">
      {quiet.flatMap(({ from, to }) => {
        const left = Math.max(0, from.epochMillis - now)
        const right = Math.min(range.millis, to.epochMillis - now)
        return right <= left ? (
          []
        ) : (
          <span class="quiet" style={{ left: percent(left, range), width: percent(right - left, range) }} />
        )
      })}
      {ticksOf(now, range).map((tick) => (
        <span class="tick" key={tick} style={{ left: percent(tick - now, range) }} />
      ))}
      <span
        class={`mark ${upcoming.status} ${at > range.millis ? "beyond" : ""}`}
        style={{ left: percent(at, range) }}
      />
    </div>
  )
}

const Row = ({
  now,
  overview,
  range,
  upcoming
}: {
  readonly now: number
  readonly overview: Overview
  readonly range: Range
  readonly upcoming: Upcoming
}) => {
  const { at, chat_id, hours, why, zone } = upcoming
  return (
    <tr role="row">
      <td role="cell" class="due">
        <time dateTime={Format.exact(at)} title={Format.exact(at)}>
          {Format.distance(now, at)}
        </time>
      </td>
      <th role="rowheader" scope="row">
        <ChatLink id={chat_id} />
        <span class="step">{Format.step(upcoming, overview.policies)}</span>
      </th>
      <td role="cell" class="there">
        {zone === null ? (
          <span class="faint">zone not known</span>
        ) : (
          <>
            {Format.dayAndClock(at, zone)} <span class="faint">{Format.place(zone)}</span>
          </>
        )}
      </td>
      <td role="cell" class="line">
        <Lane now={now} quiet={hours === null ? [] : (overview.quiet[hours] ?? [])} range={range} upcoming={upcoming} />
      </td>
      <td role="cell" class="why">
        {why}
      </td>
    </tr>
  )
}

const RangeChoice = ({ onChoose, range }: { readonly onChoose: (range: Range) => void; readonly range: Range }) => (
  <div class="choice" role="group" aria-label="How far ahead">
    {ranges.map((choice) => (
      <button key={choice.name} type="button" aria-pressed={choice === range} onClick={() => onChoose(choice)}>
        {choice.name}
      </button>
    ))}
  </div>
)

/**
 * The planned and armed follow-ups, the soonest first, each with its instant on a time line of 1 hour to 3 days. Quiet
 * hours where the contact is are shaded.
 */
export const UpcomingPanel = ({ now, overview }: { readonly now: number; readonly overview: Overview }) => {
  const [range, setRange] = useState<Range>(ranges[2])
  const [isWhole, setWhole] = useState(false)
  const { first, total } = overview.upcoming
  const shown = isWhole ? first : first.slice(0, soonest)
  return (
    <section class="panel upcoming" aria-labelledby="upcoming">
      <header>
        <h2 id="upcoming">
          Upcoming <span class="count">{total}</span>
        </h2>
        <span class="legend" aria-hidden="true">
          <i class="mark planned" /> planned <i class="mark armed" /> on its way <i class="quiet" /> quiet hours there
        </span>
        <RangeChoice range={range} onChoose={setRange} />
      </header>
      {total === 0 ? (
        <p class="empty">Nothing is planned. Chats that wait for a customer's answer appear here.</p>
      ) : (
        // The roles stay where a narrow screen lays the table out as something else.
        <table role="table">
          <thead role="rowgroup">
            <tr role="row">
              <th role="columnheader" scope="col">
                Due
              </th>
              <th role="columnheader" scope="col">
                Chat
              </th>
              <th role="columnheader" scope="col">
                There
              </th>
              <th role="columnheader" scope="col" class="line">
                <span class="hidden">Time line, from now to {range.name} ahead</span>
                <div class="axis" aria-hidden="true">
                  <span class="now">now</span>
                  {ticksOf(now, range)
                    .filter(isLabelled(now, range))
                    .map((tick) => (
                      <span key={tick} style={{ left: percent(tick - now, range) }}>
                        {range.tick >= 12 * hour ? Format.dayAndClock(tick) : Format.clock(tick)}
                      </span>
                    ))}
                </div>
              </th>
              <th role="columnheader" scope="col">
                Why not sooner
              </th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {shown.map((upcoming) => (
              <Row key={upcoming.key} now={now} overview={overview} range={range} upcoming={upcoming} />
            ))}
          </tbody>
        </table>
      )}
      {first.length > soonest && (
        <p class="more">
          <button type="button" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
            {isWhole ? `Show the first ${soonest}` : `Show ${first.length - soonest} more`}
          </button>
        </p>
      )}
      {isWhole && total > first.length && <p class="more">and {total - first.length} later ones</p>}
    </section>
  )
}
