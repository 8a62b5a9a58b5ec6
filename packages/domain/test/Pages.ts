/**
 * What each page of the vendor's prints, as data that knows no schema: one fixture for each endpoint, with exactly the
 * keys of its page and the page's address, and never edited to fit the code. The contract, the client and the emulator
 * are held to it.
 *
 * A value `"<any>"` stands for a key whose type is not known. `{}` is an object whose keys the page does not print.
 */
import { readdirSync, readFileSync } from "node:fs"

export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

interface Printed {
  readonly query?: { readonly [key: string]: Json }
  readonly body?: { readonly [key: string]: Json }
  readonly answer?: Json
}

export interface Page extends Printed {
  /** The endpoint, as in `contacts.list`. */
  readonly endpoint: string
  /** The addresses, the newest first. */
  readonly pages: readonly [string, ...Array<string>]
  readonly method?: string
  /** As OpenAPI writes it: `/orgs/{org_id}/contacts`. */
  readonly path?: string
  /** What an answer, or an entry of it, is. */
  readonly noun?: string
  /** What older captures print. */
  readonly others?: ReadonlyArray<Printed & { readonly generation: string }>
  /** Why nothing is printed of a part. */
  readonly unseen?: string
}

const folder = new URL("fixtures/", import.meta.url)
const parse = (name: string): Json => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Json

export const isObject = (json: unknown): json is { readonly [key: string]: Json } =>
  typeof json === "object" && json !== null && !Array.isArray(json)

/** A body that is kept in a file of its own stands in its place. */
const whole = (json: Json): Json => {
  if (Array.isArray(json)) return json.map(whole)
  if (!isObject(json)) return json
  const file = json["$file"]
  return typeof file === "string"
    ? parse(`pages/${file}`)
    : Object.fromEntries(Object.entries(json).map(([key, value]) => [key, whole(value)]))
}

export const pages: ReadonlyArray<Page> = readdirSync(new URL("pages/", folder)).map((file) => ({
  ...(whole(parse(`pages/${file}`)) as unknown as Omit<Page, "endpoint">),
  endpoint: file.replace(/\.json$/, "")
}))

/** All captures of a page. */
export const captures = (page: Page): ReadonlyArray<Printed> => [page, ...(page.others ?? [])]

/** Values in place of a page's `<string>` where that is not one. */
const examples: Readonly<Record<string, string>> = {
  file: "aGk=",
  avatar: "https://a.b/c",
  record_prefix: "LEAD",
  key: "status"
}

/** A body of a page with values that can be sent. */
export const withExamples = (json: Json, key = ""): Json => {
  if (Array.isArray(json)) return json.map((item) => withExamples(item))
  if (isObject(json))
    return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, withExamples(value, key)]))
  return json === "<string>" ? (examples[key] ?? json) : json
}

