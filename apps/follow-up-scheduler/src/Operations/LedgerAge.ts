/**
 * Whether the ledger is older than what the chats show, as one restored from a copy is. It costs one GET for the inbox,
 * and one for the messages of each chat of a sample.
 */
import { InventClient } from "@effect-invent/client/InventClient"
import type { Chat } from "@effect-invent/domain/Chat"
import { omit } from "@effect-invent/domain/schema/Undecodable"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ChatSnapshot from "../Decide/ChatSnapshot.ts"
import * as Episode from "../Decide/Episode.ts"
import * as UnaskedMessages from "../Decide/UnaskedMessages.ts"
import { Ledger } from "../Ledger.ts"
import * as Orgs from "../Policy/Orgs.ts"
import * as PolicyChoice from "../Decide/PolicyChoice.ts"
import * as Variant from "../Decide/Variant.ts"
import { type Finding, finding, ok } from "./HealthChecks.ts"
import * as CountText from "../Policy/CountText.ts"

/** Maximum number of chats whose messages are read: those of the inbox's first page that were written in last. */
export const sampled = 10

/** The entries of one page. */
const listed = 100

const check = "ledger"

/** What the chat shows and the ledger does not have, written after this instant, with the chat's policy. */
const unrecordedSince = (latest: DateTime.Utc, policies: PolicyChoice.InForce) =>
  Effect.fnUntraced(function* ({ org, row }: { readonly row: Chat; readonly org: Orgs.Org }) {
    const [invent, ledger] = [yield* InventClient, yield* Ledger]
    const messages = yield* invent.messages.list({ path: { chat_id: row.id }, urlParams: { take: listed } })
    const read = { ...ChatSnapshot.make(row.id, row, messages), org_id: org }
    const policy = Variant.policyFor(PolicyChoice.choose(policies, read).policy, undefined, read)
    const taken = yield* ledger.taken(read.conversation_id)
    const chat = Episode.attributeOwnMessages(read, taken, policy)
    const episode = Episode.of(chat, taken, policy)
    const all = [
      ...Episode.unrecordedEarlier(chat, taken, policy),
      ...(typeof episode === "string" ? [] : episode.unrecorded)
    ]
    return all.flatMap((message) => (DateTime.greaterThan(message.at, latest) ? [{ message, policy }] : []))
  })

const writtenAt = ({ last_message }: Chat): number => last_message?.created_at?.epochMillis ?? 0

const advice = "if it is an old copy, put the newest one back; else nothing is to be done: they count as steps taken"

/**
 * Compares the ledger with the chats that were written in since its latest entry. Follow-ups there with the text of the
 * chat's policy are the scheduler's own: then the ledger is an `error`. Others may be another program's, written while
 * no scheduler ran: then it is a `warning`.
 */
export const examine = (...policies: PolicyChoice.InForce) =>
  Effect.gen(function* () {
    const [invent, ledger] = [yield* InventClient, yield* Ledger]
    const latest = Option.getOrElse(yield* ledger.lastRecordedAt, () => DateTime.unsafeMake(0))
    const firstPage = (org: Orgs.Org) =>
      Effect.map(invent.inbox.list({ path: Orgs.pathOf(org), urlParams: { take: listed } }), (page) =>
        omit(page).map((row) => ({ row, org }))
      )
    const rows = (yield* Effect.forEach(Orgs.listed(yield* Orgs.Orgs), firstPage))
      .flat()
      .filter(({ row }) => writtenAt(row) > latest.epochMillis)
    const sample = rows.toSorted((a, b) => writtenAt(b.row) - writtenAt(a.row)).slice(0, sampled)
    const found = (yield* Effect.forEach(sample, unrecordedSince(latest, policies))).flat()
    if (found.length === 0)
      return ok(check, `as new as what the chats show (read: ${CountText.count(sample.length, "newer chat")})`)
    const state: Finding["state"] = found.some(
      ({ message, policy }) => UnaskedMessages.stepInWords(policy, message) > 0
    )
      ? "error"
      : "warning"
    return finding(
      check,
      state,
      `older than ${CountText.count(found.length, "follow-up")} in ${CountText.count(sample.length, "chat")}; ${advice}`
    )
  })
