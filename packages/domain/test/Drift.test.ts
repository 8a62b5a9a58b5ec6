import * as AsContact from "@effect-invent/domain/api/AsContact"
import * as Broadcasts from "@effect-invent/domain/api/Broadcasts"
import * as Contacts from "@effect-invent/domain/api/Contacts"
import * as State from "@effect-invent/domain/api/State"
import { AssistantConfig } from "@effect-invent/domain/Assistant/AssistantConfig"
import { Broadcast } from "@effect-invent/domain/Broadcast"
import { Chat } from "@effect-invent/domain/Chat"
import { ChatMember } from "@effect-invent/domain/Chat/ChatMember"
import { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import { ChatState } from "@effect-invent/domain/Chat/ChatState"
import { Contact } from "@effect-invent/domain/Contact"
import { ContactActivity } from "@effect-invent/domain/Contact/ContactActivity"
import { InboxEvent } from "@effect-invent/domain/Chat/InboxEvent"
import { Unknown } from "@effect-invent/domain/schema/Open"
import { Segment } from "@effect-invent/domain/Segment"
import { Tool } from "@effect-invent/domain/Chat/Tool"
import { isDecoded, type Undecodable } from "@effect-invent/domain/schema/Undecodable"
import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readdirSync, readFileSync } from "node:fs"
import { it } from "../../../tools/testing/it.ts"

const folder = new URL("fixtures/drift/", import.meta.url)

interface Row {
  /** The schema of each variant in the fixture, and the value that distinguishes the variants. */
  readonly [variant: string]: readonly [Schema.Schema<never, never>, distinguishing: unknown]
}

const variant = <A, I>(schema: Schema.Schema<A, I>, pick: (value: A) => unknown, expected: unknown) =>
  [
    Schema.transform(schema, Schema.Unknown, {
      strict: false,
      decode: (value) => ({ value, picked: pick(value) }),
      encode: (u) => (u as { value: unknown }).value
    }) as unknown as Schema.Schema<never, never>,
    expected
  ] as const

const channelOf = (chat: Chat) => chat.members?.[0]?.contact_channel
/** What was read, of what may have been something else. */
const read = <A>(value: A): Exclude<A, Undecodable> | undefined => (isDecoded(value) ? value : undefined)

const day = DateTime.unsafeMake("2023-12-25")
const instant = DateTime.unsafeMake("2023-11-07T05:31:56Z")
const flagsOf = (config: AssistantConfig) => [
  config.conversation?.enable_auto_csat,
  config.conversation?.enable_ai_replies
]
const enumsOf = (chat: Chat) => [
  chat.visibility,
  chat.status,
  chat.state?.state,
  chat.members?.[0]?.role,
  chat.referral?.type
]

