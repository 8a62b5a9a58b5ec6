/**
 * What happens in the conversations of simulated customers: who the contacts are, and what becomes of each. The seed
 * decides who gets which.
 */
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** What happens in a conversation after the contact's first message. `Customers` plays it. */
export type Scenario =
  | "silent"
  | "connects_calendar"
  | "talks_again"
  | "answers_early"
  | "solved"
  | "waiting"
  | "taken_over_early"
  | "taken_over_late"
  | "blocked"
  | "unsubscribed"
  | "closed"
  | "snoozed"
  | "muted"
  | "night"

/** Of a hundred conversations. */
const shares: ReadonlyArray<readonly [Scenario, number]> = [
  ["silent", 24],
  ["connects_calendar", 7],
  ["talks_again", 11],
  ["answers_early", 9],
  ["solved", 8],
  ["waiting", 5],
  ["taken_over_early", 7],
  ["taken_over_late", 5],
  ["blocked", 4],
  ["unsubscribed", 3],
  ["closed", 4],
  ["snoozed", 4],
  ["muted", 4],
  ["night", 5]
]

/** Countries of one time zone each, by what the clock there says at noon UTC, when their day begins. */
const day = ["IE", "KE", "IN", "FI", "TH", "ZA"]
const night = ["JP", "PE", "CO", "KR"]

const names = ["Ana", "Bruno", "Chidi", "Devi", "Éva", "Fumiko", "Gül", "Håkon", "Inês", "Joaquín", "Κώστας", "Лена"]

/** A simulated customer. The country decides the time zone. */
export interface Person {
  readonly name: string
  readonly country: string
  readonly scenario: Scenario
}

const pick = (from: ReadonlyArray<string>, index: number): string => from[index % from.length]!

/** So many customers, in the order in which they come. The same count and seed give the same customers. */
export const people = (count: number, seed: number): Effect.Effect<ReadonlyArray<Person>> => {
  const scenarios = Arr.makeBy(count, (index) => {
    let place = ((index * 100) / count) % 100
    const entry = shares.find(([, share]) => (place -= share) < 0)
    return entry?.[0] ?? "silent"
  })
  return Random.shuffle(scenarios).pipe(
    Effect.map((shuffled) =>
      Chunk.toReadonlyArray(shuffled).map((scenario, index) => ({
        name: `${pick(names, index)} ${index + 1}`,
        country: pick(scenario === "night" ? night : day, index),
        scenario
      }))
    ),
    Effect.withRandom(Random.make(seed))
  )
}
