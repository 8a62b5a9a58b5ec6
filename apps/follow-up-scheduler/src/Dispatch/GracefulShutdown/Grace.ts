/** How long a stop waits for answers that are under way. */
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"

/** How long a stop waits, unless `FOLLOW_UPS_STOP_GRACE` is set. */
export const byDefault = Duration.seconds(8)

/** `FOLLOW_UPS_STOP_GRACE`, else 8 seconds. */
export const config = Config.withDefault(Config.duration("FOLLOW_UPS_STOP_GRACE"), byDefault)
