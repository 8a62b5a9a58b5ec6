import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as AuditEvent from "../src/Ledger/AuditEvent.ts"

const at = DateTime.unsafeMake("2026-07-15T13:00:00.250Z")
const later = DateTime.unsafeMake("2026-07-15T17:00:00Z")
const tomorrow = DateTime.unsafeMake("2026-07-16T09:00:00Z")

type Row = readonly [event: AuditEvent.AuditEvent, kind: AuditEvent.Kind, sentence: string]

const rows: { readonly [N in AuditEvent.Name]: readonly [Row, ...ReadonlyArray<Row>] } = {
  decided: [
    [{ name: "decided", detail: { decision: "Act", reason: null } }, "decision", "looked: a follow-up is due"],
    [
      { name: "decided", detail: { decision: "Wait", reason: "muted", until: tomorrow } },
      "wait",
      "looked: waits until 2026-07-16 09:00:00.000: the chat is muted"
    ],
    [
      { name: "decided", detail: { decision: "Stop", reason: "unsubscribed" } },
      "decision",
      "looked: no follow-up: the contact unsubscribed"
    ],
    [
      { name: "decided", detail: { decision: "Failed", reason: "unreachable" } },
      "decision",
      "could not look: the service could not be reached"
    ]
  ],
  planned: [
    [
      {
        name: "planned",
        detail: { policy: "nudge@1", step: 2, anchor: "message_1", look_at: later, zones: ["UTC"], country: "PT" }
      },
      "wait",
      "planned step 2 of nudge@1; looks again at 17:00:00.000"
    ]
  ],
  postponed: [
    [
      { name: "postponed", detail: { look_at: later, reason: "muted" } },
      "wait",
      "postponed to 17:00:00.000: the chat is muted"
    ]
  ],
  enrolled: [
    [
      { name: "enrolled", detail: { group: "holdout" } },
      "decision",
      "the first follow-up of a policy with a holdout is due: the contact is left out, to compare how many reply"
    ],
    [
      { name: "enrolled", detail: { group: "treated" } },
      "decision",
      "the first follow-up of a policy with a holdout is due: the contact is followed up, to compare how many reply"
    ],
    [
      { name: "enrolled", detail: { group: "treated", variant: "long" } },
      "decision",
      "the first follow-up of a policy with variants is due: the contact is in long, to compare how many reply"
    ]
  ],
  planned_again: [
    [{ name: "planned_again", detail: { look_at: at } }, "wait", "the request was never applied: planned again"]
  ],
  armed: [
    [
      { name: "armed", detail: { step: 1, follow_up_at: later } },
      "call",
      "about to set follow_up_at to 17:00:00.000 for step 1"
    ]
  ],
  scheduled: [
    [{ name: "scheduled", detail: { follow_up_at: later } }, "call", "the server confirmed follow_up_at 17:00:00.000"]
  ],
  rechecked: [[{ name: "rechecked", detail: { look_at: later } }, "call", "looked again shortly before: nobody wrote"]],
  sending: [[{ name: "sending", detail: { step: 1 } }, "call", "about to send the message of step 1"]],
  answer_lost: [
    [
      { name: "answer_lost", detail: { look_at: later, error: "OutcomeUnknown" } },
      "call",
      "the answer was lost (OutcomeUnknown); looks for the message at 17:00:00.000"
    ]
  ],
  message_ambiguous: [
    [
      { name: "message_ambiguous", detail: { look_at: later } },
      "call",
      "a message is there that may be the follow-up or the answer to a reply; looks again at 17:00:00.000"
    ]
  ],
  message_absent: [[{ name: "message_absent", detail: { look_at: later } }, "call", "the message is not there yet"]],
  changing_state: [
    [{ name: "changing_state", detail: { step: 3, action: "close" } }, "call", "about to close the chat for step 3"]
  ],
  brought_forward: [
    [{ name: "brought_forward" }, "call", "something happened in the chat: takes the follow-up back now"]
  ],
  taken_back: [
    [
      { name: "taken_back", detail: { look_at: later, reason: "replied" } },
      "call",
      "taken back at the last moment: looks whether it was written all the same"
    ]
  ],
  held_back: [
    [
      { name: "held_back", detail: { look_at: later, error: "InvalidRequest" } },
      "call",
      "held back: paused, or too long after the look; looks again at 17:00:00.000"
    ]
  ],
  contested: [
    [
      { name: "contested", detail: { look_at: at } },
      "call",
      "another process, frozen meanwhile, took back what may have been this one's: looks again now"
    ]
  ],
  not_set_again: [
    [
      { name: "not_set_again", detail: { look_at: later } },
      "call",
      "it is not set again; looks for the message at 17:00:00.000"
    ]
  ],
  not_listed: [
    [
      { name: "not_listed", detail: { look_at: later } },
      "call",
      "no list shows the chat, so nothing stands that was set in it; looks for the message at 17:00:00.000"
    ]
  ],
  read_by_update: [
    [
      { name: "read_by_update", detail: { after: null } },
      "call",
      "no list shows the chat: read by an update that changes nothing, once until the contact writes again"
    ]
  ],
  unreachable: [
    [
      { name: "unreachable", detail: { look_at: later, error: "ConnectionError" } },
      "call",
      "no answer from the service (ConnectionError); tries again at 17:00:00.000"
    ]
  ],
  resumed_by_sweep: [
    [{ name: "resumed_by_sweep", detail: { was_due: at } }, "call", "taken up by the sweep, due since 13:00:00.250"]
  ],
  sent: [
    [
      { name: "sent", detail: { message: "message_2", at: later } },
      "end",
      "the assistant followed up at 17:00:00.000 as message_2"
    ]
  ],
  state_changed: [[{ name: "state_changed", detail: { action: "snooze" } }, "end", "the server confirmed it: snooze"]],
  skipped: [
    [{ name: "skipped", detail: { reason: "unsubscribed" } }, "end", "did not follow up: the contact unsubscribed"]
  ],
  withdrawn: [
    [{ name: "withdrawn", detail: { reason: "muted" } }, "end", "took the follow-up back: the chat is muted"]
  ],
  unknown: [
    [
      { name: "unknown", detail: { reason: "muted" } },
      "end",
      "gave up finding out: the chat is muted; only an operator may have it tried again"
    ]
  ],
  policy_changed: [
    [
      { name: "policy_changed", detail: { from: "nudge@1", to: "nudge@2" } },
      "operator",
      "goes on by nudge@2 in place of nudge@1: decided anew"
    ]
  ],
  assumed_delivered: [
    [{ name: "assumed_delivered", detail: { step: 1 } }, "operator", "an operator took step 1 as delivered"],
    [{ name: "assumed_delivered", detail: { step: 1, by: "Anna" } }, "operator", "Anna took step 1 as delivered"]
  ],
  sent_again: [
    [
      { name: "sent_again", detail: { step: 1 } },
      "operator",
      "an operator had step 1 sent again, knowing that it may be the second time"
    ],
    [
      { name: "sent_again", detail: { step: 1, by: "Anna" } },
      "operator",
      "Anna had step 1 sent again, knowing that it may be the second time"
    ]
  ],
  paused: [
    [{ name: "paused", detail: {} }, "operator", "an operator paused all follow-ups"],
    [{ name: "paused", detail: { by: "Anna" } }, "operator", "Anna paused all follow-ups"]
  ],
  resumed: [
    [{ name: "resumed", detail: { by: "Anna" } }, "operator", "Anna resumed follow-ups"],
    [
      { name: "resumed", detail: { confirmed: 240 } },
      "operator",
      "an operator resumed follow-ups, and confirmed 240 contacts"
    ]
  ],
  opted_out: [
    [{ name: "opted_out", detail: { by: "Anna" } }, "operator", "Anna recorded that the contact wants no follow-ups"]
  ],
  opt_outs_imported: [
    [{ name: "opt_outs_imported", detail: { by: "Rita", contacts: 3 } }, "operator", "Rita imported opt-outs: 3"]
  ],
  contact_erased: [[{ name: "contact_erased", detail: { by: "Rita" } }, "operator", "Rita erased a contact"]],
  start_confirmed: [
    [
      { name: "start_confirmed", detail: { by: "Rita", start: "nudge@2 was put in force", contacts: 240 } },
      "operator",
      "nudge@2 was put in force; Rita had confirmed the 240 contacts who are written to"
    ]
  ],
  policy_applied: [
    [
      { name: "policy_applied", detail: { policy: "nudge@2", running: "retime" } },
      "operator",
      "an operator applied nudge@2 with --running retime"
    ]
  ],
  opted_in: [
    [{ name: "opted_in", detail: {} }, "operator", "an operator recorded that the contact wants follow-ups again"]
  ]
}

