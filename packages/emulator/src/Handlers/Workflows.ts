/** Answers `workflows`. When a run is answered, and with what if it is streamed, are options of the behaviour. */
import { WorkflowRun } from "@effect-invent/domain/WorkflowRun"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Options } from "../Behaviour.ts"
import type { Call } from "../RequestContext.ts"
import { World } from "../World.ts"
import { applies, group } from "./Handler.ts"

const encode = Schema.encodeSync(Schema.parseJson(WorkflowRun))

/** A run as a stream of events, one for each of its states: what an event looks like is on no page. */
const events = (states: ReadonlyArray<WorkflowRun>) =>
  HttpServerResponse.text(states.map((run) => `data: ${encode(run)}\n\n`).join(""), {
    contentType: "text/event-stream"
  })

/** Makes the handlers of `workflows`. */
export const make = Effect.zipWith(World, Options, ({ workflows }, { runAnsweredWhen, streamedRun }) =>
  group("workflows", {
    run: ({ call, path, payload: { background = false, stream = false, ...payload } }) => {
      const waits = !background && runAnsweredWhen === "ended"
      const start = applies((_: { readonly call: Call }) => workflows.run(path.workflow_id, payload))
      return Effect.gen(function* () {
        const started = yield* start({ call })
        const states = waits ? [started, yield* workflows.ended(started.id)] : [started]
        return stream && streamedRun === "events" ? events(states) : states.at(-1)!
      })
    },
    listRuns: ({ urlParams }) => workflows.listRuns(urlParams)
  })
)
