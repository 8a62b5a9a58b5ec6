/** Lists of which every entry has to be read: an entry that cannot be read could be the one that is looked for. */
import * as InventError from "@effect-invent/domain/InventError"
import { isUndecodable, type Undecodable } from "@effect-invent/domain/schema/Undecodable"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** A body may contain what no error may contain. */
const expectedBy = ({ issue }: Undecodable): string => issue.replace(/, actual [\s\S]*$/, "")

/** Fails with `UnexpectedResponse` at an entry that cannot be read. */
export const whole =
  (endpoint: string) =>
  <A, E, R>(
    stream: Stream.Stream<A, E, R>
  ): Stream.Stream<Exclude<A, Undecodable>, E | InventError.UnexpectedResponse, R> =>
    Stream.mapEffect(stream, (entry) =>
      isUndecodable(entry)
        ? Effect.fail(
            new InventError.UnexpectedResponse({
              endpoint,
              attempts: 1,
              status: 200,
              excerpt: "",
              issue: expectedBy(entry)
            })
          )
        : Effect.succeed(entry as Exclude<A, Undecodable>)
    )