/** What an object at this key of a noun is; where nothing is said, a noun of its own. */
const nouns: Readonly<Record<string, string>> = {
  "Chat.members": "ChatMember",
  "Chat.state": "ChatState",
  "Chat.tools": "Tool",
  "Chat.features": "Features",
  "Chat.last_message": "ChatMessage",
  "Chat.referral.parts": "MessagePart",
  "ChatMessage.messages.parts": "MessagePart",
  "ChatMessage.tools": "Tool",
  "ChatMessage.features": "Features",
  "ChatMessage.member": "ChatMember",
  "ChatMessage.usage.turns": "ChatMessage.usage",
  "MessagePart.audio": "File",
  "MessagePart.file": "File",
  "ChatMember.contact_channel": "MemberContactChannel",
  "MemberContactChannel.contact": "MemberContact",
  "ChatState.assistant_config": "AssistantConfig",
  "ChatState.assistant.config.conversation": "ConversationConfig",
  "ChatState.assigned_user": "User",
  "AssistantConfig.conversation": "ConversationConfig",
  "InboxEvent.data": "Chat",
  "Contact.channels": "ContactChannel",
  "Contact.segments": "ContactSegment",
  "MergedContact.merged": "Contact",
  "DuplicateGroup.primary": "Contact",
  "DuplicateGroup.duplicates": "Contact",
  "ContactDryRun.created": "ImportedContact",
  "ContactDryRun.updated": "ImportedContact",
  "ContactDryRun.invalid": "ImportedContact",
  "ContactNote.attachments": "File",
  "ContactNote.user": "User",
  "ContactFile.user": "User",
  "ContactActivity.actor": "User",
  "ContactActivity.segment": "Segment",
  "ContactActivity.note": "ContactNote",
  "ContactActivity.file": "ContactFile",
  "Assistant.config": "AssistantConfig",
  "Assistant.actions": "AssistantAction",
  "Assistant.boards.initial_segment": "ContactSegment",
  "AssistantAction.config": "ActionConfig",
  "ActionConfig.definitions": "Definition",
  "ContactSegment.boards": "Segment.boards",
  "Broadcast.segments": "ContactSegment",
  "Recipients.recipients": "Recipient",
  "Recipient.contact": "Contact",
  "EntriesDryRun.valid": "PropertyEntry",
  "EntriesDryRun.invalid": "PropertyEntry",
  "WorkflowRun.workflow_version.steps": "WorkflowStep",
  "WorkflowRun.workflow_version_draft.steps": "WorkflowStep",
  "WorkflowStep.definitions": "Definition",
  "Organization.members": "OrgMember",
  "Field.schema": "FieldSchema",
  "Table.fields": "Field",
  "View.config": "ViewConfig",
  "KnowledgeContent.content": "KnowledgeSource",
  "KnowledgeContent.children": "KnowledgeContent",
  "RecordActivity.actor": "User",
  "RecordActivity.segment": "ContactSegment",
  "RecordActivity.attachments": "File",
  "RecordActivity.file": "File"
}

export const nounAt = (noun: string, key: string): string => nouns[`${noun}.${key}`] ?? `${noun}.${key}`

/**
 * Every key of an answer, as `MemberContact.blocked`. An object without keys counts as one whose keys are anybody's.
 */
export const keysOf = (noun: string, json: Json): ReadonlyArray<string> => {
  if (Array.isArray(json)) return json.flatMap((item) => keysOf(noun, item))
  if (!isObject(json)) return []
  return Object.entries(json).flatMap(([key, value]) => [`${noun}.${key}`, ...keysOf(nounAt(noun, key), value)])
}

const freeOf = (noun: string, json: Json): ReadonlyArray<string> => {
  if (Array.isArray(json)) return json.flatMap((item) => freeOf(noun, item))
  if (!isObject(json)) return []
  const entries = Object.entries(json)
  return entries.length === 0 ? [noun] : entries.flatMap(([key, value]) => freeOf(nounAt(noun, key), value))
}

const answers = pages.flatMap((page) =>
  captures(page).flatMap(({ answer }) =>
    page.noun === undefined || answer === undefined ? [] : [{ noun: page.noun, answer }]
  )
)

/** All keys that any page prints of an answer. */
export const printedKeys: ReadonlySet<string> = new Set(answers.flatMap(({ answer, noun }) => keysOf(noun, answer)))

/** The nouns whose keys no page prints: what is in them may be anything. */
const free: ReadonlySet<string> = new Set(answers.flatMap(({ answer, noun }) => freeOf(noun, answer)))

/** Whether a key is printed, or lies in an object whose keys are anybody's. */
export const isPrinted = (key: string): boolean => {
  if (printedKeys.has(key)) return true
  const noun = key.slice(0, key.lastIndexOf("."))
  return [...free].some((name) => noun === name || noun.startsWith(`${name}.`))
}

/** Keys without a page, each with its reason: those that we read, and those that the emulator sends. */
export const unprinted = parse("unprinted.json") as {
  readonly read: Readonly<Record<string, string>>
  readonly sent: Readonly<Record<string, string>>
}