/** Each row of the vendor's disagreements with itself. */
const rows: Readonly<Record<string, Row>> = {
  "contact-channel-names": {
    older: variant(Chat, (chat) => [channelOf(chat)?.channel_type, channelOf(chat)?.channel_display_name], [
      "whatsapp_bot",
      "Ada"
    ]),
    newer: variant(Chat, (chat) => [channelOf(chat)?.type, channelOf(chat)?.name], ["whatsapp_bot", "Ada"])
  },
  contact: {
    oldest: variant(Contact, ({ is_admin, segments }) => [segments, is_admin], [undefined, undefined]),
    older: variant(Contact, ({ is_admin, segments }) => [segments?.length, is_admin], [1, false]),
    newer: variant(Contact, ({ unsubscribed, unsubscribed_at }) => [unsubscribed, unsubscribed_at], [true, instant])
  },
  "embedded-contact": {
    older: variant(ChatMember, ({ contact_channel }) => contact_channel?.contact?.ai_replies_disabled, undefined),
    newer: variant(ChatMember, ({ contact_channel }) => contact_channel?.contact?.ai_replies_disabled, true)
  },
  dates: {
    older: variant(ChatMessage, ({ created_at, updated_at }) => [created_at, updated_at], [day, day]),
    newer: variant(ChatMessage, ({ created_at, updated_at }) => [created_at, updated_at], [instant, null])
  },
  "message-broadcast": {
    older: variant(ChatMessage, ({ broadcast_id, usage }) => [broadcast_id, read(usage)?.turns], [
      undefined,
      undefined
    ]),
    newer: variant(ChatMessage, ({ broadcast_id, usage }) => [broadcast_id, read(usage)?.turns?.length], [
      "broadcast_1",
      1
    ])
  },
  "message-tools": {
    older: variant(ChatMessage, ({ features, tools }) => [tools?.length, read(features)?.reasoning?.effort], [
      1,
      "low"
    ]),
    newer: variant(ChatMessage, ({ features, tools }) => [tools, features], [undefined, undefined])
  },
  tool: {
    older: variant(Tool, ({ connection_id, validation }) => [connection_id, validation], ["con_1", undefined]),
    newer: variant(Tool, ({ connection_id, validation }) => [connection_id, validation], [undefined, "v"])
  },
  "omitted-enums": {
    older: variant(Chat, enumsOf, ["PRIVATE", "RUNNING", "OPEN", "ADMIN", "messenger_ad"]),
    newer: variant(Chat, enumsOf, [undefined, undefined, undefined, undefined, undefined])
  },
  "chat-state": {
    older: variant(ChatState, ({ csat_score, muted_until }) => [muted_until, csat_score], [undefined, undefined]),
    newer: variant(ChatState, ({ csat_score, muted_until }) => [muted_until, csat_score], [instant, 3])
  },
  "assistant-integration": {
    older: variant(ChatState, ({ assistant_integration }) => assistant_integration?.has_connection, undefined),
    newer: variant(ChatState, ({ assistant_integration }) => assistant_integration?.has_connection, false)
  },
  "conversation-flags": {
    oldest: variant(AssistantConfig, flagsOf, [undefined, undefined]),
    older: variant(AssistantConfig, flagsOf, [true, undefined]),
    newer: variant(AssistantConfig, flagsOf, [true, false])
  },
  "config-timezone": {
    older: variant(AssistantConfig, ({ timezone }) => timezone, undefined),
    newer: variant(AssistantConfig, ({ timezone }) => timezone, "Europe/Paris")
  },
  integrations: {
    older: variant(ChatState, ({ integration_id }) => integration_id, "google_calendar"),
    newer: variant(ChatState, ({ integration_id }) => integration_id, "tiktok_dm"),
    tomorrow: variant(ChatState, ({ integration_id }) => integration_id, new Unknown({ value: "signal_bot" }))
  },
  segments: {
    older: variant(Segment, ({ boards, color }) => [color, boards], [undefined, undefined]),
    newer: variant(Segment, ({ boards, color }) => [color, boards], ["teal", undefined]),
    "segment page": variant(Segment, ({ boards, color }) => [color, boards?.length], [
      new Unknown({ value: "mauve" }),
      1
    ])
  },
  activities: {
    older: variant(ContactActivity, ({ file, type }) => [type, file], ["note_created", undefined]),
    newer: variant(ContactActivity, ({ file, type }) => [type, read(file)?.source], ["file_uploaded", "direct"])
  },
  "contact-filter": {
    older: variant(Contacts.ContactFilter, ({ is_admin }) => is_admin, true),
    newer: variant(Contacts.ContactFilter, ({ exclude_admins, status }) => [exclude_admins, status], [
      true,
      "SUBSCRIBED"
    ])
  },
  "send-as-contact": {
    older: variant(AsContact.SendMessage, ({ channel_id }) => channel_id, "channel_1"),
    newer: variant(AsContact.SendMessageOnChannel, (body) => Object.keys(body), ["message"])
  },
  "websocket-event": {
    older: variant(InboxEvent, ({ type }) => type, "create"),
    newer: variant(InboxEvent, ({ type }) => type, undefined),
    tomorrow: variant(InboxEvent, ({ type }) => type, new Unknown({ value: "update" }))
  },
  "broadcast-send": {
    older: variant(Broadcasts.sendMarketing.successSchema, ({ status }) => status, "SENDING"),
    newer: variant(
      Broadcasts.sendTransactional.successSchema,
      ({ recipients }) => [read(recipients?.[0])?.is_sent, read(recipients?.[0])?.is_sent_at],
      [true, instant]
    )
  },
  cancelled: {
    chat: variant(Chat, ({ status }) => status, "CANCELED"),
    broadcast: variant(Broadcast, ({ status }) => status, "CANCELLED")
  },
  "state-answers": {
    update: variant(State.update.successSchema, ({ state }) => state?.state, "OPEN"),
    assign: variant(State.assign.successSchema, ({ state }) => state, "OPEN")
  }
}

describe("where pages disagree", () => {
  it("each fixture has its row, and each row its fixture", () => {
    const files = readdirSync(folder).map((file) => file.replace(".json", ""))
    expect(files.sort()).toEqual(Object.keys(rows).sort())
  })

  for (const [name, row] of Object.entries(rows)) {
    const bodies = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Record<string, unknown>

    it(`${name}: every variant is looked at`, () => {
      expect(Object.keys(row)).toEqual(Object.keys(bodies))
    })

    for (const [which, [schema, expected]] of Object.entries(row)) {
      it.effect(`${name}, ${which}: is read for what it says and written back unchanged`, () =>
        Effect.gen(function* () {
          const decoded = (yield* Schema.decodeUnknown(schema)(bodies[which])) as { readonly picked: unknown }
          expect(decoded.picked).toEqual(expected)
          expect(yield* Schema.encode(schema)(decoded as never)).toStrictEqual(bodies[which])
        })
      )
    }
  }
})
