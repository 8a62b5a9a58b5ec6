/** Keys such as `__proto__` and `toString`, wherever a key of the scheduler comes from outside. */
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { it } from "../../../tools/testing/it.ts"
import { entriesOf, hostileKeys, mark, polluted, withKey } from "../../../packages/domain/test/HostileKeys.ts"
import { AuditEntry } from "../src/Ledger/AuditEntries.ts"
import * as AllowedTimes from "../src/Policy/AllowedTimes.ts"
import * as Template from "../src/Policy/Template.ts"
import * as PolicyFile from "../src/Policies/PolicyFile.ts"
import * as Build from "./Build.ts"

const policyWith = (fields: object) =>
  JSON.stringify({
    name: "nudge",
    version: 1,
    time_zone: "UTC",
    steps: [{ after: "1 hour", action: "schedule_follow_up" }],
    ...fields
  })

describe.each(hostileKeys)("a key %s", (key) => {
  it("of the detail of an audit entry is kept as it was recorded", () => {
    for (const value of [mark, "text", null]) {
      const detail = withKey({ step: 1 }, key, value)
      const row = {
        at: 0,
        chat_id: "chat_1",
        conversation_id: "c",
        key: null,
        event: "sent",
        detail: JSON.stringify(detail)
      }
      const entry = Schema.decodeUnknownSync(AuditEntry)(row)
      expect(polluted(entry.detail)).toEqual([])
      expect(entriesOf(entry.detail)).toEqual(entriesOf(detail))
      expect(entriesOf(JSON.parse(Schema.encodeSync(AuditEntry)(entry).detail))).toEqual(entriesOf(detail))
    }
  })

  it("as a country has no holidays, and as a channel no window", () => {
    const policy = Build.policy({ holidays: ["2026-12-25"], channel_windows: { whatsapp_bot: { within: "1 day" } } })
    expect(AllowedTimes.holidaysOf(policy, key)).toEqual(["2026-12-25"])
    expect(AllowedTimes.channelWindow(policy, key)).toBeUndefined()
  })

  it.effect.each(["", "match", "holiday_sets", "channel_windows", "quiet_hours"])(
    "of a policy is refused by its name, beside whatever else is wrong, in '%s'",
    (field) =>
      Effect.gen(function* () {
        const text = policyWith(field === "" ? withKey({}, key, mark) : { [field]: withKey({}, key, mark) })
        const refused = yield* Effect.flip(PolicyFile.parse(text, "nudge.yaml"))
        expect(refused.message).toContain(key)
      })
  )

  it("in a template is unknown", () => {
    const text = `Hello {{${key}|there}}, are you still there?`
    expect(Schema.is(Template.Template)(text)).toBe(false)
    expect(
      Template.render(text, { "assistant.name": undefined, "chat.title": undefined, "contact.name": undefined })
    ).toContain("Hello there,")
  })
})
