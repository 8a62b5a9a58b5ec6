/** Answers `workflows`. What a streamed run answers is an option of the behaviour. */
import { WorkflowRun } from "@effect-invent/domain/WorkflowRun"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Options } from "../Behaviour.ts"
import { World } from "../World.ts"
import { applies, group } from "./Handler.ts"

const encode = Schema.encodeSync(Schema.parseJson(WorkflowRun))

/** A run as a stream of events: what an event looks like is on no page. */
const events = (run: WorkflowRun) =>
  HttpServerResponse.text(`data: ${encode(run)}\n\n`, { contentType: "text/event-stream" })

/** Makes the handlers of `workflows`. */
export const make = Effect.zipWith(World, Options, ({ organization: { workflows } }, { streamedRun }) =>
  group("workflows", {
    run: applies(({ path, payload: { stream = false, ...payload } }) =>
      Effect.map(workflows.run(path.workflow_id, payload), (run) =>
        stream && streamedRun === "events" ? events(run) : run
      )
    ),
    listRuns: ({ urlParams }) => workflows.listRuns(urlParams)
  })
)
