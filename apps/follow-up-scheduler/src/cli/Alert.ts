/** `alert test`: whether an alert reaches its receiver. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Alerts from "../Operations/Alerts.ts"
import * as Output from "./Output.ts"

/** FOLLOW_UPS_ALERT_URL is not set. */
export class NoReceiver extends Schema.TaggedError<NoReceiver>()("NoReceiver", {}) {
  override get message() {
    return "FOLLOW_UPS_ALERT_URL is not set; give it the address of an incoming webhook"
  }
}

const print = Output.document(Schema.Struct({ delivered: Schema.Boolean }))

/**
 * Sends a test alert. Fails with `NoReceiver` without an address, and with `NotDelivered` where it was not accepted.
 */
export const test = ({ json }: { readonly json: boolean }) =>
  Effect.gen(function* () {
    const { format, url } = yield* Alerts.settings
    if (Option.isNone(url)) return yield* new NoReceiver()
    yield* Alerts.send(url.value, format, "This is a test: alerts of the follow-up scheduler arrive here.")
    yield* json ? print({ delivered: true }) : Output.lines(["The receiver took the alert: look whether it shows."])
  })
