/** What it costs to load a contender into a process that has loaded nothing yet. */
import { byId } from "./Contenders.ts"

export interface Args {
  readonly contender: string
}

/** Milliseconds of processor time. */
export const run = async ({ contender }: Args): Promise<number> => {
  const { load } = byId(contender)
  const before = process.cpuUsage()
  await load()
  const { system, user } = process.cpuUsage(before)
  return (system + user) / 1000
}
