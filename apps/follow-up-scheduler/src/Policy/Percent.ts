/** A share in a policy, such as `10 %`. */
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

const expected = 'Expected a share such as "10 %", above 0 and below 100'
const form = /^(\d+(?:\.\d+)?) ?%$/

const Text = Schema.String.annotations({
  message: () => expected,
  description: 'A share such as "10 %", above 0 and below 100.',
  jsonSchema: { type: "string", pattern: form.source }
})

/** A share: above 0 and below 100. Read from text such as `10 %`, and decoded to the number of percent. */
export const Percent = Schema.transformOrFail(Text, Schema.Number, {
  strict: true,
  decode: (text, _, ast) => {
    const percent = Number(form.exec(text)?.[1] ?? Number.NaN)
    return percent > 0 && percent < 100
      ? ParseResult.succeed(percent)
      : ParseResult.fail(new ParseResult.Type(ast, text, expected))
  },
  encode: (percent) => ParseResult.succeed(`${percent} %`)
})
