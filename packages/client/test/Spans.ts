/** Keeps everything of each span. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

export interface Recorded extends Tracer.Span {
  readonly attributes: Map<string, unknown>
  readonly events: Array<readonly [name: string, attributes: unknown]>
}

export const record = () => {
  const spans: Array<Recorded> = []
  const tracer = Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      const events: Array<readonly [name: string, attributes: unknown]> = []
      let status: Tracer.SpanStatus = { _tag: "Started", startTime }
      const span: Recorded = {
        _tag: "Span",
        name,
        spanId: String(spans.length),
        traceId: "trace",
        parent,
        context,
        links,
        kind,
        sampled: true,
        attributes,
        events,
        get status() {
          return status
        },
        end: (endTime, exit) => {
          status = { _tag: "Ended", startTime, endTime, exit }
        },
        attribute: (key, value) => {
          attributes.set(key, value)
        },
        event: (name, _, attributes) => {
          events.push([name, attributes])
        },
        addLinks: () => {}
      }
      spans.push(span)
      return span
    },
    context: (run) => run()
  })
  /** Runs the effect with its spans, which a test has not by itself. */
  const traced = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    effect.pipe(Effect.withTracer(tracer), Effect.withTracerEnabled(true))
  return { spans, traced }
}

const millis = (from: bigint, to: bigint) => Number((to - from) / 1_000_000n)

const ended = ({ status }: Recorded, origin: bigint) => {
  if (status._tag === "Started") return { at: "not over" }
  const end = Exit.isSuccess(status.exit) ? "ok" : Exit.isInterrupted(status.exit) ? "interrupted" : "failed"
  return { at: `${millis(origin, status.startTime)}–${millis(origin, status.endTime)} ms`, end }
}

interface Branch {
  readonly span: string
  readonly [fact: string]: unknown
}

/** The spans as a tree, times counted from the first. */
export const tree = (spans: ReadonlyArray<Recorded>): ReadonlyArray<Branch> => {
  const origin = spans[0]?.status.startTime ?? 0n
  const below = (parent: string | undefined): ReadonlyArray<Branch> =>
    spans
      .filter((span) => Option.getOrUndefined(Option.map(span.parent, ({ spanId }) => spanId)) === parent)
      .map((span) => ({
        span: `${span.kind} ${span.name}`,
        ...ended(span, origin),
        ...Object.fromEntries([...span.attributes].toSorted(([a], [b]) => (a < b ? -1 : 1))),
        ...(span.events.length === 0 ? {} : { events: span.events }),
        children: below(span.spanId)
      }))
  return below(undefined)
}
