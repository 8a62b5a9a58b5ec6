/** A suite is a file in `suites` that exports a `suite`: `pnpm bench` finds it there, and `pnpm bench NAME` by its name. */
import type { Table } from "./Report.ts"

export interface Suite {
  /** The packages, of this folder's, whose versions the numbers hold for. */
  readonly packages: ReadonlyArray<string>
  readonly run: (progress: (what: string) => void) => Promise<ReadonlyArray<Table>>
}
