/** Our client over a transport. */
import * as InventClient from "@effect-invent/client/InventClient"
import { ChannelId, ChatId, ContactId } from "@effect-invent/domain/Ids"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import type { Connect } from "../Competitor.ts"
import { apiKey, ids, postBody } from "../Wire.ts"

const chat = { chat_id: ChatId.make(ids.chat_id) }
const channel = { contact_id: ContactId.make(ids.contact_id), channel_id: ChannelId.make(ids.channel_id) }
const [part] = postBody.message
const payload = { title: postBody.title, message: [{ type: "text", text: part!.text }] } as const

export const over =
  (transport: Layer.Layer<HttpClient.HttpClient>): Connect =>
  async ({ quota, url }) => {
    const layer = InventClient.layer({ apiKey: Redacted.make(apiKey), baseUrl: url, rateLimit: quota })
    // The scope stays open as long as the process lives.
    const built = Layer.buildWithScope(Layer.provide(layer, transport), Scope.make().pipe(Effect.runSync))
    const invent = Context.get(await Effect.runPromise(built), InventClient.InventClient)
    return {
      get: () => Effect.runPromise(invent.messages.list({ path: chat })),
      post: () => Effect.runPromise(invent.contacts.createChat({ path: channel, payload }))
    }
  }
