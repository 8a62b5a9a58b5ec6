/** Workflows: run, waited for, and ended. No step of one is carried out, so a run takes the delay of all runs. */
import type { RunWorkflow } from "@effect-invent/domain/api/Workflows"
import type { WorkflowId, WorkflowRunId } from "@effect-invent/domain/Ids"
import { Unknown } from "@effect-invent/domain/schema/Open"
import type * as Domain from "@effect-invent/domain/WorkflowRun"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import type { Core, Task } from "./Core.ts"
import * as Pages from "./Pages.ts"
import type { WorkflowRun } from "./Records.ts"

/** The pages print `RUNNING` alone. The others are the words of the vendor's sister site. */
const statuses = {
  RUNNING: "RUNNING",
  COMPLETED: new Unknown({ value: "COMPLETED" }),
  FAILED: new Unknown({ value: "FAILED" })
} as const

/** Makes what the API does with workflows and their runs. Ids that are unknown are refused with 404. */
export const make = ({ atomic, perform, store }: Core) => {
  const running = new Map<WorkflowRunId, Deferred.Deferred<void>>()

  const show = (run: WorkflowRun): Domain.WorkflowRun => ({
    id: run.id,
    status: statuses[run.status],
    origin: "WORKFLOW",
    started_at: run.created_at,
    ended_at: run.ended_at,
    org_id: store.org_id,
    workflow_org_id: store.org_id,
    workflow_id: run.workflow_id,
    workflow_version: { id: run.version, workflow_id: run.workflow_id, steps: [] }
  })

  const started = ({ created_at, id }: WorkflowRun): Task => ({
    _tag: "EndRun",
    org_id: store.org_id,
    run_id: id,
    at: created_at
  })

  const run = Effect.fnUntraced(function* (workflow_id: WorkflowId, payload: typeof RunWorkflow.Type) {
    yield* store.findWorkflow(workflow_id)
    const { identifier = null, workflow_version_id: version = "latest" } = payload
    const record: WorkflowRun = {
      id: store.ids.workflowRun(),
      workflow_id,
      identifier,
      version,
      status: "RUNNING",
      created_at: yield* DateTime.now,
      ended_at: null
    }
    store.runs.set(record.id, record)
    running.set(record.id, yield* Deferred.make<void>())
    yield* perform(started(record))
    return show(record)
  }, atomic)

  /** Ends a run that has not ended: as failed where its workflow is one that fails. */
  const endRun = Effect.fnUntraced(function* (id: WorkflowRunId) {
    const record = store.runs.get(id)
    if (record?.ended_at === null) {
      record.status = store.workflows.peek(record.workflow_id)?.fails === true ? "FAILED" : "COMPLETED"
      record.ended_at = yield* DateTime.now
    }
    const waiting = running.get(id)
    running.delete(id)
    if (waiting !== undefined) yield* Deferred.succeed(waiting, undefined)
  }, atomic)

  const find = flow((id: WorkflowRunId) => Effect.map(store.findRun(id), show), atomic)

  /** The run once it has ended. */
  const ended = Effect.fnUntraced(function* (id: WorkflowRunId) {
    const waiting = running.get(id)
    if (waiting !== undefined) yield* Deferred.await(waiting)
    return yield* find(id)
  })

  const listRuns = flow(
    (query: Pages.PageQuery) => Effect.sync(() => Pages.page([...store.runs.values()], query, show)),
    atomic
  )

  /** The runs that an earlier run of the same world has begun. */
  const unfinished = atomic(
    Effect.sync(() => [...store.runs.values()].filter(({ ended_at }) => ended_at === null).map(started))
  )

  return { run, endRun, ended, listRuns, unfinished }
}
