/**
 * A number with its noun, as a person writes it: `1 follow-up`, `2 follow-ups`. `others` is the form of all numbers
 * but 1; default: the noun with an `s`.
 */
export const count = (number: number, noun: string, others = `${noun}s`): string =>
  `${number} ${number === 1 ? noun : others}`
