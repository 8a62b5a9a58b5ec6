/** Reads text of comma-separated values: cells may be quoted, and a quote in them is doubled. */

const cell = /(?:"((?:[^"]|"")*)"|([^,"\n\r]*))(,|\r?\n|$)/y

/** The cells of a row; null where a quote stands in it that neither begins, ends nor is doubled in a cell. */
export type Row = ReadonlyArray<string> | null

/** Reads the cells of the row that begins at this index, and where the next row begins. */
const rowAt = (text: string, start: number): { readonly row: Row; readonly next: number } => {
  const row: Array<string> = []
  let at = start
  for (;;) {
    cell.lastIndex = at
    const match = cell.exec(text)
    if (match === null) {
      // Nothing shows where the broken cell ends, so the rest of its line is left out.
      const end = text.indexOf("\n", at)
      return { row: null, next: end === -1 ? text.length : end + 1 }
    }
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "")
    at = cell.lastIndex
    if (match[3] !== ",") return { row, next: at }
  }
}

/** All rows; none of a line that is empty. A row that cannot be read takes no other with it. */
export const rows = (text: string): ReadonlyArray<Row> => {
  const found: Array<Row> = []
  let at = 0
  while (at < text.length) {
    const { next, row } = rowAt(text, at)
    if (row === null || row.some((value) => value !== "")) found.push(row)
    at = next
  }
  return found
}
