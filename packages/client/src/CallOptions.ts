/**
 * Options of a single call, in place of the client's: its deadlines, whether it is retried, extra headers, and a
 * callback that gets each raw answer.
 *
 * ```ts
 * yield* invent.contacts.sendMessage(request).pipe(CallOptions.withCallOptions({ deadlines: { total: "10 seconds" } }))
 * ```
 *
 * Bound an unsafe call by a deadline, not by `Effect.timeout`. A deadline that passes after the request has left ends
 * the call in `OutcomeUnknown`, which records what was sent and when. `Effect.timeout` interrupts the call and fails
 * with its own `TimeoutException`: all that is left of the request is a warning in the log.
 */
import * as Context from "effect/Context"
import type { DurationInput } from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** An answer as it came, whatever became of it. Without the API key, should the server repeat that. */
export interface RawAnswer {
  readonly endpoint: string
  /** Which request of the call it answers, counted from 1. */
  readonly attempt: number
  readonly status: number
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The server's own id of the request, where a header gives one. */
  readonly requestId: string | undefined
  /** The whole body of a success, up to `maxBodyBytes`; of anything else, its first 64 KiB. */
  readonly text: string
}

/** The options of a call. What is left out stays as the client has it. */
export interface CallOptions {
  /**
   * In place of the client's. `attempt` is for each request, from its first byte to the last of the answer; `total` for
   * the call with all its waits. What is left out stays as it is.
   */
  readonly deadlines?: { readonly attempt?: DurationInput; readonly total?: DurationInput }
  /**
   * - `true`, or left out: the client repeats requests by its retry policy.
   * - `false`: the client sends one request, also where a 429 refuses it.
   * - `"if-unapplied"`: the client sends another request only if the last one never left or a 429 refused it, as for an
   *   unsafe endpoint. Use it for an update that must not arrive late. After a lost answer, read what the update
   *   changed before you send it again.
   */
  readonly retry?: boolean | "if-unapplied"
  /**
   * Sent with every request of the call. Those that the client sets itself are refused: `authorization`,
   * `content-type`, `content-length`, `accept-encoding`, `host`. A `user-agent` replaces the client's; a browser sends
   * its own.
   */
  readonly headers?: Readonly<Record<string, string>>
  /** Runs for each answer, before the call goes on. */
  readonly onAnswer?: (answer: RawAnswer) => Effect.Effect<void>
}

/** The options of the calls that are made here. */
export class CurrentCallOptions extends Context.Reference<CurrentCallOptions>()(
  "@effect-invent/client/CallOptions/CurrentCallOptions",
  { defaultValue: (): CallOptions => ({}) }
) {}

/**
 * Puts these options on all calls of an effect. Inside other options, those that are given win, header by header; every
 * `onAnswer` runs. A call whose options cannot be used is not sent and fails with `InvalidRequest`.
 */
export const withCallOptions =
  (options: CallOptions) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(CurrentCallOptions, (outer) =>
      Effect.provideService(effect, CurrentCallOptions, merged(outer, options))
    ) as Effect.Effect<A, E, R>

const merged = (outer: CallOptions, inner: CallOptions): CallOptions => {
  const [first, second] = [outer.onAnswer, inner.onAnswer]
  const onAnswer =
    first !== undefined && second !== undefined
      ? (answer: RawAnswer) => Effect.zipRight(first(answer), second(answer))
      : (second ?? first)
  return {
    ...outer,
    ...inner,
    deadlines: { ...outer.deadlines, ...inner.deadlines },
    headers: { ...outer.headers, ...inner.headers },
    ...(onAnswer === undefined ? {} : { onAnswer })
  }
}

/** The value of a call, and the last answer that it got: status, headers, request id and text. None where none came. */
export const withAnswer = <A, E, R>(
  call: Effect.Effect<A, E, R>
): Effect.Effect<readonly [value: A, answer: Option.Option<RawAnswer>], E, R> =>
  Effect.suspend(() => {
    let last: RawAnswer | undefined
    const onAnswer = (answer: RawAnswer) => Effect.sync(() => void (last = answer))
    return Effect.map(call.pipe(withCallOptions({ onAnswer })), (value) => [value, Option.fromNullable(last)] as const)
  })
