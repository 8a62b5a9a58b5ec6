/**
 * The text of a message with places for what the API gives about a chat: `Hello {{contact.name|there}}!`. Every place
 * has a fallback, so that filling it in cannot fail.
 */
import * as Graphemes from "@effect-invent/domain/Graphemes"
import * as Schema from "effect/Schema"

/** What the API gives about a chat, under the vendor's names. */
export const variables = ["assistant.name", "chat.title", "contact.name"] as const
/** The name of a place in a template. */
export type Variable = (typeof variables)[number]
/** The value of each variable in one chat; undefined where the API does not give it. */
export type Values = { readonly [name in Variable]: string | undefined }

const place = /\{\{\s*([^{}|]*?)\s*(?:\|([^{}]*))?\}\}/g

/** Maximum length of a value, in code points: enough for any name, too short to add a message to ours. */
const longestValue = 80
/**
 * Minimum number of characters outside the places, white space left out: by them our message is recognized in a list.
 */
const leastOwnWords = 8

const isVariable = (name: string): name is Variable => variables.some((known) => known === name)

const problem = (text: string): string | undefined => {
  for (const [whole, name = "", otherwise] of text.matchAll(place)) {
    if (!isVariable(name)) return `${whole} is unknown; there are ${variables.join(", ")}`
    if (!otherwise?.trim()) return `${whole} does not say what to write where it is unknown: {{${name}|…}}`
  }
  const own = text.replace(place, "")
  if (/\{\{|\}\}/.test(own)) return "Expected every {{ to be closed by }}"
  return own.replaceAll(/\s/g, "").length < leastOwnWords
    ? `Expected at least ${leastOwnWords} characters of its own`
    : undefined
}

/**
 * The message of a `send_message` step. Refused are an unknown variable, a place without a fallback, an unclosed `{{`,
 * and fewer than 8 characters outside the places.
 */
export const Template = Schema.String.pipe(
  Schema.filter((text) => problem(text) ?? true, {
    identifier: "Template",
    jsonSchema: { minLength: leastOwnWords },
    description:
      `The message. ${variables.map((name) => `{{${name}|otherwise}}`).join(", ")} stand for ` + "what the chat tells."
  })
)

const breaks = /[\p{Cc}\p{Zl}\p{Zp}]/gu
/**
 * Invisible format characters, which are removed: controls of the writing direction, spaces of no width, soft hyphens.
 * Joiners have a rule of their own below. Tags after a black flag stay, because they select a flag. Visible ones, such
 * as the Arabic number sign, stay.
 */
const invisible = /(?<!\u{1F3F4}[\u{E0020}-\u{E007F}]*)(?=\p{Default_Ignorable_Code_Point})(?!\p{Join_Control})\p{Cf}/gu
const mayBeJoined = "\\p{L}\\p{M}\\p{Extended_Pictographic}\\p{Emoji_Modifier}"
/**
 * A joiner stays between letters, marks and pictures, and after a mark, to which it can give another form: where it
 * joins.
 */
const looseJoiner = new RegExp(
  `(?<![${mayBeJoined}])\\p{Join_Control}|(?<!\\p{M})\\p{Join_Control}(?![${mayBeJoined}])`,
  "gu"
)
/** Nothing of it can be seen, as of the filler with which some names are left blank. */
const isBlank = (text: string): boolean => /^[\s\p{Default_Ignorable_Code_Point}]*$/u.test(text)

const codePoints = (cluster: string): number => Array.from(cluster).length

/**
 * Makes a value safe to write, since contacts choose their names: one line, at most 80 code points, cut between
 * grapheme clusters, without control characters and invisible ones.
 */
const tame = (value: string): string => {
  const plain = value
    .replaceAll(breaks, " ")
    .replaceAll(invisible, "")
    .replaceAll(looseJoiner, "")
    .replaceAll(/\s+/g, " ")
    .trim()
  return isBlank(plain) ? "" : Graphemes.take(plain, longestValue, codePoints).trim()
}

/**
 * Fills in a template. Where a value is absent or blank, the fallback is written. Cannot fail: a `Template` has a
 * fallback in every place.
 */
export const render = (template: string, values: Values): string =>
  template.replaceAll(
    place,
    (_, name: string, otherwise: string) => (isVariable(name) && tame(values[name] ?? "")) || otherwise.trim()
  )

const quote = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")

/** Whether a text was made from this template, with any values: a name may have changed since. */
export const isFrom = (template: string, text: string): boolean => {
  const own = template.split(place).filter((_, index) => index % 3 === 0)
  return new RegExp(`^${own.map((words) => quote(words)).join("[^]*?")}$`, "u").test(text.trim())
}
