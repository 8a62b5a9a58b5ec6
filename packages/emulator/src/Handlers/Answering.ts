/** What the handlers of all groups do alike: refuse, look at the organization in the path, answer with a page. */
import * as Paging from "@effect-invent/domain/api/Paging"
import type { OrgId } from "@effect-invent/domain/Ids"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Call } from "../RequestContext.ts"
import * as ErrorBody from "../Http/ErrorBody.ts"
import { Options } from "../Behaviour.ts"
import { notFound, type Refusal } from "../Refusal.ts"
import { World } from "../World.ts"
import type { Page } from "../World/Pages.ts"

/**
 * Makes what each group's handlers share: `refuse` turns a `Refusal` into the answer with its status, `within` answers
 * 404 for any other organization than this, and `deleted` is what a deletion answers.
 */
export const make = Effect.gen(function* () {
  const world = yield* World
  const { deletionAnswer, errorBody } = yield* Options

  const refuse = <A, R>(effect: Effect.Effect<A, Refusal, R>) =>
    Effect.catchTag(effect, "Refusal", ({ message, status }) =>
      Effect.succeed(ErrorBody.response(errorBody, status, message))
    )

  /** In this organization, which `c` means too. */
  const within = <A, R>(orgId: OrgId, effect: Effect.Effect<A, Refusal, R>) =>
    refuse(orgId === "c" || orgId === world.orgId ? effect : notFound("organization", orgId))

  const deleted =
    deletionAnswer === "empty" ? HttpServerResponse.empty({ status: 200 }) : HttpServerResponse.unsafeJson({})

  return { world, refuse, within, deleted }
})

/** The name of the key that calls. */
export const caller = Effect.map(Call, ({ key }) => key ?? "nobody")

/** Answers with the entries, their counts in the headers. */
export const paged = <A, I>(schema: Schema.Schema<ReadonlyArray<A>, I>) => {
  const encode = Schema.encode(schema)
  return <E, R>(page: Effect.Effect<Page<A>, E, R>) =>
    Effect.flatMap(page, ({ count, entries, page, take }) =>
      Effect.map(Effect.orDie(encode(entries)), (body) =>
        HttpServerResponse.unsafeJson(body, {
          headers: {
            [Paging.headers.count]: String(count),
            [Paging.headers.page]: String(page),
            [Paging.headers.take]: String(take)
          }
        })
      )
    )
}
