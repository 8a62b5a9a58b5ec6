/** What it costs to load a competitor, or modules by their names, into a process that has loaded nothing yet. */
import { byId } from "./Competitors.ts"

export type Args = { readonly competitor: string } | { readonly modules: ReadonlyArray<string> }

/** Milliseconds of processor time. */
export const run = async (args: Args): Promise<number> => {
  const load =
    "competitor" in args ? byId(args.competitor).load : () => Promise.all(args.modules.map((name) => import(name)))
  const before = process.cpuUsage()
  await load()
  const { system, user } = process.cpuUsage(before)
  return (system + user) / 1000
}
