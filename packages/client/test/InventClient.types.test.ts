import type { InboxChange } from "@effect-invent/client/InboxChange"
import type { ClientMethods } from "@effect-invent/client/ClientMethods"
import type { UnsafeEndpoint } from "@effect-invent/client/ClientTypes"
import type * as InventClient from "@effect-invent/client/InventClient"
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import type * as Ids from "@effect-invent/domain/Ids"
import type * as InventError from "@effect-invent/domain/InventError"
import type { Undecodable } from "@effect-invent/domain/schema/Undecodable"
import type { WorkflowRun } from "@effect-invent/domain/WorkflowRun"
import type { WebSocketConstructor } from "@effect/platform/Socket"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import { describe, expectTypeOf, it } from "vitest"

type Client = InventClient.InventClient["Type"]
type Method<Group extends keyof Client, Name extends keyof Client[Group]> = Client[Group][Name]
type Fails<M> = M extends (request: never) => Effect.Effect<infer _A, infer E, infer _R> ? E : "not a method"
type Succeeds<M> = M extends (request: never) => Effect.Effect<infer A, infer _E, infer _R> ? A : "not a method"
type Argument<M> = M extends (request: infer Request) => unknown ? Request : "not a method"
type Tag<M> = Fails<M> extends { readonly _tag: infer T } ? T : "not tagged"

/** The methods, as `contacts.createChat`, that can fail with this tag. */
type FailingWith<T extends string> = {
  [Group in keyof InventClient.Methods]: {
    [Name in keyof InventClient.Methods[Group]]: [T] extends [Tag<InventClient.Methods[Group][Name]>]
      ? `${Group}.${string & Name}`
      : never
  }[keyof InventClient.Methods[Group]]
}[keyof InventClient.Methods]
type Every = {
  [Group in keyof InventClient.Methods]: `${Group}.${string & keyof InventClient.Methods[Group]}`
}[keyof InventClient.Methods]

type UnsafeName =
  | "contacts.create"
  | "contacts.merge"
  | "contacts.uploadFile"
  | "contacts.createChat"
  | "contacts.sendMessage"
  | "contacts.sendMessageOnChannel"
  | "contacts.respondToTool"
  | "contacts.decideApproval"
  | "messages.create"
  | "messages.decideApproval"
  | "assistants.create"
  | "assistants.createAction"
  | "assistants.rotateSecretKey"
  | "broadcasts.create"
  | "broadcasts.sendMarketing"
  | "broadcasts.sendTransactional"
  | "workflows.run"
  | "contacts.mergeTwo"
  | "files.uploadOrg"
  | "orgs.create"
  | "orgs.join"
  | "knowledge.create"
  | "tables.create"
  | "tables.importRecords"

type Unsafe =
  | Method<"contacts", "createChat">
  | Method<"contacts", "sendMessage">
  | Method<"contacts", "sendMessageOnChannel">
  | Method<"contacts", "respondToTool">
type Update = Method<"state", "update">
type List = Method<"messages", "list">

/** Neither is the other with a key more, which assignability would let pass. */
type IsSame<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Computed = {
  readonly [Group in keyof InventClient.Methods]: InventClient.Methods[Group] & InventClient.Streams[Group]
}

/** The methods, as `contacts.list`, that are written otherwise than the contract computes them. */
type Different = {
  [Group in keyof Computed]: {
    [Name in keyof Computed[Group]]: Name extends keyof ClientMethods[Group]
      ? IsSame<Computed[Group][Name], ClientMethods[Group][Name]> extends true
        ? never
        : `${Group}.${string & Name}`
      : `${Group}.${string & Name}`
  }[keyof Computed[Group]]
}[keyof Computed]

describe("the written types of the methods", () => {
  it("are those that the contract computes, no method and no key more or less", () => {
    expectTypeOf<Different>().toBeNever()
    expectTypeOf<keyof ClientMethods>().toEqualTypeOf<keyof InventClient.Methods>()
    type Names<Groups> = { readonly [Group in keyof Groups]: keyof Groups[Group] }
    expectTypeOf<Names<ClientMethods>>().toEqualTypeOf<Names<Computed>>()
    expectTypeOf<ClientMethods>().toExtend<Computed>()
    expectTypeOf<Computed>().toExtend<ClientMethods>()
  })
})

