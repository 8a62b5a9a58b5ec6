/** What happens in one conversation from the people's side, as data: written by hand, or drawn by chance. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { ChannelType } from "../World/Store.ts"

/** When a person acts. */
export type Moment =
  /** So long after the act before. */
  | { readonly _tag: "After"; readonly wait: Duration.DurationInput }
  /** The next time the contact's clocks show this hour, 0 to 23; its minute is chance. */
  | { readonly _tag: "AtHour"; readonly hour: number }
  /**
   * So long before (negative) or after the instant of the follow-up that stands or is set next; not at all without one
   * in `patience`.
   */
  | { readonly _tag: "AroundFollowUp"; readonly millis: number; readonly patience: Duration.DurationInput }

/** What a person does at one moment of a conversation. */
export type What =
  | { readonly _tag: "Write"; readonly text: string }
  /** The contact answers the interactive tool that waits for it, if one does. */
  | { readonly _tag: "AnswerTool" }
  | { readonly _tag: "Block"; readonly blocked: boolean }
  | { readonly _tag: "Unsubscribe"; readonly unsubscribed: boolean }
  // A human agent.
  | { readonly _tag: "TakeOver" }
  | { readonly _tag: "HandBack" }
  | { readonly _tag: "SetState"; readonly state: "OPEN" | "SNOOZED" | "CLOSED" }
  | { readonly _tag: "Mute"; readonly for: Duration.DurationInput }
  /** Sets `follow_up_at`, as Invent's own dashboard can. */
  | { readonly _tag: "FollowUp"; readonly in: Duration.DurationInput }

/** One thing that a person does, and when. */
export interface Act {
  readonly when: Moment
  readonly what: What
}

/** A conversation from the people's side: who it is, how it begins, and what happens then. */
export interface Script {
  readonly name: string
  readonly country: Country
  readonly channel: ChannelType
  /** What the contact opens the chat with. */
  readonly opening: string
  readonly acts: ReadonlyArray<Act>
}

/** Where people live, and what their clocks go by. */
export const zones = {
  BR: "America/Sao_Paulo",
  DE: "Europe/Berlin",
  GB: "Europe/London",
  IN: "Asia/Kolkata",
  JP: "Asia/Tokyo",
  PT: "Europe/Lisbon",
  US: "America/New_York"
} as const
/** A country by whose clocks the people live, as two letters. */
export type Country = keyof typeof zones

/** Words that the assistant of {@link assistantOf} understands. */
export const words = { calendar: "Please put it into my calendar.", human: "I want to speak to a human." } as const

/** Does this so long after what came before it. */
export const after = (wait: Duration.DurationInput, what: What): Act => ({ when: { _tag: "After", wait }, what })
/** The contact writes this text. */
export const write = (text: string): What => ({ _tag: "Write", text })

const patience = Duration.days(5)
const minute = 60_000
const day = 24 * 60 * minute

const texts = [
  "Where is my order?",
  "Do you ship to me?",
  "My invoice is wrong.",
  "Grüße 👋",
  "Are you open today?",
  "Medium, I think."
] as const
const countries = Object.keys(zones) as [Country, ...Array<Country>]
const channels = ["custom", "custom", "whatsapp_bot", "telegram_bot"] as const satisfies ReadonlyArray<ChannelType>

const pick = <A>(from: readonly [A, ...Array<A>]): Effect.Effect<A> =>
  Effect.map(Random.nextIntBetween(0, from.length), (index) => from[index] ?? from[0])

/** As likely a tenth as ten times as long as the middle of both, in milliseconds. */
const between = (least: number, most: number) =>
  Effect.map(Random.next, (chance) => Math.round(least * (most / least) ** chance))

const someTime = Effect.map(between(minute, 3 * day), Duration.millis)
const soon = Effect.map(between(1000, 30 * minute), Duration.millis)
const somethingToSay = Effect.map(pick(texts), write)

const later = (what: What) => Effect.map(someTime, (wait) => [after(wait, what)])
const quickly = (what: What) => Effect.map(soon, (wait) => [after(wait, what)])
const aroundFollowUp = (what: What, from: number, to: number) =>
  Effect.map(Random.nextIntBetween(from, to), (millis): ReadonlyArray<Act> => [
    { when: { _tag: "AroundFollowUp", millis, patience }, what }
  ])

