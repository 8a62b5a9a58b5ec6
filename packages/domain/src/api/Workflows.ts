/** The contract of `workflows`. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import * as Closed from "../Closed.ts"
import { OrgId, WorkflowId } from "../Ids.ts"
import { WorkflowRun } from "../WorkflowRun.ts"
import * as Endpoint from "./Endpoint.ts"
import { Experimental } from "./Experimental.ts"
import * as Paging from "./Paging.ts"
import * as RetrySafety from "./RetrySafety.ts"

export const RunWorkflow = Closed.struct({
  /** Its purpose is undocumented; nothing says that it makes a repetition harmless. */
  identifier: Closed.optional(Schema.String)
})

/**
 * Runs a workflow.
 *
 * @experimental Method and path are published; of the body only `identifier` is visible.
 * @see https://docs.useinvent.com/api-reference/orgs-workflows/run-a-workflow
 */
export const run = Endpoint.post("run", "/orgs/:org_id/workflows/:workflow_id/runs")
  .setPath(Schema.Struct({ org_id: OrgId, workflow_id: WorkflowId }))
  .setPayload(RunWorkflow)
  .addSuccess(WorkflowRun)
  .annotate(Experimental, { inferred: ["body"], missing: "the keys of the body beside `identifier`" })
  .pipe(RetrySafety.unsafe)

/**
 * Lists the runs of all workflows.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-workflows/get-runs
 */
export const listRuns = Endpoint.get("listRuns", "/orgs/:org_id/workflows/runs")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(Paging.Page)
  .addSuccess(Schema.Array(WorkflowRun))
  .pipe(RetrySafety.safe)

export const Workflows = HttpApiGroup.make("workflows").add(run).add(listRuns)