describe("the types of a method", () => {
  it("name OutcomeUnknown for the unsafe methods and for no other", () => {
    expectTypeOf<FailingWith<"OutcomeUnknown">>().toEqualTypeOf<UnsafeName>()
    expectTypeOf<UnsafeEndpoint>().toEqualTypeOf<UnsafeName>()
    expectTypeOf<FailingWith<"ServerFault">>().toEqualTypeOf<Exclude<Every, UnsafeName>>()
    expectTypeOf<FailingWith<"NotFound">>().toEqualTypeOf<Every>()
  })

  it("have no method for what is opened as a WebSocket, and a stream for every list", () => {
    expectTypeOf<Extract<keyof InventClient.Methods["inbox"], "events">>().toBeNever()
    expectTypeOf<"stream" | "streamNotes" | "streamActivities" | "streamFields" | "streamSegments">().toExtend<
      keyof Client["contacts"]
    >()
    expectTypeOf<ReturnType<Method<"workflows", "streamRuns">>>().toEqualTypeOf<
      Stream.Stream<WorkflowRun | Undecodable, InventError.RepeatableError>
    >()
    expectTypeOf<ReturnType<Method<"inbox", "events">>>().toEqualTypeOf<
      Stream.Stream<InboxChange, InventError.RepeatableError, WebSocketConstructor>
    >()
  })

  it("let a request be left out that may be empty, and no other", () => {
    expectTypeOf<[]>().toExtend<Parameters<Method<"orgs", "list">>>()
    expectTypeOf<[]>().toExtend<Parameters<Method<"contacts", "stream">>>()
    expectTypeOf<[]>().not.toExtend<Parameters<Method<"messages", "list">>>()
    expectTypeOf<[]>().not.toExtend<Parameters<Method<"contacts", "create">>>()
  })

  it("do not name OutcomeUnknown where a repetition changes nothing", () => {
    expectTypeOf<Extract<Tag<Update>, "OutcomeUnknown">>().toBeNever()
    expectTypeOf<Extract<Tag<List>, "OutcomeUnknown">>().toBeNever()
    type Streamed = ReturnType<Method<"messages", "stream">>
    expectTypeOf<Streamed>().toEqualTypeOf<Stream.Stream<ChatMessage | Undecodable, InventError.RepeatableError>>()
  })

  it("do not name ServerFault or ConnectionLost where they would hide that the outcome is unknown", () => {
    expectTypeOf<Extract<Tag<Unsafe>, "ServerFault" | "ConnectionLost">>().toBeNever()
    expectTypeOf<"ServerFault" | "ConnectionLost">().toExtend<Tag<Update>>()
    expectTypeOf<"ServerFault" | "ConnectionLost">().toExtend<Tag<List>>()
  })

  it("name QueueFull for every method: nothing about it is ambiguous", () => {
    expectTypeOf<InventError.QueueFull>().toExtend<Fails<Unsafe>>()
    expectTypeOf<InventError.QueueFull>().toExtend<Fails<Update>>()
    expectTypeOf<InventError.QueueFull>().toExtend<Fails<List>>()
  })

  it("are the whole unions and nothing of the platform", () => {
    expectTypeOf<Fails<Unsafe>>().toEqualTypeOf<InventError.UnsafeError>()
    expectTypeOf<Fails<Update>>().toEqualTypeOf<InventError.RepeatableError>()
    expectTypeOf<Fails<List>>().toEqualTypeOf<InventError.RepeatableError>()
  })

  it("give the contract's successes", () => {
    expectTypeOf<Succeeds<Method<"contacts", "createChat">>>().toEqualTypeOf<Chat>()
    expectTypeOf<Succeeds<Method<"contacts", "sendMessage">>>().toEqualTypeOf<ChatMessage>()
    expectTypeOf<Succeeds<Update>>().toEqualTypeOf<Chat>()
    expectTypeOf<Succeeds<List>>().toEqualTypeOf<ReadonlyArray<ChatMessage | Undecodable>>()
  })

  it("let org_id be left out, and nothing else of a path", () => {
    type Path = Argument<Method<"contacts", "createChat">>["path"]
    expectTypeOf<{ contact_id: Ids.ContactId; channel_id: Ids.ChannelId }>().toExtend<Path>()
    expectTypeOf<{ org_id: Ids.OrgId; contact_id: Ids.ContactId; channel_id: Ids.ChannelId }>().toExtend<Path>()
    expectTypeOf<{ contact_id: Ids.ContactId }>().not.toExtend<Path>()
    expectTypeOf<{ contact_id: Ids.ContactId; channel_id: Ids.ChatId }>().not.toExtend<Path>()
    expectTypeOf<Argument<Update>["path"]>().toEqualTypeOf<{ readonly chat_id: Ids.ChatId }>()
  })

  it("ask for a payload where the contract has one, and let urlParams be left out", () => {
    expectTypeOf<{ path: { chat_id: Ids.ChatId } }>().not.toExtend<Argument<Update>>()
    expectTypeOf<{ path: { chat_id: Ids.ChatId }; payload: {} }>().toExtend<Argument<Update>>()
    expectTypeOf<{ path: { chat_id: Ids.ChatId } }>().toExtend<Argument<List>>()
  })

  it("close the payload", () => {
    const accepts = (_: Argument<Update>["payload"]) => {}
    accepts({ csat_score: 3, ai_enabled: true })
    // @ts-expect-error a key that the contract does not know is a typing error, not a wish
    accepts({ csat_score: 3, csat: 3 })
    accepts({ assistant_config: { language: "es" }, follow_up_at: undefined })
    // @ts-expect-error a misspelt key is a typing error at any depth
    accepts({ assistant_config: { langauge: "es" } })
    // @ts-expect-error the contract knows three states
    accepts({ state: "ARCHIVED" })
    const says = (_: Argument<Method<"contacts", "sendMessage">>["payload"]) => {}
    says({ message: [{ type: "text", text: "hello" }] })
    // @ts-expect-error a message has at least one part
    says({ message: [] })
    // @ts-expect-error a plain string is not a channel's id
    says({ message: [{ type: "text", text: "hello" }], channel_id: "channel_1" })
  })
})
