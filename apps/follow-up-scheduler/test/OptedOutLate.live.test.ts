/**
 * A contact who opts out after the last look at an armed follow-up, and before its instant, on a server that shares no
 * code with ours, in virtual time. The list that is read meanwhile shows it.
 */
import * as RateLimit from "@effect-invent/client/RateLimit"
import { expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as OptOuts from "../src/ChatReader/OptOuts.ts"
import * as Build from "./Build.ts"
import * as PlainService from "./PlainService.ts"

/** The step is due a second after one o'clock. Its chat is looked at for the last time twenty seconds before that. */
const policy = Build.policy({ effective_from: "all", arm_lead: "1 minute" })

const pace = { ...RateLimit.defaults, every: Duration.seconds(5), maxAge: Duration.minutes(2) }

it.live.each(["UNSUBSCRIBED", "AI_REPLIES_DISABLED"])(
  "a follow-up is taken back whose contact has come on the list %s since it was looked at, and another is sent",
  (list) => {
    const listed: Array<string> = []
    return PlainService.played({ chats: { ada: { listed }, bob: {} } }, (vendor) =>
      Effect.gen(function* () {
        yield* Effect.sleep(Duration.seconds(49 * 60 + 45))
        listed.push(list)
        yield* Effect.sleep("2 minutes")
        expect([vendor.sentTo("ada"), vendor.sentTo("bob")]).toEqual([0, 1])
      }).pipe(
        PlainService.life(vendor, policy, PlainService.inbox("1 minute")),
        Effect.provideService(OptOuts.OptOutPace, pace)
      )
    )
  }
)
