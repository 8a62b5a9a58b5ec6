/** The options of the demo. Those of the operator page and of the JSON document are the scheduler's. */
import * as SchedulerOptions from "@effect-invent/follow-up-scheduler/cli/Options"
import * as Options from "@effect/cli/Options"

const byDefault = { chats: 60, seed: 1 } as const

const number = (name: string) => Options.withPseudoName(Options.integer(name), "N")

/** `--chats`: the number of conversations. Default: 60. */
const chats = number("chats").pipe(
  Options.withDefault(byDefault.chats),
  Options.withDescription(`how many conversations (default: ${byDefault.chats})`)
)

/** `--seed`: the same seed and number of conversations give the same course. Default: 1. */
const seed = number("seed").pipe(
  Options.withDefault(byDefault.seed),
  Options.withDescription(`the same seed gives the same conversations (default: ${byDefault.seed})`)
)

/** `--chats`, `--seed`, `--ui` and its neighbours, and `--json`. */
export const all = { chats, seed, page: SchedulerOptions.page, json: SchedulerOptions.json }
