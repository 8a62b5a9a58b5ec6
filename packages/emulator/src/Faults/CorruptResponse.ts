/** What a fault makes of an answer: pure, from the true answer to the one that is sent. */
import * as Option from "effect/Option"
import * as zlib from "node:zlib"
import { type Answer, httpDate } from "../Http/RawResponse.ts"
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
    return [
      [key, effects.set !== undefined && Object.hasOwn(effects.set, key) ? effects.set[key] : edit(inner, effects)]
    ]
  })
  return { ...Object.fromEntries(kept), ...effects.add }
}

type Random = () => number

/** Fisher and Yates. */
const shuffle = (entries: ReadonlyArray<unknown>, random: Random): ReadonlyArray<unknown> => {
  const order = [...entries]
  for (let last = order.length - 1; last > 0; last--) {
    const at = Math.floor(random() * (last + 1))
    const entry = order[at]
    order[at] = order[last]
    order[last] = entry
  }
  return order
}

const rearrange = (value: unknown, how: Do["list"], random: Random): unknown => {
  if (!Array.isArray(value)) return value
  switch (how) {
    case undefined:
      return value
    case "duplicate":
      return value.flatMap((each) => [each, each])
    case "reverse":
      return value.toReversed()
    case "shuffle":
      return shuffle(value, random)
  }
}

/** Only JSON can be edited: the body of an error, or of another fault's answer, may be anything. */
const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))

const editBody = (body: Uint8Array, effects: Do, random: Random): Uint8Array => {
  const { add, list, remove, set } = effects
  if (set === undefined && add === undefined && remove === undefined && list === undefined) return body
  return Option.match(parse(decoder.decode(body)), {
    onNone: () => body,
    onSome: (value) => encoder.encode(JSON.stringify(rearrange(edit(value, effects), list, random)))
  })
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

const compressions = { gzip: zlib.gzipSync, deflate: zlib.deflateSync, br: zlib.brotliCompressSync }

const compress = (answer: Answer, coding: Do["compress"]): Answer =>
  coding === undefined
    ? answer
    : { ...answer, headers: { ...answer.headers, "content-encoding": coding }, body: compressions[coding](answer.body) }

/** `now` in epoch milliseconds. */
export const tamper = (
  answer: Answer,
  effects: Do,
  { now, random }: { readonly now: number; readonly random: Random }
): Answer => {
  const edited = replaceBody({ ...answer, body: editBody(answer.body, effects, random) }, effects.body)
  const { body, headers, status } = compress(edited, effects.compress)
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
