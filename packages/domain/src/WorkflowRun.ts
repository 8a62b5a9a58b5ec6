/** One run of a workflow. */
import type * as Schema from "effect/Schema"
import { WorkflowRunId } from "./Ids.ts"
import { Instant } from "./Instant.ts"
import * as Open from "./Open.ts"

const workflowRun = Open.struct({
  id: WorkflowRunId,
  status: Open.optional(Open.literals("RUNNING")),
  origin: Open.optional(Open.literals("WORKFLOW")),
  created_at: Open.optional(Instant)
}).annotations({ identifier: "WorkflowRun" })

/**
 * Of its keys only `status` and `origin` are visible on the pages.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-workflows/get-runs
 */
export interface WorkflowRun extends Schema.Schema.Type<typeof workflowRun> {}
export interface WorkflowRunEncoded extends Schema.Schema.Encoded<typeof workflowRun> {}
export const WorkflowRun: Schema.Schema<WorkflowRun, WorkflowRunEncoded> = workflowRun
