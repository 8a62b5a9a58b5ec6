/** The machine's clock with an offset. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const noon = Date.UTC(2026, 2, 10, 12)
const nanosPerMilli = 1_000_000n

/** Shows this instant now, and goes on as the machine's. It can be put forward, without waking any sleeper. */
export const startingAt = (start: number): Clock.Clock & { readonly putForward: (millis: number) => void } => {
  const base = Clock.make()
  let offset = start - base.unsafeCurrentTimeMillis()
  const millis = () => base.unsafeCurrentTimeMillis() + offset
  const nanos = () => base.unsafeCurrentTimeNanos() + BigInt(offset) * nanosPerMilli
  return {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: millis,
    unsafeCurrentTimeNanos: nanos,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanos: Effect.sync(nanos),
    sleep: base.sleep,
    putForward: (millis) => void (offset += millis)
  }
}

/** Begins at noon, so that the same customers have day and night each time. */
export const layer = Layer.unwrapEffect(Effect.sync(() => Layer.setClock(startingAt(noon))))
