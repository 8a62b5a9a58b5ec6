/** One run of a workflow. */
import * as Schema from "effect/Schema"
import { Definition } from "./Assistant/AssistantAction.ts"
import { OrgId, WorkflowId, WorkflowRunId } from "./Ids.ts"
import { Instant } from "./schema/Instant.ts"
import * as Open from "./schema/Open.ts"
import * as OpenRecord from "./schema/OpenRecord.ts"

const workflowStep = Open.struct({
  type: Open.optional(Schema.String),
  key: Open.optional(Schema.String),
  input: Open.optional(OpenRecord.Json),
  display: Open.optional(Schema.String),
  loop: Open.optional(Schema.Unknown),
  throw_on_error: Open.optional(Schema.Boolean),
  start_connected: Open.optional(Schema.Boolean),
  destinations: Open.optional(Schema.Array(Schema.NullOr(Schema.String))),
  /** Where it stands on the canvas: x and y. */
  position: Open.optional(Schema.Array(Schema.Number)),
  /** Width and height. */
  size: Open.optional(Schema.Array(Schema.Number)),
  definitions: Open.optional(Open.list(Definition)),
  auto: Open.optional(Open.struct({ model: Open.optional(Schema.String), temperature: Open.optional(Schema.Number) }))
}).annotations({ identifier: "WorkflowStep" })

/** One step of a workflow: its type, its inputs, where it leads, and its place on the canvas. */
export interface WorkflowStep extends Schema.Schema.Type<typeof workflowStep> {}
/** {@link WorkflowStep} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface WorkflowStepEncoded extends Schema.Schema.Encoded<typeof workflowStep> {}
/**
 * Reads {@link WorkflowStep} from the wire and writes it back. Every key may be absent or null; what no page documents
 * is kept.
 */
export const WorkflowStep: Schema.Schema<WorkflowStep, WorkflowStepEncoded> = workflowStep

const steps = Open.optional(Open.list(WorkflowStep))

const workflowRun = Open.struct({
  id: WorkflowRunId,
  status: Open.optional(Open.literals("RUNNING")),
  origin: Open.optional(Open.literals("WORKFLOW")),
  started_at: Open.optional(Instant),
  ended_at: Open.optional(Instant),
  org_id: Open.optional(OrgId),
  workflow_org_id: Open.optional(OrgId),
  workflow_id: Open.optional(WorkflowId),
  workflow_version_draft: Open.optional(Open.tolerant(Open.struct({ steps }))),
  workflow_version: Open.optional(
    Open.tolerant(
      Open.struct({
        id: Open.optional(Schema.String),
        workflow_id: Open.optional(WorkflowId),
        description: Open.optional(Schema.String),
        version: Open.optional(Schema.Number),
        notes: Open.optional(Schema.String),
        created_at: Open.optional(Instant),
        steps
      })
    )
  )
}).annotations({ identifier: "WorkflowRun" })

/**
 * The pages are cut in the middle of it: what else a run holds, such as its output, is unknown, and kept as it came.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-workflows/get-runs
 */
export interface WorkflowRun extends Schema.Schema.Type<typeof workflowRun> {}
/** {@link WorkflowRun} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface WorkflowRunEncoded extends Schema.Schema.Encoded<typeof workflowRun> {}
/**
 * Reads {@link WorkflowRun} from the wire and writes it back. Fails where `id` is missing; what no page documents is
 * kept.
 */
export const WorkflowRun: Schema.Schema<WorkflowRun, WorkflowRunEncoded> = workflowRun
