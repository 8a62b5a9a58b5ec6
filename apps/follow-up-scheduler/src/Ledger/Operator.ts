/**
 * The operator whose change is being made. What they change by hand is recorded in the audit with their name: the page
 * takes it from the token, a command from `--by`.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { printable } from "../TerminalText.ts"

/** Maximum length of a name, in UTF-16 code units. */
const longest = 64

/**
 * The name of an operator: 1 to 64 characters, none of which moves the cursor, changes the direction of writing, or
 * begins or ends the name as a space.
 */
export const Name = Schema.String.pipe(
  Schema.filter((name) => name !== "" && name.length <= longest && name === name.trim() && name === printable(name), {
    message: () => `a name has 1 to ${longest} visible characters`
  })
)

/** The name of the operator; undefined where a change was made without one. */
export class CurrentOperator extends Context.Reference<CurrentOperator>()(
  "@effect-invent/follow-up-scheduler/Ledger/CurrentOperator",
  { defaultValue: (): string | undefined => undefined }
) {}

/** Makes the changes of an effect as this operator. */
export const as =
  (name: Option.Option<string>) =>
  <A, E, R>(change: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(change, CurrentOperator, Option.getOrUndefined(name))

/** The detail of an audit event that says who it was; empty where no name was given. */
export const by: Effect.Effect<{ readonly by?: string }> = Effect.map(CurrentOperator, (name) =>
  name === undefined ? {} : { by: name }
)
