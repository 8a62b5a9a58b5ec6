/** The contract of `workflows`. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import * as Closed from "../schema/Closed.ts"
import { OrgId, WorkflowId } from "../Ids.ts"
import * as Open from "../schema/Open.ts"
import * as OpenRecord from "../schema/OpenRecord.ts"
import { WorkflowRun } from "../WorkflowRun.ts"
import { Blocking, unlessInBackground } from "./Blocking.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"

/** No page says which keys are required, nor what the defaults are. */
export const RunWorkflow = Closed.struct({
  /** The values of the workflow's own inputs. */
  input: Closed.optional(OpenRecord.Json),
  stream: Closed.optional(Schema.Boolean),
  background: Closed.optional(Schema.Boolean),
  /** The page's example is `latest`. */
  workflow_version_id: Closed.optional(Schema.String),
  /** The step to begin at. */
  from_step_key: Closed.optional(Schema.String),
  /** Its purpose is undocumented; nothing says that it makes a repetition harmless. */
  identifier: Closed.optional(Schema.String)
})

/**
 * Runs a workflow. Whether it answers when the run has ended is not stated: an attempt without `background: true` has
 * the deadline of blocking calls. What `stream: true` answers is not stated either; an answer that is not JSON is an
 * `UnexpectedResponse`.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-workflows/run-a-workflow
 */
export const run = Endpoint.post("run", "/orgs/:org_id/workflows/:workflow_id/runs")
  .setPath(Schema.Struct({ org_id: OrgId, workflow_id: WorkflowId }))
  .setPayload(RunWorkflow)
  .addSuccess(WorkflowRun)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .annotate(Blocking, unlessInBackground)
  .pipe(RetrySafety.unsafe)

/**
 * Lists the runs of all workflows.
 *
 * @inferred The page is cut before its query: paging is as on other lists.
 * @see https://docs.useinvent.com/api-reference/orgs-workflows/get-runs
 */
export const listRuns = Endpoint.get("listRuns", "/orgs/:org_id/workflows/runs")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(Paging.Page)
  .addSuccess(Open.list(WorkflowRun))
  .annotate(Provenance, { method: "printed", path: "printed", query: "inferred", answer: "printed" })
  .pipe(RetrySafety.safe)

/** Workflows: to run one, and to list the runs of all. */
export const Workflows = HttpApiGroup.make("workflows").add(run).add(listRuns)
