/** Reads text of comma-separated values: cells may be quoted, and a quote in them is doubled. */

const cell = /(?:"((?:[^"]|"")*)"|([^,"\n\r]*))(,|\r?\n|$)/y

/** The rows with their cells; none of a line that is empty. */
export const rows = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  const found: Array<Array<string>> = []
  let row: Array<string> = []
  cell.lastIndex = 0
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex
    const match = cell.exec(text)
    // What no cell looks like ends the reading.
    if (match === null) break
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "")
    if (match[3] !== ",") {
      if (row.some((value) => value !== "")) found.push(row)
      row = []
    }
    if (cell.lastIndex === at) break
  }
  return row.length > 0 ? [...found, row] : found
}
