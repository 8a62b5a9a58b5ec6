/**
 * Draws one policy against another as SVG: at which hour of the contact's day they write, and how conversations stood
 * at the end.
 */
import type { Report } from "./Backtest.ts"
import * as Reason from "../Decide/Reason.ts"

const colours = ["#2563eb", "#d97706"]
const width = 760
const left = 20
const chart = { top: 84, height: 150 }
const line = 26

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)

const text = (x: number, y: number, words: string, more = ""): string =>
  `<text x="${x}" y="${y}" ${more}>${escaped(words)}</text>`

const bar = (x: number, y: number, w: number, h: number, index: number, words: string): string =>
  `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${w.toFixed(1)}" height="${h.toFixed(1)}" ` +
  `fill="${colours[index]}"><title>${escaped(words)}</title></rect>`

const legend = (reports: ReadonlyArray<Report>): ReadonlyArray<string> =>
  reports.flatMap(({ conversations, nudges, policy }, index) => [
    bar(left + index * 360, 40, 12, 12, index, policy),
    text(left + index * 360 + 18, 50, `${policy}: ${nudges} nudges in ${conversations} conversations`)
  ])

const byHour = (reports: ReadonlyArray<Report>): ReadonlyArray<string> => {
  const most = Math.max(1, ...reports.flatMap(({ hours }) => hours))
  const slot = (width - 2 * left) / 24
  const wide = (slot - 6) / reports.length
  const bottom = chart.top + chart.height
  return [
    text(left, chart.top - 10, "Nudges by the hour of the contact's day", 'class="heading"'),
    ...reports.flatMap(({ hours, policy }, index) =>
      hours.map((count, hour) => {
        const high = (count / most) * chart.height
        return bar(
          left + hour * slot + index * wide,
          bottom - high,
          wide,
          high,
          index,
          `${policy}, ${hour}:00: ${count}`
        )
      })
    ),
    `<line x1="${left}" x2="${width - left}" y1="${bottom}" y2="${bottom}" class="axis"/>`,
    ...Array.from({ length: 24 }, (_, hour) =>
      text(left + hour * slot + slot / 2 - 3, bottom + 14, String(hour), 'class="small" text-anchor="middle"')
    )
  ]
}

const byEnd = (reports: ReadonlyArray<Report>, top: number): ReadonlyArray<string> => {
  const reasons = (["due", ...Reason.reasonsByStrength] as const).filter((reason) =>
    reports.some(({ ends }) => ends[reason] !== undefined)
  )
  const most = Math.max(1, ...reports.flatMap(({ ends }) => Object.values(ends)))
  const from = 490
  const room = width - from - 70
  return [
    text(left, top, "How conversations stood at the end", 'class="heading"'),
    ...reasons.flatMap((reason, place) => {
      const y = top + 14 + place * line
      return [
        text(left, y + 14, reason === "due" ? "due now" : Reason.describe(reason)),
        ...reports.flatMap(({ ends, policy }, index) => {
          const count = ends[reason] ?? 0
          const high = (line - 6) / reports.length
          const long = (count / most) * room
          return [
            bar(from, y + index * high, long, high - 1, index, `${policy}: ${count}`),
            text(from + long + 6, y + index * high + high / 2 + 4, String(count), 'class="small"')
          ]
        })
      ]
    })
  ]
}

/** A complete SVG file: no script, nothing to load, light or dark as the viewer prefers. */
export const svg = (reports: ReadonlyArray<Report>): string => {
  const top = chart.top + chart.height + 50
  const reasons = new Set(reports.flatMap(({ ends }) => Object.keys(ends))).size
  const height = top + 30 + reasons * line
  const title = reports.map(({ policy }) => policy).join(" against ")
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" ` +
      `aria-label="${escaped(title)}">`,
    "<style>svg{background:#fff;color:#111;font:13px system-ui,sans-serif}text{fill:currentColor}",
    ".heading{font-weight:600}.small{font-size:11px}.axis{stroke:currentColor}",
    "@media(prefers-color-scheme:dark){svg{background:#111;color:#eee}}</style>",
    text(left, 24, title, 'class="heading"'),
    ...legend(reports),
    ...byHour(reports),
    ...byEnd(reports, top),
    "</svg>\n"
  ].join("\n")
}
