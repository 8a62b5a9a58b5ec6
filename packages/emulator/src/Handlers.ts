/** Answers each endpoint of the contract from the {@link World}. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as Messages from "@effect-invent/domain/api/Messages"
import * as Paging from "@effect-invent/domain/api/Paging"
import type { OrgId } from "@effect-invent/domain/Ids"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { applies, Call } from "./Call.ts"
import * as ErrorBody from "./ErrorBody.ts"
import * as NotYet from "./NotYet.ts"
import { Options } from "./Options.ts"
import { notFound, type Refusal } from "./Refusal.ts"
import { World } from "./World.ts"

const makeRefuse = Effect.map(
  Options,
  ({ errorBody }) =>
    <A, R>(effect: Effect.Effect<A, Refusal, R>) =>
      Effect.catchTag(effect, "Refusal", ({ message, status }) =>
        Effect.succeed(ErrorBody.response(errorBody, status, message))
      )
)

const contacts = HttpApiBuilder.group(InventApi.InventApi, "contacts", (handlers) =>
  Effect.gen(function* () {
    const world = yield* World
    const refuse = yield* makeRefuse
    const within = <A>(orgId: OrgId, effect: Effect.Effect<A, Refusal>) =>
      refuse(orgId === "c" || orgId === world.orgId ? effect : notFound("organization", orgId))
    return NotYet.rest(
      handlers
        .handle("createChat", ({ path, payload }) =>
          within(path.org_id, applies(world.createChat(path, payload), { chatId: (chat) => chat.id }))
        )
        .handle("sendMessage", ({ path, payload }) => within(path.org_id, applies(world.sendMessage(path, payload))))
        .handle("sendMessageOnChannel", ({ path, payload }) =>
          within(path.org_id, applies(world.sendMessage(path, { ...payload, channel_id: path.channel_id })))
        )
        .handle("respondToTool", ({ path, payload }) => within(path.org_id, applies(world.respondToTool(path, payload))))
    )
  })
)

const state = HttpApiBuilder.group(InventApi.InventApi, "state", (handlers) =>
  Effect.gen(function* () {
    const world = yield* World
    const refuse = yield* makeRefuse
    return NotYet.rest(
      handlers.handle("update", ({ path, payload }) =>
        Effect.flatMap(Call, ({ key }) => {
          const update = world.updateState(path.chat_id, payload, key ?? "nobody")
          return refuse(Object.keys(payload).length === 0 ? update : applies(update))
        })
      )
    )
  })
)

const encodePage = Schema.encode(Messages.list.successSchema)

const messages = HttpApiBuilder.group(InventApi.InventApi, "messages", (handlers) =>
  Effect.gen(function* () {
    const world = yield* World
    const refuse = yield* makeRefuse
    return NotYet.rest(
      handlers.handle("list", ({ path, urlParams }) =>
        world.listMessages(path.chat_id, urlParams).pipe(
          Effect.flatMap(({ count, messages, page, take }) =>
            Effect.map(Effect.orDie(encodePage(messages)), (body) =>
              HttpServerResponse.unsafeJson(body).pipe(
                HttpServerResponse.setHeaders({
                  [Paging.headers.count]: String(count),
                  [Paging.headers.page]: String(page),
                  [Paging.headers.take]: String(take)
                })
              )
            )
          ),
          refuse
        )
      )
    )
  })
)

const notYet = Layer.mergeAll(
  HttpApiBuilder.group(InventApi.InventApi, "files", NotYet.rest),
  HttpApiBuilder.group(InventApi.InventApi, "memories", NotYet.rest),
  HttpApiBuilder.group(InventApi.InventApi, "chats", NotYet.rest),
  HttpApiBuilder.group(InventApi.InventApi, "inbox", NotYet.rest),
  HttpApiBuilder.group(InventApi.InventApi, "assistants", NotYet.rest),
  HttpApiBuilder.group(InventApi.InventApi, "broadcasts", NotYet.rest),
  HttpApiBuilder.group(InventApi.InventApi, "segments", NotYet.rest),
  HttpApiBuilder.group(InventApi.InventApi, "connections", NotYet.rest),
  HttpApiBuilder.group(InventApi.InventApi, "workflows", NotYet.rest),
  HttpApiBuilder.group(InventApi.InventApi, "orgs", NotYet.rest)
)

export const layer = HttpApiBuilder.api(InventApi.InventApi).pipe(Layer.provide([contacts, state, messages, notYet]))
