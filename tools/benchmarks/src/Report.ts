/** Text that is a table on a terminal and a table in Markdown. */

export interface Table {
  readonly title: string
  /** What was done, and how it is counted. */
  readonly about: string
  readonly head: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

const grid = (lines: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => [...line[column]!].length)))
  const pad = (cell: string, column: number) => cell + " ".repeat(widths[column]! - [...cell].length)
  const [head, ...rows] = lines.map((line) => `| ${line.map(pad).join(" | ")} |`)
  return [head, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows].join("\n")
}

export const table = ({ about, head, rows, title }: Table): string =>
  `### ${title}\n\n${about}\n\n${grid([head, ...rows])}\n`

const heading = /^## /m

/** The page with this section in place of the one of the same name, or behind the others. */
export const replaceSection = (page: string, name: string, text: string): string => {
  const [preface, ...sections] = page.split(heading)
  const ours = `${name}\n\n${text}`
  const at = sections.findIndex((section) => section.startsWith(`${name}\n`))
  const others = sections.map((section) => section.trimEnd() + "\n")
  const all = at === -1 ? [...others, ours] : others.with(at, ours)
  return [preface!.trimEnd() + "\n", ...all.map((section) => `## ${section}`)].join("\n")
}
