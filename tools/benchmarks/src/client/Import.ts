/** What it costs to load a competitor into a process that has loaded nothing yet. */
import { byId } from "./Competitors.ts"

export interface Args {
  readonly competitor: string
}

/** Milliseconds of processor time. */
export const run = async ({ competitor }: Args): Promise<number> => {
  const { load } = byId(competitor)
  const before = process.cpuUsage()
  await load()
  const { system, user } = process.cpuUsage(before)
  return (system + user) / 1000
}
