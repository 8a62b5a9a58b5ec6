import { describe, expect, it } from "@effect/vitest"
import * as StopWords from "../src/Policy/StopWords.ts"

const { optIn, optOut } = StopWords

describe("a message is a stop word", () => {
  it.each([
    "STOP",
    "stop",
    "Stop.",
    "  stop!!! ",
    "¡PARAR!",
    "ＳＴＯＰ",
    "st\u200bop",
    "Stop 🙏",
    "opt-out",
    "OPT OUT",
    "İPTAL",
    "arrêt",
    "ARRÊT",
    "se désabonner",
    "СТОП",
    "退订",
    "停止。",
    "إلغاء الاشتراك",
    "수신거부",
    "dừng"
  ])("%j", (text) => {
    expect(StopWords.isOneOf(optOut, text)).toBe(true)
  })

  it("also where its accent is written as a mark of its own", () => {
    expect(StopWords.isOneOf(optOut, "arre\u0302t")).toBe(true)
  })
})

describe("a message is none", () => {
  it.each([
    "",
    "!",
    "🛑",
    "please stop",
    "stop it",
    "Stopp mal kurz",
    "nonstop",
    "don't stop",
    "cancel",
    "end",
    "stop start"
  ])("%j", (text) => {
    expect(StopWords.isOneOf(optOut, text)).toBe(false)
  })
})

it("no word means both", () => {
  expect(optIn.filter((word) => StopWords.isOneOf(optOut, word))).toEqual([])
})

it("every word is found as it is shipped, and in capitals", () => {
  for (const word of [...optOut, ...optIn]) {
    expect(StopWords.isOneOf([word], word)).toBe(true)
    expect(StopWords.isOneOf([word], word.toUpperCase())).toBe(true)
  }
})
