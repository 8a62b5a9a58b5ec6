/**
 * What watching an inbox costs in which chats change all the time, against a server that shares no code with ours, in
 * virtual time.
 */
import { expect, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Build from "./Build.ts"
import * as PlainService from "./PlainService.ts"
import type * as PlainVendor from "./PlainVendor.ts"

const many = 1000
const changesAnHour = 20
const begin = Date.parse(PlainService.since)
const at = (millis: number) => new Date(begin + millis).toISOString()

/** Each chat was answered long ago. In some of them there is a question, and its answer, after a while. */
const fixture = (index: number): PlainVendor.Fixture => {
  const asked = (millis: number): ReadonlyArray<PlainVendor.Written> => [
    { by: "contact", at: at(millis), text: "Do you ship to Malta?" },
    { by: "assistant", at: at(millis + 5 * Build.second) }
  ]
  const old = asked(-(index + 1) * Build.minute)
  const again = 15 * Build.minute + (index * Build.hour) / changesAnHour
  return { messages: index < 2 * changesAnHour ? [...old, ...asked(again)] : old }
}

const chats = Object.fromEntries(Arr.makeBy(many, (index) => [`chat_${index + 1}`, fixture(index)] as const))
const policy = Build.policy({ steps: [{ after: "20 minutes", action: "schedule_follow_up" }] })

it.live("a thousand chats cost a page a minute, the lists of who opted out, and what the follow-ups need", () =>
  Effect.gen(function* () {
    const { requests, sent } = yield* PlainService.played({ chats }, (vendor) =>
      Effect.gen(function* () {
        const sentSoFar = () => Object.keys(chats).reduce((sum, name) => sum + vendor.sentTo(name), 0)
        yield* Effect.sleep("45 minutes")
        vendor.requests.length = 0
        const before = sentSoFar()
        yield* Effect.sleep("1 hour")
        return { requests: vendor.requests.slice(), sent: sentSoFar() - before }
      }).pipe(PlainService.life(vendor, policy, PlainService.inbox("1 minute")))
    )
    const count = (part: string) => requests.filter((request) => request.includes(part)).length
    expect(sent).toBe(changesAnHour)
    // The messages when it is planned, the newest chat, and the update; a look at the inbox shows the message after it.
    // The hour may cut off the first or the last of them.
    expect(Math.abs(count(" /chats/") - 3 * sent)).toBeLessThanOrEqual(2)
    const firstPages = count("/inbox?page=1&")
    expect(firstPages).toBeGreaterThanOrEqual(60)
    // The page that a follow-up is armed by counts as a look at the inbox. The next one comes too soon to count.
    expect(firstPages).toBeLessThanOrEqual(60 + sent + 2)
    // The whole inbox of ten pages every half hour, because it is in the order of changes.
    expect(count("/inbox?") - firstPages).toBe(2 * 9)
    expect(count("status=UNSUBSCRIBED")).toBeLessThanOrEqual(40)
    expect(count("status=AI_REPLIES_DISABLED")).toBeLessThanOrEqual(40)
    expect(count("status=BLOCKED")).toBeLessThanOrEqual(8)
    expect(requests).toHaveLength(count(" /chats/") + count("/inbox?") + count("/contacts?"))
  })
)

it.live("a message in a chat far down the inbox costs the page that shows it, and no page before that", () =>
  Effect.gen(function* () {
    const waiting = (index: number): PlainVendor.Fixture => {
      const wrote = at(-index * Build.minute)
      const asked: PlainVendor.Written = { by: "contact", at: wrote, text: "Do you ship to Malta?" }
      return {
        chat: { updated_at: wrote },
        messages: index === 700 ? [asked, { by: "assistant", at: wrote }] : [asked]
      }
    }
    const inbox = Object.fromEntries(Arr.makeBy(many, (index) => [`chat_${index}`, waiting(index)] as const))
    const sending = Build.policy({
      effective_from: "all",
      steps: [{ after: "12 hours", action: "send_message", message: "Are you still there?" }]
    })
    const { requests, sent } = yield* PlainService.played({ chats: inbox }, (vendor) =>
      Effect.gen(function* () {
        yield* Effect.sleep("9 minutes")
        vendor.requests.length = 0
        yield* Effect.sleep("2 minutes")
        return { requests: vendor.requests.slice(), sent: vendor.sentTo("chat_700") }
      }).pipe(PlainService.life(vendor, sending, PlainService.inbox("1 minute")))
    )
    expect(sent).toBe(1)
    const pages = requests.flatMap((request) => /inbox\?page=(\d+)/.exec(request)?.[1] ?? [])
    expect(pages.filter((page) => page !== "1")).toEqual(["8"])
  })
)
