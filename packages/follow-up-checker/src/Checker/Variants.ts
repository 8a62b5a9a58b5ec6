/**
 * In which variant of a policy a contact is, by the rule in the scheduler's documentation: the number of the contact's
 * id, whose key is `variant of NAME`, as a share of all such numbers. The shares of the variants follow each other in
 * the order of their names.
 */
import * as Arr from "effect/Array"
import * as Order from "effect/Order"
import type { ChatTimeline } from "./ChatTimeline.ts"
import * as KeyedHash from "./KeyedHash.ts"
import type { LogEntry } from "./LogEntry.ts"
import type { LogFinding, LogJudgement } from "./LogJudgement.ts"
import type { PolicyWithVariants } from "./Policy.ts"
import type { Rule } from "./Verdict.ts"

const nameFor = ({ name, variants }: PolicyWithVariants, contact_id: string): string => {
  const inOrder = Arr.sortWith(variants, (each) => each.name, Order.string)
  const place = (KeyedHash.numberOf(`variant of ${name}`, contact_id) / KeyedHash.count) * 100
  let below = 0
  return (inOrder.find(({ share }) => place < (below += share)) ?? Arr.lastNonEmpty(inOrder)).name
}

/** Of each contact, all who were merged into them, directly or with another contact. */
const mergedInto = (entries: ReadonlyArray<LogEntry>): ReadonlyMap<string, ReadonlySet<string>> => {
  const merged = new Map<string, ReadonlySet<string>>()
  for (const entry of entries) {
    if (entry.kind !== "merge") continue
    const { contact_id, source_contact_id: source } = entry
    merged.set(contact_id, new Set([...(merged.get(contact_id) ?? []), source, ...(merged.get(source) ?? [])]))
  }
  return merged
}

/** The rules that a follow-up keeps or breaks by the steps of its policy. */
const rulesOfSteps: ReadonlyArray<Rule> = ["duplicate", "too_early", "too_late", "late", "missed"]

const isOfSteps = ({ rule }: Pick<LogFinding, "rule">): boolean => rulesOfSteps.includes(rule)

const groupByChat = (findings: ReadonlyArray<LogFinding>): ReadonlyMap<string, ReadonlyArray<LogFinding>> => {
  const byChat = new Map<string, Array<LogFinding>>()
  for (const finding of findings) {
    const ofChat = byChat.get(finding.chat_id) ?? []
    byChat.set(finding.chat_id, ofChat)
    ofChat.push(finding)
  }
  return byChat
}

/** By which variants the findings about a chat are judged, as places in the policy's list. */
interface Choice {
  /** The one with the fewest findings. */
  readonly best: number
  /** Those each of which the contact may have had in turn. */
  readonly possible: ReadonlyArray<number>
}

/**
 * What was found in each chat by the steps of its contact's variant, of what was found by those of each. A contact who
 * was merged with others has the variant of one of them, and may get another with the next silence, which the log does
 * not tell: then only that counts for which no variant of theirs accounts. A contact whom the log does not name has one
 * variant in the whole log, whichever breaks the fewest rules.
 */
export const explain = (
  policy: PolicyWithVariants,
  entries: ReadonlyArray<LogEntry>,
  judgements: Arr.NonEmptyReadonlyArray<LogJudgement>
): Pick<LogJudgement, "findings" | "races"> => {
  const merged = mergedInto(entries)
  const byChat = judgements.map(({ findings }) => groupByChat(findings))
  const findingsOf = (variant: number, chat_id: string) => byChat[variant]?.get(chat_id) ?? []
  const variantOf = (contact_id: string) => {
    const name = nameFor(policy, contact_id)
    return policy.variants.findIndex((variant) => variant.name === name)
  }
  const choose = ({ chat_id, contact_id }: ChatTimeline): Choice => {
    const best = (among: Arr.NonEmptyReadonlyArray<number>) =>
      Arr.min(
        among,
        Order.mapInput(Order.number, (variant) => findingsOf(variant, chat_id).length)
      )
    if (contact_id === undefined) return { best: best(Arr.map(policy.variants, (_, index) => index)), possible: [] }
    const ids = Arr.prepend(merged.get(contact_id) ?? [], contact_id)
    const possible = Arr.dedupe(Arr.map(ids, variantOf))
    return { best: best(possible), possible }
  }
  const choices = new Map(judgements[0].chats.map((chat) => [chat.chat_id, choose(chat)]))
  const isFoundIn = (variant: number, finding: LogFinding) =>
    findingsOf(variant, finding.chat_id).some(
      (other) => other.about === finding.about && isOfSteps(other) === isOfSteps(finding)
    )
  const stands = (variant: number, finding: LogFinding) => {
    const choice = choices.get(finding.chat_id)
    return choice?.best === variant && choice.possible.every((each) => isFoundIn(each, finding))
  }
  return {
    findings: Arr.zip(judgements, policy.variants).flatMap(([{ findings }, { name }], variant) =>
      findings
        .filter((finding) => stands(variant, finding))
        .map((finding) =>
          isOfSteps(finding) ? { ...finding, detail: `${finding.detail}, by the steps of variant ${name}` } : finding
        )
    ),
    races: judgements.flatMap(({ races }, variant) =>
      races.filter(({ chat_id }) => choices.get(chat_id)?.best === variant)
    )
  }
}
