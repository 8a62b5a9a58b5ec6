/**
 * Cuts text between grapheme clusters: what a reader sees as one character (a flag, a family, a letter with its marks)
 * stays whole or is left out.
 */
let segmenter: Intl.Segmenter | undefined

/** Made at its first use, because that takes up to 20 ms. */
const segments = (text: string): Intl.Segments =>
  (segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" })).segment(text)

/** Longer than any cluster that people write: what comes after it cannot belong to the last cluster that is kept. */
const longestCluster = 64

const unitsOf = (cluster: string): number => cluster.length

/**
 * The beginning of a text: as many whole clusters as have room, by the `sizeOf` of each; by their UTF-16 units
 * unless it is given.
 */
export const take = (text: string, room: number, sizeOf: (cluster: string) => number = unitsOf): string => {
  let left = room
  let end = 0
  for (const { segment } of segments(text)) {
    left -= sizeOf(segment)
    if (left < 0) break
    end += segment.length
  }
  return text.slice(0, end)
}

/** The end of a text: whole clusters of at most so many UTF-16 units. */
export const takeEnd = (text: string, longest: number): string => {
  if (text.length <= longest) return text
  const tail = text.slice(-longest - longestCluster)
  const at = segments(tail).containing(tail.length - longest)
  return at === undefined
    ? ""
    : tail.slice(at.index === tail.length - longest ? at.index : at.index + at.segment.length)
}

/** The beginning of a text of at most so many UTF-16 units, also of one that is very long. */
export const cut = (text: string, longest: number): string =>
  text.length <= longest ? text : take(text.slice(0, longest + longestCluster), longest)
