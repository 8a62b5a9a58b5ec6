/** A tracer of Effect 3 whose spans are spans of a tracer of Effect 4. Links, which the client does not use, are dropped. */
import * as Context from "effect/Context"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import * as Convert from "./Convert.ts"
import { Option as Option3, Tracer as Tracer3 } from "./invent/Effect3.ts"

/** Makes the tracer. A parent is known to `tracer` by its ids. */
export const tracer3 = (tracer: Tracer.Tracer): Tracer3.Tracer =>
  Tracer3.make({
    context: (evaluate) => evaluate(),
    span: (name, parent3, context, links, startTime, kind) => {
      const parent = Option.map(Option.fromNullishOr(Option3.getOrNull(parent3)), Tracer.externalSpan)
      const sampled = Option3.match(parent3, { onNone: () => true, onSome: (parent) => parent.sampled })
      const annotations = Context.empty()
      const span = tracer.span({ name, parent, annotations, links: [], startTime, kind, root: false, sampled })
      const { attributes, spanId, traceId } = span
      let status: Tracer3.SpanStatus = { _tag: "Started", startTime }
      return {
        ...({
          _tag: "Span",
          name,
          parent: parent3,
          context,
          links,
          kind,
          spanId,
          traceId,
          sampled,
          attributes
        } as const),
        get status() {
          return status
        },
        attribute: (key, value) => span.attribute(key, value),
        event: (name, startTime, attributes) => span.event(name, startTime, attributes),
        addLinks: () => {},
        end: (endTime, exit) => {
          status = { _tag: "Ended", startTime, endTime, exit }
          span.end(endTime, Convert.exit(exit))
        }
      }
    }
  })
