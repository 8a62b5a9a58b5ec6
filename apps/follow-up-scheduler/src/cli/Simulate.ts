/** `simulate`: what policies would have done over recorded conversations. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Backtest from "../Simulation/Backtest.ts"
import * as ReportSvg from "../Simulation/ReportSvg.ts"
import * as ReportTable from "../Simulation/ReportTable.ts"
import * as RecordedConversation from "../Simulation/RecordedConversation.ts"
import * as PolicyFile from "../Policies/PolicyFile.ts"
import * as Output from "./Output.ts"
import * as Progress from "./Progress.ts"

/** Plays each conversation once for each policy. */
const play = Effect.fn("Simulate.play")(function* (file: string, tests: ReadonlyArray<Backtest.Backtest>) {
  const size = yield* Effect.flatMap(FileSystem.FileSystem, (files) => files.stat(file)).pipe(
    Effect.option,
    Effect.map(Option.map(({ size }) => Number(size)))
  )
  const tell = yield* Progress.make("conversations")
  const counts = { both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 }
  let bytes = 0
  let count = 0
  yield* Stream.runForEach(
    RecordedConversation.read(file, (read) => (bytes += read)),
    (conversation) => {
      const [first, second] = tests.map((test) => test.add(conversation) > 0)
      count++
      counts[first === true ? (second === true ? "both" : "onlyFirst") : second === true ? "onlySecond" : "neither"]++
      return tell({ count, part: Option.getOrUndefined(Option.map(size, (size) => bytes / size)) })
    }
  )
  return count === 0 ? yield* RecordedConversation.nothing(file) : counts
}, Effect.scoped)

const shown = (reports: ReadonlyArray<Backtest.Report>, comparison: Backtest.Comparison): ReadonlyArray<string> => {
  const [a, b] = reports
  return [
    ...ReportTable.lines(reports),
    ...(a === undefined || b === undefined ? [] : ["", ...ReportTable.compared(comparison, [a, b])])
  ]
}

const print = Output.document(
  Schema.Struct({
    reports: Schema.Array(Backtest.Report),
    comparison: Schema.optionalWith(Backtest.Comparison, { exact: true })
  })
)

interface Options {
  readonly policy: string
  readonly against: string
  readonly compare: Option.Option<string>
  readonly picture: Option.Option<string>
  readonly json: boolean
}

/**
 * Plays each conversation once per policy, and prints a report per policy. Fails with `PolicyRefused` or
 * `HistoryUnreadable`. Sends no request and reads no ledger.
 */
export const simulate = ({ against, compare, json, picture, policy }: Options) =>
  Effect.gen(function* () {
    const policies = yield* Effect.forEach([policy, ...Option.toArray(compare)], PolicyFile.load)
    const tests = policies.map((policy) => Backtest.make(policy))
    const comparison = yield* play(against, tests)
    const reports = tests.map((test) => test.report())
    if (Option.isSome(picture)) {
      yield* Effect.flatMap(FileSystem.FileSystem, (files) =>
        files.writeFileString(picture.value, ReportSvg.svg(reports))
      )
    }
    yield* json
      ? print({ reports, ...(reports.length > 1 ? { comparison } : {}) })
      : Output.lines(shown(reports, comparison))
  })
