/** Makes a cause and an exit of Effect 4 of those of Effect 3: errors, defects and interruptions stay what they are. */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import type * as Effect3 from "./invent/Effect3.ts"
import { Cause as Cause3 } from "./invent/Effect3.ts"

/** All failures, defects and interruptions, in this order: whether they came one after the other is lost. */
export const cause = <E>(cause: Effect3.Cause.Cause<E>): Cause.Cause<E> =>
  Cause.fromReasons([
    ...Array.from(Cause3.failures(cause), (error) => Cause.makeFailReason(error)),
    ...Array.from(Cause3.defects(cause), (defect) => Cause.makeDieReason(defect)),
    ...Array.from(Cause3.interruptors(cause), () => Cause.makeInterruptReason())
  ])

/** The value, or the cause. */
export const exit = <A, E>(exit: Effect3.Exit.Exit<A, E>): Exit.Exit<A, E> =>
  exit._tag === "Success" ? Exit.succeed(exit.value) : Exit.failCause(cause(exit.cause))
