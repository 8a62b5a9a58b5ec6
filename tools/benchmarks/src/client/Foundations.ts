/** What it costs to import the client, beside the modules of effect and @effect/platform that it imports. */
import * as Child from "../Child.ts"
import type { Table } from "../Report.ts"
import * as Statistics from "../Statistics.ts"
import type * as Import from "./Import.ts"
import * as Size from "./Size.ts"

const imported = Child.beside<Import.Args, number>(import.meta.url, "./Import.js")

const inventClient = "@effect-invent/client/InventClient"

/** Measures both in turns, each in a process of its own. */
export const table = async (progress: (what: string) => void): Promise<Table> => {
  const alone = (await Size.importedBy(inventClient)).filter((name) => /^(effect|@effect\/platform)\//.test(name))
  const rounds = 5
  const show = (values: ReadonlyArray<number>) => Statistics.show(Statistics.sample(values))
  const samples = { alone: new Array<number>(), ours: new Array<number>() }
  for (let round = 1; round <= rounds; round++) {
    progress(`what ours is built on: round ${round} of ${rounds}`)
    samples.alone.push(await imported({ modules: alone }))
    samples.ours.push(await imported({ modules: [inventClient] }))
  }
  return {
    title: "Cold import of InventClient, and of what it is built on",
    about:
      `Milliseconds of processor time to import \`${inventClient}\` in a new process, and to import the ` +
      `${alone.length} modules of effect and @effect/platform alone that it and its own modules import; median and ` +
      `range of ${rounds} rounds.`,
    head: ["", "ms", "ratio"],
    rows: [
      ["InventClient", show(samples.ours), Statistics.show(Statistics.ratio(samples.ours, samples.alone), 2)],
      ["those of effect and @effect/platform", show(samples.alone), "1.00"]
    ]
  }
}