/** What a human agent may do to a chat, and how it is undone. */
const staffed: ReadonlyArray<readonly [What, What]> = [
  [{ _tag: "TakeOver" }, { _tag: "HandBack" }],
  [
    { _tag: "SetState", state: "CLOSED" },
    { _tag: "SetState", state: "OPEN" }
  ],
  [
    { _tag: "SetState", state: "SNOOZED" },
    { _tag: "SetState", state: "OPEN" }
  ],
  [{ _tag: "Mute", for: "6 hours" }, write("Still there?")]
]
const staff = Effect.flatMap(pick(staffed as [(typeof staffed)[number], ...typeof staffed]), ([what, back]) =>
  Effect.all([
    pick([quickly(what), later(what), aroundFollowUp(what, -20_000, 5_000)]).pipe(Effect.flatten),
    pick([later(back), Effect.succeed([])]).pipe(Effect.flatten)
  ])
).pipe(Effect.map((acts) => acts.flat()))

const optOut = Effect.gen(function* () {
  const [out, back] = yield* pick([
    [
      { _tag: "Block", blocked: true },
      { _tag: "Block", blocked: false }
    ],
    [
      { _tag: "Unsubscribe", unsubscribed: true },
      { _tag: "Unsubscribe", unsubscribed: false }
    ]
  ] as const satisfies ReadonlyArray<readonly [What, What]>)
  const comesBack = yield* Random.nextBoolean
  return [
    ...(yield* yield* pick([later(out), aroundFollowUp(out, -20_000, 5_000)])),
    ...(comesBack ? yield* later(back) : [])
  ]
})

const atNight = Effect.gen(function* () {
  const hour = yield* pick([0, 1, 2, 3, 4, 23])
  return [{ when: { _tag: "AtHour", hour }, what: yield* somethingToSay }] satisfies ReadonlyArray<Act>
})

const asksForHuman = Effect.gen(function* () {
  const ends: ReadonlyArray<Act> = yield* yield* pick([
    later({ _tag: "HandBack" }),
    later({ _tag: "SetState", state: "CLOSED" }),
    Effect.succeed([])
  ])
  return [...(yield* quickly(write(words.human))), ...(yield* quickly({ _tag: "TakeOver" })), ...ends]
})

/** What people do, and how often of a hundred. */
const habits: ReadonlyArray<readonly [name: string, share: number, Effect.Effect<ReadonlyArray<Act>>]> = [
  ["never answers", 35, Effect.succeed([])],
  ["answers", 20, Effect.flatMap(somethingToSay, later)],
  ["answers a follow-up", 9, Effect.flatMap(somethingToSay, (what) => aroundFollowUp(what, minute, 6 * 60 * minute))],
  ["answers as it is followed up", 8, Effect.flatMap(somethingToSay, (what) => aroundFollowUp(what, -20_000, 5_000))],
  ["answers at night", 8, atNight],
  ["opts out", 5, optOut],
  ["asks for a human", 5, asksForHuman],
  ["is taken care of", 6, staff],
  [
    "connects a calendar",
    2,
    Effect.zipWith(quickly(write(words.calendar)), quickly({ _tag: "AnswerTool" }), (a, b) => [...a, ...b])
  ],
  ["is promised a follow-up", 2, quickly({ _tag: "FollowUp", in: "3 hours" })]
]
const shares = habits.reduce((sum, [, share]) => sum + share, 0)

const habit = Effect.map(Random.nextIntBetween(0, shares), (chance) => {
  let left = chance
  return habits.find(([, share]) => (left -= share) < 0) ?? habits[0]!
})

/** A conversation by chance: up to three habits, one after the other. */
export const random: Effect.Effect<Script> = Effect.gen(function* () {
  const drawn = yield* Effect.replicateEffect(habit, yield* Random.nextIntBetween(1, 4))
  const acts = yield* Effect.forEach(drawn, ([, , acts]) => acts)
  return {
    name: drawn.map(([name]) => name).join(", "),
    country: yield* pick(countries),
    channel: yield* pick(channels),
    opening: yield* pick(texts),
    acts: acts.flat()
  }
})