const recorded = (event: AuditEvent.AuditEvent): AuditEvent.Recorded => {
  const { detail, event: name } = AuditEvent.encode(event)
  return { at, event: name, detail: JSON.parse(detail) }
}

describe("an event of the audit", () => {
  for (const [name, table] of Object.entries(rows))
    for (const [event, kind, sentence] of table)
      it(`is read as it was recorded: ${name}, ${sentence}`, () => {
        const entry = recorded(event)
        expect(entry.event).toBe(name)
        expect(AuditEvent.kindOf(entry)).toBe(kind)
        expect(AuditEvent.sentence(entry)).toBe(sentence)
      })

  it("keeps its instants as ISO 8601 in UTC", () => {
    expect(recorded({ name: "armed", detail: { step: 1, follow_up_at: later } }).detail).toEqual({
      step: 1,
      follow_up_at: "2026-07-15T17:00:00.000Z"
    })
  })

  it("has a sentence without the ids that an erasure took out", () => {
    const at = "2026-07-15T17:00:00.000Z"
    expect(AuditEvent.sentence({ at: later, event: "sent", detail: { at } })).toBe(
      "the assistant followed up at 17:00:00.000"
    )
    expect(
      AuditEvent.sentence({ at: later, event: "planned", detail: { step: 1, policy: "nudge@1", look_at: at } })
    ).toBe("planned step 1 of nudge@1; looks again at 17:00:00.000")
  })

  it("is printed by its name where this edition has no such event, or cannot decode its details", () => {
    for (const event of ["pondered", "toString", "__proto__", "constructor"]) {
      expect(AuditEvent.sentence({ at, event, detail: {} })).toBe(event)
      expect(AuditEvent.kindOf({ at, event, detail: {} })).toBe("call")
    }
    expect(AuditEvent.sentence({ at, event: "armed", detail: { step: "one" } })).toBe("armed")
    expect(AuditEvent.sentence({ at, event: "skipped", detail: { reason: "boredom" } })).toBe("skipped")
  })

  it("gains the instant at which the chat is read next", () => {
    expect(AuditEvent.until({ name: "postponed", detail: { reason: "muted" } }, later)).toEqual({
      name: "postponed",
      detail: { reason: "muted", look_at: later }
    })
    expect(AuditEvent.until({ name: "contested" }, at)).toEqual({ name: "contested", detail: { look_at: at } })
  })
})
