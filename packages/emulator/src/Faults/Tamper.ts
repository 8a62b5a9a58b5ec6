/** What a fault makes of an answer: pure, from the true answer to the one that is sent. */
import { type Answer, httpDate } from "../Answer.ts"
import type { Do } from "./Fault.ts"

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const html = encoder.encode("<!doctype html><title>Bad gateway</title><h1>502 Bad gateway</h1>")

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const edit = (value: unknown, effects: Do): unknown => {
  if (Array.isArray(value)) return value.map((each) => edit(each, effects))
  if (!isObject(value)) return value
  const kept = Object.entries(value).flatMap(([key, inner]) => {
    if (effects.remove?.includes(key) === true) return []
    return [[key, effects.set !== undefined && Object.hasOwn(effects.set, key) ? effects.set[key] : edit(inner, effects)]]
  })
  return { ...Object.fromEntries(kept), ...effects.add }
}

const rearrange = (value: unknown, how: Do["list"]): unknown => {
  if (how === undefined || !Array.isArray(value)) return value
  return how === "reverse" ? value.toReversed() : value.flatMap((each) => [each, each])
}

const editBody = (body: Uint8Array, effects: Do): Uint8Array => {
  if (effects.set === undefined && effects.add === undefined && effects.remove === undefined && effects.list === undefined) {
    return body
  }
  const text = decoder.decode(body)
  // Only JSON can be edited: the body of an error may be anything.
  return /^\s*[[{]/.test(text)
    ? encoder.encode(JSON.stringify(rearrange(edit(JSON.parse(text), effects), effects.list)))
    : body
}

const replaceBody = (answer: Answer, how: Do["body"]): Answer => {
  switch (how) {
    case undefined:
      return answer
    case "truncated":
      return { ...answer, body: answer.body.subarray(0, Math.floor(answer.body.length / 2)) }
    case "empty":
      return { ...answer, body: new Uint8Array() }
    case "html":
      return { ...answer, headers: { ...answer.headers, "content-type": "text/html; charset=utf-8" }, body: html }
  }
}

/** `now` in epoch milliseconds. */
export const tamper = (answer: Answer, effects: Do, now: number): Answer => {
  const { body, headers, status } = replaceBody({ ...answer, body: editBody(answer.body, effects) }, effects.body)
  return {
    status,
    body,
    headers: {
      ...headers,
      ...(effects.gzip === true ? { "content-encoding": "gzip" } : {}),
      ...(effects.skew === undefined ? {} : { date: httpDate(now + effects.skew * 1000) }),
      "content-length": String(Math.max(0, body.length + (effects.length ?? 0)))
    }
  }
}

/** The answer that a fault gives in place of the true one. */
export const instead = ({ body, headers, retry_after, status }: NonNullable<Do["answer"]>): Answer => ({
  status,
  headers: { ...headers, ...(retry_after === undefined ? {} : { "retry-after": retry_after }) },
  body: encoder.encode(body)
})
