/**
 * Of each unsafe endpoint, which verdict finds out what became of a request whose answer was lost, or why nothing can.
 * The types state the same: {@link Reconcilable} and {@link Irreconcilable} together are all unsafe endpoints of the
 * contract.
 */
import type { UnsafeEndpoint } from "../ClientTypes.ts"
import type * as Reconcile from "../Reconcile.ts"
import type * as ReconcileOrganization from "./ReconcileOrganization.ts"
import type * as ReconcileRecords from "./ReconcileRecords.ts"

/** Verdicts by module and name. */
export type VerdictName =
  | `Reconcile.${Extract<keyof typeof Reconcile, `${string}Verdict`>}`
  | `ReconcileOrganization.${Extract<keyof typeof ReconcileOrganization, `${string}Verdict`>}`
  | `ReconcileRecords.${Extract<keyof typeof ReconcileRecords, `${string}Verdict`>}`

/** Why it cannot be found out whether a request was applied. */
export interface Reason {
  readonly cannotBeTold: string
}

/** By the names of the endpoints, such as `contacts.create`. */
export const verdicts = {
  "assistants.create": "ReconcileRecords.createAssistantVerdict",
  "assistants.createAction": "ReconcileOrganization.createActionVerdict",
  "assistants.rotateSecretKey": "ReconcileOrganization.rotateSecretKeyVerdict",
  "broadcasts.create": "ReconcileOrganization.createBroadcastVerdict",
  "broadcasts.sendMarketing": "ReconcileOrganization.sendMarketingVerdict",
  "broadcasts.sendTransactional": "ReconcileRecords.sendTransactionalVerdict",
  "contacts.create": "ReconcileRecords.createContactVerdict",
  "contacts.createChat": "Reconcile.createChatVerdict",
  "contacts.decideApproval": "ReconcileRecords.decideApprovalVerdict",
  "contacts.merge": "ReconcileRecords.mergeVerdict",
  "contacts.mergeTwo": "ReconcileOrganization.mergeTwoVerdict",
  "contacts.respondToTool": "Reconcile.respondToToolVerdict",
  "contacts.sendMessage": "Reconcile.sendMessageVerdict",
  "contacts.sendMessageOnChannel": "Reconcile.sendMessageOnChannelVerdict",
  "contacts.uploadFile": "ReconcileRecords.uploadFileVerdict",
  "files.uploadOrg": "ReconcileOrganization.uploadOrgFileVerdict",
  "knowledge.create": "ReconcileOrganization.createContentVerdict",
  "messages.create": "ReconcileRecords.createMessageVerdict",
  "messages.decideApproval": "ReconcileRecords.decideApprovalVerdict",
  "orgs.create": "ReconcileOrganization.createOrgVerdict",
  "orgs.join": { cannotBeTold: "no page says which member a key is" },
  "tables.create": "ReconcileOrganization.createTableVerdict",
  "tables.importRecords": { cannotBeTold: "no endpoint lists the records of a table" },
  "workflows.run": "ReconcileRecords.runWorkflowVerdict"
} as const satisfies Readonly<Record<UnsafeEndpoint, VerdictName | Reason>>

/** The unsafe endpoints with a verdict on what became of a request. */
export type Reconcilable = {
  [Endpoint in UnsafeEndpoint]: (typeof verdicts)[Endpoint] extends VerdictName ? Endpoint : never
}[UnsafeEndpoint]

/** The unsafe endpoints without a verdict: after an `OutcomeUnknown` of theirs a person has to look. */
export type Irreconcilable = Exclude<UnsafeEndpoint, Reconcilable>
