/** An event of each kind that tests record, with details that do not matter to them. */
import * as DateTime from "effect/DateTime"
import type { AuditEvent, Name } from "../src/Ledger/AuditEvent.ts"

const instant = DateTime.unsafeMake("2026-07-15T13:00:00Z")

export const some = {
  planned: {
    name: "planned",
    detail: { policy: "nudge@1", step: 1, anchor: "message_anchor", look_at: instant, zones: ["UTC"] }
  },
  armed: { name: "armed", detail: { step: 1, follow_up_at: instant } },
  sending: { name: "sending", detail: { step: 1 } },
  brought_forward: { name: "brought_forward" },
  unreachable: { name: "unreachable", detail: { look_at: instant, error: "ConnectionError" } },
  sent: { name: "sent", detail: { message: "message_follow_up", at: instant } },
  withdrawn: { name: "withdrawn", detail: { reason: "replied" } },
  unknown: { name: "unknown", detail: { reason: "not_confirmed" } }
} as const satisfies Partial<Record<Name, AuditEvent>>
