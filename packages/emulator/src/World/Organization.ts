/** What belongs to the organization as a whole: segments, fields, connections, workflows, the organizations below it. */
import type { UpdateSegment } from "@effect-invent/domain/api/Segments"
import type { Connection } from "@effect-invent/domain/Connection"
import type { ContactField } from "@effect-invent/domain/ContactField"
import type { ConnectionId, SegmentId, WorkflowId } from "@effect-invent/domain/Ids"
import type { Organization } from "@effect-invent/domain/Organization"
import type * as Domain from "@effect-invent/domain/WorkflowRun"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { Unknown } from "@effect-invent/domain/Open"
import type { Core } from "./Core.ts"
import * as Pages from "./Pages.ts"
import type { WorkflowRun } from "./Records.ts"
import * as WireContact from "./WireContact.ts"

const showRun = ({ created_at, id }: WorkflowRun): Domain.WorkflowRun => ({ id, status: "RUNNING", origin: "WORKFLOW", created_at })

export const make = (core: Core) => {
  const { atomic, options, store } = core
  const page = Pages.make(options)

  const lists =
    <R, A>(table: ReadonlyMap<string, R>, show: (record: R) => A) =>
    (query: Pages.PageQuery): Effect.Effect<Pages.Page<A>> =>
      atomic(Effect.sync(() => page([...table.values()], query, show)))

  const updateSegment = Effect.fn("World.segments.update")(function* (id: SegmentId, patch: typeof UpdateSegment.Type) {
    const segment = yield* store.findSegment(id)
    Object.assign(segment, patch, { updated_at: yield* DateTime.now })
    return WireContact.segment(store, segment)
  }, atomic)

  /** Which key of the body names the connection is unknown; here it is `connection_id`. */
  const actionOptions = Effect.fn("World.connections.actionOptions")(
    (body: Readonly<Record<string, unknown>>) =>
      Effect.sync(() => store.connections.get(body["connection_id"] as ConnectionId)?.options ?? []),
    atomic
  )

  const runWorkflow = Effect.fn("World.workflows.run")(function* (workflow_id: WorkflowId, identifier: string | undefined) {
    yield* store.findWorkflow(workflow_id)
    const id = store.ids.workflowRun()
    const run = { id, workflow_id, identifier: identifier ?? null, created_at: yield* DateTime.now }
    store.runs.set(id, run)
    return showRun(run)
  }, atomic)

  return {
    segments: { list: lists(store.segments, (segment) => WireContact.segment(store, segment)), update: updateSegment },
    fields: {
      list: lists(store.fields, ({ id, key, type }): ContactField => ({
        id,
        key,
        type,
        table_id: "contacts",
        schema: {},
        readonly: false,
        kind: new Unknown({ value: "custom" })
      }))
    },
    connections: { list: lists(store.connections, ({ id }): Connection => ({ id })), actionOptions },
    workflows: { run: runWorkflow, listRuns: lists(store.runs, showRun) },
    orgs: {
      list: lists(store.organizations, ({ id, name, plan }): Organization => ({
        id,
        name,
        plan: plan === "free" ? plan : new Unknown({ value: plan })
      }))
    }
  }
}
