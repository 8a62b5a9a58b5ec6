/**
 * Idle conversations and their follow-ups under a virtual clock, checked at the end by a program that shares no
 * code with this one. The same seed prints the same, however busy the machine is.
 */
import * as CustomerLayers from "@effect-invent/customers/CustomerLayers"
import * as Scenarios from "@effect-invent/customers/Scenarios"
import type { ChatId } from "@effect-invent/domain/Ids"
import { Emulator } from "@effect-invent/emulator/Emulator"
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import { ChatReview } from "@effect-invent/follow-up-scheduler/ChatReview"
import { Exited } from "@effect-invent/follow-up-scheduler/cli/ExitCodes"
import type { Page } from "@effect-invent/follow-up-scheduler/cli/Options"
import * as Output from "@effect-invent/follow-up-scheduler/cli/Output"
import { Ledger } from "@effect-invent/follow-up-scheduler/Ledger"
import * as Scheduler from "@effect-invent/follow-up-scheduler/Scheduler"
import { ChatRows } from "@effect-invent/follow-up-scheduler/Watch/ChatRows"
import type * as Terminal from "@effect/platform/Terminal"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Progress from "./Progress.ts"
import * as Result from "./Result.ts"

const { quota } = CustomerLayers
const arrivalEvery = Duration.millis(40)
/** How long the demo may last after the last arrival, on its own clock. Enough unless follow-ups keep failing. */
const longestRun = Duration.minutes(5)
/** Follow-ups that wait for longer than this are not waited for; the result lists them as waiting. */
const soon = Duration.seconds(30)

const serveOptions = { sweepEvery: Duration.seconds(1), sweepSlack: Duration.seconds(3) }

const arrivals = (people: ReadonlyArray<Scenarios.Person>) =>
  Effect.gen(function* () {
    const customers = yield* CustomerLayers.SimulatedCustomers
    const talks = yield* Effect.forEach(people, (person) =>
      Effect.flatMap(customers.arrive(person), ({ chat_id, rest }) =>
        Effect.fork(rest).pipe(
          Effect.map((fiber) => ({ chat_id, fiber })),
          Effect.delay(arrivalEvery)
        )
      )
    )
    yield* Fiber.joinAll(talks.map(({ fiber }) => fiber))
    return talks.map(({ chat_id }) => chat_id)
  })

/**
 * Reads every chat once more, as the sweep of a scheduler does beside the events: not every change passes through a
 * channel.
 */
const lookAgain = (chat_ids: ReadonlyArray<ChatId>) =>
  Effect.flatMap(Effect.all([ChatReview, ChatRows]), ([chatReview, rows]) =>
    Effect.forEach(chat_ids, (id) => Effect.zipRight(rows.forget(id), chatReview.reviewById(id)), {
      concurrency: 8,
      discard: true
    })
  )

/** Waits until nothing is due within the next 30 seconds. */
const settled = Effect.gen(function* () {
  const ledger = yield* Ledger
  const pending = yield* ledger.pending(soon)
  if (pending > 0) return yield* Effect.fail("busy" as const)
}).pipe(Effect.retry({ schedule: Schedule.spaced("250 millis"), while: (error) => error === "busy" }))

const announce = (count: number, seed: number) =>
  Effect.flatMap(Emulator, ({ url }) =>
    Output.lines([
      `An emulated Invent listens at ${url}, limit ${quota.limit} requests in ${Duration.format(quota.window)}.`,
      `${count} conversations arrive (seed ${seed}); follow-ups go out after 4 s of silence, twice.`,
      ""
    ])
  )

const play = Effect.fn("Demo.play")(function* (
  count: number,
  seed: number,
  progress: Effect.Effect<never, never, Emulator | Terminal.Terminal>
) {
  const people = yield* Scenarios.people(count, seed)
  const story = Effect.gen(function* () {
    const chat_ids = yield* arrivals(people)
    yield* settled
    yield* lookAgain(chat_ids)
    yield* settled
  }).pipe(
    Effect.timeoutFail({
      duration: Duration.sum(longestRun, Duration.times(arrivalEvery, count)),
      onTimeout: () =>
        `follow-ups were still under way ${Duration.format(longestRun)} of the demo's clock after the last arrival`
    })
  )
  yield* Effect.raceFirst(story, Scheduler.serve(serveOptions)).pipe(Effect.raceFirst(progress))
})

interface DemoOptions {
  readonly chats: number
  readonly seed: number
  readonly page: Page
  readonly json: boolean
}

/**
 * Plays the conversations and prints the result. Fails with exit code 1 where the checker finds a violation. With a
 * port for the page, keeps serving it until Ctrl-C. Fails where follow-ups are still under way 5 minutes of the demo's
 * clock after the last contact.
 */
export const demo = ({ chats, json, page, seed }: DemoOptions) =>
  Effect.gen(function* () {
    if (!json) yield* announce(chats, seed)
    yield* play(chats, seed, json ? Effect.never : Progress.show(chats))
    const agrees = yield* json ? Result.document : Result.show
    if (!agrees) return yield* new Exited({ code: 1 })
    if (Option.isNone(page.port)) return
    if (!json) yield* Output.lines(["", "The operator page stays until Ctrl-C."])
    yield* VirtualTime.inRealTime(Scheduler.serve(serveOptions))
  })
