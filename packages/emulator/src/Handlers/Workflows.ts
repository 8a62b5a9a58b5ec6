/** Answers `workflows`. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as Contract from "@effect-invent/domain/api/Workflows"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { WorkflowRun } from "@effect-invent/domain/WorkflowRun"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { applies } from "../RequestContext.ts"
import { Options } from "../Behaviour.ts"
import * as Answering from "./Answering.ts"

const encode = Schema.encode(Schema.parseJson(WorkflowRun))

/** A run as a stream of events: what an event looks like is on no page. */
const events = (run: WorkflowRun) =>
  Effect.map(Effect.orDie(encode(run)), (data) =>
    HttpServerResponse.text(`data: ${data}\n\n`, { contentType: "text/event-stream" })
  )

const runs = Answering.paged(Contract.listRuns.successSchema)

/** Answers `workflows`. What a streamed run answers is an option of the behaviour. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "workflows", (handlers) =>
  Effect.gen(function* () {
    const { within, world } = yield* Answering.make
    const { streamedRun } = yield* Options
    const answer = (
      { stream = false }: typeof Contract.RunWorkflow.Type,
      run: WorkflowRun
    ): Effect.Effect<WorkflowRun | HttpServerResponse.HttpServerResponse> =>
      stream && streamedRun === "events" ? events(run) : Effect.succeed(run)
    return handlers
      .handle("run", ({ path, payload }) =>
        within(
          path.org_id,
          Effect.flatMap(applies(world.organization.workflows.run(path.workflow_id, payload)), (run) =>
            answer(payload, run)
          )
        )
      )
      .handle("listRuns", ({ path, urlParams }) =>
        within(path.org_id, runs(world.organization.workflows.listRuns(urlParams)))
      )
  })
)
