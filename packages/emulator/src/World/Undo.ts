/** Gives records back the values from before a change, where the change fails after it has begun. */

const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype

const copyOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return [...value]
  return isPlain(value) ? { ...value } : value
}

/** What is needed to make a record again what it is now: changes set its keys, or change what is one level below. */
const restorer = (record: unknown): (() => void) => {
  if (!isPlain(record)) return () => {}
  const copies = Object.entries(record).map(([key, value]) => [key, copyOf(value)] as const)
  return () => {
    for (const [key, value] of copies) Reflect.set(record, key, value)
  }
}

/** The steps that take the change under way back. None are noted while no change is under way. */
export class Undo {
  #steps: Array<() => void> | undefined

  /** The same array for one change, and another for each; undefined where none is under way. */
  get steps(): ReadonlyArray<() => void> | undefined {
    return this.#steps
  }

  begin(): void {
    this.#steps = []
  }

  /** Notes a record before it changes, and what puts it back in its place. */
  note(record: unknown, putBack: () => void): void {
    const restore = restorer(record)
    this.#steps?.push(() => {
      restore()
      putBack()
    })
  }

  /** Makes everything again what it was when the change began. A deleted record is then the last of its map. */
  takeBack(): void {
    for (const step of this.#steps?.splice(0).reverse() ?? []) step()
  }

  end(): void {
    this.#steps = undefined
  }
}
