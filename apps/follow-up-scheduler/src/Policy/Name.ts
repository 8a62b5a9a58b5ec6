/** The form of a name in a policy: of the policy itself, and of its variants. */
import * as Schema from "effect/Schema"

/** Lower-case letters, digits and dashes, 64 at most. Begins with a letter or a digit. */
export const Name = Schema.String.pipe(
  Schema.pattern(/^[a-z0-9][a-z0-9-]{0,63}$/, { message: () => "Expected lower-case letters, digits and dashes" })
)
