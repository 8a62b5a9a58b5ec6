/**
 * A suite is a file in `suites` that exports a `suite`: `pnpm bench` finds it there, and `pnpm bench NAME` by its name.
 */
import type { Table } from "./Report.ts"

/** The options of a run in place of those in docs/benchmarks.md. */
export interface Sizes {
  /** How many follow-ups wait. */
  readonly waiting?: ReadonlyArray<number>
}

export interface Suite {
  /** The packages, of this folder's, whose versions the numbers hold for. */
  readonly packages: ReadonlyArray<string>
  /** Each major version of Node has a section of its own. */
  readonly isPerNode?: boolean
  readonly run: (progress: (what: string) => void, sizes: Sizes) => Promise<ReadonlyArray<Table>>
}
