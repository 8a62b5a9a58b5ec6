/**
 * The text of a message with places for what the chat tells: `Hello {{contact.name|there}}!`. Every place carries what to
 * say where the chat does not tell, so that filling it in cannot fail.
 */
import * as Schema from "effect/Schema"

/** What the API tells about a chat, under the vendor's names. */
export const variables = ["assistant.name", "chat.title", "contact.name"] as const
export type Variable = (typeof variables)[number]
export type Values = { readonly [name in Variable]: string | undefined }

const place = /\{\{\s*([^{}|]*?)\s*(?:\|([^{}]*))?\}\}/g

/** Long enough for any name, too short to smuggle a message into ours. */
const longestValue = 80
/** A message is told from others by what is written around the places. */
const leastOwnWords = 8

const isVariable = (name: string): name is Variable => variables.some((known) => known === name)

const problem = (text: string): string | undefined => {
  for (const [whole, name = "", otherwise] of text.matchAll(place)) {
    if (!isVariable(name)) return `${whole} is unknown; there are ${variables.join(", ")}`
    if (!otherwise?.trim()) return `${whole} does not say what to write where it is unknown: {{${name}|…}}`
  }
  const own = text.replace(place, "")
  if (/\{\{|\}\}/.test(own)) return "Expected every {{ to be closed by }}"
  return own.replaceAll(/\s/g, "").length < leastOwnWords ? `Expected at least ${leastOwnWords} characters of its own` : undefined
}

export const Template = Schema.String.pipe(
  Schema.filter((text) => problem(text) ?? true, {
    identifier: "Template",
    jsonSchema: { minLength: leastOwnWords },
    description: `The message. ${variables.map((name) => `{{${name}|otherwise}}`).join(", ")} stand for what the chat tells.`
  })
)

const isControl = (character: string): boolean => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character)

/** One line, bounded: a contact chooses their own name. */
const tame = (value: string): string =>
  Array.from(value, (character) => (isControl(character) ? " " : character))
    .slice(0, longestValue)
    .join("")
    .replaceAll(/\s+/g, " ")
    .trim()

export const render = (template: string, values: Values): string =>
  template.replaceAll(place, (_, name: string, otherwise: string) => (isVariable(name) && tame(values[name] ?? "")) || otherwise.trim())

const quote = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")

/** Whether a text is this template's, whatever was filled in: a name may have changed since. */
export const isFrom = (template: string, text: string): boolean => {
  const own = template.split(place).filter((_, index) => index % 3 === 0)
  return new RegExp(`^${own.map((words) => quote(words)).join("[^]*?")}$`, "u").test(text.trim())
}
